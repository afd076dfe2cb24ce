//! Finds the deadline in a vendor's letter: "effective Sunday, January 10th, at 11:59PM PST". The result, with its
//! zone and all assumptions, is always shown to a person for confirmation.

mod again;
mod apart;
mod at_once;
mod changed;
mod choice;
mod count;
mod day;
mod glued;
mod hour;
mod near;
mod nth;
mod owner;
mod parts;
mod short;
mod slashed;
mod span;
mod token;
mod unknown;
mod words;
mod zone;
mod zones;

#[cfg(test)]
mod announced_tests;
#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;

use super::{Time, human};
use choice::{Chosen, Found};
use day::Day;
use parts::Parts;
use token::{Token, tokens};
use zone::Zone;

/// A date that seems to be further ahead than this has actually passed.
const FURTHEST: Duration = Duration::from_secs(400 * 86_400);

/// The error for a text without a date.
pub const NONE: &str = "plugwatch found no date in it";

/// The deadline that a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The instant.
    pub at: Time,
    /// The reading as shown to a person: `Sun 10 Jan 2021 23:59 PST`.
    pub read_as: String,
    /// What had to be assumed, one sentence each.
    pub assumed: Vec<String>,
}

/// The assumption for a day without an hour.
const NO_HOUR: &str = "It names no hour: plugwatch uses the beginning of that day.";

/// Whether a reading, in the form shown to a person, is a day without an hour.
pub fn names_no_hour(read_back: &str) -> bool {
    // Earlier versions stored other words after the colon.
    NO_HOUR.split_once(':').is_some_and(|(what, _)| read_back.contains(what))
}

impl Deadline {
    /// Whether the reading is a day without an hour, so that the end of that day may be meant.
    pub fn names_no_hour(&self) -> bool {
        self.assumed.iter().any(|what| what == NO_HOUR)
    }

    /// The full reading for a person to confirm: with UTC, the time left, and the assumptions.
    pub fn read_back(&self, now: Time) -> String {
        let left = match self.at > now {
            true => format!("in {}", human(self.at.since(now))),
            false => format!("{} ago", human(now.since(self.at))),
        };
        let assumed = self.assumed.iter().map(|what| format!(" {what}")).collect::<String>();
        let utc = self.at.utc().format("%a %-d %b %Y %H:%M UTC").to_string();
        let utc = if self.read_as == utc { String::new() } else { format!(" ({utc})") };
        format!("{}{utc}, {left}.{assumed}", self.read_as)
    }
}

/// The time that `text` names, if it is later than `received`. `zone` applies if the text names none.
///
/// # Errors
/// Fails if something is missing or ambiguous, with a question for a person.
pub fn read(text: &str, received: Time, zone: Tz) -> Result<Deadline, String> {
    if let Some(deadline) = exact(text, received) {
        return Ok(deadline);
    }
    let tokens = tokens(text);
    chosen(&tokens, received, zone).map(|chosen| chosen.deadline)
}

/// The cut-off that a letter announces. Unlike [`read`], this accepts a date only if the letter's words make it a
/// cut-off.
///
/// # Errors
/// Fails if something is missing or ambiguous, or if the letter withdraws a cut-off, with a question for a person.
pub fn cut_off(letter: &str, received: Time, zone: Tz) -> Result<Deadline, String> {
    if let Some(deadline) = exact(letter, received) {
        return Ok(deadline);
    }
    let tokens = tokens(letter);
    let chosen = chosen(&tokens, received, zone);
    if changed::takes_back(&tokens) {
        let named = chosen.map_or_else(|_| String::new(), |chosen| format!(", and names {}", chosen.deadline.read_as));
        return Err(format!("the letter seems to withdraw a cut-off{named}. Is there still a cut-off, and when?"));
    }
    if chosen.as_ref().is_err_and(|why| why == NONE) && changed::denies(&tokens) {
        return Err("the letter seems to withdraw a cut-off. Is there still a cut-off, and when?".to_owned());
    }
    let chosen = chosen?;
    chosen.doubt.map_or(Ok(chosen.deadline), Err)
}

/// Whether a text names no date and no span of time at all.
pub fn names_none(text: &str) -> bool {
    read(text, Time(0), Tz::UTC).is_err_and(|why| why == NONE)
}

/// Whether a letter says that an earlier letter no longer applies.
pub fn takes_back(letter: &str) -> bool {
    changed::takes_back(&tokens(letter))
}

