//! When checks run: at an interval with a stable phase, or by a cron expression in a time zone.

use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, LocalResult, NaiveDateTime, Offset, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

use super::{Time, millis};

/// The first check runs within this time, budgets permitting.
pub const FIRST_LOOK: Duration = Duration::from_secs(60);
/// With at least this many probes, first checks are not spread over half a minute ...
const MANY: usize = 100;
/// ... but start this far apart. Five hundred checks a second are no burden, and people are waiting for the results.
const FIRST_APART: Duration = Duration::from_millis(2);

/// The maximum number of matches to skip in an hour that occurs twice, enough for a job that runs every minute.
const MOST_SKIPPED: usize = 2 * 60 + 1;

/// When a probe is checked.
#[derive(Clone, Debug, PartialEq)]
pub enum Schedule {
    /// At this interval, with a phase of its own.
    Every(Duration),
    /// By a cron expression in a time zone.
    Cron(Box<Cron>),
}

/// A cron expression with its time zone.
#[derive(Clone, Debug)]
pub struct Cron {
    text: String,
    zone: Tz,
    schedule: cron::Schedule,
    /// Whether only minutes are restricted. Steps such as `*/5` then continue through a clock change without a gap.
    steps: bool,
}

impl PartialEq for Cron {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.zone == other.zone
    }
}

impl Cron {
    /// Parses five fields: minute hour day month weekday.
    ///
    /// # Errors
    /// Fails if the expression is invalid or never matches. The error is a sentence that says what is wrong and how
    /// to write it. Six fields are refused: some programs put seconds first and others put a year last, and
    /// maintenance whose fields are misread would apply nearly always.
    pub fn parse(text: &str, zone: Tz) -> Result<Cron, String> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            let why = match fields.len() {
                6 => "; leave out the seconds or the year, which plugwatch does not support",
                _ => "",
            };
            let n = fields.len();
            return Err(format!("a cron expression has 5 fields (minute hour day month weekday), this has {n}{why}"));
        };
        if day != "*" && day != "?" && weekday != "*" && weekday != "?" {
            return Err("give a day of the month or a weekday, not both, because programs interpret the combination differently".to_owned());
        }
        for (name, text, least, most) in
            [("minute", minute, 0, 59), ("hour", hour, 0, 23), ("day", day, 1, 31), ("month", month, 1, 12)]
        {
            in_range(name, text, least, most)?;
        }
        // Only a schedule that repeats within every hour can be computed without a time zone.
        let steps = [hour, day, month, weekday].iter().all(|field| matches!(*field, "*" | "?"));
        let weekday = named_weekdays(weekday)?;
        let full = format!("0 {minute} {hour} {day} {month} {weekday}");
        let schedule = cron::Schedule::from_str(&full)
            .map_err(|_| "not a cron expression: minute hour day month weekday".to_owned())?;
        let cron = Cron { text: text.to_owned(), zone, schedule, steps };
        if cron.next(Time(0)).is_none() {
            return Err("no day ever matches this expression".to_owned());
        }
        Ok(cron)
    }

    /// The first instant after `now` that matches.
    ///
    /// If a clock change skips the local time, the result is the first instant after the gap. If the local time
    /// occurs twice, only the first occurrence counts.
    pub fn next(&self, now: Time) -> Option<Time> {
        if self.steps {
            // Uses the current offset, because some zones are off by half an hour, which shifts the minutes.
            let offset = self.zone.offset_from_utc_datetime(&now.utc().naive_utc()).fix();
            let fixed = now.utc().with_timezone(&offset);
            return self.schedule.after(&fixed).next().map(|at| Time(at.timestamp_millis()));
        }
        let local = now.utc().with_timezone(&self.zone).naive_local();
        self.schedule
            .after(&Utc.from_utc_datetime(&local))
            .take(MOST_SKIPPED)
            .map(|naive| instant(self.zone, naive.naive_utc()))
            .find(|at| *at > now)
    }
}

/// The instant of a local time. If a clock change skips it, this is the first instant after the gap; if it occurs
/// twice, the first occurrence.
pub fn instant(zone: Tz, local: NaiveDateTime) -> Time {
    let at: DateTime<Utc> = match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.with_timezone(&Utc),
        LocalResult::None => after_gap(zone, local),
    };
    Time(at.timestamp_millis())
}

/// The first valid instant after a skipped local time; gaps end on a whole minute.
fn after_gap(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    let whole = local.with_second(0).unwrap_or(local);
    let minutes = (1..=24 * 60).map(|m| whole + chrono::Duration::minutes(m));
    minutes
        .filter_map(|later| zone.from_local_datetime(&later).earliest())
        .map(|at| at.with_timezone(&Utc))
        .next()
        .unwrap_or_else(|| Utc.from_utc_datetime(&local))
}

