//! When scenarios begin.

use std::time::Duration;

use crate::core::time::Time;

/// Scenarios of no date of their own begin on a Tuesday, far from the weekly report.
const USUAL: Time = Time(1_772_526_600_000);

/// What is watched is known to be live before anything happens.
pub(super) const BEFORE: Duration = Duration::from_secs(1_800);

/// When a scenario's own time begins, unless it says so.
pub(super) fn usual() -> Time {
    USUAL
}

/// When the program is started: a scenario's own time begins with everything seen.
pub(super) fn started(begins: Time) -> Time {
    Time(begins.0 - crate::core::time::millis(BEFORE))
}