fn chosen(tokens: &[Token], received: Time, zone: Tz) -> Result<Chosen, String> {
    let furthest = received.plus(FURTHEST);
    let asked = at_once::read(tokens)?;
    let counted = counted(tokens, received, zone);
    let letter = Letter { received, usual: zone, day_first: day::first(tokens), counted };
    let (mut found, mut passed, mut doubt): (Vec<Found>, Option<Deadline>, Option<String>) = (Vec::new(), None, None);
    let mut next = 0;
    while next < tokens.len() {
        // If a phrase has two possible times, a person is asked, whatever other times the text names.
        let (until, read) = phrase(tokens, next, &letter)?;
        match read {
            Some(Ok((_, deadline))) if deadline.at <= received || deadline.at > furthest => {
                passed = passed.or(Some(deadline));
            }
            Some(Ok((timed, deadline))) => found.push(Found { from: next, until, timed, deadline }),
            Some(Err(why)) => doubt = doubt.or(Some(why)),
            None => {}
        }
        next = until.max(next + 1);
    }
    if let Some(mut chosen) = choice::choose(tokens, found)? {
        chosen.deadline.assumed.extend(asked);
        return Ok(chosen);
    }
    if asked.is_some() {
        return Err(at_once::QUESTION.to_owned());
    }
    Err(match (doubt, passed) {
        (Some(doubt), _) => doubt,
        (None, Some(deadline)) if deadline.at > furthest => format!("{} is more than a year away", deadline.read_as),
        (None, Some(deadline)) => {
            format!(
                "{} is earlier than the letter itself; if the cut-off has already happened, give no time",
                deadline.read_as
            )
        }
        (None, None) => NONE.to_owned(),
    })
}

/// What is needed to interpret phrases of the letter.
struct Letter {
    received: Time,
    /// The zone to use if none is named.
    usual: Tz,
    /// Whether its dates begin with the day or the month, if the text makes that clear.
    day_first: Option<day::First>,
    /// The days to which the text counts: "within 30 days".
    counted: Vec<NaiveDate>,
}

/// The days to which a text counts from its sending.
fn counted(tokens: &[Token], received: Time, zone: Tz) -> Vec<NaiveDate> {
    let here = Zone::usual(zone);
    let spans = (0..tokens.len()).filter_map(|at| span::read(tokens, at, received, zone)?.1.ok());
    spans.map(|deadline| here.local(deadline.at).date()).collect()
}

/// Whether a text says that something ends, stops or is taken away.
pub fn speaks_of_an_end(text: &str) -> bool {
    tokens(text).iter().any(|token| words::cuts_off(&token.text))
}

/// Reads a text that consists only of an RFC 3339 time.
fn exact(text: &str, received: Time) -> Option<Deadline> {
    let word = text.trim();
    // People often omit the seconds: `2021-01-10T23:59Z`.
    let at = word.find('T').filter(|at| word.len() > at + 6)?;
    let with_seconds = format!("{}:00{}", &word.get(..at + 6)?, word.get(at + 6..)?);
    let ahead = |at: &Time| *at > received && *at <= received.plus(FURTHEST);
    let at = Time::parse(word).or_else(|| Time::parse(&with_seconds)).filter(ahead)?;
    let read_as = at.utc().format("%a %-d %b %Y %H:%M UTC").to_string();
    Some(Deadline { at, read_as, assumed: Vec::new() })
}

/// What a phrase names, and whether that includes a time of day. If the phrase is in doubt and nothing better is
/// found, the reason for the doubt.
type Reading = Option<Result<(bool, Deadline), String>>;

/// The phrase that begins at `from`: a day, a time of day and a zone in any usual order. Returns the position after
/// it and what it names, with whether that includes a time of day.
fn phrase(tokens: &[Token], from: usize, letter: &Letter) -> Result<(usize, Reading), String> {
    if let Some((until, read)) = span::read(tokens, from, letter.received, letter.usual) {
        return Ok((until, Some(read.map(|deadline| (true, deadline)))));
    }
    let apart = apart::read(tokens, from)?;
    let mut next = apart.map_or(from, |(at, _)| at);
    let mut parts = Parts { apart: apart.map(|(_, apart)| apart), ..Parts::default() };
    next = parts.gather(tokens, from, next)?;
    if parts.day.is_none()
        && let Some(weekday) = parts.weekday.filter(|_| near::is_of_a_month(tokens, next))
    {
        return Err(format!("{weekday} the {} of which month?", tokens[next].text));
    }
    if parts.day.is_none() && parts.weekday.is_none() && parts.hour.is_none() {
        return Ok((from + 1, None));
    }
    if parts.hour.is_some() && parts.zone.is_none() {
        unknown::refuse(tokens, next)?;
    }
    if parts.hour.is_some()
        && let Some((until, zone)) = again::range_end(tokens, next)
    {
        parts.zone = parts.zone.or(zone.transpose()?);
        next = until;
        parts.range = true;
    }
    let mut of_all = None;
    if parts.zone.is_none()
        && let Some((zone, other)) = zone::elsewhere(tokens, from)
    {
        let zone = zone?;
        of_all = other.then(|| format!("plugwatch took the time zone, {}, from another sentence.", zone.name));
        parts.zone = Some(zone);
    }
    if parts.hour.is_some() && parts.day.is_none() && parts.weekday.is_none() && !parts.take_day_of(tokens, from) {
        alone(tokens, from, next)?;
    }
    let timed = parts.hour.is_some();
    let mut read = assemble(parts, letter)?;
    read.iter_mut().for_each(|deadline| deadline.assumed.extend(of_all.take()));
    let next = match &read {
        Some(deadline) if timed => again::read(tokens, next, deadline)?,
        _ => next,
    };
    Ok((next, read.map(|deadline| Ok((timed, deadline)))))
}

