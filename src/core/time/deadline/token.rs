//! Splits a letter into words with their punctuation.

use super::{glued, short};

/// A word of the text, including anything attached to it: `11:59pm`, `january`, `10th`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    /// Whether a sentence ends after it.
    pub(super) ends: bool,
    /// Whether a comma, a colon, a closing bracket or a dash follows it.
    pub(super) pauses: bool,
    /// Whether a bracket opens before it.
    pub(super) opens: bool,
    /// Whether it is in capitals, like an abbreviation.
    pub(super) capitals: bool,
    /// Whether it begins with a capital, like a name.
    pub(super) titled: bool,
}

/// The words of a text. A blank line or the next list item ends a sentence.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    // Treat the minus sign and Unicode hyphens (U+2212, U+2010, U+2011) as plain hyphens.
    let text = text.replace(['\u{2212}', '\u{2010}', '\u{2011}'], "-");
    let mut all: Vec<Token> = Vec::new();
    for line in text.lines() {
        let line = line.trim_start_matches(['>', ' ', '\t']);
        let bare = line.trim_start();
        if bare.is_empty() || bare.starts_with(['*', '•', '·', '–']) || bare.starts_with("- ") {
            all.last_mut().iter_mut().for_each(|last| last.ends = true);
        }
        for word in offsets_joined(line) {
            // A dash that stands alone.
            if word.chars().all(|c| !c.is_alphanumeric()) && word != "+" {
                // In French, a space precedes "!".
                let ends = word.contains(['!', '?']);
                all.last_mut().iter_mut().for_each(|last| (last.ends, last.pauses) = (last.ends || ends, true));
                continue;
            }
            all.extend(of(&word));
        }
    }
    halves_joined(all)
}

/// Joins `UTC + 1` and `UTC- 5` to `UTC+1` and `UTC-5`, but not "10:00 UTC - 5 days later" or "10:00 UTC - 12:00
/// UTC".
fn offsets_joined(line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (mut at, mut all) = (0, Vec::new());
    let sign = |word: &str| matches!(word, "+" | "-" | "–").then(|| if word == "+" { '+' } else { '-' });
    let number = |word: Option<&&str>| {
        let digits = word?.trim_end_matches(|c: char| !c.is_alphanumeric());
        let whole = digits.len() <= 2 && digits.parse::<u32>().is_ok_and(|hours| hours <= 14);
        let parts = digits.split_once(':').is_some_and(|(hours, rest)| {
            hours.parse::<u32>().is_ok_and(|hours| hours <= 14) && matches!(rest, "00" | "15" | "30" | "45")
        });
        (whole || parts).then_some(())
    };
    let counts = |word: Option<&&str>| {
        let word = word.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase());
        word.is_some_and(|word| {
            super::words::unit(&word).is_some() || matches!(word.as_str(), "utc" | "gmt" | "uhr" | "business")
        })
    };
    while at < words.len() {
        let word = words[at];
        let bare = word.trim_start_matches(['(', '[']).to_lowercase();
        let apart = matches!(bare.as_str(), "utc" | "gmt")
            .then(|| words.get(at + 1).and_then(|next| sign(next)))
            .flatten()
            .filter(|_| number(words.get(at + 2)).is_some() && !counts(words.get(at + 3)));
        let half = matches!(bare.as_str(), "utc+" | "gmt+" | "utc-" | "gmt-") && number(words.get(at + 1)).is_some();
        if let Some(sign) = apart {
            all.push(format!("{word}{sign}{}", words[at + 2]));
            at += 3;
        } else if half {
            all.push(format!("{word}{}", words[at + 1]));
            at += 2;
        } else {
            all.push(word.to_owned());
            at += 1;
        }
    }
    all
}

/// Joins `9:00 a. m.` to `9:00 am`.
fn halves_joined(all: Vec<Token>) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::with_capacity(all.len());
    for token in all {
        match joined.last_mut() {
            Some(last) if token.text == "m" && matches!(last.text.as_str(), "a" | "p") => {
                last.text.push('m');
                (last.ends, last.pauses) = (false, token.pauses);
            }
            _ => joined.push(token),
        }
    }
    joined
}

fn of(raw: &str) -> Vec<Token> {
    let bare = raw.trim_matches(|c: char| !c.is_alphanumeric() && c != '+' && c != '-');
    // A leading sign is kept before a number, such as an offset.
    let signed = bare.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let bare = if signed { bare.trim_end_matches('-') } else { bare.trim_matches('-') };
    // In German, `10.12.` is a day, and its dots do not end a sentence.
    let dotted = raw.trim_matches([',', ';', '(', ')']);
    let bare = if short::short_date(dotted).is_some() { dotted } else { bare };
    let text = bare.to_lowercase().replace("a.m", "am").replace("p.m", "pm");
    let short = text.ends_with("am") || text.ends_with("pm") || short::is_month(&text) || short::is_ordinal(&text);
    let ends = raw.ends_with(['!', '?']) || (raw.ends_with('.') && !short && short::short_date(&text).is_none());
    let pauses = raw.ends_with([',', ';', ':', ')', ']', '—']);
    let opens = raw.starts_with(['(', '[']);
    let capitals = (2..=5).contains(&bare.len()) && bare.chars().all(|c| c.is_ascii_uppercase());
    let titled = bare.starts_with(char::is_uppercase);
    let parts = glued::parts(&text);
    let last = parts.len() - 1;
    let token = |(n, part): (usize, &str)| Token {
        text: part.to_owned(),
        ends: ends && n == last,
        pauses: pauses && n == last,
        opens: opens && n == 0,
        capitals,
        titled,
    };
    parts.into_iter().enumerate().map(token).filter(|token| !token.text.is_empty()).collect()
}
