//! "Immediately" in a letter: the hour of a cut, which is asked about, or of what we are to do.

use super::token::Token;
use super::words;

/// What is asked where a letter may mean now.
pub(super) const QUESTION: &str = "it says immediately: if they have left you already, say so, else give the hour";

/// So many words around it tell what it is about.
const NEAR: usize = 8;

/// Whether a letter says that something is to be done at once, as a sentence for its reader.
///
/// # Errors
/// It may mean that they cut us off now: the question.
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

/// Whether the nearest word that tells it, within the sentence, is about a cut.
fn is_cut(tokens: &[Token], at: usize) -> bool {
    let before = tokens[..at].iter().rev().take_while(|token| !token.ends);
    let after = tokens[at + 1..].iter().take(if tokens[at].ends { 0 } else { NEAR });
    let told = |(far, token): (usize, &Token)| {
        let cut = words::cuts(&token.text);
        (cut || words::asks(&token.text)).then_some((far, cut))
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
        // Alone it is no hour, and nobody's doing.
        (None, None) => false,
    }
}
