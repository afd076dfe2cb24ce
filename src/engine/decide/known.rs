//! What is known about probes and dependencies, as of the last decision.

use std::collections::HashMap;
use std::sync::Arc;

use crate::core::alerting::notified::Notified;
use crate::core::dependency::incident::Incident;
use crate::core::dependency::state::Combined;
use crate::core::platform::snapshot::LastCheck;
use crate::core::probe::standing::Standing;
use crate::core::time::Time;
use crate::core::time::burn::Stock;
use crate::store::FactRow;

/// What is known about one probe.
#[derive(Clone, Debug, Default)]
pub struct ProbeState {
    /// Its standing.
    pub standing: Arc<Standing>,
    /// When the standing was last written.
    pub written_at: Time,
    /// The last check.
    pub last: Option<Arc<LastCheck>>,
    /// Known facts by name.
    pub facts: Vec<FactRow>,
    /// The remaining quota or balance, recorded about once an hour.
    pub stocks: Vec<Stock>,
    /// The reason of the last evidence, and how many entries were kept that day.
    pub evidence: Kept,
}

/// How many evidence entries were kept.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The reason of the last entry.
    pub reason: Option<String>,
    /// The day that `count` is for.
    pub day: i64,
    /// The number of entries on that day.
    pub count: u32,
}

/// What is known about one dependency.
#[derive(Clone, Debug, Default)]
pub struct DependencyState {
    /// Its combined state.
    pub combined: Combined,
    /// Its open incident.
    pub incident: Option<Box<Incident>>,
    /// Its open incident, while it cannot be checked.
    pub unjudged: Option<Box<Incident>>,
    /// What was reported about it.
    pub notified: Reported,
}

/// What was reported about one dependency. For most of them that is nothing, which needs no memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reported(Option<Box<Notified>>);

static NOTHING: Notified = Notified::NOTHING;

impl std::ops::Deref for Reported {
    type Target = Notified;

    fn deref(&self) -> &Notified {
        self.0.as_deref().unwrap_or(&NOTHING)
    }
}

impl From<Notified> for Reported {
    fn from(notified: Notified) -> Reported {
        Reported((notified != NOTHING).then(|| Box::new(notified)))
    }
}

/// Everything that is known: what is stored, and what was decided since.
#[derive(Debug, Default)]
pub struct Known {
    probes: HashMap<i64, Box<ProbeState>>,
    dependencies: HashMap<String, Arc<DependencyState>>,
}

impl Known {
    /// Adjusts all times after the clock was set back to `now`, so that none lies in the future.
    pub fn not_after(&mut self, now: Time) {
        for probe in self.probes.values_mut() {
            Arc::make_mut(&mut probe.standing).not_after(now);
            probe.written_at = probe.written_at.min(now);
            if let Some(last) = probe.last.as_mut().filter(|last| last.at > now) {
                Arc::make_mut(last).at = now;
            }
            probe.stocks.retain(|stock| stock.at <= now);
        }
        for dependency in self.dependencies.values_mut() {
            if let Some(notified) = &mut Arc::make_mut(dependency).notified.0 {
                notified.not_after(now);
            }
        }
    }

    /// The state of the probe with this id.
    pub fn probe(&self, id: i64) -> Option<&ProbeState> {
        self.probes.get(&id).map(Box::as_ref)
    }

    /// The states of all probes, in no particular order.
    pub fn probes(&self) -> impl Iterator<Item = &ProbeState> {
        self.probes.values().map(Box::as_ref)
    }

    /// The state of the dependency with this id.
    pub fn dependency(&self, id: &str) -> Option<&DependencyState> {
        self.dependencies.get(id).map(Arc::as_ref)
    }

    /// The state of the dependency with this id, as a shared reference that can be kept.
    pub fn shared(&self, id: &str) -> Option<&Arc<DependencyState>> {
        self.dependencies.get(id)
    }

    /// The state of the dependency with this id; the state at rest if nothing is known.
    pub fn dependency_or_rest(&self, id: &str) -> DependencyState {
        self.dependency(id).cloned().unwrap_or_default()
    }

    /// The state of a probe, to be changed; the state at rest if nothing is known.
    pub fn probe_mut(&mut self, id: i64) -> &mut ProbeState {
        self.probes.entry(id).or_default()
    }

    /// Sets what is known about a dependency.
    pub fn set_dependency(&mut self, id: &str, dependency: DependencyState) {
        self.dependencies.insert(id.to_owned(), Arc::new(dependency));
    }

    /// Replaces all dependencies.
    pub fn set_dependencies(&mut self, dependencies: HashMap<String, DependencyState>) {
        self.dependencies = dependencies.into_iter().map(|(id, state)| (id, Arc::new(state))).collect();
    }

    /// Restores a probe that is monitored again. What this run knows about it is kept, unless it was not monitored
    /// `meanwhile`.
    pub fn adopt_probe(&mut self, id: i64, meanwhile: bool, stored: ProbeState) {
        if !meanwhile {
            self.probes.remove(&id);
        }
        self.probes.entry(id).or_insert_with(|| Box::new(stored));
    }
}
