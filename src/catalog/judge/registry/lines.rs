//! Splits a WHOIS answer into named lines. There is no standard format: `Key: value`, `[Key] value`, `Key....:
//! value`, a name with its values on the lines below, a list of states that continues below its first one, or a
//! sentence.

use crate::catalog::grammar::registry::Lines;

/// The maximum number of words in a line's name. Anything longer is a sentence from the terms of use.
const MOST_WORDS: usize = 9;

/// One line of an answer.
#[derive(Debug, PartialEq)]
pub(super) struct Line {
    /// Its name in lower case. If the name is in two languages, both together and each one separately.
    pub keys: Vec<String>,
    /// The part of its name in brackets, such as `dd/mm/yyyy`.
    pub hint: String,
    /// Its value.
    pub value: String,
    /// Whether the value was directly below its name.
    pub close: bool,
    /// Whether other values came before it on the lines above. If it is indented (`close`), it is certainly a value.
    pub further: bool,
}

/// An answer, split into lines.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The lines with a name.
    pub lines: Vec<Line>,
    /// All lines as received, without comment signs.
    pub all: Vec<String>,
}

/// Splits an answer. `states` are line names that give a state only at this registry.
pub(super) fn read(text: &str, known: &Lines, states: &[String]) -> Page {
    let mut page = Page::default();
    let mut block: Option<Block> = None;
    for raw in text.lines() {
        let line = raw.trim();
        page.all.push(line.trim_start_matches(['%', '#', '>', '*', ' ']).to_owned());
        if line.is_empty() {
            block = block.take().filter(|block| !block.filled).map(|block| Block { close: false, ..block });
            continue;
        }
        let indent = indent(raw);
        // For example, `[ a notice of the Japanese registry   ]`.
        if line.starts_with(['%', '#', '>']) || line.starts_with("[ ") {
            continue;
        }
        let line = line.trim_matches('*').trim();
        if line.chars().all(|c| "-=_*".contains(c)) {
            block = None;
            continue;
        }
        if let Some(list) = block.as_ref().filter(|block| block.list && goes_on(line, indent > block.indent, known)) {
            let close = indent > list.indent;
            let keys = list.keys.clone();
            page.lines.push(Line { keys, hint: String::new(), value: line.to_owned(), close, further: true });
            continue;
        }
        let before = page.lines.len();
        block = take(line, block.take().filter(|block| !block.list), known, &mut page);
        if block.is_none() && page.lines.len() > before {
            block = begun(&page, indent, known, states);
        }
    }
    page
}

/// A name whose values are on the lines below.
#[derive(Debug)]
struct Block {
    keys: Vec<String>,
    filled: bool,
    close: bool,
    /// Whether it is a list of states whose first one is next to the name.
    list: bool,
    indent: usize,
}

/// A list of states that may continue on the lines below the line just read. One registry writes the name only once.
fn begun(page: &Page, indent: usize, known: &Lines, states: &[String]) -> Option<Block> {
    let line = page.lines.last()?;
    let named = |key: &String| states.contains(key) || known.state.iter().any(|word| key.ends_with(word.as_str()));
    let keys = line.keys.clone();
    line.keys.iter().any(named).then_some(Block { keys, filled: true, close: true, list: true, indent })
}

/// Whether a line below a state is the next state, and not a line with a name. In an indented line, the text after a
/// hyphen or a gap is a remark: `clientHold - not in the zone: see ...`.
fn goes_on(line: &str, indented: bool, known: &Lines) -> bool {
    let remark = |(key, _): &(String, String)| indented && key.contains(" - ");
    let named = bracketed(line).or_else(|| dotted(line)).or_else(|| colon(line).filter(|pair| !remark(pair)));
    let gap = || tab(line).filter(|_| !indented);
    if is_host(line.split_whitespace().next().unwrap_or("")) {
        return false;
    }
    named.or_else(gap).or_else(|| sentence(line, known)).or_else(|| heading(line, known)).is_none()
}

/// The column in which a line begins.
fn indent(raw: &str) -> usize {
    raw.chars().take_while(|c| c.is_whitespace()).fold(0, |at, c| if c == '\t' { at / 8 * 8 + 8 } else { at + 1 })
}

fn take(line: &str, block: Option<Block>, known: &Lines, page: &mut Page) -> Option<Block> {
    let below = block.is_some() && is_host(line.split_whitespace().next().unwrap_or(""));
    let pair = if below { None } else { pair(line, known) };
    let Some((key, value)) = pair else {
        let mut block = block?;
        block.filled = true;
        page.lines.push(Line {
            keys: block.keys.clone(),
            hint: String::new(),
            value: line.to_owned(),
            close: block.close,
            further: false,
        });
        return Some(block);
    };
    let (keys, hint) = names(&key);
    // Some lines contain two pairs, separated by a tab.
    let second = |more: &&str| colon(more.trim()).is_some_and(|(key, _)| !key.contains(|c: char| c.is_ascii_digit()));
    let two = value.split_once('\t').filter(|(first, more)| !first.trim().is_empty() && second(more));
    let (first, second) = two.unwrap_or((&value, ""));
    let nothing = first.trim().is_empty();
    if !nothing {
        let value = first.trim().to_owned();
        page.lines.push(Line { keys: keys.clone(), hint, value, close: true, further: false });
    }
    if !second.trim().is_empty() {
        return take(second.trim(), None, known, page);
    }
    nothing.then_some(Block { keys, filled: false, close: true, list: false, indent: 0 })
}

