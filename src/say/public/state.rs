//! The state of a component, in the words of public status pages.

use crate::core::dependency::shown::Shown;
use crate::core::platform::snapshot::DependencySnapshot;
use crate::core::words::verdict::words;

words! {
    /// The public state of one component. An unverified component is never operational.
    PublicState {
        /// Confirmed and verified.
        Operational = "operational",
        /// It works, with a warning.
        Limited = "limited",
        /// Announced maintenance is in progress.
        Maintenance = "maintenance",
        /// It could not be checked, or a possible problem is being confirmed.
        Unchecked = "unchecked",
        /// It is gone in some countries.
        Partial = "partial",
        /// It is not available.
        Unavailable = "unavailable",
    }
}

/// Whether a reason says that a listing is gone in some storefronts, as `gone_in_2_of_7_storefronts` does.
fn is_about_some_storefronts(reason: &str) -> bool {
    reason.starts_with("gone_in_") && reason.contains("_storefronts")
}

impl PublicState {
    /// The state of a dependency. `work` says whether maintenance on it is in progress. A drop is shown even then.
    pub fn of(dependency: &DependencySnapshot, work: bool) -> PublicState {
        let some = dependency.state.held.as_ref().is_some_and(|held| is_about_some_storefronts(&held.reason));
        match dependency.shown() {
            Shown::Dropped => PublicState::Unavailable,
            _ if work => PublicState::Maintenance,
            Shown::Outage => PublicState::Unavailable,
            Shown::Degraded if some => PublicState::Partial,
            Shown::Degraded => PublicState::Limited,
            Shown::Live => PublicState::Operational,
            Shown::Checking | Shown::NotVerified | Shown::NeverSeenLive => PublicState::Unchecked,
            Shown::NeedsKey | Shown::NotMonitored | Shown::Starting => PublicState::Unchecked,
        }
    }

    /// The word for this state on Atlassian's Statuspage.
    pub fn statuspage(self) -> &'static str {
        match self {
            PublicState::Operational => "operational",
            PublicState::Limited | PublicState::Unchecked => "degraded_performance",
            PublicState::Partial => "partial_outage",
            PublicState::Unavailable => "major_outage",
            PublicState::Maintenance => "under_maintenance",
        }
    }

    /// The sort order: worst first.
    pub fn rank(self) -> u8 {
        match self {
            PublicState::Unavailable => 0,
            PublicState::Partial => 1,
            PublicState::Limited => 2,
            PublicState::Unchecked => 3,
            PublicState::Maintenance => 4,
            PublicState::Operational => 5,
        }
    }
}

words! {
    /// The state of the whole page, in the words of Statuspage's `indicator`.
    Indicator {
        /// Everything works.
        None = "none",
        /// Only announced maintenance.
        Maintenance = "maintenance",
        /// Something is limited, or could not be checked.
        Minor = "minor",
        /// Something is not available.
        Major = "major",
        /// More than half is unavailable.
        Critical = "critical",
    }
}

/// The indicator for all states together. A page without components is not reported as good.
pub(super) fn indicator(states: &[PublicState]) -> Indicator {
    let count = |wanted: PublicState| states.iter().filter(|state| **state == wanted).count();
    let gone = count(PublicState::Unavailable);
    match states.iter().min_by_key(|state| state.rank()) {
        Some(PublicState::Unavailable) if gone * 2 > states.len() => Indicator::Critical,
        Some(PublicState::Unavailable | PublicState::Partial) => Indicator::Major,
        Some(PublicState::Limited | PublicState::Unchecked) | None => Indicator::Minor,
        Some(PublicState::Maintenance) => Indicator::Maintenance,
        Some(PublicState::Operational) => Indicator::None,
    }
}
