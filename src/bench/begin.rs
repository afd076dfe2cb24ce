//! When scenarios begin.

use std::time::Duration;

use crate::core::time::Time;

/// Scenarios begin on a Tuesday, far from the weekly report.
pub(super) const BEGINS: Time = Time(1_772_524_800_000);

/// What is watched is known to be live before anything happens.
pub(super) const BEFORE: Duration = Duration::from_secs(1_800);

/// When a scenario's own time begins.
pub(super) fn begin() -> Time {
    BEGINS.plus(BEFORE)
}