/// The name and the value of a line.
fn pair(line: &str, known: &Lines) -> Option<(String, String)> {
    bracketed(line)
        .or_else(|| dotted(line))
        .or_else(|| colon(line))
        .or_else(|| tab(line))
        .or_else(|| sentence(line, known))
        .or_else(|| heading(line, known))
}

/// Parses lines such as `[Status]   Active` and `p. [Name Server]   ns1.example.net`.
fn bracketed(line: &str) -> Option<(String, String)> {
    let open = line.find('[').filter(|open| *open <= 3)?;
    let (key, value) = line.get(open + 1..)?.split_once(']')?;
    // For example, `[ remarks of the registry    ]`.
    let named = !key.is_empty() && !key.starts_with(' ') && (open == 0 || line[..open].ends_with(' '));
    named.then(|| (key.to_owned(), value.trim().to_owned()))
}

/// Parses lines such as `Nom de domaine#. . . . . .example.dz`.
fn dotted(line: &str) -> Option<(String, String)> {
    let (key, value) = line.split_once(". . .")?;
    Some((key.to_owned(), value.trim_start_matches(['.', ' ']).to_owned()))
}

fn colon(line: &str) -> Option<(String, String)> {
    let at = line.find(':')?;
    let (key, value) = (&line[..at], line[at + 1..].trim_start_matches(':'));
    let within_time = key.ends_with(|c: char| c.is_ascii_digit()) && value.starts_with(|c: char| c.is_ascii_digit());
    let named = key.split_whitespace().count() <= MOST_WORDS && !key.to_lowercase().ends_with("http");
    let named = named && !key.to_lowercase().ends_with("https") && !within_time;
    // Two registries write this before a name that they withhold.
    named.then(|| (key.to_owned(), value.trim_end().trim_start_matches(' ').to_owned()))
}

/// Parses lines such as `Domain name<tab>example.ch`.
fn tab(line: &str) -> Option<(String, String)> {
    let (key, value) = line.split_once('\t').or_else(|| line.split_once("    "))?;
    (key.split_whitespace().count() <= 4).then(|| (key.to_owned(), value.trim().to_owned()))
}

/// Parses sentences such as `Record expires on 2026-12-10` and `Domain EXAMPLE.KG (ACTIVE)`.
fn sentence(line: &str, known: &Lines) -> Option<(String, String)> {
    let lower = line.to_lowercase();
    if let Some(rest) = lower.strip_prefix("domain ").filter(|rest| is_host(rest.split(' ').next().unwrap_or(""))) {
        return Some(("domain".to_owned(), rest.to_owned()));
    }
    let dated = known.expiry.iter().chain(&known.created).any(|part| lower.contains(part.as_str()));
    let ends =
        [" on ", " at ", " until ", " date "].iter().filter_map(|word| lower.find(word).map(|at| at + word.len()));
    let at = ends.min().filter(|_| dated && line.len() <= 90)?;
    // The lower-case text may differ in length from the original.
    let (key, value) = (lower.get(..at)?, lower.get(at..)?);
    let short = key.split_whitespace().count() <= 5 && value.chars().any(|c| c.is_ascii_digit());
    short.then(|| (key.to_owned(), value.to_owned()))
}

/// A heading alone on its line, such as `Name servers`.
fn heading(line: &str, known: &Lines) -> Option<(String, String)> {
    let (keys, _) = names(line);
    known.server.iter().any(|key| keys.contains(key)).then(|| (line.to_owned(), String::new()))
}

/// The names within a line's name, and the part in brackets.
fn names(key: &str) -> (Vec<String>, String) {
    let lower = key.to_lowercase();
    let (mut plain, mut hint, mut depth) = (String::new(), String::new(), 0_u32);
    for c in lower.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => hint.push(c),
            '_' | '-' | '#' => plain.push(' '),
            _ => plain.push(c),
        }
    }
    let tidy =
        |text: &str| text.trim_matches(|c: char| " .*\t:".contains(c)).split_whitespace().collect::<Vec<_>>().join(" ");
    let whole = tidy(&plain);
    let mut all: Vec<String> = plain.split('/').map(tidy).filter(|part| *part != whole && !part.is_empty()).collect();
    all.insert(0, whole);
    (all, hint)
}

