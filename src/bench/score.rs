//! What a scenario is counted by.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::core::dependency::shown::Shown;

/// What is over may be told as it was for so long: recovery wants its checks too.
pub(super) const AFTERWARDS: Duration = Duration::from_secs(1_500);

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// missed, late, false drop, false alarm, green, twice, ambiguous, message, many, undelivered, hurried or script.
    pub kind: &'static str,
    /// A sentence.
    pub what: String,
}

impl Finding {
    /// A finding of a kind.
    pub fn new(kind: &'static str, what: impl Into<String>) -> Finding {
        Finding { kind, what: what.into() }
    }
}

/// What one scenario adds to precision and recall.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// True drops that were told in time.
    pub found: u32,
    /// True drops that were not.
    pub missed: u32,
    /// Drops told that were none.
    pub cried: u32,
    /// How long each true drop took to be told.
    pub took: Vec<Duration>,
}

/// Marks of many scenarios.
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

    /// Drops told that were true, of all that were told.
    pub fn precision(&self) -> f64 {
        share(self.marks.found, self.marks.cried)
    }

    /// True drops that were told in time, of all.
    pub fn recall(&self) -> f64 {
        share(self.marks.found, self.marks.missed)
    }

    /// The time to tell in the middle of all, and the longest.
    pub fn took(&self) -> Option<(Duration, Duration)> {
        let took = &self.marks.took;
        Some((*took.get(took.len() / 2)?, *took.last()?))
    }

    /// How many true drops there were.
    pub fn drops(&self) -> u32 {
        self.marks.found + self.marks.missed
    }
}

fn share(good: u32, bad: u32) -> f64 {
    if good + bad == 0 { 1.0 } else { f64::from(good) / f64::from(good + bad) }
}

/// How a dependency was shown from when on.
pub(super) type Shows = BTreeMap<String, Vec<(Duration, Shown)>>;
