//! "Immediately" in a letter: either the cut-off, whose hour must be asked for, or something the reader should do.

use super::token::Token;
use super::words;

/// The question if a letter may mean now.
pub(super) const QUESTION: &str = "it says immediately: if they have left you already, say so, else give the hour";

/// Verbs that ask the reader to do something, at the beginning of a sentence.
const IMPERATIVES: [&str; 8] = ["stop", "cease", "halt", "close", "cancel", "remove", "disable", "delete"];

/// How many words before and after it are searched for its meaning.
const NEAR: usize = 8;

/// If a letter says that something must be done at once: a sentence for its reader.
///
/// # Errors
/// Fails if the letter may mean that the vendor cuts you off now, with the question for the reader.
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
        asked = Some("It also says immediately: taken as what you shall do, not as its hour.".to_owned());
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
        // On its own, it names neither a time nor who acts.
        (None, None) => false,
    }
}
