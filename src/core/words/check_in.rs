//! What is reported to plugwatch: pings from jobs, people's reports, and how the platform's own calls to its vendors
//! turn out.

use std::future::Future;
use std::pin::Pin;

use super::verdict::words;
use crate::core::time::Time;

words! {
    /// The content of a report.
    Word {
        /// A job ran, or is running.
        Alive = "alive",
        /// A job started.
        Began = "began",
        /// A job ran and failed.
        Failed = "failed",
        /// A person reports that the vendor still works for the customer.
        WithUs = "with_us",
        /// A person reports that the vendor left.
        Left = "left",
        /// How often something succeeded and failed.
        Count = "count",
    }
}

words! {
    /// The kind of report that a name accepts.
    Takes {
        /// Pings from a job.
        Pings = "pings",
        /// Counts of successes and failures.
        Counts = "counts",
        /// A person's report.
        Words = "words",
    }
}

/// The key under which reports are stored; a job and a feed with the same name are separate.
pub fn key(takes: Takes, name: &str) -> String {
    format!("{takes}/{name}")
}

/// A web address that accepts reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckInPoint {
    /// The hash (SHA-256) of the token in the URL.
    pub mark: [u8; 32],
    /// The name that the reports are stored under.
    pub name: String,
    /// The kind of report it accepts.
    pub takes: Takes,
}

impl CheckInPoint {
    /// The key under which its reports are stored.
    pub fn key(&self) -> String {
        key(self.takes, &self.name)
    }
}

/// One report. Counts for the same minute and code are merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// When it was made.
    pub at: Time,
    /// Its content.
    pub word: Word,
    /// Who made it, for a person's report.
    pub by: String,
    /// The number of successes.
    pub ok: u64,
    /// The number of failures.
    pub failed: u64,
    /// The vendor's code for the failures.
    pub code: String,
}

impl Report {
    /// A report without counts.
    pub fn of(at: Time, word: Word) -> Report {
        Report { at, word, by: String::new(), ok: 0, failed: 0, code: String::new() }
    }
}

/// The largest count accepted for one minute. A larger number is a mistake.
pub const MOST_COUNTED: u64 = 1_000_000_000;

/// A pending read: the reports, or why they could not be read.
pub type Reading<'a> = Pin<Box<dyn Future<Output = Result<Vec<Report>, String>> + Send + 'a>>;

/// The store for reports.
pub trait CheckIns: Send + Sync {
    /// The reports under a key since an instant, oldest first. The newest report that is not only the start of a job
    /// is always included, however old it is.
    fn heard<'a>(&'a self, key: &'a str, since: Time) -> Reading<'a>;
}

/// The sum of the reports in a window that ends now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sum {
    /// The number of successes.
    pub ok: u64,
    /// The number of failures.
    pub failed: u64,
    /// The failures by code, most frequent first.
    pub codes: Vec<(String, u64)>,
    /// Since when at least half have failed in every minute, up to the newest report.
    pub failing_since: Option<Time>,
}

/// Milliseconds in a minute.
const MINUTE: i64 = 60_000;

/// Sums the counts since `since`. The start of a failure is dated as far back as the reports reach.
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
