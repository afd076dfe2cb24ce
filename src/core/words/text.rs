//! Makes text from outside safe to show on terminals, in messages and on pages. Text is cleaned and shortened once,
//! on arrival; the evidence keeps the original.

/// The longest sentence about one check, with the vendor's text in it, in characters.
pub const SENTENCE: usize = 400;

/// The maximum length of advice before it is shortened to whole sentences, in characters.
pub const ADVICE: usize = 2_000;
/// The longest word or value from a vendor, in characters.
pub const VALUE: usize = 200;

/// One line of visible text with at most `most` characters. Escape sequences (ECMA-48) are removed, other control
/// characters and line ends become spaces, and characters that change the writing direction or hide text (Unicode UAX
/// 9 and 15) are dropped.
pub fn clean(text: &str, most: usize) -> String {
    let mut out = String::new();
    let (mut count, mut gap) = (0, false);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_sequence(&mut chars),
            '\u{9b}' => skip_parameters(&mut chars),
            c if is_hidden(c) => {}
            c if c.is_whitespace() || c.is_control() => gap = true,
            c => {
                // Leave room for the space before it and for the ellipsis.
                if count + usize::from(gap) + 1 > most {
                    out.push('…');
                    return out;
                }
                if gap && count > 0 {
                    out.push(' ');
                    count += 1;
                }
                gap = false;
                out.push(c);
                count += 1;
            }
        }
    }
    out
}

