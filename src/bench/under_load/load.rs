//! What is measured, and how long.

use std::time::Duration;

use super::kind::Kind;

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
}
