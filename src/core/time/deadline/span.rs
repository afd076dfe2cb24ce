//! Periods such as "within 24 hours" or "in 3 business days", counted from when a letter arrived.

use std::time::Duration;

use chrono::{Datelike, Days, Months, TimeZone, Weekday};
use chrono_tz::Tz;

use super::count::{count, counted_in};
use super::token::Token;
use super::words::{self, Unit};
use super::{Deadline, apart, owner};
use crate::core::time::Time;

/// The assumption that applies to every period.
pub(super) const COUNTED: &str = "Counted from the time at which the letter arrived.";
const WORKDAYS: &str = "plugwatch counts neither Saturdays nor Sundays as business days, and does not know holidays.";

/// Words that begin a period.
const BEGINS: &str = "within in have after binnen innerhalb dentro en plazo dans sous délai haben tiene tienen \
    dispone disponen avez disposez quedan reste next ablauf expiry nächsten próximos prochains";
/// Words after those: "within the next", "innerhalb von", "dans un délai de".
const FILLERS: &str = "the next von of der nächsten de d'un d’un los próximos les prochains un délai plazo";

/// A period, or the reason why it is not the letter's own: it belongs to something else.
pub(super) type Read = Result<Deadline, String>;

/// The period that begins at `from`, and the position after it.
pub(super) fn read(tokens: &[Token], from: usize, received: Time, usual: Tz) -> Option<(usize, Read)> {
    if let Some(read) = of_notice(tokens, from, received, usual) {
        return Some(read);
    }
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let has = |list: &str, word: &str| list.split(' ').any(|own| own == word);
    let begins = has(BEGINS, word(from));
    if !begins {
        return from_now(tokens, from, received, usual);
    }
    let mut at = from + 1;
    while has(FILLERS, word(at)) && words::unit(word(at + 1)).is_none() {
        at += 1;
    }
    // "within 30 days of 8 December" is read with that day.
    if !matches!(apart::read(tokens, at), Ok(None)) {
        return None;
    }
    let (until, deadline) = counted(tokens, at, received, usual)?;
    Some((until, owner::of(tokens, (from, at, until)).map_or(Ok(deadline), Err)))
}

/// Periods without a leading word, such as "3 Werktage" or "10 business days", and "90 days from the date of this
/// letter".
fn from_now(tokens: &[Token], from: usize, received: Time, usual: Tz) -> Option<(usize, Read)> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let first = word(from);
    if !first.starts_with(|c: char| c.is_ascii_digit()) && words::number(first).is_none() {
        return None;
    }
    if !matches!(apart::read(tokens, from), Ok(None)) {
        return None;
    }
    let (until, deadline) = counted(tokens, from, received, usual)?;
    let counts = owner::counts_from(tokens, until);
    let ago = matches!(word(until), "ago" | "old" | "overdue" | "late" | "before");
    let workdays = deadline.assumed.iter().any(|what| what == WORKDAYS);
    if ago || (!workdays && counts.is_none()) {
        return None;
    }
    Some((until, owner::of(tokens, (from, from, until)).map_or(Ok(deadline), Err)))
}

/// "30 days' notice", "30-day notice", "a notice period of 60 days", "mit einer Frist von zwei Wochen".
fn of_notice(tokens: &[Token], from: usize, received: Time, usual: Tz) -> Option<(usize, Read)> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let (until, deadline) = match word(from) {
        "notice" | "frist" | "kündigungsfrist" | "préavis" | "preaviso" => {
            let filler = |at: &usize| !matches!(word(*at), "period" | "of" | "is" | "von" | "de" | "beträgt");
            let at = (from + 1..from + 4).find(filler).filter(|at| *at > from + 1)?;
            counted(tokens, at, received, usual)?
        }
        first => {
            let of = |at: usize| {
                let at = at + usize::from(word(at) == "of");
                (at..at + 3).find(|at| !matches!(word(*at), "written" | "prior" | "advance" | "formal"))
            };
            let (after, deadline) = match first.split_once('-') {
                Some((count, unit)) if words::unit(unit).is_some() => {
                    (from + 1, later(count.parse().ok()?, unit, received)?)
                }
                _ => counted(tokens, from, received, usual)?,
            };
            let notice = of(after).filter(|at| matches!(word(*at), "notice" | "preaviso"))?;
            (notice + 1, deadline)
        }
    };
    let other = owner::of_contract(tokens, from).or_else(|| owner::of_letter(tokens, (from, until)));
    Some((until, other.map_or(Ok(deadline), Err)))
}

/// The period whose number is at `at`.
fn counted(tokens: &[Token], at: usize, received: Time, usual: Tz) -> Option<(usize, Deadline)> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let (count, mut assumed) = count(word(at))?;
    let mut at = at + 1;
    // "3 to 5 days", "thirty (30) days"
    if matches!(word(at), "to" | "or" | "bis" | "a" | "à") && words::number(word(at + 1)).is_some() {
        assumed.push(format!("It says {count} to {}: plugwatch uses the earlier date.", word(at + 1)));
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
        (false, Some(_)) => end_of(count, word(until - 1), received)?,
        (false, None) => return None,
    };
    assumed.insert(0, COUNTED.to_owned());
    let read_as = end.utc().format("%a %-d %b %Y %H:%M UTC").to_string();
    Some((until, Deadline { at: end, read_as, assumed }))
}

/// The time after this many units, with the assumptions made.
fn later(count: u64, unit: &str, received: Time) -> Option<Deadline> {
    let at = end_of(count, unit, received)?;
    let read_as = at.utc().format("%a %-d %b %Y %H:%M UTC").to_string();
    Some(Deadline { at, read_as, assumed: vec![COUNTED.to_owned()] })
}

fn end_of(count: u64, unit: &str, received: Time) -> Option<Time> {
    match words::unit(unit).filter(|_| count <= super::count::MOST)? {
        Unit::Seconds(one) => Some(received.plus(Duration::from_secs(count * one))),
        Unit::Months => {
            let months = Months::new(u32::try_from(count).ok()?);
            Some(Time(received.utc().checked_add_months(months)?.timestamp_millis()))
        }
    }
}

/// The same time of day after `count` working days, Monday to Friday.
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
