//! A time that a letter repeats in another zone: "12:00 PM ET / 5:00 PM UTC", "17:00 CET (16:00 UTC)".

use super::Deadline;
use super::token::Token;
use super::{day, hour, words, zone};

/// The position after all repetitions of a time, if they agree with it.
///
/// # Errors
/// Fails if a repetition is a different time, with a question for a person.
pub(super) fn read(tokens: &[Token], from: usize, deadline: &Deadline) -> Result<usize, String> {
    let mut next = from;
    while next > 0 && !tokens[next - 1].ends {
        let Some((until, hour, zone)) = other(tokens, next) else { break };
        let zone = zone?;
        if zone.local(deadline.at).time() != hour.time {
            let (one, other) = (&deadline.read_as, format!("{} {}", hour.time.format("%H:%M"), zone.name));
            return Err(format!("{one} and {other} are not the same time. Which one is right?"));
        }
        next = until;
    }
    Ok(next)
}

/// A time of day with its zone after a slash, a bracket or "or". It may include a day.
fn other(tokens: &[Token], from: usize) -> Option<(usize, hour::Hour, Result<zone::Zone, String>)> {
    let mut at = from;
    if matches!(tokens.get(at)?.text.as_str(), "or" | "oder" | "o" | "ou" | "ie" | "i.e" | "=") {
        at += 1;
    }
    while at < tokens.len().min(from + 8) {
        if let Some((until, hour)) = hour::read(tokens, at) {
            let (end, zone) =
                (until < tokens.len() && !tokens[until - 1].ends).then(|| zone::read(tokens, until))??;
            return Some((end, hour, zone));
        }
        at = match day::read(tokens, at) {
            Some((until, _)) => until,
            None if words::is_between(&tokens[at].text) => at + 1,
            None => return None,
        };
    }
    None
}

/// The end of a range whose first time of day precedes `from`, such as "to 18:00 UTC", and its zone.
pub(super) fn range_end(tokens: &[Token], from: usize) -> Option<(usize, Option<Result<zone::Zone, String>>)> {
    let joins =
        |token: &&Token| matches!(token.text.as_str(), "to" | "and" | "until" | "bis" | "und" | "a" | "y" | "à" | "et");
    tokens.get(from).filter(|_| from > 0 && !tokens[from - 1].ends).filter(joins)?;
    let (until, _) = (from + 1 < tokens.len()).then(|| hour::read(tokens, from + 1))??;
    let zone = (until < tokens.len() && !tokens[until - 1].ends).then(|| zone::read(tokens, until)).flatten();
    Some(zone.map_or((until, None), |(end, zone)| (end, Some(zone))))
}
