//! Whether checks run on schedule, and why some run late.

use std::time::Duration;

use serde::Serialize;

use crate::core::time::{Time, human};
use crate::core::words::verdict::words;

words! {
    /// Why a check is late.
    HeldUp {
        /// plugwatch started it late: the machine is busy or too small.
        Machine = "machine",
        /// Its host's request budget is used up.
        Budget = "budget",
        /// Answers take longer than the interval.
        Answers = "answers",
    }
}

/// The shortest delay that counts as late. A delay must also exceed a tenth of the interval.
const LATE: Duration = Duration::from_secs(1);
/// How long late checks are counted before they are reported.
const WINDOW: Duration = Duration::from_secs(60);
/// How often the report is repeated while checks are late.
const AGAIN: Duration = Duration::from_secs(600);
/// Late checks are not reported if they are at most one in this many.
const SHARE: u32 = 100;

/// How closely one check followed its schedule.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// The interval.
    pub every: Duration,
    /// When it was due.
    pub due: Time,
    /// When plugwatch started it.
    pub started: Time,
    /// When the answer had arrived.
    pub answered: Time,
    /// How long the answer took after the request was sent.
    pub took: Duration,
    /// Whether its host has a request budget.
    pub paced: bool,
}

impl Kept {
    /// By how much it is late, and why; `None` if it is on time.
    pub fn late(&self) -> Option<(HeldUp, Duration)> {
        let asked = Time(self.answered.0 - crate::core::time::millis(self.took));
        let limit = LATE.max(self.every / 10);
        let (behind, delay) = (self.started.since(self.due), asked.since(self.due));
        if delay > limit {
            let waited = delay.saturating_sub(behind);
            let why = if self.paced && waited > behind { HeldUp::Budget } else { HeldUp::Machine };
            return Some((why, delay));
        }
        // The next check was due before this one had finished.
        (self.took > self.every).then(|| (HeldUp::Answers, self.took - self.every))
    }
}

/// Late checks in the period being counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Late {
    /// All checks.
    pub checks: u32,
    /// Late checks by cause, in the order of [`HeldUp::ALL`].
    pub by_cause: [u32; 3],
    /// The longest delay.
    pub worst: Duration,
}

impl Late {
    fn add(&mut self, late: Option<(HeldUp, Duration)>) {
        self.checks += 1;
        if let Some((why, by)) = late {
            self.by_cause[why as usize] += 1;
            self.worst = self.worst.max(by);
        }
    }

    /// The number of late checks.
    pub fn late(&self) -> u32 {
        self.by_cause.iter().sum()
    }

    /// The cause of most delays.
    fn cause(&self) -> HeldUp {
        let most = HeldUp::ALL.iter().max_by_key(|why| self.by_cause[**why as usize]);
        most.copied().unwrap_or(HeldUp::Machine)
    }

    fn is_news(&self) -> bool {
        self.late() > self.checks / SHARE
    }

    /// The report as a sentence for people.
    pub fn sentence(&self) -> String {
        let cause = match self.cause() {
            HeldUp::Machine => "the machine is too busy; give plugwatch more processor time, or make `every` longer",
            HeldUp::Budget => "the hosts' limits allow fewer checks; make `every` longer",
            HeldUp::Answers => "answers take longer than `every`; make `every` longer",
        };
        let (late, checks) = (self.late(), self.checks);
        format!("{late} of {checks} checks within a minute were late, by up to {}. Cause: {cause}.", human(self.worst))
    }
}

/// Counts late checks minute by minute.
#[derive(Clone, Debug, Default)]
pub struct Lateness {
    began: Time,
    counting: Late,
    /// When it was last reported, while checks are late.
    said: Option<Time>,
    /// The last complete minute, if enough checks were late to report.
    pub last: Option<Late>,
    /// All late checks since start-up, in the order of [`HeldUp::ALL`].
    pub all: [u64; 3],
}

impl Lateness {
    /// Counts a check. Returns whether a minute is complete and its delays should be reported now.
    pub fn note(&mut self, kept: &Kept) -> bool {
        let now = kept.answered;
        let over = now.since(self.began) >= WINDOW || now < self.began;
        if over {
            self.last = Some(self.counting).filter(Late::is_news);
            (self.began, self.counting) = (now, Late::default());
        }
        let late = kept.late();
        self.counting.add(late);
        if let Some((why, _)) = late {
            self.all[why as usize] += 1;
        }
        let say = over && self.last.is_some() && self.said.is_none_or(|at| now.since(at) >= AGAIN || now < at);
        if over && (say || self.last.is_none()) {
            self.said = self.last.map(|_| now);
        }
        say
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(20);

    fn kept(due: i64, started: i64, answered: i64, took: u64) -> Kept {
        let (due, started, answered) = (Time(due), Time(started), Time(answered));
        Kept { every: EVERY, due, started, answered, took: Duration::from_millis(took), paced: false }
    }

    #[test]
    fn what_holds_a_check_up_is_told_apart() {
        let why = |kept: Kept| kept.late().map(|(why, by)| (why, by.as_millis()));
        assert_eq!(why(kept(0, 40, 240, 200)), None);
        assert_eq!(why(kept(0, 3_000, 3_200, 200)), Some((HeldUp::Machine, 3_000)));
        let paced = Kept { paced: true, ..kept(0, 40, 5_240, 200) };
        assert_eq!(why(paced), Some((HeldUp::Budget, 5_040)));
        assert_eq!(why(kept(0, 40, 25_040, 25_000)), Some((HeldUp::Answers, 5_000)));
    }

    #[test]
    fn a_minute_is_worth_a_word_if_more_than_one_in_a_hundred_was_late() {
        let mut lateness = Lateness::default();
        let minute = |lateness: &mut Lateness, from: i64, late: i64| {
            let delay = |n: i64| if n < late { 4_000 } else { 0 };
            let at = |n: i64| from + n * 10;
            let said = (0..200).filter(|n| lateness.note(&kept(at(*n) - delay(*n), at(*n), at(*n), 0)));
            said.count() > 0
        };
        assert!(!minute(&mut lateness, 60_000, 2));
        assert!(!minute(&mut lateness, 120_000, 3));
        assert!(minute(&mut lateness, 180_000, 0));
        let last = lateness.last.unwrap();
        assert_eq!(
            last.sentence(),
            "3 of 200 checks within a minute were late, by up to 4 s. Cause: the machine is too busy; give plugwatch more \
             processor time, or make `every` longer."
        );
        assert!(!minute(&mut lateness, 240_000, 9));
        assert_eq!((lateness.last, lateness.all), (None, [14, 0, 0]));
        assert!(minute(&mut lateness, 300_000, 9));
        assert!(!minute(&mut lateness, 360_000, 9));
        assert!(lateness.last.is_some());
    }
}