/// Checks a field's range here, because the library's own messages span several lines and are off by one.
fn in_range(name: &str, text: &str, least: u32, most: u32) -> Result<(), String> {
    let before_step = text.split(',').filter_map(|item| item.split('/').next());
    let numbers = before_step.flat_map(|item| item.split('-')).filter_map(|number| number.parse::<u32>().ok());
    match numbers.into_iter().find(|number| !(least..=most).contains(number)) {
        Some(number) => Err(format!("{name} {number} is not {least} to {most}")),
        None => Ok(()),
    }
}

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// Replaces each weekday in a field with its name. Vixie cron counts Sunday as 0 and 7 (crontab(5)); the library
/// counts it as 1 and rejects ranges that end with Sunday.
fn named_weekdays(field: &str) -> Result<String, String> {
    if matches!(field, "*" | "?") {
        return Ok(field.to_owned());
    }
    let mut days = [false; 7];
    for item in field.split(',') {
        let (range, step) = item.split_once('/').map_or((item, "1"), |(range, step)| (range, step));
        let step: usize = step.parse().ok().filter(|step| *step > 0).ok_or_else(|| not_a_weekday(item))?;
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (weekday(first)?, weekday(last)?),
            None if range == "*" => (0, 6),
            // A single day with a step means from that day to the end of the week.
            None if item.contains('/') => (weekday(range)?, 6),
            None => (weekday(range)?, weekday(range)?),
        };
        // `7-2` starts with Sunday; `Sat-Sun` and `Fri-Mon` cross the end of the week.
        let first = if first == 7 && last < 7 { 0 } else { first };
        let last = if last < first { last + 7 } else { last };
        (first..=last).step_by(step).for_each(|day| days[day % 7] = true);
    }
    let named: Vec<&str> = DAYS.iter().zip(days).filter(|(_, on)| *on).map(|(name, _)| *name).collect();
    Ok(named.join(","))
}

/// Parses a weekday: 0 to 7, or a name of at least three letters.
fn weekday(text: &str) -> Result<usize, String> {
    const NAMES: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
    if let Ok(number) = text.parse::<usize>() {
        return if number <= 7 { Ok(number) } else { Err(format!("weekday {number} is not 0 to 7")) };
    }
    let lower = text.to_ascii_lowercase();
    let named = NAMES.iter().position(|name| lower.len() >= 3 && name.starts_with(&lower));
    named.ok_or_else(|| not_a_weekday(text))
}

fn not_a_weekday(text: &str) -> String {
    format!("`{text}` is not a weekday: 0 to 7 (0 and 7 are Sunday), Sun to Sat, or a range such as Mon-Fri")
}

impl Schedule {
    /// When a probe is first checked. `phase` is its stable number; `of` is the number of probes.
    pub fn first(&self, now: Time, phase: u64, of: usize) -> Time {
        let window = match self {
            Schedule::Every(every) => FIRST_LOOK.min(*every),
            Schedule::Cron(_) => FIRST_LOOK,
        };
        // Uses at most half of the window. The other half is for hosts with a tight budget.
        let most = window / 2;
        let spread = if of < MANY { most } else { FIRST_APART.saturating_mul(u32::try_from(of).unwrap_or(u32::MAX)) };
        now.plus(share(spread.min(most), phase))
    }

    /// The next check after `now`. The phase never changes, so a restart does not shift checks.
    pub fn next(&self, now: Time, phase: u64) -> Time {
        match self {
            Schedule::Every(every) => {
                let every_ms = millis(*every).max(1);
                let offset = millis(share(*every, phase));
                let slot = (now.0 - offset).div_euclid(every_ms) + 1;
                Time(slot * every_ms + offset)
            }
            // `parse` rejects expressions that never match.
            Schedule::Cron(cron) => cron.next(now).unwrap_or_else(|| now.plus(Duration::from_secs(86_400))),
        }
    }

    /// The usual time between two checks, for policies.
    pub fn interval(&self, now: Time) -> Duration {
        match self {
            Schedule::Every(every) => *every,
            Schedule::Cron(_) => {
                let first = self.next(now, 0);
                self.next(first, 0).since(first)
            }
        }
    }
}

fn share(window: Duration, phase: u64) -> Duration {
    window.mul_f64((phase % 1_000) as f64 / 1_000.0)
}

