//! Which other dependencies are checked now because of a suspicion: those that stop together should be reported
//! together, and a cause should be found before its consequence is reported.

use std::time::Duration;

use super::subject::is_out_within;
use crate::core::dependency::incident::Incident;
use crate::core::dependency::state::Combined;
use crate::core::time::Time;

/// What fails within this time after something unrelated may have the same cause.
const TOGETHER: Duration = Duration::from_secs(300);

/// Whether an outage, suspected or recent, should cause a check of all dependencies, even unrelated ones.
pub fn concerns_everybody(state: &Combined, incident: Option<&Incident>, now: Time) -> bool {
    is_out_within(state, incident, TOGETHER, now)
}
