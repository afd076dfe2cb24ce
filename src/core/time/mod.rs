//! Instants as milliseconds since the Unix epoch, in UTC. Nothing here reads a clock.

pub mod budget;
pub mod burn;
pub mod deadline;
pub mod hours;
pub mod schedule;
pub mod window;

use std::time::Duration;

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// An instant in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub i64);

impl Time {
    /// The instant `later` after this one.
    pub fn plus(self, later: Duration) -> Time {
        Time(self.0.saturating_add(millis(later)))
    }

    /// The time from `earlier` to this instant; zero if `earlier` is later.
    pub fn since(self, earlier: Time) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The instant as a calendar date; the epoch if chrono cannot represent its year.
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// RFC 3339 with seconds and `Z`, as used in JSON.
    pub fn rfc3339(self) -> String {
        self.utc().to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// Parses an RFC 3339 text; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Time> {
        DateTime::parse_from_rfc3339(text).ok().map(|at| Time(at.timestamp_millis()))
    }

    /// The weekday, time and zone, such as `Mon 08:59 CET`, for times a few days away.
    pub fn weekday(self, zone: Tz) -> String {
        let at = self.utc().with_timezone(&zone);
        format!("{} {}", at.format("%a %H:%M"), named(&at))
    }

    /// The time for a person in `zone` who reads it at `now`, such as `Fri 8 Jan 23:48 CET`. The weekday is shown
    /// within a week, and the year if it differs.
    pub fn local(self, zone: Tz, now: Time) -> String {
        let at = self.utc().with_timezone(&zone);
        let near = self.since(now).max(now.since(self)) < WEEK;
        let year = at.year() == now.utc().with_timezone(&zone).year();
        let day = match (near, year) {
            (true, _) => "%a %-d %b",
            (false, true) => "%-d %b",
            (false, false) => "%-d %b %Y",
        };
        format!("{} {}", at.format(&format!("{day} %H:%M")), named(&at))
    }

    /// Whether this is the beginning of a day in `zone`. Letters often name a day without an hour.
    pub fn is_midnight(self, zone: Tz) -> bool {
        self.utc().with_timezone(&zone).format("%H:%M:%S").to_string() == "00:00:00"
    }

    /// A future date as a person in `zone` reads it; without the time of day if it is the beginning of a day.
    pub fn day(self, zone: Tz, now: Time) -> String {
        let whole = self.local(zone, now);
        if !self.is_midnight(zone) {
            return whole;
        }
        whole.split(" 00:00 ").next().map_or(whole.clone(), str::to_owned)
    }

    /// The UTC form used in evidence, such as `Fri 8 Jan 17:42 UTC`.
    pub fn short(self) -> String {
        self.utc().format("%a %-d %b %H:%M UTC").to_string()
    }
}

/// The zone's abbreviation; the offset from UTC if it has none.
fn named(at: &DateTime<Tz>) -> String {
    let name = at.format("%Z").to_string();
    if name.starts_with(['+', '-']) { format!("UTC{name}") } else { name }
}

/// Within this time, a weekday identifies the day.
const WEEK: Duration = Duration::from_secs(7 * 86_400);

/// A duration in whole milliseconds, at most `i64::MAX`.
pub fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// A duration for people: `45 s`, `14 min`, `3 h 20 min`, `2 d 4 h`.
pub fn human(span: Duration) -> String {
    let seconds = span.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, m) => format!("{m} min"),
        (0, h, 0) => format!("{h} h"),
        (0, h, m) => format!("{h} h {m} min"),
        (d, 0, _) => format!("{d} d"),
        (d, h, _) => format!("{d} d {h} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_reads_as_a_person_says_it() {
        let said: Vec<String> =
            [5, 59, 60, 840, 3_600, 12_000, 86_400, 187_200].map(|s| human(Duration::from_secs(s))).into();
        assert_eq!(said, ["5 s", "59 s", "1 min", "14 min", "1 h", "3 h 20 min", "1 d", "2 d 4 h"]);
    }

    #[test]
    fn an_instant_reads_as_a_person_in_a_zone_says_it() {
        let at = Time::parse("2021-01-08T22:48:00Z").unwrap();
        let said = |zone: &str, now: &str| at.local(zone.parse().unwrap(), Time::parse(now).unwrap());
        assert_eq!(said("Europe/Berlin", "2021-01-08T23:00:00Z"), "Fri 8 Jan 23:48 CET");
        assert_eq!(said("Asia/Kolkata", "2021-01-03T00:00:00Z"), "Sat 9 Jan 04:18 IST");
        assert_eq!(said("America/Sao_Paulo", "2021-01-20T00:00:00Z"), "8 Jan 19:48 UTC-03");
        assert_eq!(said("UTC", "2022-06-01T00:00:00Z"), "8 Jan 2021 22:48 UTC");
    }

    #[test]
    fn since_never_goes_below_zero() {
        assert_eq!(Time(5).since(Time(9)), Duration::ZERO);
    }
}
