//! Ninety days of one component: the state of each day, and its availability.

use std::time::Duration;

use crate::core::probe::days::{DayKind, Trouble, days, on};
use crate::core::probe::history::{Counts, DAY, HOUR, bucket};
use crate::core::time::{Time, millis};
use crate::core::words::verdict::Verdict;

/// The number of days shown.
pub(super) const DAYS: usize = 90;
/// The number of days in the operator's lines; on a phone, each day is about ten pixels wide.
const LINE_DAYS: i64 = 30;

/// The history of one component.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The checks of each day, oldest first.
    pub days: Vec<(Time, Counts)>,
    /// The checks of each hour of the last day, oldest first.
    pub hours: Vec<(Time, Counts)>,
    /// Confirmed trouble.
    pub troubles: Vec<Trouble>,
}

/// Splits the trouble of an incident by hour. It was not at its worst all the time, so hours in which checks found
/// the dependency working count as a warning.
pub fn segments(trouble: Trouble, hours: &[(Time, Counts)], now: Time) -> Vec<Trouble> {
    if !trouble.is_out() {
        return vec![trouble];
    }
    let (ends, mut all) = (trouble.until.unwrap_or(now), Vec::<Trouble>::new());
    let mut from = trouble.from;
    while from < ends {
        let hour = bucket(from, HOUR);
        let until = Time((hour + HOUR).min(ends.0));
        let seen = hours.iter().find(|(at, _)| at.0 == hour).map(|(_, counts)| *counts).unwrap_or_default();
        let served = seen.outage + seen.dropped == 0 && seen.live + seen.degraded > 0;
        let worst = if served { Verdict::Degraded } else { trouble.worst };
        match all.last_mut().filter(|last| last.worst == worst) {
            Some(last) => last.until = Some(until),
            None => all.push(Trouble { from, until: Some(until), worst }),
        }
        from = until;
    }
    if let (None, Some(last)) = (trouble.until, all.last_mut()) {
        last.until = None;
    }
    all
}

/// One of the last thirty days, for the operator's lines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineDay {
    /// The start of the day.
    pub at: Time,
    /// The share of the day in which it was available, 0 to 1; `None` if there were no checks or if most could not be
    /// read.
    pub uptime: Option<f64>,
    /// The mean duration of a check in milliseconds; `None` if there were no checks.
    pub latency_ms: Option<u32>,
}

/// One day, as the page shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) at: Time,
    pub(super) kind: DayKind,
    /// How long it was unavailable.
    pub(super) out: Duration,
}

impl History {
    /// The last ninety days, ending with today.
    pub(super) fn last_days(&self, now: Time) -> Vec<Day> {
        let first = Time(bucket(now, DAY) - (DAYS as i64 - 1) * DAY);
        let kinds = days(first, DAYS, &self.days, &self.troubles, now);
        let day = |(n, kind): (usize, DayKind)| {
            let at = Time(first.0 + n as i64 * DAY);
            Day { at, kind, out: Duration::from_millis(self.out(at, Time(at.0 + DAY), now).unsigned_abs()) }
        };
        kinds.into_iter().enumerate().map(day).collect()
    }

    /// The last thirty days, ending with today.
    pub fn line(&self, now: Time) -> Vec<LineDay> {
        let day = |n: i64| {
            let at = Time(bucket(now, DAY) - (LINE_DAYS - 1 - n) * DAY);
            let counts = on(&self.days, at);
            let from = self.seen_since().map_or(at, |since| since.max(at));
            let lasted = now.0.min(at.0 + DAY) - from.0;
            let seen = counts.readable() > 0 && !counts.mostly_unread() && lasted > 0;
            let uptime = seen.then(|| 1.0 - self.out(from, Time(at.0 + DAY), now) as f64 / lasted as f64);
            let latency = counts.latency_ms.checked_div(counts.looks());
            LineDay { at, uptime, latency_ms: latency.and_then(|mean| u32::try_from(mean).ok()) }
        };
        (0..LINE_DAYS).map(day).collect()
    }

    /// The availability over the last thirty days, 0 to 1.
    pub fn uptime_of_month(&self, now: Time) -> Option<f64> {
        self.uptime(Duration::from_secs(LINE_DAYS.unsigned_abs() * 86_400), now)
    }

