//! "Immediately" in a letter: either the cut-off, whose time must then be asked for, or a demand to the reader.

use super::token::Token;
use super::words;

/// The question if a letter may mean a cut-off now.
pub(super) const QUESTION: &str =
    "the letter says \"immediately\": if the vendor has left you already, say so; otherwise give the time";

/// Verbs at the beginning of a sentence that ask the reader to do something.
const IMPERATIVES: [&str; 8] = ["stop", "cease", "halt", "close", "cancel", "remove", "disable", "delete"];

/// How many words before and after "immediately" are searched for its meaning.
const NEAR: usize = 8;

/// The sentence for the reader if a letter demands something at once.
///
/// # Errors
/// Fails if the letter may mean that the vendor cuts the customer off now, with a question for a person.
pub(super) fn read(tokens: &[Token]) -> Result<Option<String>, String> {
    let mut asked = None;
    let at_once = |token: &Token| {
        matches!(
            token.text.as_str(),
            "immediately" | "immediate" | "sofort" | "sofortiger" | "inmediatamente" | "immédiatement"
        )
    };
    for at in tokens.iter().enumerate().filter(|(_, token)| at_once(token)).map(|(at, _)| at) {
        if is_cut(tokens, at) {
            return Err(QUESTION.to_owned());
        }
        asked = Some(
            "It also says \"immediately\", which plugwatch reads as a request to you, not as the time.".to_owned(),
        );
    }
    Ok(asked)
}

/// Whether the nearest significant word in the sentence is about a cut-off.
fn is_cut(tokens: &[Token], at: usize) -> bool {
    let before = tokens[..at].iter().rev().take_while(|token| !token.ends);
    let after = tokens[at + 1..].iter().take(if tokens[at].ends { 0 } else { NEAR });
    // "Stop all traffic immediately" asks the reader to stop.
    let begins = tokens[..at].iter().rposition(|token| token.ends).map_or(0, |at| at + 1);
    let imperative = |token: &Token| std::ptr::eq(token, &tokens[begins]) && IMPERATIVES.contains(&token.text.as_str());
    let told = |(far, token): (usize, &Token)| {
        let cut = words::cuts(&token.text) && !imperative(token);
        (cut || imperative(token) || words::asks(&token.text)).then_some((far, cut))
    };
    let before = before.take(NEAR).enumerate().find_map(told);
    let mut ended = false;
    let after = after.take_while(|token| !std::mem::replace(&mut ended, token.ends)).enumerate().find_map(told);
    match (before, after) {
        (Some((near, cut)), Some((far, other))) => {
            if far < near {
                other
            } else {
                cut
            }
        }
        (Some((_, cut)), None) | (None, Some((_, cut))) => cut,
        // On its own, the word says neither when nor who acts.
        (None, None) => false,
    }
}
