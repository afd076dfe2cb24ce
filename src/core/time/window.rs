//! Windows of time in which work is announced.

use std::time::Duration;

use super::schedule::Cron;
use super::{Time, millis};

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
    }
}
