//! Finds the hour in a vendor's letter: "effective Sunday, January 10th, at 11:59PM PST". What is
//! read is always read back to a person, with its zone, and with what had to be assumed.

mod at_once;
mod day;
mod glued;
mod hour;
mod span;
mod words;
mod zone;

use std::time::Duration;

use chrono::{Datelike, NaiveDateTime, TimeZone};
use chrono_tz::Tz;

use super::{Time, human};
use day::Day;
use hour::Hour;
use zone::Zone;

/// An hour stands at most so many words after such a word.
const NEAR: usize = 14;
/// A letter that names a day further away means one that has passed.
const FURTHEST: Duration = Duration::from_secs(400 * 86_400);

/// The hour that a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// When.
    pub at: Time,
    /// As it is read back: `Sun 10 Jan 2021 23:59 PST`.
    pub read_as: String,
    /// What had to be assumed, a sentence each.
    pub assumed: Vec<String>,
}

/// Two ways to name one end differ by no more than this.
const SAME: Duration = Duration::from_secs(2 * 86_400);

fn near(one: Time, other: Time) -> bool {
    one.since(other).max(other.since(one)) <= SAME
}

impl Deadline {
    fn is_counted(&self) -> bool {
        self.assumed.first().is_some_and(|first| first == span::COUNTED)
    }

    /// The whole of it, for a person to confirm: with UTC, how long that is, and what was assumed.
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

/// A word of the text with what follows it directly: `11:59pm`, `january`, `10th`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    text: String,
    /// A sentence ends after it.
    ends: bool,
    /// It is written in capitals, as abbreviations are.
    capitals: bool,
}

/// The hour that `text` names, if it names one that lies after `received`. `zone` counts where the
/// text names none.
///
/// # Errors
/// What is missing, as a question to a person.
pub fn read(text: &str, received: Time, zone: Tz) -> Result<Deadline, String> {
    if let Some(at) = exact(text, received) {
        let read_as = at.utc().format("%a %-d %b %Y %H:%M UTC").to_string();
        return Ok(Deadline { at, read_as, assumed: Vec::new() });
    }
    let (tokens, furthest) = (tokens(text), received.plus(FURTHEST));
    let asked = at_once::read(&tokens)?;
    let day_first = day::begins_with_day(&tokens);
    let (mut found, mut passed): (Vec<(bool, bool, Deadline)>, Option<Deadline>) = (Vec::new(), None);
    let mut next = 0;
    while next < tokens.len() {
        // What may be one of two hours is asked, whatever else the text names.
        let (until, read) = phrase(&tokens, next, &Letter { received, usual: zone, day_first })?;
        if let Some((timed, deadline)) = read {
            if deadline.at <= received || deadline.at > furthest {
                passed = passed.or(Some(deadline));
                next = until.max(next + 1);
                continue;
            }
            let led = tokens[next.saturating_sub(NEAR)..next].iter().any(|token| words::leads(&token.text));
            found.push((led, timed, deadline));
        }
        next = until.max(next + 1);
    }
    // What follows such a word and has an hour is meant before all else; the first of equals.
    found.sort_by_key(|(led, timed, _)| (!led, !timed));
    let mut found = found.into_iter().map(|(_, _, deadline)| deadline);
    if let Some(first) = found.next() {
        // "in 90 days, on 26 February": the day that it names is meant, not the count.
        let named = |other: &Deadline| first.is_counted() && !other.is_counted() && near(first.at, other.at);
        let mut deadline = found.find(named).unwrap_or(first);
        deadline.assumed.extend(asked);
        return Ok(deadline);
    }
    if asked.is_some() {
        return Err(at_once::QUESTION.to_owned());
    }
    Err(match passed {
        Some(deadline) if deadline.at > furthest => format!("{} is more than a year away", deadline.read_as),
        Some(deadline) => format!("{} lies before the letter itself", deadline.read_as),
        None => "plugwatch found no date in it".to_owned(),
    })
}

/// A letter, as far as its phrases need it.
struct Letter {
    received: Time,
    /// The zone where none is named.
    usual: Tz,
    /// Whether dates begin with their day, where the text makes that clear.
    day_first: Option<bool>,
}

