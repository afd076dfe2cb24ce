//! What is reported to plugwatch: a job's sign of life, a person's word, the outcomes that the
//! platform itself sees at its vendors.

use std::future::Future;
use std::pin::Pin;

use super::verdict::words;
use crate::core::time::Time;

words! {
    /// What a report says.
    Word {
        /// A job ran, or is alive.
        Alive = "alive",
        /// A job began.
        Began = "began",
        /// A job ran and failed.
        Failed = "failed",
        /// A person says that the vendor still works for us.
        WithUs = "with_us",
        /// A person says that the vendor left.
        Left = "left",
        /// How often something worked, and how often not.
        Count = "count",
    }
}

words! {
    /// What may be reported under a name.
    Takes {
        /// A job's calls.
        Pings = "pings",
        /// Counted outcomes.
        Counts = "counts",
        /// A person's word.
        Words = "words",
    }
}

/// The key under which reports of a kind are kept: a job and a feed of the same name are two things.
pub fn key(takes: Takes, name: &str) -> String {
    format!("{takes}/{name}")
}

/// Who may report what, over the web.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckInPoint {
    /// The hash (SHA-256) of the token in the URL.
    pub mark: [u8; 32],
    /// The name under which it is known.
    pub name: String,
    /// What is taken.
    pub takes: Takes,
}

impl CheckInPoint {
    /// Where its reports are kept.
    pub fn key(&self) -> String {
        key(self.takes, &self.name)
    }
}

/// One report; counts of the same minute and code are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// When.
    pub at: Time,
    /// What it says.
    pub word: Word,
    /// Who said so, for a person's word.
    pub by: String,
    /// What worked.
    pub ok: u64,
    /// What did not.
    pub failed: u64,
    /// The vendor's code for what did not.
    pub code: String,
}

impl Report {
    /// A report that counts nothing.
    pub fn of(at: Time, word: Word) -> Report {
        Report { at, word, by: String::new(), ok: 0, failed: 0, code: String::new() }
    }
}

/// Nobody calls a vendor more often in a minute; what is said to be more is a mistake.
pub const MOST_COUNTED: u64 = 1_000_000_000;

/// What was read, or why not.
pub type Reading<'a> = Pin<Box<dyn Future<Output = Result<Vec<Report>, String>> + Send + 'a>>;

/// Where reports are kept.
pub trait CheckIns: Send + Sync {
    /// The reports under a key since an instant, oldest first, and in any case the newest one that
    /// is more than a beginning.
    fn heard<'a>(&'a self, key: &'a str, since: Time) -> Reading<'a>;
}

/// The sum of reports within a window that ends now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sum {
    /// What worked.
    pub ok: u64,
    /// What did not.
    pub failed: u64,
    /// What did not, by code, the commonest first.
    pub codes: Vec<(String, u64)>,
    /// Since when at least half fails, minute by minute, up to the newest report.
    pub failing_since: Option<Time>,
}

/// A minute of reports.
const MINUTE: i64 = 60_000;

/// Sums up what was counted since `since`; a failure is dated back as far as the reports go.
pub fn sum(reports: &[Report], since: Time) -> Sum {
    let mut sum = Sum::default();
    let mut minutes: Vec<(i64, u64, u64)> = Vec::new();
    for report in reports.iter().filter(|report| report.word == Word::Count) {
        if report.at >= since {
            sum.add(report);
        }
        let minute = report.at.0 - report.at.0.rem_euclid(MINUTE);
        match minutes.last_mut().filter(|(last, _, _)| *last == minute) {
            Some((_, ok, failed)) => {
                (*ok, *failed) = (ok.saturating_add(report.ok), failed.saturating_add(report.failed))
            }
            None => minutes.push((minute, report.ok, report.failed)),
        }
    }
    sum.codes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let failing = minutes.iter().rev().take_while(|(_, ok, failed)| *failed > 0 && failed >= ok);
    sum.failing_since = failing.last().map(|(minute, _, _)| Time(*minute));
    sum
}

impl Sum {
    fn add(&mut self, report: &Report) {
        self.ok = self.ok.saturating_add(report.ok);
        self.failed = self.failed.saturating_add(report.failed);
        if report.failed == 0 || report.code.is_empty() {
            return;
        }
        match self.codes.iter_mut().find(|(code, _)| *code == report.code) {
            Some((_, count)) => *count = count.saturating_add(report.failed),
            None => self.codes.push((report.code.clone(), report.failed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(minute: i64, ok: u64, failed: u64, code: &str) -> Report {
        Report { ok, failed, code: code.to_owned(), ..Report::of(Time(minute * MINUTE + 5), Word::Count) }
    }

    #[test]
    fn failures_are_summed_by_code_and_dated_to_where_they_began() {
        let reports =
            [count(0, 50, 1, "30003"), count(1, 0, 60, "30002"), count(2, 1, 30, "30002"), count(2, 0, 5, "30003")];
        let sum = sum(&reports, Time(0));
        assert_eq!((sum.ok, sum.failed), (51, 96));
        assert_eq!(sum.codes, [("30002".to_owned(), 90), ("30003".to_owned(), 6)]);
        assert_eq!(sum.failing_since, Some(Time(MINUTE)));
    }

    #[test]
    fn what_is_older_than_the_window_does_not_count() {
        let sum = sum(&[count(0, 5, 5, "x"), count(2, 0, 1, "y")], Time(2 * MINUTE));
        assert_eq!((sum.ok, sum.failed, sum.failing_since), (0, 1, Some(Time(0))));
    }
}
