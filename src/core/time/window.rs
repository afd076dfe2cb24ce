//! Windows of time in which work is announced.

use std::time::Duration;

use super::schedule::Cron;
use super::{Time, millis};

/// Of what comes again, so many last times are given, about: a quarter of weekly or nightly work.
const MOST_PAST: i64 = 90;

/// When work goes on.
#[derive(Clone, Debug)]
pub enum Window {
    /// Once.
    Once(Time, Time),
    /// Again and again.
    Again(Box<Cron>, Duration),
}

impl Window {
    /// Until when it lasts, if it is now.
    pub fn until(&self, now: Time) -> Option<Time> {
        self.around(now).filter(|(from, _)| *from <= now).map(|(_, to)| to)
    }

    /// From when to when it lasts: the one that goes on at `now`, or else the next.
    pub fn around(&self, now: Time) -> Option<(Time, Time)> {
        match self {
            Window::Once(from, to) => (now < *to).then_some((*from, *to)),
            Window::Again(cron, lasts) => {
                let start = cron.next(Time(now.0 - millis(*lasts)))?;
                Some((start, start.plus(*lasts)))
            }
        }
    }

    /// From when to when it lasted, each time that ended after `since` and by `now`, the earliest first. Of what comes
    /// again often only the last times are given.
    pub fn past(&self, since: Time, now: Time) -> Vec<(Time, Time)> {
        let over = |to: Time| to > since && to <= now;
        match self {
            Window::Once(from, to) => over(*to).then_some((*from, *to)).into_iter().collect(),
            Window::Again(cron, lasts) => {
                let span = |from: Time| (from, from.plus(*lasts));
                let begin = Time(since.0 - millis(*lasts));
                let pace = cron.next(begin).and_then(|first| Some(cron.next(first)?.0 - first.0)).unwrap_or(0);
                let begin = begin.max(Time(now.0 - millis(*lasts) - pace.saturating_mul(MOST_PAST)));
                let starts = std::iter::successors(cron.next(begin), |start| cron.next(*start));
                starts.map(span).take_while(|(_, to)| *to <= now).filter(|(_, to)| over(*to)).collect()
            }
        }
    }

    /// When it begins or ends next.
    pub fn turns_at(&self, now: Time) -> Option<Time> {
        match self {
            Window::Once(from, to) => [*from, *to].into_iter().find(|at| *at > now),
            Window::Again(cron, _) => self.until(now).or_else(|| cron.next(now)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_that_comes_again_is_the_one_that_goes_on_or_else_the_next() {
        let nightly = Cron::parse("0 2 * * *", chrono_tz::UTC).unwrap();
        let window = Window::Again(Box::new(nightly), Duration::from_secs(7_200));
        let at = |text: &str| Time::parse(text).unwrap();
        let today = (at("2026-03-03T02:00:00Z"), at("2026-03-03T04:00:00Z"));
        assert_eq!(window.around(at("2026-03-03T01:00:00Z")), Some(today));
        assert_eq!(window.around(at("2026-03-03T03:59:00Z")), Some(today));
        assert_eq!(window.until(at("2026-03-03T01:00:00Z")), None);
        assert_eq!(window.around(at("2026-03-03T04:00:01Z")).unwrap().0, at("2026-03-04T02:00:00Z"));
        let past = |since: &str, now: &str| window.past(at(since), at(now));
        assert_eq!(past("2026-03-02T12:00:00Z", "2026-03-03T03:59:00Z"), [], "it goes on");
        assert_eq!(past("2026-03-02T12:00:00Z", "2026-03-03T04:00:00Z"), [today]);
        assert_eq!(past("2025-12-01T00:00:00Z", "2026-03-03T12:00:00Z").len(), 90);
        let minutely = Cron::parse("* * * * *", chrono_tz::UTC).unwrap();
        let often = Window::Again(Box::new(minutely), Duration::from_secs(30));
        let times = often.past(at("2025-12-01T00:00:00Z"), at("2026-03-03T12:00:00Z"));
        assert_eq!((times.len(), times.last().unwrap().0), (90, at("2026-03-03T11:59:00Z")));
        let once = Window::Once(today.0, today.1);
        assert_eq!(once.past(at("2026-03-01T00:00:00Z"), at("2026-03-03T05:00:00Z")), [today]);
        assert_eq!(once.past(at("2026-03-04T00:00:00Z"), at("2026-03-05T05:00:00Z")), [], "too long ago");
    }
}
