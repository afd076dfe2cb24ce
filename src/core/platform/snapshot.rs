//! What is known right now, for everybody who shows it: page, JSON, bot, terminal.

use std::sync::Arc;

use serde::Serialize;

use super::lateness::Late;
use super::public::PublicEntry;
use crate::core::dependency::incident::Incident;
use crate::core::dependency::shown::Shown;
use crate::core::dependency::state::{Combined, NOT_MONITORED, Unseen};
use crate::core::probe::standing::{Held, Standing};
use crate::core::probe::witness::OwnNetwork;
use crate::core::time::Time;
use crate::core::words::verdict::{Criticality, Proves, Role, Verdict};

/// Everything known at one instant.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Snapshot {
    /// The platform's name.
    pub platform: String,
    /// When this was true.
    pub as_of: Time,
    /// Since when this program watches.
    pub started_at: Time,
    /// Our own network.
    pub own_network: OwnNetwork,
    /// Since when it is so.
    pub own_network_since: Time,
    /// Dependencies in the order of the configuration.
    pub dependencies: Vec<Arc<DependencySnapshot>>,
    /// Since when nothing could be written down, if that is so.
    pub unwritten_since: Option<Time>,
    /// How many checks of the last minute were late, if more than a few were.
    pub late: Option<Late>,
    /// Late checks since the start, by what held them up.
    pub all_late: [u64; 3],
    /// It is a simulation; shown everywhere.
    pub simulation: bool,
}

/// One dependency.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DependencySnapshot {
    /// Its id.
    pub id: String,
    /// Its id before it was renamed: strangers go on to know it by what that made.
    pub was: Option<String>,
    /// Its name.
    pub label: String,
    /// The vendor's name.
    pub vendor: String,
    /// The company behind it.
    pub parent: String,
    /// All companies that it rides on, slug and name, whoever decides about it first.
    pub companies: Vec<(String, String)>,
    /// How much hangs on it.
    pub criticality: Criticality,
    /// What breaks without it.
    pub breaks: Option<String>,
    /// What it cannot work without, by id.
    pub needs: Vec<String>,
    /// What to switch to.
    pub fallback: Option<String>,
    /// What the fallback stands on, by id.
    pub fallback_on: Option<String>,
    /// Steps to leave, with the time that each takes.
    pub leave: Vec<(String, Option<std::time::Duration>)>,
    /// How many days of notice the contract gives.
    pub contract_notice_days: Option<u32>,
    /// Whom to call there.
    pub contact: Option<String>,
    /// How it stands on the public page, if it does.
    pub public: Option<PublicEntry>,
    /// What it comes to.
    pub state: Combined,
    /// When all its deciding probes were last verified.
    pub verified_at: Option<Time>,
    /// Its open incident.
    pub incident: Option<Incident>,
    /// What people did about it, and what was announced: `acknowledged by Ada`.
    pub notes: Vec<String>,
    /// Its probes.
    pub probes: Vec<ProbeSnapshot>,
}

/// One probe.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProbeSnapshot {
    /// Its check.
    pub check: String,
    /// The check's title.
    pub title: String,
    /// What it counts for.
    pub role: Role,
    /// What a `live` of it proves.
    pub proves: Proves,
    /// The storefront.
    pub country: Option<String>,
    /// What is believed about it.
    pub standing: Arc<Standing>,
    /// The last check.
    pub last: Option<LastCheck>,
    /// When it looks next.
    pub next_at: Time,
}

/// The last check of a probe.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LastCheck {
    /// When.
    pub at: Time,
    /// What was asked.
    pub asked: String,
    /// What it read.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
    /// One sentence.
    pub say: String,
    /// How long it took.
    pub latency_ms: u32,
}

impl DependencySnapshot {
    /// As it is shown at `now`: nothing is so since the future, whatever a clock once said.
    pub fn not_after(&mut self, now: Time) {
        self.state.not_after(now);
        self.incident.iter_mut().for_each(|incident| incident.began_at = incident.began_at.min(now));
        let ahead = |held: &Held| held.since > now;
        let of = self.probes.iter_mut().filter(|probe| probe.standing.confirmed.as_ref().is_some_and(ahead));
        for held in of.filter_map(|probe| Arc::make_mut(&mut probe.standing).confirmed.as_mut()) {
            held.not_after(now);
        }
    }