/// An RFC 3339 time anywhere in the text that lies ahead.
fn exact(text: &str, received: Time) -> Option<Time> {
    let edge = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '(' | ')');
    text.split(edge).map(|word| word.trim_end_matches('.')).find_map(|word| {
        // `2021-01-10T23:59Z`, as people write it, has no seconds.
        let at = word.find('T').filter(|at| word.len() > at + 6)?;
        let with_seconds = format!("{}:00{}", &word.get(..at + 6)?, word.get(at + 6..)?);
        let ahead = |at: &Time| *at > received && *at <= received.plus(FURTHEST);
        Time::parse(word).or_else(|| Time::parse(&with_seconds)).filter(ahead)
    })
}

fn tokens(text: &str) -> Vec<Token> {
    let words = |raw: &str| -> Vec<Token> {
        let bare = raw.trim_matches(|c: char| !c.is_alphanumeric() && c != '+' && c != '-');
        // A sign belongs to a number, such as an offset.
        let signed = bare.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let bare = if signed { bare.trim_end_matches('-') } else { bare.trim_matches('-') };
        // `10.12.` is a day in German: its dots end no sentence.
        let dotted = raw.trim_matches([',', ';', '(', ')']);
        let bare = if day::is_short_date(dotted) { dotted } else { bare };
        let text = bare.to_lowercase().replace("a.m", "am").replace("p.m", "pm");
        let short = text.ends_with("am") || text.ends_with("pm") || day::is_month(&text) || day::is_ordinal(&text);
        let ends = raw.ends_with(['!', '?']) || (raw.ends_with('.') && !short && !day::is_short_date(&text));
        let capitals = (2..=5).contains(&bare.len()) && bare.chars().all(|c| c.is_ascii_uppercase());
        let parts = glued::parts(&text);
        let last = parts.len() - 1;
        let token = |(n, part): (usize, &str)| Token { text: part.to_owned(), ends: ends && n == last, capitals };
        parts.into_iter().enumerate().map(token).collect()
    };
    text.split_whitespace().flat_map(words).filter(|token| !token.text.is_empty()).collect()
}

/// The phrase that begins at `from`: a day, an hour and a zone in any usual order. Where it ends, and
/// what it names, with whether it has an hour.
fn phrase(tokens: &[Token], from: usize, letter: &Letter) -> Result<(usize, Option<(bool, Deadline)>), String> {
    if let Some((until, deadline)) = span::read(tokens, from, letter.received, letter.usual) {
        return Ok((until, Some((true, deadline))));
    }
    let mut parts = Parts::default();
    let mut next = from;
    while next < tokens.len() {
        if let Some((until, more)) = day::read(tokens, next) {
            parts.note_day(more);
            next = until;
        } else if let Some((until, read)) = hour::read(tokens, next).filter(|_| parts.hour.is_none()) {
            parts.hour = Some(read);
            next = until;
        } else if let Some((until, read)) = zone::read(tokens, next)
            .filter(|(until, _)| parts.zone.is_none() && (parts.hour.is_some() || hour_at(tokens, *until)))
        {
            parts.zone = Some(read?);
            next = until;
        } else if words::is_between(&tokens[next].text) && next > from {
            next += 1;
            continue;
        } else {
            break;
        }
        if tokens[next - 1].ends {
            break;
        }
    }
    if parts.day.is_none() && parts.weekday.is_none() && parts.hour.is_none() {
        return Ok((from + 1, None));
    }
    if parts.hour.is_some() && parts.zone.is_none() {
        zone::refuse_unknown(tokens, next)?;
    }
    if parts.hour.is_some() && parts.day.is_none() && parts.weekday.is_none() {
        alone(tokens, from, next)?;
    }
    let timed = parts.hour.is_some();
    Ok((next, assemble(parts, letter)?.map(|deadline| (timed, deadline))))
}

/// "UTC 17:00": a zone before its hour.
fn hour_at(tokens: &[Token], at: usize) -> bool {
    at < tokens.len() && hour::read(tokens, at).is_some()
}

