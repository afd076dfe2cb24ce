//! Which other dependencies are checked now because of a suspicion. Dependencies that stop together should be
//! reported together, and a cause should be found before its consequence is reported.

use std::time::Duration;

use super::subject::is_out_within;
use crate::core::dependency::incident::Incident;
use crate::core::dependency::state::Combined;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;

/// Failures within this time after an unrelated one may have the same cause.
const TOGETHER: Duration = Duration::from_secs(300);

/// Whether two outages began so close together that they may end together, too.
pub fn fell_together(one: &Incident, other: &Incident) -> bool {
    let out = |incident: &Incident| incident.verdict == Verdict::Outage;
    let apart = one.began_at.since(other.began_at).max(other.began_at.since(one.began_at));
    out(one) && out(other) && apart <= TOGETHER
}

/// Whether a suspected or recent outage should cause a check of all dependencies, even unrelated ones.
pub fn concerns_everybody(state: &Combined, incident: Option<&Incident>, now: Time) -> bool {
    is_out_within(state, incident, TOGETHER, now)
}