/// The sentences of a text that fit into `most` characters, because half a step can mislead. A single sentence that is
/// longer is cut.
pub fn whole_sentences(text: &str, most: usize) -> String {
    let Some((at, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    match text[..at].rfind(". ") {
        Some(end) => text[..=end].to_owned(),
        None => clean(text, most),
    }
}

/// Several lines, each cleaned, for terminals that show the full text.
pub fn clean_lines(text: &str, most: usize) -> String {
    text.lines().map(|line| clean(line, most)).collect::<Vec<_>>().join("\n")
}

/// Whether a character is invisible: writing direction, tags, joiners that no script needs, the soft hyphen. The
/// joiners needed for Persian and for emoji are kept.
fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Skips what follows ESC: a control sequence, a string up to its terminator, or one character.
fn skip_sequence(chars: &mut std::str::Chars<'_>) {
    match chars.next() {
        Some('[') => skip_parameters(chars),
        Some(']' | 'P' | 'X' | '^' | '_') => {
            let mut last = ' ';
            // A string without a terminator would hide all text after it, so it ends at the end of the line.
            for c in chars.by_ref() {
                if matches!(c, '\u{7}' | '\u{9c}' | '\n') || (last == '\u{1b}' && c == '\\') {
                    return;
                }
                last = c;
            }
        }
        _ => {}
    }
}

fn skip_parameters(chars: &mut std::str::Chars<'_>) {
    // Parameters and intermediates are 0x20 to 0x3f; the first other character ends the sequence.
    for c in chars.by_ref() {
        if !('\u{20}'..='\u{3f}').contains(&c) {
            return;
        }
    }
}

/// The text with exactly one full stop at its end, whatever punctuation it had there.
pub fn stopped(text: &str) -> String {
    let text = text.trim_end();
    let quoted = [".\u{201d}", "!\u{201d}", "?\u{201d}"].iter().any(|end| text.ends_with(end));
    if quoted || text.ends_with(['?', '!', '…']) || text.ends_with("...") {
        return text.to_owned();
    }
    format!("{}.", text.trim_end_matches(['.', ':', ';', ',', ' ']))
}

/// What is wrong with a composed text: doubled punctuation, empty brackets, an unfilled template. `None` if nothing
/// is wrong.
pub fn sloppy(text: &str) -> Option<&'static str> {
    let plain = text.replace("...", "");
    let any = |signs: &[&str]| signs.iter().any(|sign| plain.contains(sign));
    if any(&["..", ",,", ";.", ",.", ".;", "?.", "!.", ":.", ". .", ".\u{201d}.", "; ;", ", ,"]) {
        return Some("two punctuation marks in a row");
    }
    // `./check` and `.in` begin a name; a full stop that stands alone is a mistake.
    let alone = |sign: &str| plain.contains(&format!("{sign} ")) || plain.ends_with(sign);
    if [" .", " ,", " ;"].into_iter().any(alone) || any(&["( ", " )"]) {
        return Some("a space before a punctuation mark");
    }
    if any(&[" ()", "(, ", "(; "]) {
        return Some("empty brackets");
    }
    if any(&["{{", "}}", "{%", "%}", "undefined"]) {
        return Some("a placeholder that was not filled");
    }
    if counts_one_as_many(&plain) {
        return Some("a plural after the number one");
    }
    None
}

/// Nouns that messages use with a number, in the plural.
const COUNTED: [&str; 25] = [
    "addresses",
    "apps",
    "calls",
    "checks",
    "countries",
    "credits",
    "days",
    "domains",
    "hours",
    "items",
    "keys",
    "lists",
    "messages",
    "minutes",
    "names",
    "problems",
    "records",
    "requirements",
    "resolvers",
    "servers",
    "services",
    "territories",
    "texts",
    "things",
    "warnings",
];

/// Finds plural nouns after "1": "1 servers", "1 mail servers", "none of the 1 keys".
fn counts_one_as_many(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let plural = |word: &&str| COUNTED.contains(&word.trim_end_matches(|c: char| !c.is_alphanumeric()));
    let one = words.iter().enumerate().filter(|(_, word)| **word == "1");
    one.into_iter().any(|(n, _)| {
        let mut next = words[n + 1..].iter().take(2);
        // "1 of 3 servers" counts three, so the plural is right.
        next.clone().next().is_some_and(|word| *word != "of") && next.any(plural)
    })
}

/// The text with a capital first letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The advice without the parts that mention the fallback; `None` if nothing else remains.
pub fn without_fallback(advice: &str) -> Option<String> {
    const FALLBACK: &str = "the fallback";
    if !advice.contains(FALLBACK) {
        return Some(advice.to_owned());
    }
    let mut sentences = Vec::new();
    for sentence in advice.split(". ") {
        let parts = sentence.trim_end_matches('.').split("; ").filter_map(|part| match part.find(FALLBACK) {
            None => Some(part),
            // If the part offers an alternative, the alternative is kept.
            Some(at) => part[..at].rfind(", or ").map(|or| &part[..or]),
        });
        let parts: Vec<&str> = parts.collect();
        if let Some((first, rest)) = parts.split_first() {
            // The first part may have been removed. A name that begins in lower case stays as it is.
            let begins = sentence.starts_with(*first);
            let first =
                if begins { (*first).to_owned() } else { capital(first.strip_prefix("then ").unwrap_or(first)) };
            sentences.push([first.as_str()].iter().chain(rest).copied().collect::<Vec<_>>().join("; "));
        }
    }
    (!sentences.is_empty()).then(|| format!("{}.", sentences.join(". ")))
}

/// Phrases about the people at a company. They decide and answer for all its products, so they have its name.
const PEOPLE: [&str; 12] = [
    "sk the vendor",
    "ontact the vendor",
    "all the vendor",
    "nswer the vendor",
    "ell the vendor",
    "the vendor's message",
    "the vendor's e-mail",
    "the vendor's mail",
    "the vendor's developer",
    "the vendor's status page",
    "the vendor's own console",
    "by the vendor",
];

/// The text with the name of a product, or of the company that decides about it, in place of "the vendor".
pub fn with_vendor(text: &str, name: &str, decider: &str) -> String {
    let people = |text: String, phrase: &&str| text.replace(*phrase, &phrase.replace("the vendor", decider));
    let text = PEOPLE.iter().fold(text.replace("The vendor", "the vendor"), people);
    text.replace("the vendor", name)
}

/// What a sentence quotes, for comparison: the words between “ and ”, without case and without digits, which may
/// change with each check.
pub fn quoted(say: &str) -> Option<String> {
    let parts = say.split('\u{201c}').skip(1).filter_map(|rest| Some(rest.split_once('\u{201d}')?.0));
    let plain = |part: &str| part.to_lowercase().chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let all: Vec<String> = parts.map(plain).collect();
    (!all.is_empty()).then(|| all.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_line_ends_and_turned_text_are_gone() {
        let said =
            "\u{1b}[31mdown\u{1b}[0m\r\nfor\tall \u{202e}fdp.exe\u{202c} \u{1b}]0;title\u{7}today\u{200b}\u{9b}2J!";
        assert_eq!(clean(said, 100), "down for all fdp.exe today!");
        assert_eq!(clean("خانه\u{200c}ها 👩\u{200d}💻", 100), "خانه\u{200c}ها 👩\u{200d}💻");
    }

    #[test]
    fn what_is_too_long_is_cut_and_says_so() {
        assert_eq!(clean("aaa bbb", 5), "aaa b…");
        assert_eq!(clean("aaa bbb", 4), "aaa…");
        assert_eq!(clean(&"x".repeat(1_000_000), SENTENCE).chars().count(), SENTENCE + 1);
        assert_eq!(clean("aaa bbb  ", 7), "aaa bbb");
    }

    #[test]
    fn advice_ends_with_a_whole_sentence() {
        assert_eq!(whole_sentences("Call them. Write from an address elsewhere.", 30), "Call them.");
        assert_eq!(whole_sentences("Call them. Write.", 17), "Call them. Write.");
        assert_eq!(whole_sentences("A single endless sentence", 8), "A single…");
    }

    #[test]
    fn quoted_words_are_compared_without_case_and_figures() {
        let one = quoted("Acme has locked the account: “Unpaid invoice 17”");
        assert_eq!(one, quoted("in 2 of the last 3 checks: Acme has locked the account: “unpaid invoice 18”"));
        assert_ne!(one, quoted("Acme has locked the account: “terms of service”"));
        assert_eq!(quoted("Acme has locked the account"), None);
    }

    #[test]
    fn what_was_put_together_badly_is_found() {
        for text in [
            "It is gone..",
            "Lost: , Website.",
            "Hosting () is out.",
            "It has {{ param.name }}.",
            "Out ; since.",
            "None of the 1 mail servers answers.",
        ] {
            assert!(sloppy(text).is_some(), "{text}");
        }
        let stopped = ["gone", "gone.", "not asked:", "a changed layout?"].map(stopped);
        assert_eq!(stopped, ["gone.", "gone.", "not asked.", "a changed layout?"]);
        for text in [
            "It is gone. And so on...",
            "Hosting (DigitalOcean) is out; since 8:00.",
            "See https://a.example/?a=1.",
            "Gone in 1 of 3 countries; 1 key, 2 servers.",
        ] {
            assert_eq!(sloppy(text), None, "{text}");
        }
    }

    #[test]
    fn nobody_is_sent_to_a_fallback_that_does_not_exist() {
        let left = |advice: &str| without_fallback(advice);
        assert_eq!(left("Copy data out; open a ticket; start the fallback.").unwrap(), "Copy data out; open a ticket.");
        assert_eq!(left("Switch to the fallback now; then look at the mail.").unwrap(), "Look at the mail.");
        assert_eq!(left("Buy credits, or send through the fallback.").unwrap(), "Buy credits.");
        assert_eq!(left("Ask Amazon. Switch texts to the fallback.").unwrap(), "Ask Amazon.");
        assert_eq!(left("Switch to the fallback."), None);
        assert_eq!(left("Renew it.").unwrap(), "Renew it.");
    }
}
