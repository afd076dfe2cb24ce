//! What a reminder says about an open problem in addition to its state.

use std::collections::BTreeMap;

use super::decider::Decider;
use super::platform::Seen;
use crate::catalog::Appeal;
use crate::config::Dependency;
use crate::core::alerting::platform_view::{Cause, PlatformView};
use crate::core::people::notice::is_by_letter;
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;
use crate::say::tally;

/// The maximum number of dependencies named that failed together with a cause.
const NAMED: usize = 5;

impl Decider {
    /// Where to appeal against the drop that a reminder is about.
    pub(super) fn appeal_now(&self, dependency: &Dependency, held: &Held) -> Option<&Appeal> {
        self.vendor(dependency, &held.by).filter(|_| held.verdict == Verdict::Dropped)?.appeal.as_ref()
    }

    /// The word for the state; an outage that a letter warned of has its own.
    pub(super) fn word_as_warned(
        &self,
        word: &'static str,
        dependency: &Dependency,
        held: &Held,
        now: Time,
    ) -> &'static str {
        if word == "outage" && self.is_as_warned(dependency, held, now) { "as_warned" } else { word }
    }

    /// When the letters arrived that are the reason for the state; none if another reason comes first.
    pub(super) fn letters_behind(&self, dependency: &Dependency, held: &Held, now: Time) -> Vec<Time> {
        if is_by_letter(&held.reason) { self.letters_about(&dependency.id, now) } else { Vec::new() }
    }

    /// The dependencies that failed with each cause and have no message of their own, with their states, by the
    /// cause's position.
    pub(super) fn fell_with(&self, seen: &Seen, view: &PlatformView<'_>) -> BTreeMap<usize, Vec<String>> {
        let mut fell: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (index, (position, state)) in seen.iter().enumerate() {
            let Cause::Down(cause) = view.cause(index) else { continue };
            let with = fell.entry(seen.position(cause)).or_default();
            if state.notified.muted && with.len() < NAMED {
                let other = state.combined.unseen.iter().any(|unseen| unseen.held.reason == "wrong_page");
                let word = if other { "shows another page" } else { tally::spoken(state.combined.shown()) };
                with.push(format!("{} ({word})", self.config.dependencies[position].label));
            }
        }
        fell
    }
}
