//! Detects a lockout from two dependencies: the key of an account is refused, and a dependency that needs the account
//! stopped at about the same time, or what the vendor serves for the account is gone. If one dependency has both checks, `core/dependency/combine` detects it.

use std::time::Duration;

use super::decider::Decider;
use crate::core::dependency::combine::{combine, locked_out_of};
use crate::core::dependency::state::Combined;
use crate::core::probe::standing::{Held, Standing};
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;

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
        // An outage counts only where the user has said that it needs the account; a site may run elsewhere.
        let needs = self.platform.needed_by(position).iter().map(|other| (*other, Verdict::Outage));
        let carries = self.platform.carries(position).iter().map(|other| (*other, Verdict::Dropped));
        for (other, counts) in needs.chain(carries) {
            let dependency = &self.config.dependencies[other];
            if self.maintenance_until(&dependency.id, now).is_some() {
                continue;
            }
            let state = combine(&self.parts(&dependency.id, &rest));
            let held = state.held.filter(near).filter(|held| held.verdict == counts);
            if let Some(gone) = held.and_then(|held| locked_out_of(&combined, &held, &dependency.label)) {
                return Combined { held: Some(gone), ..combined };
            }
        }
        combined
    }

    /// Whether the key of the account that a dependency runs in was refused within the last hour.
    pub(super) fn runs_in_a_refused_account(&self, id: &str, now: Time) -> bool {
        let Some(position) = self.platform.position(id) else { return false };
        let accounts = self.config.dependencies[position].accounts.iter();
        let mut accounts = accounts.filter_map(|account| self.platform.position(account));
        accounts.any(|account| {
            let state = self.known.dependency(&self.config.dependencies[account].id);
            let lost = state.and_then(|state| state.combined.lost_access());
            let lately = lost.is_some_and(|held| now.since(held.since) <= TOGETHER);
            lately && self.platform.carries(account).contains(&position)
        })
    }

    /// The accounts that a dependency needs or runs in, and whose keys are refused. A change of the dependency may change
    /// their state.
    pub(super) fn refused_needs(&self, id: &str) -> Vec<String> {
        let Some(position) = self.platform.position(id) else { return Vec::new() };
        let lost = |id: &&String| {
            let state = self.known.dependency(id);
            state.is_some_and(|state| state.combined.lost_access().is_some())
        };
        let needs = self.platform.needs(position).iter().map(|need| &self.config.dependencies[*need].id);
        needs.chain(&self.config.dependencies[position].accounts).filter(lost).cloned().collect()
    }
}
