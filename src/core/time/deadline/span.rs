//! Periods such as "within 24 hours" or "in 3 business days", counted from when a letter arrived.

use std::time::Duration;

use chrono::{Datelike, Days, Months, TimeZone, Weekday};
use chrono_tz::Tz;

use super::Deadline;
use super::token::Token;
use super::words::{self, Unit};
use crate::core::time::Time;

/// The assumption that applies to every period.
pub(super) const COUNTED: &str = "Counted from when it came.";
const WORKDAYS: &str = "Saturdays and Sundays are no business days; holidays are not known.";
/// The largest number that counts as a letter's period.
const MOST: u64 = 400;

/// The period that begins at `from`, and the position after it.
pub(super) fn read(tokens: &[Token], from: usize, received: Time, usual: Tz) -> Option<(usize, Deadline)> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let begins = matches!(
        word(from),
        "within"
            | "in"
            | "have"
            | "after"
            | "binnen"
            | "innerhalb"
            | "dentro"
            | "en"
            | "plazo"
            | "dans"
            | "sous"
            | "délai"
            | "haben"
            | "tiene"
            | "tienen"
            | "dispone"
            | "disponen"
            | "avez"
            | "disposez"
            | "quedan"
            | "reste"
            | "next"
            | "nächsten"
            | "próximos"
            | "prochains"
    );
    if !begins {
        return from_now(tokens, from, received, usual);
    }
    // "within the next", "innerhalb von", "dans un délai de"
    let filler = [
        "the",
        "next",
        "von",
        "der",
        "nächsten",
        "de",
        "d'un",
        "d’un",
        "los",
        "próximos",
        "les",
        "prochains",
        "un",
        "délai",
        "plazo",
    ];
    let mut at = from + 1;
    while filler.contains(&word(at)) && words::unit(word(at + 1)).is_none() {
        at += 1;
    }
    counted(tokens, at, received, usual)
}

/// "3 Werktage", "10 business days", even without a leading word; and "90 days from the date of this letter".
fn from_now(tokens: &[Token], from: usize, received: Time, usual: Tz) -> Option<(usize, Deadline)> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let first = word(from);
    if !first.starts_with(|c: char| c.is_ascii_digit()) && words::number(first).is_none() {
        return None;
    }
    let (until, deadline) = counted(tokens, from, received, usual)?;
    let from_here = matches!(
        (word(until), word(until + 1)),
        ("from" | "after", "the" | "this" | "today" | "now" | "receipt")
            | ("ab", "heute" | "erhalt" | "zugang")
            | ("nach", "erhalt" | "zugang")
    ) || matches!(
        (word(until), word(until + 1)),
        ("desde" | "a", "hoy" | "la" | "partir") | ("à", "compter") | ("après", "réception")
    );
    let ago = matches!(word(until), "ago" | "old" | "overdue" | "late" | "before");
    let workdays = deadline.assumed.iter().any(|what| what == WORKDAYS);
    ((workdays || from_here) && !ago).then_some((until, deadline))
}

/// The period whose number is at `at`.
fn counted(tokens: &[Token], at: usize, received: Time, usual: Tz) -> Option<(usize, Deadline)> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let (count, mut assumed) = count(word(at))?;
    let mut at = at + 1;
    // "3 to 5 days", "thirty (30) days"
    if matches!(word(at), "to" | "or" | "bis" | "a" | "à") && words::number(word(at + 1)).is_some() {
        assumed.push(format!("It says {count} to {}: the earlier is taken.", word(at + 1)));
        at += 2;
    } else if words::number(word(at)) == Some(count) {
        at += 1;
    }
    let (until, workdays) = counted_in(word, at);
    let end = match (workdays, words::unit(word(until - 1))) {
        (true, _) => {
            assumed.push(WORKDAYS.to_owned());
            after_workdays(received, count, usual)?
        }
        (false, Some(Unit::Seconds(one))) => received.plus(Duration::from_secs(count * one)),
        (false, Some(Unit::Months)) => {
            let months = Months::new(u32::try_from(count).ok()?);
            Time(received.utc().checked_add_months(months)?.timestamp_millis())
        }
        (false, None) => return None,
    };
    assumed.insert(0, COUNTED.to_owned());
    let read_as = end.utc().format("%a %-d %b %Y %H:%M UTC").to_string();
    Some((until, Deadline { at: end, read_as, assumed }))
}

/// The position after the unit at `at`, and whether only working days count.
fn counted_in<'w>(word: impl Fn(usize) -> &'w str, at: usize) -> (usize, bool) {
    match word(at) {
        "business" | "working" | "work" if is_day(word(at + 1)) => (at + 2, true),
        // Every day counts, whether stated or not.
        "calendar" | "consecutive" if is_day(word(at + 1)) => (at + 2, false),
        day if is_day(day) && matches!(word(at + 1), "naturales" | "corridos" | "calendaires") => (at + 1, false),
        "kalendertagen" | "kalendertage" => (at + 1, false),
        "werktagen" | "werktage" | "werktag" | "arbeitstagen" | "arbeitstage" | "arbeitstag" | "bankarbeitstagen"
        | "bankarbeitstage" | "geschäftstage" | "geschäftstagen" => (at + 1, true),
        day if is_day(day) && matches!(word(at + 1), "hábiles" | "habiles" | "laborables" | "ouvrés" | "ouvrables") => {
            (at + 2, true)
        }
        _ => (at + 1, false),
    }
}

fn is_day(word: &str) -> bool {
    words::unit(word) == Some(Unit::Seconds(86_400))
}

/// A number, or the first of `3-5`, with what had to be assumed.
fn count(word: &str) -> Option<(u64, Vec<String>)> {
    if let Some(number) = words::number(word) {
        return Some((number, Vec::new())).filter(|(number, _)| *number <= MOST);
    }
    let (first, second) = word.split_once(['-', '–'])?;
    let (first, _) = (first.parse::<u64>().ok()?, second.parse::<u64>().ok()?);
    Some((first, vec![format!("It says {word}: the earlier is taken.")])).filter(|(number, _)| *number <= MOST)
}

/// The same time of day after `count` days from Monday to Friday.
fn after_workdays(received: Time, count: u64, usual: Tz) -> Option<Time> {
    let local = received.utc().with_timezone(&usual).naive_local();
    let (mut day, mut left) = (local.date(), count);
    while left > 0 {
        day = day.checked_add_days(Days::new(1))?;
        left -= u64::from(!matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
    }
    let at = day.and_time(local.time());
    let at = usual
        .from_local_datetime(&at)
        .earliest()
        .or_else(|| usual.from_local_datetime(&(at - chrono::Duration::hours(1))).earliest())?;
    Some(Time(at.timestamp_millis()))
}
