//! Hours as letters name them, and spans such as "within 24 hours".

use std::time::Duration;

use chrono::NaiveTime;

use super::Token;
use crate::core::time::Time;

/// An hour of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hour {
    pub(super) time: NaiveTime,
    /// "Monday midnight" is where Monday ends: the earliest instant that it can mean and that a
    /// reader would not call past.
    pub(super) next_day: bool,
}

/// The hour that begins at `from`, with where it ends.
pub(super) fn read(tokens: &[Token], from: usize) -> Option<(usize, Hour)> {
    let word = tokens[from].text.as_str();
    if let Some(until) = close(tokens, from) {
        return NaiveTime::from_hms_opt(17, 0, 0).map(|time| (until, Hour { time, next_day: false }));
    }
    let plain =
        |hour: u32, minute: u32| NaiveTime::from_hms_opt(hour, minute, 0).map(|time| Hour { time, next_day: false });
    match word {
        "noon" => return Some((from + 1, plain(12, 0)?)),
        "midnight" => return Some((from + 1, Hour { next_day: true, ..plain(0, 0)? })),
        "eod" | "cob" => return Some((from + 1, plain(17, 0)?)),
        _ => {}
    }
    let (digits, half) =
        ["am", "pm"].iter().find_map(|half| Some((word.strip_suffix(half)?, Some(*half)))).unwrap_or((word, None));
    let next = tokens.get(from + 1).map(|token| token.text.as_str()).filter(|_| half.is_none() && !tokens[from].ends);
    let apart = next.filter(|next| matches!(*next, "am" | "pm"));
    let half = half.or(apart);
    let (hour, minute) = match digits.split_once(':') {
        Some((hour, rest)) => (hour.parse().ok()?, rest.split(':').next()?.parse().ok()?),
        // A bare number is an hour only with its half of the day.
        None => (digits.parse::<u32>().ok().filter(|_| half.is_some())?, 0),
    };
    let hour: u32 = match half {
        Some("pm") if hour < 12 => hour + 12,
        Some("am") if hour == 12 => 0,
        _ => hour,
    };
    let midnight = hour == 24 && minute == 0;
    let read = if midnight { Hour { next_day: true, ..plain(0, 0)? } } else { plain(hour, minute)? };
    Some((from + 1 + usize::from(apart.is_some()), read))
}

/// "end of business", "the close of the business day": where it ends.
fn close(tokens: &[Token], from: usize) -> Option<usize> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    if !matches!(word(from), "end" | "close") || word(from + 1) != "of" {
        return None;
    }
    let at = from + 2 + usize::from(matches!(word(from + 2), "the" | "our" | "your"));
    match (word(at), word(at + 1)) {
        ("business", "day") => Some(at + 2),
        ("business" | "day", _) => Some(at + 1),
        _ => None,
    }
}

/// "within 24 hours", "in 3 days", "you have 30 days".
pub(super) fn span(tokens: &[Token], from: usize, received: Time) -> Option<(usize, Time)> {
    if !matches!(tokens[from].text.as_str(), "within" | "in" | "have" | "after") {
        return None;
    }
    let word = |at: usize| tokens.get(at).map(|token| token.text.as_str());
    let next = word(from + 1) == Some("the") && word(from + 2) == Some("next");
    let at = from + if next { 3 } else { 1 };
    let number = &tokens.get(at)?.text;
    let unit = tokens.get(at + 1)?.text.trim_end_matches("'s").trim_end_matches(['s', '\'', '’']);
    let count: u64 = match number.as_str() {
        "one" | "an" | "a" => 1,
        "two" => 2,
        "three" => 3,
        "seven" => 7,
        "ten" => 10,
        "thirty" => 30,
        digits => digits.parse().ok().filter(|n| *n <= 400)?,
    };
    let seconds = match unit {
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        "week" => 7 * 86_400,
        _ => return None,
    };
    Some((at + 2, received.plus(Duration::from_secs(count * seconds))))
}
