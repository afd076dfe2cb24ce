//! When a failed part is restarted.

use std::collections::VecDeque;
use std::time::Duration;

use crate::core::time::Time;

/// The first pause: a short disturbance is over by then, and people hardly notice.
const FIRST: Duration = Duration::from_secs(1);
/// The longest pause; it doubles up to this, so that a part that fails each time neither fills the log nor takes time
/// from others.
const LONGEST: Duration = Duration::from_secs(60);
/// After running for this long, a part starts with the first pause again: apart from a rare failure, it works.
const STOOD: Duration = Duration::from_secs(600);
/// A vital part that fails this often...
pub(super) const MOST: usize = 5;
/// ...within this time does not work: with the pauses in between, five failures take at least 15 s.
pub(super) const WITHIN: Duration = Duration::from_secs(600);

/// The pauses of one part.
#[derive(Debug)]
pub(super) struct Pauses {
    vital: bool,
    next: Duration,
    /// The latest failures of a vital part, `MOST` at most.
    failed: VecDeque<Time>,
}

impl Pauses {
    pub(super) fn new(vital: bool) -> Pauses {
        Pauses { vital, next: FIRST, failed: VecDeque::new() }
    }

    /// The pause after a run that began and failed at these times; `None` if the part is not restarted.
    pub(super) fn after(&mut self, began: Time, failed: Time) -> Option<Duration> {
        if self.vital && self.is_too_often(failed) {
            return None;
        }
        if failed.since(began) >= STOOD {
            self.next = FIRST;
        }
        let pause = self.next;
        self.next = (pause * 2).min(LONGEST);
        Some(pause)
    }

    fn is_too_often(&mut self, failed: Time) -> bool {
        self.failed.push_back(failed);
        if self.failed.len() > MOST {
            self.failed.pop_front();
        }
        self.failed.len() == MOST && self.failed.front().is_some_and(|first| failed.since(*first) <= WITHIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Time = Time(1_800_000_000_000);

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn pauses_grow_to_a_minute_and_begin_anew_after_a_long_run() {
        let mut pauses = Pauses::new(false);
        let took: Vec<u64> = (0..9).map(|_| pauses.after(AT, AT.plus(seconds(1))).unwrap().as_secs()).collect();
        assert_eq!(took, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(pauses.after(AT, AT.plus(seconds(599))), Some(seconds(60)));
        assert_eq!(pauses.after(AT, AT.plus(seconds(600))), Some(seconds(1)));
        assert_eq!(pauses.after(AT, AT.plus(seconds(1))), Some(seconds(2)));
    }

    #[test]
    fn a_vital_part_is_given_up_only_if_it_fails_often_within_ten_minutes() {
        let mut pauses = Pauses::new(true);
        for n in 0..50 {
            let at = AT.plus(seconds(n * 151));
            assert!(pauses.after(at, at).is_some(), "failure {n}");
        }
        let mut pauses = Pauses::new(true);
        let at = |n: u64| AT.plus(seconds(n * 150));
        assert!((0..4).all(|n| pauses.after(at(n), at(n)).is_some()));
        assert_eq!(pauses.after(at(4), at(4)), None);
    }
}