/// Whether a text could be a host name.
pub(super) fn is_host(text: &str) -> bool {
    let text = text.trim_end_matches('.');
    let (Some((_, last)), true) = (text.rsplit_once('.'), text.len() <= 253) else { return false };
    let labels = text
        .split('.')
        .all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_'));
    labels && last.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(String, String)> {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        let known = Lines { server: texts(&["name servers"]), expiry: texts(&["expir"]), ..Lines::default() };
        read(text, &known, &[]).lines.into_iter().map(|line| (line.keys[0].clone(), line.value)).collect()
    }

    fn one(text: &str) -> (String, String) {
        let mut all = lines(text);
        assert_eq!(all.len(), 1, "{text}: {all:?}");
        all.remove(0)
    }

    fn is(text: &str, key: &str, value: &str) {
        assert_eq!(one(text), (key.to_owned(), value.to_owned()), "{text}");
    }

    #[test]
    fn a_line_has_its_name_in_whichever_form() {
        is("Domain Status: ok", "domain status", "ok");
        is("expires............: 4.7.2027", "expires", "4.7.2027");
        is("[Status]                        Active", "status", "Active");
        is("p. [Name Server]     ns1.example.net", "name server", "ns1.example.net");
        is("Domain name\texample.ch", "domain name", "example.ch");
        is("** Domain Name: example.com.tr", "domain name", "example.com.tr");
        is("query_status: 200 Active", "query status", "200 Active");
        is("Nom de domaine#. . . . . .example.dz", "nom de domaine", "example.dz");
        is("Registry WHOIS Server:: whois.example.net", "registry whois server", "whois.example.net");
        is("Record expires on 2026-12-10 00:00:00 (UTC+8)", "record expires on", "2026-12-10 00:00:00 (utc+8)");
        is("Domain EXAMPLE.KG (ACTIVE)", "domain", "example.kg (active)");
        is("Expiration Date:\t\t10-Dec-2026 00:00:00", "expiration date", "10-Dec-2026 00:00:00");
        let two = lines("Domain name: example.com.fj\tStatus: Active");
        assert_eq!(two[1], ("status".to_owned(), "Active".to_owned()));
    }

    #[test]
    fn values_may_stand_below_their_name() {
        let text = "Domain Status:\n     Active\n     Delete Prohibited by Registrar\n\nName servers:\n\n  ns1.example.net  2001:db8::1\n";
        let all = lines(text);
        let values: Vec<&str> = all.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["Active", "Delete Prohibited by Registrar", "ns1.example.net  2001:db8::1"]);
        assert_eq!(all[2].0, "name servers");
    }

    #[test]
    fn a_list_of_states_goes_on_below_the_first() {
        let known = Lines { state: vec!["status".to_owned()], expiry: vec!["expir".to_owned()], ..Lines::default() };
        let states = |text: &str| {
            let page = read(text, &known, &["flags".to_owned()]);
            let lines =
                page.lines.into_iter().filter(|line| line.keys[0].contains("status") || line.keys[0] == "flags");
            lines.map(|line| (line.value, line.close)).collect::<Vec<_>>()
        };
        let sure = |values: &[&str]| values.iter().map(|value| ((*value).to_owned(), true)).collect::<Vec<_>>();
        for (text, wanted) in [
            ("Status: ok\n        clientHold\nRegistrar: X", sure(&["ok", "clientHold"])),
            ("  Status:\tOK\n         \tHOLD\n  Name: X", sure(&["OK", "HOLD"])),
            (
                "Status : ok -\n   hold - see: a remark\n   lock   (b)",
                sure(&["ok -", "hold - see: a remark", "lock   (b)"]),
            ),
            ("flags: ok\n hold", sure(&["ok", "hold"])),
            ("Status: ok\n\n    hold", sure(&["ok"])),
            ("Status: ok\n  Registrar: X\n  hold", sure(&["ok"])),
            ("Status: ok\n   Record expires on 2027-01-01", sure(&["ok"])),
            ("Name: X\n   hold", vec![]),
        ] {
            assert_eq!(states(text), wanted, "{text}");
        }
        assert_eq!(states("Status: ok\nhold")[1], ("hold".to_owned(), false));
    }

    #[test]
    fn remarks_and_terms_of_use_have_no_name() {
        for text in [
            "% Status: free",
            "# a: b",
            ">>> Last update: x <<<",
            "see https://example.org/terms",
            "[ The registry provides this: for information    ]",
            "Last updated on 2026-11-26T10:56:30Z",
        ] {
            assert_eq!(lines(text), [], "{text}");
        }
    }

    #[test]
    fn two_languages_in_one_name_are_two_names() {
        let page = read("Data de expiração / Expiration Date (dd/mm/yyyy): 10/12/2026", &Lines::default(), &[]);
        assert_eq!(page.lines[0].keys[1..], ["data de expiração".to_owned(), "expiration date".to_owned()]);
        assert_eq!(page.lines[0].hint, "dd/mm/yyyy");
    }
}
