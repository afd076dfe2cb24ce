//! What is measured, and how long.

use std::time::Duration;

use super::kind::Kind;
use super::server::Wrong;

/// What is measured, and how long.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// What the checks ask.
    pub kind: Kind,
    /// How many there are.
    pub checks: u32,
    /// How often each is made.
    pub every: Duration,
    /// How long it is measured, after the first round.
    pub lasts: Duration,
    /// How many answers of a thousand are wrong.
    pub wrong_per_mille: u64,
    /// Draws which.
    pub seed: u64,
    /// How many places are called when something drops.
    pub places: u32,
    /// How many checks begin to fail while it is measured, and stay so.
    pub fail: u32,
    /// Within how long, from the beginning of the measurement on.
    pub within: Duration,
}

impl Load {
    /// Which answers are wrong once so many checks fail.
    pub fn wrong(&self, failing: u32) -> Wrong {
        Wrong { per_mille: self.wrong_per_mille, seed: self.seed, all_of: 0..failing }
    }
}
