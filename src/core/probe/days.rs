//! What each day of a dependency was like, for strips: by what was confirmed, never by a single look.

use super::history::{Counts, DAY};
use crate::core::time::Time;
use crate::core::words::verdict::{Verdict, words};

words! {
    /// What one day was like.
    DayKind {
        /// Nothing was looked at: before it was watched, or nobody watched.
        Blank = "blank",
        /// It was looked at, and mostly nothing was seen.
        Unseen = "unseen",
        /// Served all day.
        Served = "served",
        /// Served, with a warning sign.
        Warned = "warned",
        /// Out for some of it.
        Out = "out",
        /// Dropped.
        Dropped = "dropped",
    }
}

/// Trouble that was confirmed: from, until, and the worst of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// When it began.
    pub from: Time,
    /// When it ended, if it did.
    pub until: Option<Time>,
    /// The worst of it.
    pub worst: Verdict,
}

/// The days from `first` on, `count` of them. `counts` holds what was looked at by day, the oldest first.
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

/// What was looked at on the day that began at `at`; `counts` holds days, the oldest first.
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