/// What a phrase names.
#[derive(Default)]
struct Parts {
    day: Option<Day>,
    weekday: Option<chrono::Weekday>,
    hour: Option<Hour>,
    zone: Option<Zone>,
}

impl Parts {
    fn note_day(&mut self, day: Day) {
        match day {
            Day::Weekday(weekday) => self.weekday = Some(weekday),
            day => self.day = self.day.or(Some(day)),
        }
    }
}

/// An hour without a day is the next one on the clock, unless something beside it may be its day.
fn alone(tokens: &[Token], from: usize, until: usize) -> Result<(), String> {
    let mut near = tokens[from.saturating_sub(4)..from].iter().chain(tokens.iter().skip(until).take(4));
    let maybe = |token: &&Token| token.text.contains(|c: char| c.is_ascii_digit()) || day::is_month(&token.text);
    match near.find(maybe) {
        Some(token) => {
            let hour: Vec<&str> = tokens[from..until].iter().map(|token| token.text.as_str()).collect();
            Err(format!("{} of which day? `{}` is not understood", hour.join(" "), token.text))
        }
        None => Ok(()),
    }
}

fn assemble(parts: Parts, letter: &Letter) -> Result<Option<Deadline>, String> {
    let (Parts { day, weekday, hour, zone }, Letter { received, usual, day_first }) = (parts, letter);
    let mut assumed = Vec::new();
    if matches!(day, Some(Day::Either { .. })) && day_first.is_some() {
        assumed.push("Day and month are taken in the order of the rest of the letter.".to_owned());
    }
    let day = day.map(|day| day.decided(*day_first, weekday)).transpose()?;
    if zone.is_none() {
        assumed.push(format!("It names no time zone: taken as {usual}."));
    }
    let zone = zone.unwrap_or_else(|| Zone::usual(*usual));
    let here = zone.local(*received);
    if hour.is_none() {
        // Today, without an hour, may be now.
        if day == Some(Day::Later(0)) {
            return Ok(None);
        }
        assumed.push("It names no hour: taken as the beginning of that day.".to_owned());
    }
    let clock = hour.map_or(chrono::NaiveTime::MIN, |hour| hour.time);
    let named = day.or(weekday.map(Day::Weekday));
    let date = match named {
        Some(day) => day.date(here, clock),
        // An hour alone is the next one on the clock.
        None if here.time() < clock => Some(here.date()),
        None => here.date().succ_opt(),
    };
    let Some(date) = date else { return Ok(None) };
    if let (Some(Day::Date { .. }), Some(weekday)) = (day, weekday)
        && date.weekday() != weekday
    {
        let (date, is) = (date.format("%-d %B %Y"), date.weekday());
        return Err(format!("{date} is no {weekday} but a {is}: which day is meant?"));
    }
    // Midnight is where the day that is named ends.
    let ends = named.is_some() && hour.is_some_and(|hour| hour.next_day);
    let Some(date) = (if ends { date.succ_opt() } else { Some(date) }) else { return Ok(None) };
    let local = NaiveDateTime::new(date, clock);
    let Some(at) = zone.instant(local) else { return Ok(None) };
    let read_as = format!("{} {}", local.format("%a %-d %b %Y %H:%M"), zone.name);
    Ok(Some(Deadline { at, read_as, assumed }))
}

impl Zone {
    fn local(&self, at: Time) -> NaiveDateTime {
        self.zone.map_or_else(
            || at.utc().naive_utc() + chrono::Duration::seconds(self.offset),
            |zone| at.utc().with_timezone(&zone).naive_local(),
        )
    }

