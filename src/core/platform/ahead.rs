//! Future dates at which something ends or is due: entered by people, measured by checks, or announced in a vendor's
//! letter.

use chrono::{DateTime, NaiveDate};

use crate::core::time::Time;

/// A date on which something ends or is due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ahead {
    /// When it is; midnight UTC if only the day is known.
    pub at: Time,
    /// What ends or is due.
    pub what: String,
    /// Who is responsible for it.
    pub owner: Option<String>,
    /// The source: `typed in`, `measured` or `letter`.
    pub source: String,
}

/// Words in the names of facts that indicate an end date.
pub const ENDS: [&str; 6] = ["expires", "expiration", "expiry", "ends", "renews", "until"];

/// Whether the name of a fact indicates an end date, such as `certificate_expires` or `trial_ends`.
pub fn says_end(name: &str) -> bool {
    name.split('_').any(|word| ENDS.contains(&word))
}

/// Parses a fact's time: RFC 3339, or a day, which means its beginning (UTC). `None` if it is neither.
pub fn time_of(text: &str) -> Option<Time> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(Time(at.timestamp_millis()));
    }
    day(NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()?)
}

/// The beginning of a day, UTC.
pub fn day(day: NaiveDate) -> Option<Time> {
    Some(Time(day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_known_by_its_name_and_read_as_an_instant_or_a_day() {
        assert!(says_end("certificate_expires") && says_end("ends") && !says_end("weekends") && !says_end("seller"));
        assert_eq!(time_of("2026-03-31T10:00:00+02:00"), Time::parse("2026-03-31T08:00:00Z"));
        assert_eq!(time_of("2026-03-31"), Time::parse("2026-03-31T00:00:00Z"));
        assert_eq!((time_of("soon"), time_of("")), (None, None));
    }
}
