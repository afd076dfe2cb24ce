//! The current state, for everything that shows it: the page, JSON, the bot and the terminal.

use std::sync::Arc;

use serde::Serialize;

use super::lateness::Late;
use super::public::PublicEntry;
use crate::core::dependency::incident::Incident;
use crate::core::dependency::shown::Shown;
use crate::core::dependency::state::{Combined, NOT_MONITORED, Unseen};
use crate::core::dependency::storefronts::is_partly;
use crate::core::probe::standing::{Held, Standing};
use crate::core::probe::witness::OwnNetwork;
use crate::core::time::Time;
use crate::core::words::verdict::{Criticality, Proves, Role, Verdict};

/// The state at one instant.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Snapshot {
    /// The platform's name.
    pub platform: String,
    /// The time of this state.
    pub as_of: Time,
    /// When monitoring started.
    pub started_at: Time,
    /// The state of plugwatch's own network.
    pub own_network: OwnNetwork,
    /// When that state began.
    pub own_network_since: Time,
    /// Dependencies in the order of the configuration.
    pub dependencies: Vec<Arc<DependencySnapshot>>,
    /// Since when the history could not be written; `None` if it can.
    pub unwritten_since: Option<Time>,
    /// How many checks of the last minute were late; `None` if only a few were.
    pub late: Option<Late>,
    /// Late checks since start-up, by cause.
    pub all_late: [u64; 3],
    /// Whether this is a simulation, which is shown everywhere.
    pub simulation: bool,
}

/// One dependency.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DependencySnapshot {
    /// Its id.
    pub id: String,
    /// Its former id, if it was renamed. Its public identifiers are still derived from the former id.
    pub was: Option<String>,
    /// Its label.
    pub label: String,
    /// The vendor's name.
    pub vendor: String,
    /// The company behind the vendor.
    pub parent: String,
    /// All companies it depends on, as slug and name; the company with the most direct influence comes first.
    pub companies: Vec<(String, String)>,
    /// How critical it is.
    pub criticality: Criticality,
    /// What breaks without it.
    pub breaks: Option<String>,
    /// The ids of what it cannot work without.
    pub needs: Vec<String>,
    /// What to switch to.
    pub fallback: Option<String>,
    /// The id of the dependency that the fallback uses.
    pub fallback_on: Option<String>,
    /// Steps to move away, with the time that each takes.
    pub leave: Vec<(String, Option<std::time::Duration>)>,
    /// The contract's notice period, in days.
    pub contract_notice_days: Option<u32>,
    /// Whom to contact at the vendor.
    pub contact: Option<String>,
    /// How it appears on the public page, if it does.
    pub public: Option<PublicEntry>,
    /// Its combined state.
    pub state: Combined,
    /// When the least recently verified of its deciding probes was verified.
    pub verified_at: Option<Time>,
    /// Its open incident.
    pub incident: Option<Box<Incident>>,
    /// What people did about it and what was announced, such as `acknowledged by Ada`.
    pub notes: Vec<String>,
    /// Its probes, with their standings.
    pub probes: Vec<ProbeSnapshot>,
}

/// One probe.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProbeSnapshot {
    /// Its check, `vendor/check`.
    pub check: String,
    /// The title of the check.
    pub title: String,
    /// Its role in the dependency.
    pub role: Role,
    /// What a `live` result of the check proves.
    pub proves: Proves,
    /// The storefront's country.
    pub country: Option<String>,
    /// What is known about it.
    pub standing: Arc<Standing>,
    /// The last check.
    pub last: Option<Arc<LastCheck>>,
    /// When the next check is due.
    pub next_at: Time,
}

/// The last check of a probe.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LastCheck {
    /// When it ran.
    pub at: Time,
    /// What was requested.
    pub asked: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// The reason code.
    pub reason: String,
    /// One sentence for people.
    pub say: String,
    /// How long the answer took, in milliseconds.
    pub latency_ms: u32,
}

impl DependencySnapshot {
    /// Limits all times to `now`, after the clock was set back: none may lie in the future.
    pub fn not_after(&mut self, now: Time) {
        self.state.not_after(now);
        self.incident.iter_mut().for_each(|incident| incident.began_at = incident.began_at.min(now));
        let ahead = |held: &Held| held.since > now;
        let of = self.probes.iter_mut().filter(|probe| probe.standing.confirmed.as_ref().is_some_and(ahead));
        for held in of.filter_map(|probe| Arc::make_mut(&mut probe.standing).confirmed.as_mut()) {
            held.not_after(now);
        }
    }

