//! Remembers when recent trouble occurred that one good check ended. A single occurrence is not reported; several
//! together are a warning.

use std::time::Duration;

use super::policy::Policy;
use crate::core::time::Time;

/// How many occurrences make a warning: one or two may be a server's mistake or a stale copy.
pub(super) const TIMES: usize = 3;
/// How long an occurrence is remembered: an hour, or several intervals of a check that runs less often.
const REMEMBERED: Duration = Duration::from_secs(3_600);
const ROUNDS: u32 = 3;
/// The maximum number of occurrences that are remembered.
const MOST: usize = 8;

/// Forgets old times.
pub(super) fn forget(times: &mut Vec<Time>, policy: &Policy, now: Time) {
    let lasts = REMEMBERED.max(policy.stale_after * ROUNDS);
    times.retain(|at| *at <= now && now.since(*at) <= lasts);
}

/// Adds a time. If there are too many, the oldest one is removed.
pub(super) fn remember(times: &mut Vec<Time>, at: Time) {
    if times.len() >= MOST {
        times.remove(0);
    }
    times.push(at);
}
