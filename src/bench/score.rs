//! Findings and marks: how scenarios are scored.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::core::dependency::shown::Shown;

/// How long after its end a truth may still be announced: recovery has to be confirmed, too.
pub(super) const AFTERWARDS: Duration = Duration::from_secs(1_500);

/// A fault that the bench found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The kind, for example `missed`, `late`, `false drop`, `false alarm`, `green`, `twice`, `message`, `undelivered`,
    /// `script`.
    pub kind: &'static str,
    /// The finding as a sentence.
    pub what: String,
}

impl Finding {
    /// A finding of the given kind.
    pub fn new(kind: &'static str, what: impl Into<String>) -> Finding {
        Finding { kind, what: what.into() }
    }
}

/// The counts of one scenario, for precision and recall.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// True drops that were announced in time.
    pub found: u32,
    /// True drops that were not announced in time.
    pub missed: u32,
    /// Announced drops that were false.
    pub cried: u32,
    /// How long it took to announce each true drop.
    pub took: Vec<Duration>,
}

/// The marks of many scenarios.
#[derive(Clone, Debug, Default)]
pub struct Score {
    marks: Marks,
}

impl Score {
    /// Adds a scenario's marks.
    pub fn add(&mut self, marks: &Marks) {
        self.marks.found += marks.found;
        self.marks.missed += marks.missed;
        self.marks.cried += marks.cried;
        self.marks.took.extend(&marks.took);
        self.marks.took.sort();
    }

    /// The share of announced drops that were true.
    pub fn precision(&self) -> f64 {
        share(self.marks.found, self.marks.cried)
    }

    /// The share of true drops that were announced in time.
    pub fn recall(&self) -> f64 {
        share(self.marks.found, self.marks.missed)
    }

    /// The median and the maximum time to announce a true drop; `None` if there were none.
    pub fn took(&self) -> Option<(Duration, Duration)> {
        let took = &self.marks.took;
        Some((*took.get(took.len() / 2)?, *took.last()?))
    }

    /// The number of true drops.
    pub fn drops(&self) -> u32 {
        self.marks.found + self.marks.missed
    }
}

fn share(good: u32, bad: u32) -> f64 {
    if good + bad == 0 { 1.0 } else { f64::from(good) / f64::from(good + bad) }
}

/// By dependency: each displayed state, with the time from which it was displayed.
pub(super) type Shows = BTreeMap<String, Vec<(Duration, Shown)>>;
