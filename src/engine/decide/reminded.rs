//! What a reminder says about an open problem in addition to its state.

use std::collections::BTreeMap;

use super::decider::Decider;
use super::platform::Seen;
use crate::config::Dependency;
use crate::core::alerting::platform_view::{Cause, PlatformView};
use crate::core::probe::standing::Held;
use crate::core::words::verdict::Verdict;
use crate::say::tally;

/// The maximum number of dependencies named that failed together with a cause.
const NAMED: usize = 5;

impl Decider {
    /// Where to appeal against the drop that a reminder is about.
    pub(super) fn appeal_now(&self, dependency: &Dependency, held: &Held) -> Option<String> {
        let vendor = self.vendor(dependency, &held.by).filter(|_| held.verdict == Verdict::Dropped)?;
        vendor.appeal.as_ref().map(|appeal| match appeal.behind_login {
            true => format!("{} (sign-in required)", appeal.url),
            false => appeal.url.clone(),
        })
    }

    /// The dependencies that failed with each cause and have no message of their own, with their states, by the
    /// cause's position.
    pub(super) fn fell_with(&self, seen: &Seen, view: &PlatformView<'_>) -> BTreeMap<usize, Vec<String>> {
        let mut fell: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (index, (position, state)) in seen.iter().enumerate() {
            let Cause::Down(cause) = view.cause(index) else { continue };
            let with = fell.entry(seen.position(cause)).or_default();
            if state.notified.muted && with.len() < NAMED {
                let word = tally::spoken(state.combined.shown());
                with.push(format!("{} ({word})", self.config.dependencies[position].label));
            }
        }
        fell
    }
}
