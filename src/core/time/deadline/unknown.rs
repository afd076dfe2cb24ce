//! Detects words after a time of day that look like an unknown time zone, so that a person is asked.

use super::token::Token;
use super::words;

/// Words that are not part of a zone's name.
const WORDS: &str = "on at by the of and or if we you your in to is am pm for will until all no not it as this that first next last \
    any some same from with our be are was has have can may";
/// The maximum number of words in a zone's name.
const LONGEST: usize = 5;

/// Rejects an unknown zone after a time of day: an abbreviation, "Samoa time", "hora de Samoa" or a name in brackets.
///
/// # Errors
/// Fails if there is such a zone, with a question that quotes the unknown words.
pub(super) fn refuse(tokens: &[Token], at: usize) -> Result<(), String> {
    let Some(token) = tokens.get(at).filter(|_| at > 0 && !tokens[at - 1].ends) else { return Ok(()) };
    let unknown = |until: usize| Err(unknown(&tokens[at..until.min(tokens.len())]));
    if let Some(until) = in_words(tokens, at).or_else(|| bracketed(tokens, at)) {
        return unknown(until);
    }
    let shouted = tokens.iter().filter(|token| token.capitals).count() * 2 > tokens.len().max(6);
    if !token.capitals || shouted || is_word(&token.text) { Ok(()) } else { unknown(at + 1) }
}

/// The question for the person.
fn unknown(tokens: &[Token]) -> String {
    let name: Vec<String> = tokens
        .iter()
        .map(|token| if token.capitals { token.text.to_uppercase() } else { token.text.clone() })
        .collect();
    format!("{} is not a time zone that plugwatch knows: write it as an offset, such as UTC+1", name.join(" "))
}

fn is_word(word: &str) -> bool {
    WORDS.split(' ').any(|own| own == word)
}

/// The position after "Samoa Standard Time", "Ortszeit", "hora de Samoa" or "heure locale".
fn in_words(tokens: &[Token], at: usize) -> Option<usize> {
    let within = |from: usize| {
        let stop = tokens[from..].iter().take(LONGEST).position(|token| token.ends || token.pauses);
        stop.map_or((from + LONGEST).min(tokens.len()), |n| from + n + 1)
    };
    let word = tokens[at].text.as_str();
    if matches!(word, "hora" | "horario" | "heure") {
        return Some(within(at)).filter(|until| *until > at + 1);
    }
    let until = within(at);
    let time = (at..until).find(|n| {
        let word = tokens[*n].text.as_str();
        matches!(word, "time" | "zeit") && *n > at
            || matches!(word, "ortszeit" | "lokalzeit" | "landeszeit" | "sommerzeit" | "winterzeit")
    })?;
    let clean = tokens[at..time].iter().all(|token| {
        (!is_word(&token.text) || matches!(token.text.as_str(), "our" | "your"))
            && !words::cuts(&token.text)
            && !token.text.contains(|c: char| c.is_ascii_digit())
    });
    (clean && time < at + 4).then_some(time + 1)
}

/// The position after "17:00 (Samoa)": one to three names in brackets.
fn bracketed(tokens: &[Token], at: usize) -> Option<usize> {
    let closes = tokens[at..].iter().take(3).position(|token| token.pauses || token.ends)?;
    let names = &tokens[at..=at + closes];
    let name =
        |token: &Token| token.titled && words::weekday(&token.text).is_none() && words::month(&token.text).is_none();
    (tokens[at].opens && names.iter().all(name)).then_some(at + closes + 1)
}
