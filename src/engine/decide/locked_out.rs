//! Detects a lockout from two dependencies: the key of an account is refused, and a dependency that needs the account
//! stopped at about the same time, or what the vendor serves for the account is gone. If one dependency has both checks,
//! `core/dependency/combine` detects it.

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
        let needs = self.platform.needed_by(position);
        for other in self.platform.stand_on(position) {
            let dependency = &self.config.dependencies[other];
            if self.maintenance_until(&dependency.id, now).is_some() {
                continue;
            }
            let state = combine(&self.parts(&dependency.id, &rest));
            // An outage counts only where the user has said that it needs the account; a site may run elsewhere.
            let counts = |held: &Held| held.verdict == Verdict::Dropped || needs.contains(&other);
            let held = state.held.filter(near).filter(counts);
            if let Some(gone) = held.and_then(|held| locked_out_of(&combined, &held, &dependency.label)) {
                return Combined { held: Some(gone), ..combined };
            }
        }
        combined
    }

    /// Whether the key of an account that a dependency needs or runs in was refused within the last hour.
    pub(super) fn runs_in_a_refused_account(&self, id: &str, now: Time) -> bool {
        self.accounts_behind(id).any(|account| self.refused_since(account).is_some_and(|at| now.since(at) <= TOGETHER))
    }

    /// The accounts that a dependency needs or runs in, and whose keys are refused. A change of the dependency may change
    /// their state.
    pub(super) fn refused_needs(&self, id: &str) -> Vec<String> {
        self.accounts_behind(id).filter(|account| self.refused_since(account).is_some()).map(str::to_owned).collect()
    }

    fn refused_since(&self, account: &str) -> Option<Time> {
        Some(self.known.dependency(account)?.combined.lost_access()?.since)
    }

    /// What a dependency needs, and the account that it runs in, if only one can be it.
    fn accounts_behind(&self, id: &str) -> impl Iterator<Item = &str> {
        let position = self.platform.position(id);
        let dependency = position.map(|position| &self.config.dependencies[position]);
        let carries = move |account: &&String| {
            let account = self.platform.position(account);
            position.zip(account).is_some_and(|(own, account)| self.platform.carries(account).contains(&own))
        };
        let accounts = dependency.into_iter().flat_map(|dependency| &dependency.accounts).filter(carries);
        dependency.into_iter().flat_map(|dependency| &dependency.needs).chain(accounts).map(String::as_str)
    }
}
