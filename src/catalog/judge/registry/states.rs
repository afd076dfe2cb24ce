//! Splits a text that contains states: lists with commas, slashes or brackets, followed by remarks and URLs, in any
//! spelling.

use crate::catalog::grammar::registry::{Family, Means, RegistryBook, squashed};

/// The states that a registry's words mean.
#[derive(Debug, Default, PartialEq)]
pub(super) struct States {
    /// Each state in the form that is shown, with its meaning; `None` if the meaning is unknown.
    pub found: Vec<(String, Option<Means>)>,
}

impl States {
    /// Adds the states of a text.
    pub(super) fn add(&mut self, text: &str, book: &RegistryBook, family: Option<&Family>) {
        for state in split(text, book, family) {
            if !self.found.contains(&state) {
                self.found.push(state);
            }
        }
    }

    /// Adds a text that may not be about a state, but only if the whole text is a state.
    pub(super) fn add_if_known(&mut self, text: &str, book: &RegistryBook, family: Option<&Family>) {
        let mut own = States::default();
        own.add(text, book, family);
        if own.found.iter().all(|(_, means)| means.is_some()) {
            own.found.into_iter().for_each(|state| {
                if !self.found.contains(&state) {
                    self.found.push(state);
                }
            });
        }
    }

    /// Whether any of the states has this meaning.
    pub(super) fn any(&self, wanted: Means) -> bool {
        self.found.iter().any(|(_, means)| *means == Some(wanted))
    }

    /// Whether any of the states is about the domain's state.
    pub(super) fn says_something(&self) -> bool {
        self.found.iter().any(|(_, means)| *means != Some(Means::Nothing))
    }
}

fn split(text: &str, book: &RegistryBook, family: Option<&Family>) -> Vec<(String, Option<Means>)> {
    let plain: Vec<&str> = text.split_whitespace().filter_map(without_url).collect();
    // Some registries give only the URL that explains the word.
    let text = if plain.is_empty() { explained(text) } else { plain.join(" ") };
    let known = |words: &str| book.means(family, words).map(|(shown, means)| (shown.to_owned(), Some(means)));
    if let Some(state) = known(&text) {
        return vec![state];
    }
    let mut states: Vec<(String, Option<Means>)> = Vec::new();
    for (piece, remark) in pieces(&text) {
        let piece = undated(&piece);
        if piece.is_empty() {
            continue;
        }
        if let Some((name, value)) = piece.split_once(':') {
            // For example, `ok; Registrar Hold: No`.
            if let Some(held) = held(name, value, book, family) {
                states.extend(held);
                continue;
            }
        }
        let found =
            known(&piece).map(|state| vec![state]).or_else(|| in_words(&piece, known)).or_else(|| by(&piece, known));
        match found {
            Some(found) => states.extend(found),
            // For example, `ok - Normal state.` and `serverDeleteProhibited (Legacy)`.
            None if remark && states.last().is_some_and(|(state, _)| !alarms(&piece, state, book)) => {}
            None => states.push((spaced(&piece), None)),
        }
    }
    states
}

/// Reads a line whose name is a hold (`On Hold: false`): the hold, or nothing if the value denies it. `None` if the
/// name is not a hold, or the value is neither yes nor no.
pub(super) fn held(
    name: &str,
    value: &str,
    book: &RegistryBook,
    family: Option<&Family>,
) -> Option<Option<(String, Option<Means>)>> {
    let name = name.trim().to_lowercase();
    let (shown, means) = book.means(family, name.trim_end_matches(" status"))?;
    if !name.contains("hold") || !matches!(means, Means::Suspended | Means::ServerHold | Means::ClientHold) {
        return None;
    }
    let value = squashed(value);
    match (book.lines.yes.contains(&value), book.lines.no.contains(&value)) {
        (true, _) => Some(Some((shown.to_owned(), Some(means)))),
        (_, true) => Some(None),
        _ => None,
    }
}