    /// The most that is proven of what is shown live: the account in good order, a key that works,
    /// or no more than what is seen from outside.
    pub fn proven(&self) -> Option<Proves> {
        if self.shown() != Shown::Live {
            return None;
        }
        let seen = |probe: &&ProbeSnapshot| {
            probe.standing.verdict() == Some(Verdict::Live) && probe.standing.unverified.is_none()
        };
        // The strongest stands first in the order of the words.
        self.probes.iter().filter(seen).map(|probe| probe.proves).min()
    }

    /// What people are shown.
    pub fn shown(&self) -> Shown {
        self.state.shown()
    }

    /// Whether anything checks it. A letter about it is not a check.
    pub fn is_monitored(&self) -> bool {
        let without = |unseen: &Unseen| unseen.held.reason == NOT_MONITORED;
        self.shown() != Shown::NeedsKey && !self.state.unseen.iter().any(without)
    }

    /// Why nothing checks it: the configuration's words, or that its key is not set.
    pub fn blind_reason(&self) -> String {
        let without = self.state.unseen.iter().find(|unseen| unseen.held.reason == NOT_MONITORED);
        without.map_or_else(|| "needs a key".to_owned(), |unseen| unseen.held.say.clone())
    }

    /// Since when it is what is shown, where that is known.
    pub fn since(&self) -> Option<Time> {
        let held = self.state.held.as_ref();
        match self.shown() {
            Shown::Live | Shown::Degraded | Shown::Outage | Shown::Dropped => held.map(|held| held.since),
            Shown::Checking => self.state.suspicion.as_ref().map(|held| held.since),
            // It is so by the configuration, which has no dates.
            Shown::NotMonitored => None,
            // What was never checked is so since no time.
            _ => self.state.unverified().map(|held| held.since).filter(|since| *since > Time(0)),
        }
    }

    /// The sentence that explains it.
    pub fn say(&self) -> String {
        self.explaining().map_or_else(|| "no look yet".to_owned(), |held| held.say.clone())
    }

    /// What explains how it is shown.
    pub fn explaining(&self) -> Option<&Held> {
        match self.shown() {
            Shown::Live | Shown::Degraded | Shown::Outage | Shown::Dropped => self.state.held.as_ref(),
            Shown::Checking => self.state.suspicion.as_ref(),
            _ => self.state.unverified(),
        }
    }
}

impl DependencySnapshot {
    /// What of it differs from another view of the same dependency, by name.
    pub fn differing(&self, other: &DependencySnapshot) -> Vec<&'static str> {
        let parts = [
            ("state", self.state == other.state),
            ("incident", self.incident == other.incident),
            ("verified_at", self.verified_at == other.verified_at),
            ("notes", self.notes == other.notes),
            ("probes", self.probes == other.probes),
        ];
        let named = parts.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect::<Vec<_>>();
        if named.is_empty() && self != other { vec!["configuration"] } else { named }
    }
}

impl Snapshot {
    /// Every dependency, in the order of the configuration.
    pub fn each(&self) -> impl Iterator<Item = &DependencySnapshot> {
        self.dependencies.iter().map(Arc::as_ref)
    }

    /// The dependency with this id or label, whatever the case; else the nearest one that begins so.
    pub fn find(&self, name: &str) -> Option<&DependencySnapshot> {
        let wanted = name.trim().to_lowercase();
        let exact = |d: &&DependencySnapshot| d.id == wanted || d.label.to_lowercase() == wanted;
        let begins = |d: &&DependencySnapshot| d.id.starts_with(&wanted) || d.label.to_lowercase().contains(&wanted);
        let found = self.each().find(exact);
        found.or_else(|| self.each().find(begins).filter(|_| !wanted.is_empty()))
    }

    /// How many dependencies are shown so.
    pub fn count(&self, shown: Shown) -> usize {
        self.each().filter(|dependency| dependency.shown() == shown).count()
    }

    /// Labels of what nothing checks with why, in the order of the configuration.
    pub fn not_monitored(&self) -> Vec<(&str, String)> {
        let blind = self.each().filter(|dependency| !dependency.is_monitored());
        blind.map(|dependency| (dependency.label.as_str(), dependency.blind_reason())).collect()
    }

    /// Dependencies, the worst first, then as configured.
    pub fn worst_first(&self) -> Vec<&DependencySnapshot> {
        let mut sorted: Vec<&DependencySnapshot> = self.each().collect();
        sorted.sort_by_key(|dependency| dependency.shown().rank());
        sorted
    }
}
