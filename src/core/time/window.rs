//! Time windows of announced maintenance.

use std::time::Duration;

use super::schedule::Cron;
use super::{Time, millis};

/// The approximate maximum number of past occurrences returned for recurring maintenance: the last three months if it
/// is nightly.
const MOST_PAST: i64 = 90;

/// When maintenance takes place.
#[derive(Clone, Debug)]
pub enum Window {
    /// Once, from the first instant to the second.
    Once(Time, Time),
    /// Repeatedly: the starts as a cron expression, and the duration.
    Again(Box<Cron>, Duration),
}

impl Window {
    /// When the current occurrence ends; `None` if there is none at `now`.
    pub fn until(&self, now: Time) -> Option<Time> {
        self.around(now).filter(|(from, _)| *from <= now).map(|(_, to)| to)
    }

    /// The start and end of the occurrence at `now`, or of the next one.
    pub fn around(&self, now: Time) -> Option<(Time, Time)> {
        match self {
            Window::Once(from, to) => (now < *to).then_some((*from, *to)),
            Window::Again(cron, lasts) => {
                let start = cron.next(Time(now.0 - millis(*lasts)))?;
                Some((start, start.plus(*lasts)))
            }
        }
    }

    /// The start and end of each occurrence that ended after `since` and by `now`, earliest first. If there are very
    /// many, only the latest are returned.
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

    /// When an occurrence next begins or ends.
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
