//! A lockout seen from two dependencies: the key of an account is refused, and something that needs the account stopped
//! at about the same time. One dependency with both checks concludes it by itself (`core/dependency/combine`).

use std::time::Duration;

use super::decider::Decider;
use crate::core::dependency::combine::{combine, locked_out_of};
use crate::core::dependency::state::Combined;
use crate::core::probe::standing::{Held, Standing};
use crate::core::time::Time;

/// How far apart both may begin: a rotated key and an outage of one's own may fall on one day, not often into one hour.
const TOGETHER: Duration = Duration::from_secs(3_600);

impl Decider {
    /// The state of an account, concluded to be dropped if what needs it stopped when its key was refused.
    pub(super) fn with_what_it_carries(&self, id: &str, combined: Combined, now: Time) -> Combined {
        // Few accounts ever lose their key: only those look at what needs them.
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

    /// The accounts that a dependency needs and whose keys are refused: its change may decide about them.
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
