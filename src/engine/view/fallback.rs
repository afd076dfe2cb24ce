//! What to switch to, and whether that works.

use crate::catalog::named;
use crate::config::Dependency;
use crate::core::dependency::shown::Shown;
use crate::core::people::notice::is_by_letter;
use crate::core::probe::weigh::without_witnesses;
use crate::core::time::Time;
use crate::core::words::text::without_fallback;
use crate::core::words::verdict::Verdict;
use crate::engine::decide::decider::Decider;
use crate::say::about::Working;
use crate::say::tally;

impl Decider {
    /// The dependency that the fallback uses, with its last check and whether it works; `None` if it is not
    /// monitored.
    pub(in crate::engine) fn fallback_now(&self, dependency: &Dependency) -> Option<(Working, Option<bool>)> {
        let other = self.dependency(dependency.fallback_on.as_ref()?)?;
        let shown = self.view_dependency(other);
        let checked = shown.verified_at.unwrap_or(self.started_at);
        let works = match shown.shown() {
            Shown::Live | Shown::Degraded => Some(true),
            Shown::Dropped | Shown::Outage => Some(false),
            _ => None,
        };
        Some((Working { label: other.label.clone(), checked }, works))
    }

    /// What its vendor warns of, or what the last check put in doubt, while the fallback works.
    pub(in crate::engine) fn fallback_warns(&self, dependency: &Dependency) -> Option<String> {
        let state = &self.known.dependency(dependency.fallback_on.as_ref()?)?.combined;
        let warned =
            state.held.as_ref().filter(|held| held.verdict == Verdict::Degraded && !is_by_letter(&held.reason));
        let held = state.suspicion.as_deref().filter(|doubt| doubt.verdict != Verdict::Live).or(warned)?;
        Some(without_witnesses(&held.say).trim_end_matches('.').to_owned())
    }

    /// When the dependency that the fallback uses ends, according to a letter.
    pub(in crate::engine) fn fallback_ends(&self, dependency: &Dependency, at: Time) -> Option<Time> {
        self.ends_at(dependency.fallback_on.as_ref()?, at)
    }

    /// Advice limited to what is possible: without a working fallback, no message recommends switching to it.
    pub(in crate::engine) fn possible(&self, hint: Option<&str>, dependency: &Dependency) -> Option<String> {
        let works = || self.fallback_now(dependency).is_none_or(|(_, works)| works != Some(false));
        let hint = match dependency.fallback {
            Some(_) if works() => hint?.to_owned(),
            _ => without_fallback(hint?)?,
        };
        // The core's own advice, and advice that older versions stored.
        let vendor = dependency.vendors.first().and_then(|id| self.config.catalog.vendors.get(id));
        let hint = named(hint, vendor).replace("attest NAME", &format!("attest {}", dependency.id));
        Some(match self.only_company(dependency) {
            Some(company) => hint.replace("the vendor", &company),
            None => hint,
        })
    }

    /// Dependencies that have no fallback left because these are down. A dependency that is down itself uses its
    /// fallback.
    pub(in crate::engine) fn without_fallback(&self, down: &[usize]) -> Vec<String> {
        let of = down.iter().flat_map(|position| self.platform.fallback_for(*position));
        let of = of.filter(|position| !down.contains(position)).map(|position| &self.config.dependencies[*position]);
        of.map(|other| other.label.clone()).collect()
    }

    /// The state of the dependency that the fallback uses, in words.
    pub(super) fn fallback_state(&self, dependency: &Dependency) -> Option<String> {
        let other = self.dependency(dependency.fallback_on.as_ref()?)?;
        Some(match self.shown_of(&other.id) {
            Shown::Live => format!("{} works", other.label),
            Shown::NotVerified => format!("{} can't be checked", other.label),
            Shown::Outage => format!("{} is out", other.label),
            shown => format!("{} is {}", other.label, tally::spoken(shown)),
        })
    }
}
