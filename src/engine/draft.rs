//! What is known, and what has been decided but not yet committed.

use std::collections::HashMap;

use crate::core::board::LastLook;
use crate::core::burn::Stock;
use crate::core::combine::Combined;
use crate::core::incident::Incident;
use crate::core::standing::Standing;
use crate::core::time::Time;
use crate::core::told::Told;
use crate::store::{Batch, FactRow};

/// What is known about one probe.
#[derive(Clone, Debug, Default)]
pub struct ProbeState {
    /// What is believed.
    pub standing: Standing,
    /// When that was last written down.
    pub written_at: Time,
    /// The last look.
    pub last: Option<LastLook>,
    /// Known facts by name.
    pub facts: HashMap<String, FactRow>,
    /// What was left of what runs down, about once an hour.
    pub stocks: Vec<Stock>,
    /// The reason of the last evidence, and how much was kept that day.
    pub evidence: Kept,
}

/// How much evidence was kept.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The reason of the last entry.
    pub reason: Option<String>,
    /// The day it was counted on.
    pub day: i64,
    /// Entries on that day.
    pub count: u32,
}

/// What is known about one dependency.
#[derive(Clone, Debug, Default)]
pub struct DependencyState {
    /// What it comes to.
    pub combined: Combined,
    /// Its open incident.
    pub incident: Option<Incident>,
    /// What people were told.
    pub told: Told,
}

/// What is known.
#[derive(Debug, Default)]
pub struct State {
    /// By probe number.
    pub probes: HashMap<i64, ProbeState>,
    /// By dependency id.
    pub dependencies: HashMap<String, DependencyState>,
}

/// What has been decided since the last commit.
#[derive(Debug, Default)]
pub struct Draft {
    probes: HashMap<i64, ProbeState>,
    dependencies: HashMap<String, DependencyState>,
    /// What is to be written.
    pub batch: Batch,
}

impl State {
    /// The draft was committed: it is now what is known.
    pub fn absorb(&mut self, draft: Draft) {
        self.probes.extend(draft.probes);
        self.dependencies.extend(draft.dependencies);
    }
}

impl Draft {
    /// A probe's state with what was decided about it.
    pub fn probe<'s>(&'s self, state: &'s State, id: i64) -> Option<&'s ProbeState> {
        self.probes.get(&id).or_else(|| state.probes.get(&id))
    }

    /// The same without a copy; nothing where nothing is known.
    pub fn see_dependency<'s>(&'s self, state: &'s State, id: &str) -> Option<&'s DependencyState> {
        self.dependencies.get(id).or_else(|| state.dependencies.get(id))
    }

    /// A dependency's state with what was decided about it.
    pub fn dependency(&self, state: &State, id: &str) -> DependencyState {
        self.dependencies.get(id).or_else(|| state.dependencies.get(id)).cloned().unwrap_or_default()
    }

    /// While the store fails, plain looks are forgotten before anything else is.
    pub fn forget_oldest(&mut self) {
        const MOST: usize = 10_000;
        let over = self.batch.looks.len().saturating_sub(MOST);
        let mut left = over;
        self.batch.looks.retain(|look| {
            let plain = look.flip.is_none() && look.standing.is_none();
            let forget = left > 0 && plain;
            left -= usize::from(forget);
            !forget
        });
    }

    /// Decides about a probe.
    pub fn set_probe(&mut self, id: i64, probe: ProbeState) {
        self.probes.insert(id, probe);
    }

    /// Decides about a dependency.
    pub fn set_dependency(&mut self, id: &str, dependency: DependencyState) {
        self.dependencies.insert(id.to_owned(), dependency);
    }
}
