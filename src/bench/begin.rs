//! The time at which a scenario begins.

use std::time::Duration;

use crate::core::time::Time;

/// Scenarios without a date begin on a Tuesday, far from the weekly report.
const USUAL: Time = Time(1_772_526_600_000);

/// How long the program runs before the scenario begins: enough for every monitored dependency to be known as `live`.
pub(super) const BEFORE: Duration = Duration::from_secs(1_800);

/// The start of a scenario that has no `begins`.
pub(super) fn usual() -> Time {
    USUAL
}

/// The time at which the program is started: early enough that everything has been checked when the scenario begins.
pub(super) fn started(begins: Time) -> Time {
    Time(begins.0 - crate::core::time::millis(BEFORE))
}
