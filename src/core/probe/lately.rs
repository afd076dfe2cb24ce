//! Remembers when something happened lately that one good check ended: too little to report once, a warning together.

use std::time::Duration;

use super::policy::Policy;
use crate::core::time::Time;

/// How often it must happen: once or twice may be a server's mistake or a stale copy.
pub(super) const TIMES: usize = 3;
/// How long it is remembered: an hour, or several rounds of a check that runs less often.
const REMEMBERED: Duration = Duration::from_secs(3_600);
const ROUNDS: u32 = 3;
/// The maximum number of times that are remembered.
const MOST: usize = 8;

/// Forgets old times.
pub(super) fn forget(times: &mut Vec<Time>, policy: &Policy, now: Time) {
    let lasts = REMEMBERED.max(policy.stale_after * ROUNDS);
    times.retain(|at| *at <= now && now.since(*at) <= lasts);
}

/// Adds a time, and drops the oldest one if there are too many.
pub(super) fn remember(times: &mut Vec<Time>, at: Time) {
    if times.len() >= MOST {
        times.remove(0);
    }
    times.push(at);
}
