//! Who else is looked at now, because something fell into doubt: what stops together is to
//! be told together, and a cause is to be found before its consequence is told.

use std::time::Duration;

use super::platform_view::is_out_within;
use crate::core::dependency::incident::Incident;
use crate::core::dependency::state::Combined;
use crate::core::time::Time;

/// What fails within this after something unrelated may have the same cause.
const TOGETHER: Duration = Duration::from_secs(300);

/// Whether everybody is asked when something falls into doubt that has nothing to do with this one: it is out, since
/// lately.
pub fn concerns_everybody(state: &Combined, incident: Option<&Incident>, now: Time) -> bool {
    is_out_within(state, incident, TOGETHER, now)
}
