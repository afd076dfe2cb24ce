//! What a period is counted from. "3 complaints within 30 days" and "six months of inactivity" set no date. "30 days
//! after the renewal" sets a date that cannot be computed from the letter's arrival.

use super::token::Token;
use super::{day, words};

/// Words for the events that a letter's own period is counted from.
const HERE: &str = "today now receipt hereof this letter notice message mail email e-mail heute jetzt \
    erhalt empfang zugang dieser dieses diesem hoy ahora recepción recepcion recibir recibo esta este presente aujourd'hui aujourd’hui \
    réception présente présent ce cette";
/// The maximum number of words between the period and such a word.
const FAR: usize = 6;
/// Words that contracts use for what a party may do at any time.
const CONTRACT: &str = "may can either party parties requires require kann können puede pueden peut peuvent";

fn has(list: &str, word: &str) -> bool {
    list.split(' ').any(|own| own == word)
}

/// If the period from `from`, with its number at `at`, is not the letter's own: the reason, for a person.
pub(super) fn of(tokens: &[Token], (from, at, until): (usize, usize, usize)) -> Option<String> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let period = tokens[at..until].iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
    let before = |back: usize| from.checked_sub(back).filter(|at| !tokens[*at].ends).map_or("", word);
    if matches!((before(2), before(1)), ("but" | "and", "not") | ("aber", "nicht") | ("mais", "pas") | ("pero", "no")) {
        return Some(format!("the letter says \"not in {period}\". When does it take effect?"));
    }
    // "3 complaints within 30 days"
    let unit = words::unit(before(1)).is_some() || words::month(before(1)).is_some();
    let frequent = matches!(word(from), "within" | "in" | "innerhalb" | "binnen" | "dentro" | "en" | "dans");
    let counts = |word: &str| word != "a" && word != "one" && words::number(word).is_some();
    if frequent && !unit && words::number(before(1)).is_none() && counts(before(2)) {
        return Some(format!(
            "\"{period}\" may refer to the {} {} named before it. When does the letter take effect?",
            before(2),
            before(1)
        ));
    }
    of_letter(tokens, (at, until)).or_else(|| match counts_from(tokens, until) {
        Some(false) => {
            Some(format!("the letter counts {period} from an event without a date. When does that period end?"))
        }
        Some(true) | None => None,
    })
}

/// A reason if the period is counted from the date in the letter's heading, which may be earlier than its arrival.
pub(super) fn of_letter(tokens: &[Token], (at, until): (usize, usize)) -> Option<String> {
    let period = tokens[at..until].iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
    let dated = from_its_date(tokens, until) && names_its_date(tokens);
    dated.then(|| format!("the letter counts {period} from its own date. On which day does that period end?"))
}

/// Whether the period that ends at `until` is counted from the date in the letter's heading: "from the date hereof".
fn from_its_date(tokens: &[Token], until: usize) -> bool {
    let near = &tokens[until.min(tokens.len())..tokens.len().min(until + FAR)];
    counts_from(tokens, until) == Some(true) && near.iter().any(|token| has("date datum fecha hereof", &token.text))
}

/// Whether the letter's heading contains a date: "Dated 15 November 2026", "Datum: 15.11.2026".
fn names_its_date(tokens: &[Token]) -> bool {
    let heads = (0..tokens.len()).filter(|at| has("dated date datum fecha issued", &tokens[*at].text));
    let first = |at: &usize| *at == 0 || tokens[at - 1].ends;
    heads.filter(first).any(|at| at + 1 < tokens.len() && day::read(tokens, at + 1).is_some())
}

/// Whether the period that ends at `until` is counted from the letter or from something else, if the letter says so.
pub(super) fn counts_from(tokens: &[Token], until: usize) -> Option<bool> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    if until == 0 || tokens[until - 1].ends || tokens[until - 1].pauses {
        return None;
    }
    let counted = match (word(until), word(until + 1)) {
        ("after" | "following", "which" | "that") => return None,
        ("from" | "after" | "following" | "of" | "nach" | "ab" | "seit" | "après" | "desde" | "tras", _) => true,
        ("de", next) => !matches!(next, "plazo" | "antelación" | "délai"),
        ("à" | "a", "compter" | "partir") | ("después", "de" | "del") => true,
        (next, _) => next.starts_with("d'inactiv") || next.starts_with("d’inactiv"),
    };
    let mut over = false;
    let mut near =
        tokens[until..].iter().take(FAR).take_while(|token| !std::mem::replace(&mut over, token.ends || token.pauses));
    counted.then(|| near.any(|token| has(HERE, &token.text)))
}

/// A reason if the sentence says what a contract allows, not what will happen.
pub(super) fn of_contract(tokens: &[Token], at: usize) -> Option<String> {
    let begins = tokens[..at].iter().rposition(|token| token.ends).map_or(0, |at| at + 1);
    let allowed = tokens[begins..at].iter().any(|token| has(CONTRACT, &token.text));
    allowed.then(|| {
        "the letter names a period of notice, but not whether it has begun. When does the letter take effect?"
            .to_owned()
    })
}
