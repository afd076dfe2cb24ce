//! The load of a measurement.

use std::time::Duration;

use super::kind::Kind;
use super::server::Wrong;

/// The load of a measurement.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// The kind of the checks.
    pub kind: Kind,
    /// The number of checks.
    pub checks: u32,
    /// The interval of each check.
    pub every: Duration,
    /// The duration of the measurement, after the first round.
    pub lasts: Duration,
    /// The number of wrong answers per thousand.
    pub wrong_per_mille: u64,
    /// The seed that selects the wrong answers.
    pub seed: u64,
    /// The number of webhooks that are called about a drop.
    pub places: u32,
    /// The number of checks that begin to fail during the measurement, and keep failing.
    pub fail: u32,
    /// The time within which they begin to fail, from the start of the measurement.
    pub within: Duration,
}

impl Load {
    /// Which answers are wrong while the first `failing` checks fail.
    pub fn wrong(&self, failing: u32) -> Wrong {
        Wrong { per_mille: self.wrong_per_mille, seed: self.seed, all_of: 0..failing }
    }
}
