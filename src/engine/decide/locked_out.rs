//! Detects a lockout from two dependencies: the key of an account is refused, and a dependency that needs the account
//! stopped at about the same time. If one dependency has both checks, `core/dependency/combine` detects it.

use std::time::Duration;

use super::decider::Decider;
use crate::core::dependency::combine::{combine, locked_out_of};
use crate::core::dependency::state::Combined;
use crate::core::probe::standing::{Held, Standing};
use crate::core::time::Time;

/// The maximum time between the refusal of the key and the failure of the other dependency. A key rotation and an
/// unrelated outage may happen on the same day, but rarely within the same hour.
const TOGETHER: Duration = Duration::from_secs(3_600);

impl Decider {
    /// The state of an account. It counts as dropped if a dependency that needs it stopped when its key was refused.
    pub(super) fn with_what_it_carries(&self, id: &str, combined: Combined, now: Time) -> Combined {
        // Few accounts ever lose their key, so only for these are the dependencies checked that need them.
        let Some(since) = combined.lost_access().map(|held| held.since) else { return combined };
        let Some(position) = self.platform.position(id) else { return combined };
        let rest = Standing::default();
        let near = |held: &Held| held.since.since(since).max(since.since(held.since)) <= TOGETHER;
        for other in self.platform.needed_by(position) {
            let dependency = &self.config.dependencies[*other];
            if self.maintenance_until(&dependency.id, now).is_some() {
                continue;
            }
            let state = combine(&self.parts(&dependency.id, &rest));
            if let Some(gone) =
                state.held.filter(near).and_then(|held| locked_out_of(&combined, &held, &dependency.label))
            {
                return Combined { held: Some(gone), ..combined };
            }
        }
        combined
    }

    /// The accounts that a dependency needs and whose keys are refused. A change of the dependency may change their
    /// state.
    pub(super) fn refused_needs(&self, id: &str) -> Vec<String> {
        let Some(position) = self.platform.position(id) else { return Vec::new() };
        let lost = |need: &&usize| {
            let state = self.known.dependency(&self.config.dependencies[**need].id);
            state.is_some_and(|state| state.combined.lost_access().is_some())
        };
        let needs = self.platform.needs(position).iter().filter(lost);
        needs.map(|need| self.config.dependencies[*need].id.clone()).collect()
    }
}
