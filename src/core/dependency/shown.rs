//! What people are shown for a dependency, in one word.

use super::state::{Combined, NOT_MONITORED};
use crate::core::words::verdict::{Verdict, words};

words! {
    /// What people are shown for a dependency; the same words in JSON and metrics.
    Shown {
        /// Confirmed and verified.
        Live = "live",
        /// Confirmed and verified.
        Degraded = "degraded",
        /// Confirmed; stays so while unverified.
        Outage = "outage",
        /// Confirmed; stays so while unverified.
        Dropped = "dropped",
        /// It was live, degraded or never seen, and the last checks say something worse, unconfirmed yet.
        Checking = "checking",
        /// It was live or degraded, and cannot be seen now.
        NotVerified = "not_verified",
        /// Nothing was ever seen live.
        NeverSeenLive = "never_seen_live",
        /// A secret is not set.
        NeedsKey = "needs_key",
        /// It is written down as not monitored: it has no check.
        NotMonitored = "not_monitored",
        /// No look yet.
        Starting = "starting",
    }
}

impl Shown {
    /// For sorting: the worst first.
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
    /// What people see. Neither unverified nor contradicted is green; dropped and outage stay.
    pub fn shown(&self) -> Shown {
        let unseen = self.unverified();
        let held = self.held.as_ref().map_or(0, |held| held.verdict.badness());
        let doubted = self.suspicion.as_ref().is_some_and(|suspicion| suspicion.verdict.badness() > held);
        match (self.held.as_ref().map(|held| held.verdict), unseen) {
            (Some(Verdict::Dropped), _) => Shown::Dropped,
            (Some(Verdict::Outage), _) => Shown::Outage,
            // What a letter says of it is all that is known.
            (Some(Verdict::Degraded), Some(why)) if why.reason == NOT_MONITORED => Shown::Degraded,
            (_, Some(why)) if why.reason == NOT_MONITORED => Shown::NotMonitored,
            (_, Some(why)) if why.reason == "needs_key" => Shown::NeedsKey,
            (_, Some(why)) if why.reason == "never_seen_live" => Shown::NeverSeenLive,
            (_, Some(_)) => Shown::NotVerified,
            (None | Some(Verdict::Live | Verdict::Degraded), None) if doubted => Shown::Checking,
            // Nothing is green before all that decides was looked at.
            (Some(Verdict::Live), None) if self.waiting => Shown::Starting,
            (Some(Verdict::Live), None) => Shown::Live,
            (Some(Verdict::Degraded), None) => Shown::Degraded,
            (Some(Verdict::Unknown) | None, None) => Shown::Starting,
        }
    }
}