/// Parses "Suspended by REGISTRY", "suspended for abuse" and "on hold by order of a court". The state applies,
/// whoever set it. After a lock or an ordinary word, "by" does not have this meaning.
fn by(piece: &str, known: impl Fn(&str) -> Option<(String, Option<Means>)>) -> Option<Vec<(String, Option<Means>)>> {
    let (done, _) = piece
        .split_once(" by ")
        .or_else(|| piece.split_once(" for "))
        .or_else(|| piece.split_once(" due to "))
        .or_else(|| piece.split_once(" pursuant to "))?;
    let (_, means) = known(done)?;
    let taken = matches!(means, Some(Means::Suspended | Means::ServerHold | Means::ClientHold | Means::Deleted));
    taken.then(|| vec![(piece.to_lowercase(), means)])
}

/// The text before a URL: nothing for `(https://icann.org/epp#ok)`, the word for `clientHold#https://icann.org/epp`.
fn without_url(word: &str) -> Option<&str> {
    let begins = ["http://", "https://", "www.", "icann.org/"].iter().filter_map(|sign| word.find(sign)).min();
    let Some(begins) = begins else { return Some(word).filter(|word| !word.contains("epp#")) };
    let before = word[..begins].trim_end_matches(['#', '(', '<', '-', ':', '[']);
    before.contains(char::is_alphanumeric).then_some(before)
}

/// The words at the ends of URLs, as in `https://icann.org/epp#clientHold`.
fn explained(text: &str) -> String {
    let words = text.split_whitespace().filter_map(|word| word.split_once('#'));
    words.map(|(_, word)| word.trim_matches([')', '>', ']'])).collect::<Vec<_>>().join(" ")
}

/// The parts of a list, and whether each one is a remark on the part before it.
fn pieces(text: &str) -> Vec<(String, bool)> {
    let text = text.replace(" - ", "(");
    let mut all = Vec::new();
    let (mut piece, mut remark) = (String::new(), false);
    for c in text.chars() {
        if !",;/|()[]{}".contains(c) {
            piece.push(c);
            continue;
        }
        all.push((std::mem::take(&mut piece), remark));
        remark = match c {
            '(' | '[' | '{' => true,
            ')' | ']' | '}' => false,
            _ => remark,
        };
    }
    all.push((piece, remark));
    all
}

/// A state without the date or number next to it, as in `Connected (2027/03/31)` or `200 Active`.
fn undated(piece: &str) -> String {
    let words = piece.split_whitespace().map(|word| word.trim_matches(|c| c == '.' || c == '"' || c == '*'));
    let words = words.filter(|word| word.chars().any(char::is_alphabetic) || *word == "-");
    words.collect::<Vec<_>>().join(" ")
}

/// States separated only by spaces; `None` if there is any other word.
fn in_words(
    piece: &str,
    known: impl Fn(&str) -> Option<(String, Option<Means>)>,
) -> Option<Vec<(String, Option<Means>)>> {
    let words: Vec<&str> = piece.split_whitespace().collect();
    let (mut at, mut found) = (0, Vec::new());
    while at < words.len() {
        let longest = (at + 1..=words.len()).rev().find_map(|end| Some((end, known(&words[at..end].join(" "))?)));
        let (end, state) = longest?;
        found.push(state);
        at = end;
    }
    Some(found)
}

/// Whether a remark may add something to the state before it. Repeating the state's meaning adds nothing:
/// `clientDeleteProhibited - prevents deletion`.
fn alarms(piece: &str, state: &str, book: &RegistryBook) -> bool {
    let lower = piece.to_lowercase();
    book.lines.alarm.iter().any(|part| lower.contains(part.as_str()) && !state.contains(part.as_str()))
}