    fn instant(&self, local: NaiveDateTime) -> Option<Time> {
        let utc = match self.zone {
            None => (local - chrono::Duration::seconds(self.offset)).and_utc(),
            // An hour that comes twice, or never: the earlier one, which warns sooner.
            Some(zone) => zone
                .from_local_datetime(&local)
                .earliest()
                .or_else(|| zone.from_local_datetime(&(local - chrono::Duration::hours(1))).earliest())?
                .to_utc(),
        };
        Some(Time(utc.timestamp_millis()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Saturday 9 January 2021, 16:10 in Seattle.
    fn received() -> Time {
        Time::parse("2021-01-09T16:10:00-08:00").unwrap()
    }

    fn at(text: &str) -> String {
        match read(text, received(), chrono_tz::Europe::Berlin) {
            Ok(deadline) => deadline.at.rfc3339(),
            Err(why) => why,
        }
    }

    #[test]
    fn the_letter_of_2021_is_read() {
        let letter = "Because Parler cannot comply with our terms of service and poses a very real risk to public \
                      safety, we plan to suspend Parler's account effective Sunday, January 10th, at 11:59PM PST.";
        let deadline = read(letter, received(), chrono_tz::UTC).unwrap();
        assert_eq!(
            deadline.read_back(received()),
            "Sun 10 Jan 2021 23:59 PST (Mon 11 Jan 2021 07:59 UTC), in 1 d 7 h."
        );
    }

    #[test]
    fn the_usual_ways_to_name_an_hour_are_read() {
        for (text, wanted) in [
            ("Sun 23:59 PST", "2021-01-11T07:59:00Z"),
            ("ends on 2021-01-10T23:59-08:00.", "2021-01-11T07:59:00Z"),
            ("on 12 January 2021 at 17:00 UTC", "2021-01-12T17:00:00Z"),
            ("January 12, 2021 5 p.m. ET", "2021-01-12T22:00:00Z"),
            ("until 12.01.2021 12:00 CET", "2021-01-12T11:00:00Z"),
            ("by 2021-01-12 12:00 GMT+2", "2021-01-12T10:00:00Z"),
            ("tomorrow at noon Pacific Time", "2021-01-10T20:00:00Z"),
            ("within 24 hours", "2021-01-11T00:10:00Z"),
            ("you have 30 days to move", "2021-02-09T00:10:00Z"),
            ("Monday midnight UTC", "2021-01-12T00:00:00Z"),
            ("tonight at 9pm PST", "2021-01-10T05:00:00Z"),
            ("by end of business Friday", "2021-01-15T16:00:00Z"),
            ("before the close of business on January 12, 2021 PST", "2021-01-13T01:00:00Z"),
            ("ends Jan 31", "2021-01-30T23:00:00Z"),
            ("effective Jan. 10 at 5:00 PM PST", "2021-01-11T01:00:00Z"),
            ("comply by midnight PST or we suspend you", "2021-01-10T08:00:00Z"),
            ("Friday at 17:00 Central European Time", "2021-01-15T16:00:00Z"),
            ("Sunday 23:59 UTC +2", "2021-01-10T21:59:00Z"),
            ("Sunday 23:59 GMT -8", "2021-01-11T07:59:00Z"),
            ("Sunday 23:59 -0800", "2021-01-11T07:59:00Z"),
            (
                "we found it at 2021-01-05T10:00:00Z. Your account is suspended on January 12, 2021 at 17:00 UTC",
                "2021-01-12T17:00:00Z",
            ),
            (
                "as our email of January 8 at 10:00 PST went unanswered, service stops in 24 hours",
                "2021-01-11T00:10:00Z",
            ),
        ] {
            assert_eq!(at(text), wanted, "{text}");
        }
    }

    #[test]
    fn zones_in_words_and_dates_in_four_languages_are_read() {
        for (text, wanted) in [
            ("January 12, 2021 at 5:00 PM Coordinated Universal Time", "2021-01-12T17:00:00Z"),
            ("January 12, 2021 at 5:00 PM Greenwich Mean Time", "2021-01-12T17:00:00Z"),
            ("12 January 2021 17:00 Zulu", "2021-01-12T17:00:00Z"),
            ("12 January 2021 17:00 Pacific Standard Time", "2021-01-13T01:00:00Z"),
            ("12 January 2021 17:00 India Standard Time", "2021-01-12T11:30:00Z"),
            ("12 January 2021, 5 pm London time", "2021-01-12T17:00:00Z"),
            ("12 January 2021, 5 pm New York time", "2021-01-12T22:00:00Z"),
            ("on 12 January 2021 UTC 17:00", "2021-01-12T17:00:00Z"),
            ("decommissioned on 2021/01/12.", "2021-01-11T23:00:00Z"),
            ("shut down 2021/01/12 12:00 UTC", "2021-01-12T12:00:00Z"),
            ("12-Jan-2021 17:00 UTC", "2021-01-12T17:00:00Z"),
            ("will be on May 26 of 2021.", "2021-05-25T22:00:00Z"),
            ("Tuesday 12/01/2021 17:00 UTC", "2021-01-12T17:00:00Z"),
            ("written on 01/13/2021, ends 02/01/2021 17:00 UTC", "2021-02-01T17:00:00Z"),
            ("Ihr Vertrag endet zum 31. Januar 2021.", "2021-01-30T23:00:00Z"),
            ("wird am 12.01.2021 um 12:00 Uhr MEZ abgeschaltet", "2021-01-12T11:00:00Z"),
            ("am Dienstag, den 12. Januar, um 17 Uhr gesperrt", "2021-01-12T16:00:00Z"),
            ("Sie haben binnen 14 Tagen zu antworten", "2021-01-24T00:10:00Z"),
            ("Su cuenta será suspendida el 12 de enero de 2021 a las 17:00 UTC", "2021-01-12T17:00:00Z"),
            ("la cuenta se cerrará el martes 12 de enero a las 5 de la tarde", "2021-01-12T16:00:00Z"),
            ("dentro de 48 horas", "2021-01-12T00:10:00Z"),
            ("votre compte sera fermé le mardi 12 janvier 2021 à 17h30", "2021-01-12T16:30:00Z"),
            ("votre compte sera fermé le 1er février 2021 à 17 h", "2021-02-01T16:00:00Z"),
            ("Votre service est arrêté le 02/03/2021 à 12h00", "2021-03-02T11:00:00Z"),
            ("dans un délai de 15 jours", "2021-01-25T00:10:00Z"),
            ("you have thirty (30) days", "2021-02-09T00:10:00Z"),
            ("within one month", "2021-02-10T00:10:00Z"),
            ("on 12 January 2021 at 1700 UTC", "2021-01-12T17:00:00Z"),
            ("el 12 de enero de 2021 a las 17:00 hora de Madrid", "2021-01-12T16:00:00Z"),
            ("le 12 janvier 2021 à 17h00 heure de Paris", "2021-01-12T16:00:00Z"),
            ("wird am Freitag, 15.01.2021, 17.30 Uhr gesperrt", "2021-01-15T16:30:00Z"),
            ("15/01/21 at 5pm UTC", "2021-01-15T17:00:00Z"),
            ("by 2021-01-12T17:00 we remove it", "2021-01-12T16:00:00Z"),
            ("by 2021-01-12 17:00:00-08:00 we remove it", "2021-01-13T01:00:00Z"),
            ("on 12 January 2021 at 1700Z.", "2021-01-12T17:00:00Z"),
            ("on 12 January 2021 at 17:00UTC", "2021-01-12T17:00:00Z"),
            ("Ihr Konto wird am 12.1. um 17 Uhr gesperrt", "2021-01-12T16:00:00Z"),
            ("Ihr Konto wird zum 15.02. geschlossen", "2021-02-14T23:00:00Z"),
            ("respond within 7 calendar days", "2021-01-17T00:10:00Z"),
            ("innerhalb von zwölf Kalendertagen", "2021-01-22T00:10:00Z"),
            ("en un plazo de 10 días naturales", "2021-01-20T00:10:00Z"),
            ("closes at the end of the month", "2021-01-30T23:00:00Z"),
            ("closes by end of February 2021 at noon UTC", "2021-02-28T12:00:00Z"),
            ("wird zum Monatsende abgeschaltet", "2021-01-30T23:00:00Z"),
            ("wird Ende März abgeschaltet", "2021-03-30T22:00:00Z"),
            ("se cierra a fin de mes", "2021-01-30T23:00:00Z"),
            ("service will end May 5, 2021 17:00 UTC", "2021-05-05T17:00:00Z"),
            ("el 12 de enero de 2021 a las 17:00 hora de España", "2021-01-12T16:00:00Z"),
            ("closed in 30 days, on 02/08/2021 17:00 UTC, not 02/28/2021", "2021-02-08T17:00:00Z"),
        ] {
            assert_eq!(at(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_we_shall_do_at_once_does_not_hide_when_it_ends() {
        let letter = "Please migrate or take a backup and download all your data immediately. We will begin terminating \
                      accounts this Friday, January 15th, at 17:00 UTC.";
        let deadline = read(letter, received(), chrono_tz::UTC).unwrap();
        assert_eq!(deadline.at.rfc3339(), "2021-01-15T17:00:00Z");
        assert_eq!(deadline.assumed, ["It also says immediately: taken as what you shall do, not as its hour."]);
        assert_eq!(
            at("Immediate action required: we close your account on January 15 at 17:00 UTC"),
            "2021-01-15T17:00:00Z"
        );
    }

    #[test]
    fn business_days_are_counted_and_said() {
        // A Saturday in Seattle, where it is a Sunday in Berlin already.
        let deadline = read("respond within 3 business days", received(), chrono_tz::Europe::Berlin).unwrap();
        assert_eq!(deadline.at.rfc3339(), "2021-01-13T00:10:00Z");
        assert_eq!(
            deadline.assumed,
            ["Counted from when it came.", "Saturdays and Sundays are no business days; holidays are not known."]
        );
        let range = read("within 3-5 working days", received(), chrono_tz::Europe::Berlin).unwrap();
        assert_eq!((range.at, range.assumed.len()), (deadline.at, 3));
    }

    #[test]
    fn what_a_letter_ends_with_counts_more_than_what_it_begins_with() {
        let letter = "On January 11 at 10:00 UTC we spoke to your team. Your account will be closed effective \
                      January 15 at 18:00 UTC.";
        assert_eq!(at(letter), "2021-01-15T18:00:00Z");
    }

    #[test]
    fn what_is_assumed_is_said() {
        let deadline = read("ends on Tuesday", received(), chrono_tz::Europe::Berlin).unwrap();
        assert_eq!(
            deadline.read_back(received()),
            "Tue 12 Jan 2021 00:00 Europe/Berlin (Mon 11 Jan 2021 23:00 UTC), in 1 d 22 h. \
             It names no time zone: taken as Europe/Berlin. It names no hour: taken as the beginning of that day."
        );
    }

    #[test]
    fn what_cannot_be_known_is_asked() {
        for (text, wanted) in [
            ("we will suspend you", "plugwatch found no date in it"),
            ("on 3/4/2021 at 10:00", "3/4/2021 may be 3 April or 4 March: write the month as a word"),
            ("Sunday 10:00 IST", "IST is the time of India, Israel or Ireland: write it as UTC+5:30, UTC+2 or UTC+1"),
            ("on 1 January 2021", "Fri 1 Jan 2021 00:00 Europe/Berlin lies before the letter itself"),
            ("by the 15th at 5 PM EST", "5 pm est of which day? `15th` is not understood"),
            ("the tenth at 17:00 UTC, 10jan", "17:00 utc of which day? `10jan` is not understood"),
            ("on 1 March 2028 at 17:00 UTC", "Wed 1 Mar 2028 17:00 UTC is more than a year away"),
            ("Sunday, January 11 at 10:00 UTC", "11 January 2021 is no Sun but a Mon: which day is meant?"),
            ("Sunday 17:00 NPT", "NPT is no time zone that is known here: write it as UTC+1 or the like"),
            (
                "Sunday 5 PM Samoa Standard Time",
                "samoa standard time is no time zone that is known here: write it as UTC+1 or the like",
            ),
            ("We suspend you immediately.", at_once::QUESTION),
            ("Please save your data immediately.", at_once::QUESTION),
            ("Effective immediately you are suspended. You have 30 days to download your data.", at_once::QUESTION),
        ] {
            assert_eq!(at(text), wanted, "{text}");
        }
    }
}
