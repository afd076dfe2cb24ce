//! What a reminder says about an open problem in addition to its state.

use std::collections::BTreeMap;
use std::time::Duration;

use super::decider::Decider;
use super::platform::Seen;
use crate::catalog::Appeal;
use crate::config::Dependency;
use crate::core::alerting::platform_view::{Cause, PlatformView};
use crate::core::people::notice::is_by_letter;
use crate::core::probe::standing::Held;
use crate::core::probe::weigh::without_witnesses;
use crate::core::time::Time;
use crate::core::words::text::with_vendor;
use crate::core::words::verdict::{Fault, Proof, Verdict};
use crate::say::advice::wait;
use crate::say::tally;

/// The maximum number of dependencies named that failed together with a cause.
const NAMED: usize = 5;

/// How long the first message about an outage says to wait.
const WAITED: Duration = Duration::from_secs(3_600);

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

    /// What the last check found, in a reminder.
    pub(super) fn said_still(&self, dependency: &Dependency, held: &Held, word: &str, cause: Option<&str>) -> String {
        match cause {
            _ if word == "flapping" => format!("Last check: {}", without_witnesses(&held.say)),
            Some(cause) => format!("{}; it depends on {cause}", without_witnesses(&held.say)),
            None => without_witnesses(&self.with_region(dependency, held)),
        }
    }

    /// What to do while the trouble lasts.
    pub(super) fn to_do_or_wait(&self, dependency: &Dependency, held: &Held, now: Time) -> Option<String> {
        self.to_do_still(dependency, held, now).or_else(|| self.wait_or_switch(dependency, held, now))
    }

    /// What to do in a vendor's outage if there is no better advice: the first message said to wait for an hour.
    fn wait_or_switch(&self, dependency: &Dependency, held: &Held, now: Time) -> Option<String> {
        let out = held.verdict == Verdict::Outage && held.fault != Fault::Ours;
        let vendor = self.vendor(dependency, &held.by).filter(|vendor| out && vendor.parent != "own")?;
        let works = || self.fallback_now(dependency).is_none_or(|(_, works)| works != Some(false));
        let switch = dependency.fallback.is_some() && works();
        let waited = now.since(held.since) >= WAITED;
        let text = match (switch, waited) {
            (true, true) => "Switch to the fallback.",
            (false, true) if held.proof != Proof::Stated => "Contact the vendor, and ask when it will be back.",
            _ => wait(switch, held.proof),
        };
        Some(with_vendor(text, &vendor.name, &self.decider_of(Some(vendor), held)))
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
                let word = if other { "page changed" } else { tally::spoken(state.combined.shown()) };
                with.push(format!("{} ({word})", self.config.dependencies[position].label));
            }
        }
        fell
    }
}
