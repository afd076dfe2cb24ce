//! Availability, measured by time. Checks are more frequent during trouble, so a share of checks would exaggerate it.

use std::time::Duration;

use super::days::Trouble;
use super::history::{Counts, HOUR};
use crate::core::time::Time;

/// How much of a period something was available.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Availability {
    /// The share of the time that could be judged, 0 to 1; `None` if nothing could be judged.
    pub share: Option<f64>,
    /// The start of the hour of the first check; the start of the period if monitoring began before it.
    pub since: Time,
    /// How long it could not be judged.
    pub unjudged: Duration,
}

/// The availability between `from` and `now`. `hours` are the checks of each hour, oldest first, beginning a day
/// before the period; their result applies until the next hour with a check. Confirmed outages and drops reduce it.
/// Gaps, and hours in which most checks were unreadable, count neither way. `None` if there was no check.
pub fn availability(
    hours: &[(Time, Counts)],
    troubles: &[Trouble],
    gaps: &[(Time, Time)],
    (from, now): (Time, Time),
) -> Option<Availability> {
    let since = hours.first()?.0.max(from);
    let (mut judged, mut unjudged, mut out) = (0, 0, 0);
    for (n, (at, counts)) in hours.iter().enumerate() {
        let until = hours.get(n + 1).map_or(now, |(next, _)| (*next).min(now));
        let readable = counts.readable() > 0 && !counts.mostly_unread();
        for part in without(((*at).max(from), until), gaps) {
            let length = (part.1.0 - part.0.0).max(0);
            if readable {
                judged += length;
                out += troubles.iter().map(|trouble| within(trouble, part)).sum::<i64>();
            } else {
                unjudged += length;
            }
        }
    }
    let share = (judged > 0).then(|| 1.0 - out.min(judged) as f64 / judged as f64);
    Some(Availability { share, since, unjudged: Duration::from_millis(unjudged.unsigned_abs()) })
}

/// How many milliseconds of a period fall within an outage.
fn within(trouble: &Trouble, (from, until): (Time, Time)) -> i64 {
    if !trouble.is_out() {
        return 0;
    }
    let end = trouble.until.map_or(until, |end| end.min(until));
    (end.0 - trouble.from.max(from).0).max(0)
}

/// The parts of a period outside the gaps. The gaps must be in order.
fn without((from, until): (Time, Time), gaps: &[(Time, Time)]) -> Vec<(Time, Time)> {
    let (mut parts, mut begin) = (Vec::new(), from);
    for (gap, end) in gaps {
        if *gap > begin && begin < until {
            parts.push((begin, (*gap).min(until)));
        }
        begin = begin.max(*end);
    }
    if begin < until {
        parts.push((begin, until));
    }
    parts
}

/// Whether something monitored since `since` was monitored for the whole period.
pub fn is_whole(since: Time, from: Time) -> bool {
    since.0 <= from.0 + HOUR
}

#[cfg(test)]
mod tests {
    use super::super::history::DAY;
    use super::*;
    use crate::core::words::verdict::Verdict;

    fn hour(n: i64, live: i64, dropped: i64, unknown: i64) -> (Time, Counts) {
        (Time(n * HOUR), Counts { live, dropped, unknown, ..Counts::default() })
    }

    fn dropped(from: i64, until: Option<i64>) -> Trouble {
        Trouble { from: Time(from * HOUR), until: until.map(|hour| Time(hour * HOUR)), worst: Verdict::Dropped }
    }

    #[test]
    fn three_hours_of_a_week_are_three_hours_however_often_it_was_checked() {
        let (week, now) = (Time(0), Time(7 * DAY));
        let hours: Vec<_> =
            (0..168).map(|n| if (50..53).contains(&n) { hour(n, 0, 60, 0) } else { hour(n, 1, 0, 0) }).collect();
        let all = availability(&hours, &[dropped(50, Some(53))], &[], (week, now)).unwrap();
        assert_eq!(all.share, Some(1.0 - 3.0 / 168.0), "180 of 345 checks failed");
        assert_eq!((all.since, all.unjudged), (week, Duration::ZERO));
    }

    #[test]
    fn what_could_not_be_judged_and_what_plugwatch_missed_count_neither_way() {
        let hours = [hour(0, 6, 0, 0), hour(1, 0, 0, 6), hour(2, 6, 0, 0), hour(3, 6, 0, 0), hour(4, 0, 6, 0)];
        let gap = (Time(2 * HOUR), Time(4 * HOUR));
        let all = availability(&hours, &[dropped(4, None)], &[gap], (Time(0), Time(6 * HOUR))).unwrap();
        assert_eq!(all.share, Some(1.0 - 2.0 / 3.0), "one hour of three that were judged");
        assert_eq!(all.unjudged, Duration::from_secs(3_600));
        let blind = availability(&[hour(5, 0, 0, 6)], &[], &[], (Time(0), Time(6 * HOUR))).unwrap();
        assert_eq!(blind.share, None);
        assert_eq!(availability(&[], &[], &[], (Time(0), Time(HOUR))), None);
    }

    #[test]
    fn a_check_of_once_a_day_counts_for_the_day_and_one_before_the_week_for_its_beginning() {
        let hours = [hour(-10, 1, 0, 0), hour(14, 1, 0, 0), hour(38, 0, 1, 0)];
        let all = availability(&hours, &[dropped(38, None)], &[], (Time(0), Time(48 * HOUR))).unwrap();
        assert_eq!((all.share, all.since), (Some(1.0 - 10.0 / 48.0), Time(0)));
        let later = availability(&hours[1..], &[], &[], (Time(0), Time(48 * HOUR))).unwrap();
        assert_eq!(later.since, Time(14 * HOUR));
        assert!(!is_whole(later.since, Time(0)) && is_whole(all.since, Time(0)));
    }
}