/// Checks a time of day without a day, which means the next such time. Fails if something near it may be its day.
fn alone(tokens: &[Token], from: usize, until: usize) -> Result<(), String> {
    let mut near = tokens[from.saturating_sub(4)..from].iter().chain(tokens.iter().skip(until).take(4));
    let maybe = |token: &&Token| token.text.contains(|c: char| c.is_ascii_digit()) || short::is_month(&token.text);
    match near.find(maybe) {
        Some(token) => {
            let hour: Vec<&str> = tokens[from..until].iter().map(|token| token.text.as_str()).collect();
            Err(format!("{} on which day? plugwatch does not understand `{}`", hour.join(" "), token.text))
        }
        None => Ok(()),
    }
}

fn assemble(parts: Parts, letter: &Letter) -> Result<Option<Deadline>, String> {
    let Parts { day, weekday, next, hour, zone, apart, range } = parts;
    let Letter { received, usual, day_first, counted } = letter;
    let mut assumed = Vec::new();
    let here = zone.clone().unwrap_or_else(|| Zone::usual(*usual)).local(*received);
    let day = day.map(|day| day.decided(*day_first, weekday, counted, here)).transpose()?.map(|(day, why)| {
        assumed.extend(why.map(str::to_owned));
        day
    });
    if zone.is_none() {
        assumed.push(format!("It names no time zone: plugwatch uses {usual}."));
    }
    let zone = zone.unwrap_or_else(|| Zone::usual(*usual));
    if hour.is_none() {
        // "Today", without a time of day, may be now.
        if day == Some(Day::Later(0)) {
            return Ok(None);
        }
        assumed.push(NO_HOUR.to_owned());
    }
    assumed.extend((day == Some(Day::ThisWeek)).then(|| "\"This week\" is read as its Sunday.".to_owned()));
    if let (None, Some(weekday), true) = (day, weekday, next) {
        return day::which(weekday, here).map_or(Ok(None), Err);
    }
    let clock = hour.map_or(chrono::NaiveTime::MIN, |hour| hour.time);
    let named = day.or(weekday.map(Day::Weekday));
    let date = match named {
        Some(day) => day.date(here, clock),
        // A time of day alone means its next occurrence.
        None if here.time() < clock => Some(here.date()),
        None => here.date().succ_opt(),
    };
    let Some(date) = date else { return Ok(None) };
    if let (Some(Day::Date { .. }), Some(weekday)) = (day, weekday)
        && date.weekday() != weekday
    {
        let (date, is) = (date.format("%-d %B %Y"), date.weekday());
        return Err(format!("{date} is a {is}, not a {weekday}. Which day is right?"));
    }
    // `24:00` is the end of the named day. "Midnight" may be either end of that day; the earlier one that is still
    // ahead is used.
    let midnight = named.is_some() && hour.is_some_and(|hour| hour.midnight);
    let begun = midnight && NaiveDateTime::new(date, clock) <= here;
    let ends = named.is_some() && hour.is_some_and(|hour| hour.next_day) || begun;
    if midnight {
        let end = if begun { "end" } else { "beginning" };
        assumed.push(format!("Midnight is read as the {end} of {}.", date.format("%a %-d %b")));
    }
    assumed.extend(hour.and_then(|hour| hour.assumed).map(str::to_owned));
    assumed.extend(range.then(|| "It names a range of hours: plugwatch uses its beginning.".to_owned()));
    let Some(date) = (if ends { date.succ_opt() } else { Some(date) }) else { return Ok(None) };
    let named = NaiveDateTime::new(date, clock);
    let Some(local) = apart.map_or(Some(named), |apart| apart.from(named)) else { return Ok(None) };
    assumed.extend(apart.map(|_| format!("Counted from {}.", named.format("%a %-d %b %Y"))));
    let Some(at) = zone.instant(local) else { return Ok(None) };
    assumed.extend(zone.odd(local));
    let read_as = format!("{} {}", local.format("%a %-d %b %Y %H:%M"), zone.name);
    Ok(Some(Deadline { at, read_as, assumed }))
}
