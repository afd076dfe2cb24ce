//! The state of a dependency on each day, for status bars: from confirmed verdicts, never from a single check.

use super::history::{Counts, DAY};
use crate::core::time::Time;
use crate::core::words::verdict::{Verdict, words};

words! {
    /// The state of one day.
    DayKind {
        /// No checks were made: it was not monitored yet, or plugwatch was not running.
        Blank = "blank",
        /// Checks were made, but most of them could not be read.
        Unseen = "unseen",
        /// Working all day.
        Served = "served",
        /// Working, with a warning.
        Warned = "warned",
        /// Out for part of the day.
        Out = "out",
        /// Dropped for part of the day.
        Dropped = "dropped",
    }
}

/// Confirmed trouble: start, end and worst verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// When it started.
    pub from: Time,
    /// When it ended; `None` while it lasts.
    pub until: Option<Time>,
    /// The worst verdict during it.
    pub worst: Verdict,
}

impl Trouble {
    /// Whether it was unavailable: out or dropped, not only degraded.
    pub fn is_out(&self) -> bool {
        matches!(self.worst, Verdict::Outage | Verdict::Dropped)
    }
}

/// The kinds of `count` days, starting with `first`. `counts` holds the checks of each day, oldest first.
pub fn days(first: Time, count: usize, counts: &[(Time, Counts)], troubles: &[Trouble], now: Time) -> Vec<DayKind> {
    let day = |n: usize| {
        let from = Time(first.0 + i64::try_from(n).unwrap_or(0) * DAY);
        let to = Time(from.0 + DAY);
        let looks = on(counts, from);
        let touches = |trouble: &&Trouble| trouble.from < to && trouble.until.unwrap_or(now) >= from && from <= now;
        let worst = troubles.iter().filter(touches).map(|trouble| trouble.worst).max_by_key(|v| v.badness());
        match worst {
            Some(Verdict::Dropped) => DayKind::Dropped,
            Some(Verdict::Outage) => DayKind::Out,
            Some(Verdict::Degraded) => DayKind::Warned,
            _ if looks.looks() == 0 => DayKind::Blank,
            _ if looks.mostly_unread() => DayKind::Unseen,
            _ => DayKind::Served,
        }
    };
    (0..count).map(day).collect()
}

/// The counts of the day that began at `at`, or zeros if there is none. `counts` holds days, oldest first.
pub fn on(counts: &[(Time, Counts)], at: Time) -> Counts {
    counts.binary_search_by_key(&at, |(day, _)| *day).map_or_else(|_| Counts::default(), |n| counts[n].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_what_was_confirmed_and_not_what_one_look_said() {
        let day = |n: i64| Time(n * DAY);
        let seen = |dropped| Counts { live: 90, dropped, ..Counts::default() };
        let counts = [
            (day(1), seen(1)),
            (day(2), seen(40)),
            (day(3), Counts { unknown: 50, live: 2, ..Counts::default() }),
            (day(4), seen(0)),
        ];
        let troubles = [
            Trouble { from: Time(2 * DAY + 5), until: Some(Time(2 * DAY + 9)), worst: Verdict::Dropped },
            Trouble { from: Time(4 * DAY + 5), until: None, worst: Verdict::Outage },
        ];
        let now = Time(4 * DAY + 9);
        use DayKind::*;
        assert_eq!(days(day(0), 6, &counts, &troubles, now), [Blank, Served, Dropped, Unseen, Out, Blank]);
    }
}