/// A stable number computed from a text (FNV-1a), for phases and jitter.
pub fn stable(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(text: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
        let cron = Cron::parse(text, zone.parse().unwrap()).unwrap();
        let mut now = Time::parse(from).unwrap();
        (0..count)
            .map(|_| {
                now = cron.next(now).unwrap();
                now.rfc3339()
            })
            .collect()
    }

    #[test]
    fn a_daily_time_that_the_clock_change_skips_still_runs_that_day() {
        assert_eq!(
            runs("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 3),
            ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]
        );
    }

    #[test]
    fn a_daily_time_that_comes_twice_runs_once() {
        assert_eq!(
            runs("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
            ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
        );
    }

    #[test]
    fn steps_go_on_through_a_clock_change() {
        let seen = runs("*/30 * * * *", "Europe/Berlin", "2026-10-25T00:20:00Z", 4);
        assert_eq!(
            seen,
            ["2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"]
        );
    }

    #[test]
    fn weekday_numbers_mean_what_cron_users_mean() {
        let monday = runs("0 9 * * 1", "UTC", "2026-11-21T00:00:00Z", 1);
        assert_eq!(monday, runs("0 9 * * Mon", "UTC", "2026-11-21T00:00:00Z", 1));
        assert_eq!(monday, ["2026-11-23T09:00:00Z"]);
        assert_eq!(runs("0 9 * * 0", "UTC", "2026-11-21T00:00:00Z", 1), ["2026-11-22T09:00:00Z"]);
    }

    #[test]
    fn seven_is_sunday_in_every_range() {
        let week = |text: &str| runs(text, "UTC", "2026-11-22T12:00:00Z", 7).join(" ");
        let days = |list: &str| week(&format!("0 9 * * {list}"));
        for (range, list) in [
            ("5-7", "Fri,Sat,Sun"),
            ("6-7", "Sat,Sun"),
            ("1-7", "0,1,2,3,4,5,6"),
            ("0-7", "*"),
            ("7", "Sun"),
            ("7-2", "Sun,Mon,Tue"),
            ("Sat-Sun", "6,0"),
            ("sat-mon", "Sat,Sun,Mon"),
            ("Fri-7", "5,6,7"),
            ("1-7/2", "Mon,Wed,Fri,Sun"),
            ("*/2", "Sun,Tue,Thu,Sat"),
            ("1-3,6-7", "Mon,Tue,Wed,Sat,Sun"),
            ("Mon-Fri", "1,2,3,4,5"),
            ("Thursday", "4"),
        ] {
            assert_eq!(days(range), days(list), "{range}");
        }
        for wrong in ["8", "1-9", "Foo", "Mo", "1/0", "-1", "1-", ""] {
            assert!(named_weekdays(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_job_of_several_times_in_the_hour_that_is_skipped_runs_once_that_night() {
        assert_eq!(
            runs("0,20,40 2 * * *", "America/New_York", "2026-03-08T06:00:00Z", 2),
            ["2026-03-08T07:00:00Z", "2026-03-09T06:00:00Z"]
        );
        // A gap at midnight, and a gap of half an hour.
        assert_eq!(
            runs("0 0 * * *", "Africa/Cairo", "2026-04-23T12:00:00Z", 2),
            ["2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"]
        );
        assert_eq!(
            runs("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", 2),
            ["2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"]
        );
    }

    #[test]
    fn in_the_hour_that_comes_twice_every_minute_is_passed_over_once() {
        let after = runs("* 2 * * *", "Europe/Berlin", "2026-10-25T01:00:00Z", 1);
        assert_eq!(after, ["2026-10-26T01:00:00Z"]);
        // The starting point within that night makes no difference.
        for from in ["2026-10-25T00:30:00Z", "2026-10-25T00:45:00Z", "2026-10-25T01:15:00Z", "2026-10-25T01:30:00Z"] {
            assert_eq!(runs("30 2 * * *", "Europe/Berlin", from, 1), ["2026-10-26T01:30:00Z"], "{from}");
        }
    }

    #[test]
    fn every_hour_is_the_zones_own_hour() {
        assert_eq!(
            runs("0 * * * *", "Asia/Kolkata", "2026-11-21T00:00:00Z", 2),
            ["2026-11-21T00:30:00Z", "2026-11-21T01:30:00Z"]
        );
    }

    #[test]
    fn bad_expressions_say_what_is_wrong() {
        let wrong = |text: &str| Cron::parse(text, Tz::UTC).unwrap_err();
        assert!(wrong("* * *").contains("has 3"));
        assert!(wrong("0 9 * * * *").contains("this has 6; leave out the seconds or the year"));
        assert!(wrong("0 0 9 * * * 2027").contains("this has 7"));
        assert!(wrong("0 9 1 * Mon").contains("not both"));
        assert!(wrong("0 9 * * 9").contains("weekday 9"));
        assert!(wrong("0 9 30 2 *").contains("no day ever"));
        assert_eq!(wrong("61 9 * * *"), "minute 61 is not 0 to 59");
        assert_eq!(wrong("0 9 * Foo *"), "not a cron expression: minute hour day month weekday");
    }

    #[test]
    fn the_phase_is_stable_and_the_first_look_soon() {
        let every = Schedule::Every(Duration::from_secs(300));
        let now = Time(1_700_000_000_000);
        let next = every.next(now, stable("ios-app"));
        assert_eq!(every.next(now.plus(Duration::from_secs(1)), stable("ios-app")), next);
        assert_eq!(every.next(next, stable("ios-app")).since(next), Duration::from_secs(300));
        assert!(every.first(now, 999, 20_000).since(now) < FIRST_LOOK / 2);
        assert!(every.first(now, 999, 1_000).since(now) < Duration::from_secs(2));
        assert!(every.first(now, 999, 10).since(now) > FIRST_LOOK / 3);
    }
}