    /// How many milliseconds of a span it was unavailable. The troubles of one dependency do not overlap.
    fn out(&self, from: Time, to: Time, now: Time) -> i64 {
        let within = |trouble: &Trouble| {
            let until = trouble.until.unwrap_or(now).min(to).min(now);
            (until.0 - trouble.from.max(from).0).max(0)
        };
        self.troubles.iter().filter(|trouble| trouble.is_out()).map(within).sum()
    }

    /// The hour of the first check, if that was on the last day, which was then not monitored from midnight on.
    fn seen_since(&self) -> Option<Time> {
        let first_day = self.days.first().map(|(day, _)| *day);
        let first_hour = self.hours.first().map(|(hour, _)| *hour);
        first_hour.filter(|hour| first_day.is_some_and(|day| day.0 == bucket(*hour, DAY)))
    }

    /// The share of a span in which it was available, 0 to 1. Confirmed outages and drops count against it; time that
    /// could not be checked is left out. `None` if there is no readable time.
    pub(super) fn uptime(&self, span: Duration, now: Time) -> Option<f64> {
        let from = Time(now.0 - millis(span));
        let (width, buckets) = if millis(span) <= DAY { (HOUR, &self.hours) } else { (DAY, &self.days) };
        let from = self.seen_since().map_or(from, |since| since.max(from));
        let (mut seen, mut out) = (0, 0);
        for (at, _) in buckets.iter().filter(|(_, counts)| counts.readable() > 0 && !counts.mostly_unread()) {
            let (begin, end) = (at.max(&from), Time((at.0 + width).min(now.0)));
            if *begin < end {
                seen += end.0 - begin.0;
                out += self.out(*begin, end, now);
            }
        }
        (seen > 0).then(|| 1.0 - out as f64 / seen as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(live: i64, outage: i64) -> Counts {
        Counts { live, outage, ..Counts::default() }
    }

    #[test]
    fn an_outage_costs_the_time_it_lasted_and_a_single_look_costs_nothing() {
        let now = Time(10 * DAY);
        let days = (0..10).map(|n| (Time(n * DAY), seen(90, i64::from(n == 3)))).collect();
        let trouble =
            Trouble { from: Time(7 * DAY + 6 * HOUR), until: Some(Time(7 * DAY + 18 * HOUR)), worst: Verdict::Outage };
        let history = History { days, troubles: vec![trouble], ..History::default() };
        assert_eq!(history.uptime(Duration::from_secs(10 * 86_400), now), Some(0.95));
        let last = history.last_days(now);
        assert_eq!(last.len(), DAYS);
        let bad: Vec<_> =
            last.iter().filter(|day| !day.out.is_zero()).map(|day| (day.at.0 / DAY, day.out.as_secs())).collect();
        assert_eq!(bad, [(7, 43_200)]);
        assert_eq!(last[DAYS - 1].kind, DayKind::Blank, "today has begun, and nothing was looked at");
    }

    #[test]
    fn what_could_not_be_checked_counts_neither_way() {
        let now = Time(4 * DAY);
        let unread = Counts { unknown: 90, live: 1, ..Counts::default() };
        let history = History { days: vec![(Time(0), seen(90, 0)), (Time(DAY), unread)], ..History::default() };
        assert_eq!(history.uptime(Duration::from_secs(30 * 86_400), now), Some(1.0));
        assert_eq!(History::default().uptime(Duration::from_secs(86_400), now), None);
    }

    #[test]
    fn an_incident_is_out_only_in_the_hours_that_saw_it_out() {
        let at = |hour: i64| Time(hour * HOUR);
        let hours = [(at(0), seen(6, 0)), (at(1), seen(3, 3)), (at(2), seen(0, 6)), (at(3), seen(6, 0))];
        let incident = Trouble { from: at(0), until: Some(at(4)), worst: Verdict::Outage };
        let parts = segments(incident, &hours, at(9));
        let parts: Vec<_> = parts.iter().map(|part| (part.from, part.until.unwrap(), part.worst)).collect();
        let (out, warned) = (Verdict::Outage, Verdict::Degraded);
        assert_eq!(parts, [(at(0), at(1), warned), (at(1), at(3), out), (at(3), at(4), warned)]);
        // An hour without readable checks does not show that it worked.
        let open = segments(Trouble { from: at(2), until: None, worst: Verdict::Dropped }, &hours[..3], at(9));
        assert_eq!(open, [Trouble { from: at(2), until: None, worst: Verdict::Dropped }]);
    }
}