/// Splits `registryQuarantine` into `registry quarantine`. `ACTIVE` is one word.
pub(super) fn spaced(state: &str) -> String {
    let mut out = String::new();
    for c in state.trim().chars() {
        if c.is_uppercase()
            && out.chars().last().is_some_and(char::is_lowercase)
            && state.chars().any(char::is_lowercase)
        {
            out.push(' ');
        }
        out.push(if c == '_' { ' ' } else { c });
    }
    out.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> RegistryBook {
        let mut book = RegistryBook::default();
        let words = [
            ("ok", Means::Registered),
            ("active", Means::Registered),
            ("client hold", Means::ClientHold),
            ("not delegated", Means::NotDelegated),
            ("registered", Means::Registered),
            ("client transfer prohibited", Means::Locked),
            ("pending delete", Means::Deleted),
            ("client delete prohibited", Means::Locked),
            ("redemption period", Means::Deleted),
        ];
        words.into_iter().for_each(|(word, means)| book.words.add(word, means));
        book.lines.alarm = vec!["suspen".to_owned(), "hold".to_owned(), "delet".to_owned()];
        book
    }

    fn read(text: &str) -> Vec<(String, bool)> {
        let mut states = States::default();
        states.add(text, &book(), None);
        states.found.into_iter().map(|(shown, means)| (shown, means.is_some())).collect()
    }

    fn shown(text: &str) -> String {
        let all = read(text);
        assert!(all.iter().all(|(_, known)| *known), "{text}: {all:?}");
        all.into_iter().map(|(shown, _)| shown).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn lists_are_taken_apart_however_they_are_written() {
        for (text, wanted) in [
            ("clientHold https://icann.org/epp#clientHold", "client hold"),
            ("clientHold (https://www.icann.org/epp#clientHold)", "client hold"),
            ("clientHold (icann.org/epp#clientHold)", "client hold"),
            ("clientHold#https://icann.org/epp", "client hold"),
            ("clientHold(https://icann.org/epp#clientHold)", "client hold"),
            ("https://icann.org/epp#clientHold", "client hold"),
            ("ok -- http://www.icann.org/epp#ok", "ok"),
            ("Active, clientTransferProhibited", "active, client transfer prohibited"),
            ("pendingDelete / redemptionPeriod", "pending delete, redemption period"),
            ("REGISTERED, NOT DELEGATED", "registered, not delegated"),
            ("ACTIVE", "active"),
            ("CLIENT-HOLD", "client hold"),
            ("client_transfer_prohibited, client_hold", "client transfer prohibited, client hold"),
            ("ok clientHold", "ok, client hold"),
            ("[ok]", "ok"),
            ("200 Active", "active"),
            ("Active (2027/03/31)", "active"),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }

    #[test]
    fn whoever_did_it_it_is_done() {
        assert_eq!(read("Client hold by BIRKE-REG"), [("client hold by birke-reg".to_owned(), true)]);
        assert_eq!(read("Client hold for abuse"), [("client hold for abuse".to_owned(), true)]);
        assert_eq!(read("Registered by BIRKE-REG"), [("registered by birke-reg".to_owned(), false)]);
    }

    #[test]
    fn a_line_named_after_a_hold_says_yes_or_no() {
        let mut book = book();
        (book.lines.yes, book.lines.no) = (vec!["yes".to_owned()], vec!["no".to_owned(), "false".to_owned()]);
        let held = |name: &str, value: &str| held(name, value, &book, None);
        assert_eq!(held("Client Hold", "No"), Some(None));
        assert_eq!(held("Client Hold Status", "False"), Some(None));
        assert_eq!(held("Client Hold", "YES"), Some(Some(("client hold".to_owned(), Some(Means::ClientHold)))));
        assert_eq!(held("Client Hold", "since May"), None);
        assert_eq!(held("Registered", "No"), None);
    }

    #[test]
    fn a_remark_is_passed_over_unless_it_may_say_something() {
        assert_eq!(shown("ok - Normal state."), "ok");
        assert_eq!(shown("clientTransferProhibited (Legacy)"), "client transfer prohibited");
        assert_eq!(shown("clientDeleteProhibited - prevents deletion"), "client delete prohibited");
        assert_eq!(read("ok (to be deleted in May)")[1], ("to be deleted in may".to_owned(), false));
        assert_eq!(read("ok (suspended by court)")[1], ("suspended by court".to_owned(), false));
        assert_eq!(read("ok, in escrow")[1], ("in escrow".to_owned(), false));
    }

    #[test]
    fn what_nobody_has_heard_of_is_shown_in_words() {
        assert_eq!(read("registryQuarantine"), [("registry quarantine".to_owned(), false)]);
        assert_eq!(read("QUARANTINE"), [("quarantine".to_owned(), false)]);
    }
}