    /// The strongest evidence for a dependency shown as working: the account is in good standing, the key works, or
    /// it is only visible from outside. `None` if it is not shown as working.
    pub fn proven(&self) -> Option<Proves> {
        if self.shown() != Shown::Live {
            return None;
        }
        let seen = |probe: &&ProbeSnapshot| {
            probe.standing.verdict() == Some(Verdict::Live) && probe.standing.unverified.is_none()
        };
        // The variants are declared strongest first.
        self.probes.iter().filter(seen).map(|probe| probe.proves).min()
    }

    /// The state that people are shown.
    pub fn shown(&self) -> Shown {
        self.state.shown()
    }

    /// Whether any check monitors it. A letter about it is not a check.
    pub fn is_monitored(&self) -> bool {
        let without = |unseen: &Unseen| unseen.held.reason == NOT_MONITORED;
        self.shown() != Shown::NeedsKey && !self.state.unseen.iter().any(without)
    }

    /// Why no check monitors it: the configuration's reason, or a missing key.
    pub fn blind_reason(&self) -> String {
        let without = self.state.unseen.iter().find(|unseen| unseen.held.reason == NOT_MONITORED);
        without.map_or_else(|| "needs a key".to_owned(), |unseen| unseen.held.say.clone())
    }

    /// When the shown state began, if known.
    pub fn since(&self) -> Option<Time> {
        let held = self.state.held.as_ref();
        match self.shown() {
            Shown::Live | Shown::Degraded | Shown::Outage | Shown::Dropped => held.map(|held| held.since),
            Shown::Checking => self.state.suspicion.as_deref().map(|held| held.since),
            // That state comes from the configuration, which has no dates.
            Shown::NotMonitored => None,
            // Something that was never checked has no start.
            _ => self.state.unverified().map(|held| held.since).filter(|since| *since > Time(0)),
        }
    }

    /// The sentence that explains its state.
    pub fn say(&self) -> String {
        self.explaining().map_or_else(|| "not checked yet".to_owned(), |held| held.say.clone())
    }

    /// What is held if its listing is gone in some storefronts.
    pub fn partly_gone(&self) -> Option<&Held> {
        self.explaining().filter(|held| self.shown() == Shown::Degraded && is_partly(&held.reason))
    }

    /// The verdict that explains its state.
    pub fn explaining(&self) -> Option<&Held> {
        match self.shown() {
            Shown::Live | Shown::Degraded | Shown::Outage | Shown::Dropped => self.state.held.as_ref(),
            Shown::Checking => self.state.suspicion.as_deref(),
            _ => self.state.unverified(),
        }
    }
}

impl DependencySnapshot {
    /// The names of the fields in which it differs from another snapshot of the same dependency.
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

    /// The dependency with this id or label, ignoring case; otherwise one that begins with it.
    pub fn find(&self, name: &str) -> Option<&DependencySnapshot> {
        let wanted = name.trim().to_lowercase();
        let exact = |d: &&DependencySnapshot| d.id == wanted || d.label.to_lowercase() == wanted;
        let begins = |d: &&DependencySnapshot| d.id.starts_with(&wanted) || d.label.to_lowercase().contains(&wanted);
        let found = self.each().find(exact);
        found.or_else(|| self.each().find(begins).filter(|_| !wanted.is_empty()))
    }

    /// How many dependencies are shown in this state.
    pub fn count(&self, shown: Shown) -> usize {
        self.each().filter(|dependency| dependency.shown() == shown).count()
    }

    /// Labels of dependencies without a check, with the reason, in the order of the configuration.
    pub fn not_monitored(&self) -> Vec<(&str, String)> {
        let blind = self.each().filter(|dependency| !dependency.is_monitored());
        blind.map(|dependency| (dependency.label.as_str(), dependency.blind_reason())).collect()
    }

    /// All dependencies, worst first, then in the order of the configuration.
    pub fn worst_first(&self) -> Vec<&DependencySnapshot> {
        let mut sorted: Vec<&DependencySnapshot> = self.each().collect();
        sorted.sort_by_key(|dependency| dependency.shown().rank());
        sorted
    }
}
