//! The state of a dependency as people see it, in one word.

use super::state::{Combined, NOT_MONITORED};
use crate::core::words::verdict::{Verdict, words};

words! {
    /// The state that people are shown for a dependency; JSON and metrics use the same words.
    Shown {
        /// Confirmed and verified.
        Live = "live",
        /// Confirmed and verified.
        Degraded = "degraded",
        /// Confirmed; kept while it cannot be verified.
        Outage = "outage",
        /// Confirmed; kept while it cannot be verified.
        Dropped = "dropped",
        /// It was `live`, `degraded` or never checked, and the latest checks report something worse that is not
        /// confirmed yet.
        Checking = "checking",
        /// It was `live` or `degraded`, but cannot be checked now.
        NotVerified = "not_verified",
        /// No check has ever found it `live`.
        NeverSeenLive = "never_seen_live",
        /// A secret is not set.
        NeedsKey = "needs_key",
        /// The configuration says that it is not monitored: it has no check.
        NotMonitored = "not_monitored",
        /// Not checked yet.
        Starting = "starting",
    }
}

impl Shown {
    /// The sort order: worst first.
    pub fn rank(self) -> u8 {
        match self {
            Shown::Dropped => 0,
            Shown::Outage => 1,
            Shown::Degraded => 2,
            Shown::Checking => 3,
            Shown::NotVerified => 4,
            Shown::NeverSeenLive => 5,
            Shown::NeedsKey => 6,
            Shown::NotMonitored => 7,
            Shown::Starting => 8,
            Shown::Live => 9,
        }
    }
}

impl Combined {
    /// The state to show. A dependency that is unverified or contradicted is never green; dropped and outage are
    /// kept.
    pub fn shown(&self) -> Shown {
        let unseen = self.unverified();
        let held = self.held.as_ref().map_or(0, |held| held.verdict.badness());
        let doubted = self.suspicion.as_deref().is_some_and(|suspicion| suspicion.verdict.badness() > held);
        match (self.held.as_ref().map(|held| held.verdict), unseen) {
            (Some(Verdict::Dropped), _) => Shown::Dropped,
            (Some(Verdict::Outage), _) => Shown::Outage,
            // Only a letter about it is known.
            (Some(Verdict::Degraded), Some(why)) if why.reason == NOT_MONITORED => Shown::Degraded,
            (_, Some(why)) if why.reason == NOT_MONITORED => Shown::NotMonitored,
            (_, Some(why)) if why.reason == "needs_key" => Shown::NeedsKey,
            (_, Some(why)) if why.reason == "never_seen_live" => Shown::NeverSeenLive,
            (_, Some(_)) => Shown::NotVerified,
            (None | Some(Verdict::Live | Verdict::Degraded), None) if doubted => Shown::Checking,
            // Nothing is green before every deciding check has run.
            (Some(Verdict::Live), None) if self.waiting => Shown::Starting,
            (Some(Verdict::Live), None) => Shown::Live,
            (Some(Verdict::Degraded), None) => Shown::Degraded,
            (Some(Verdict::Unknown) | None, None) => Shown::Starting,
        }
    }
}
