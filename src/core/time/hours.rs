//! Hours of the week in a time zone, such as `22:00-07:00` or `Mon-Fri 09:00-18:00`.

use std::time::Duration;

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;

use super::Time;
use super::schedule::instant;

/// The step size in the search for the end of a period.
const STEP: Duration = Duration::from_secs(60);
/// The maximum number of steps to that end: one week.
const FURTHEST: u32 = 7 * 24 * 60;

/// Recurring hours on some days of the week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    days: [bool; 7],
    from: NaiveTime,
    to: NaiveTime,
    zone: Tz,
}

impl Hours {
    /// Parses `22:00-07:00`, `Mon-Fri 09:00-18:00` or `Sat,Sun 00:00-24:00`. Hours that pass midnight belong to the
    /// day on which they begin.
    ///
    /// # Errors
    /// Fails if `text` is not in one of these formats. The error is a sentence that shows how to write it.
    pub fn parse(text: &str, zone: Tz) -> Result<Hours, String> {
        let wrong = || format!("`{text}` are not hours; write them like \"22:00-07:00\" or \"Mon-Fri 09:00-18:00\"");
        let (days, hours) = match text.trim().rsplit_once(' ') {
            Some((days, hours)) => (parse_days(days).ok_or_else(wrong)?, hours),
            None => ([true; 7], text.trim()),
        };
        let (from, to) = hours.split_once('-').ok_or_else(wrong)?;
        let (from, to) = (clock(from).ok_or_else(wrong)?, clock(to).ok_or_else(wrong)?);
        if from == to && from != NaiveTime::MIN {
            return Err(format!("`{text}` begin and end at the same time; the whole day is 00:00-24:00"));
        }
        Ok(Hours { days, from, to, zone })
    }

    /// Whether `now` is within these hours.
    pub fn hold(&self, now: Time) -> bool {
        let today = now.utc().with_timezone(&self.zone).date_naive();
        let days = [today.pred_opt(), Some(today)].into_iter().flatten();
        days.filter(|day| self.days[day.weekday().num_days_from_monday() as usize]).any(|day| {
            let (from, to) = self.of(day);
            from <= now && now < to
        })
    }

    /// The start and end of the hours that begin on `day`. Each happens once, even if a clock change repeats or skips
    /// it. Hours that are skipped entirely follow right after the gap and keep their full length.
    fn of(&self, day: NaiveDate) -> (Time, Time) {
        let last = if self.from < self.to { day } else { day.succ_opt().unwrap_or(day) };
        let (begin, end) = (day.and_time(self.from), last.and_time(self.to));
        let (from, to) = (instant(self.zone, begin), instant(self.zone, end));
        (from, if to > from { to } else { from.plus((end - begin).to_std().unwrap_or_default()) })
    }

    /// When the hours end, if `now` is within them; `None` otherwise, and for hours that cover the whole week.
    pub fn end(&self, now: Time) -> Option<Time> {
        if !self.hold(now) {
            return None;
        }
        // Hours end on a whole minute, even across a clock change.
        let minute = Time(now.0 - now.0.rem_euclid(60_000));
        (1..=FURTHEST).map(|n| minute.plus(STEP * n)).find(|at| !self.hold(*at))
    }
}

fn clock(text: &str) -> Option<NaiveTime> {
    let (hour, minute) = text.trim().split_once(':')?;
    match (hour.parse().ok()?, minute.parse().ok()?) {
        // The end of the day is the start of the next.
        (24, 0) => Some(NaiveTime::MIN),
        (hour, minute) => NaiveTime::from_hms_opt(hour, minute, 0),
    }
}

fn parse_days(text: &str) -> Option<[bool; 7]> {
    let mut days = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (Weekday, Weekday) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        let mut day = first;
        loop {
            days[day.num_days_from_monday() as usize] = true;
            if day == last {
                break;
            }
            day = day.succ();
        }
    }
    Some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(text: &str, at: &str) -> bool {
        Hours::parse(text, chrono_tz::Europe::Berlin).unwrap().hold(Time::parse(at).unwrap())
    }

    #[test]
    fn hours_over_midnight_belong_to_the_day_on_which_they_begin() {
        // Friday 8 January 2021 in Berlin.
        for (text, at, holds) in [
            ("22:00-07:00", "2021-01-08T23:00:00+01:00", true),
            ("22:00-07:00", "2021-01-08T06:59:00+01:00", true),
            ("22:00-07:00", "2021-01-08T07:00:00+01:00", false),
            ("Fri 22:00-07:00", "2021-01-09T03:00:00+01:00", true),
            ("Fri 22:00-07:00", "2021-01-08T03:00:00+01:00", false),
            ("Mon-Fri 09:00-18:00", "2021-01-08T17:59:00+01:00", true),
            ("Mon-Fri 09:00-18:00", "2021-01-09T12:00:00+01:00", false),
            ("Sat,Sun 00:00-24:00", "2021-01-09T23:59:00+01:00", true),
            ("Fri-Mon 08:00-20:00", "2021-01-11T10:00:00+01:00", true),
        ] {
            assert_eq!(hold(text, at), holds, "{text} at {at}");
        }
    }

    #[test]
    fn their_end_is_found_over_a_clock_change() {
        let night = Hours::parse("22:00-07:00", chrono_tz::Europe::Berlin).unwrap();
        let end = night.end(Time::parse("2026-03-28T23:00:00+01:00").unwrap()).unwrap();
        assert_eq!(end.rfc3339(), "2026-03-29T05:00:00Z");
        let always = Hours::parse("00:00-24:00", chrono_tz::UTC).unwrap();
        assert_eq!(always.end(Time(0)), None);
    }

    #[test]
    fn hours_come_once_in_the_nights_when_clocks_change() {
        // In Berlin, 02:00 to 03:00 is skipped on 29 March 2026 and repeated on 25 October.
        for (text, at, holds) in [
            ("02:15-02:45", "2026-03-29T00:59:00Z", false),
            ("02:15-02:45", "2026-03-29T01:00:00Z", true),
            ("02:15-02:45", "2026-03-29T01:30:00Z", false),
            ("01:30-02:30", "2026-03-29T00:30:00Z", true),
            ("01:30-02:30", "2026-03-29T01:00:00Z", false),
            ("02:30-03:30", "2026-03-29T01:29:00Z", true),
            ("02:30-03:30", "2026-03-29T01:30:00Z", false),
            ("01:30-02:30", "2026-10-25T00:29:00Z", true),
            ("01:30-02:30", "2026-10-25T00:30:00Z", false),
            ("01:30-02:30", "2026-10-25T01:15:00Z", false),
            ("02:15-02:45", "2026-10-25T00:20:00Z", true),
            ("02:15-02:45", "2026-10-25T01:20:00Z", false),
            ("02:00-03:00", "2026-10-25T01:59:00Z", true),
            ("00:00-24:00", "2026-10-25T01:20:00Z", true),
        ] {
            assert_eq!(hold(text, at), holds, "{text} at {at}");
        }
    }

    #[test]
    fn what_are_no_hours_is_said_with_an_example() {
        for text in ["night", "22-7", "25:00-07:00", "Mo 09:00", "09:00-09:00"] {
            assert!(Hours::parse(text, chrono_tz::UTC).is_err(), "{text}");
        }
    }
}
