//! What is known, and what has been decided but not yet committed.

use std::collections::{HashMap, HashSet};

use crate::core::board::LastLook;
use crate::core::burn::Stock;
use crate::core::combine::Combined;
use crate::core::incident::Incident;
use crate::core::standing::Standing;
use crate::core::time::Time;
use crate::core::told::Told;
use crate::store::{Batch, DependencyChange, FactRow, LookRow};

/// So many checks are kept one by one while nothing can be written: at ten a second, some twenty
/// minutes.
const MOST_LOOKS: usize = 10_000;
/// So much of raw answers is kept in memory meanwhile.
const MOST_BYTES: usize = 32 << 20;

/// What is missing of a time in which nothing could be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shed {
    /// Checks that are kept as sums only.
    pub checks: usize,
    /// Raw answers that were left out.
    pub answers: usize,
}

impl Shed {
    /// Both together.
    pub fn add(&mut self, more: Shed) {
        self.checks += more.checks;
        self.answers += more.answers;
    }

    /// The end of a sentence that says what is missing; empty where nothing is.
    pub fn sentence(&self) -> String {
        let checks = (self.checks > 0).then(|| format!("{} checks are kept as sums only", self.checks));
        let answers = (self.answers > 0).then(|| format!("{} raw answers were left out", self.answers));
        let missing: Vec<String> = checks.into_iter().chain(answers).collect();
        if missing.is_empty() { String::new() } else { format!("; {}", missing.join(", ")) }
    }
}

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
    /// As a clock that has been set back to `now` has it: nothing lies in the future.
    pub fn not_after(&mut self, now: Time) {
        for probe in self.probes.values_mut() {
            probe.standing.not_after(now);
            probe.written_at = probe.written_at.min(now);
            probe.last.iter_mut().for_each(|last| last.at = last.at.min(now));
            probe.stocks.retain(|stock| stock.at <= now);
        }
        for dependency in self.dependencies.values_mut() {
            dependency.told.not_after(now);
        }
    }

    /// The draft was committed: it is now what is known.
    pub fn absorb(&mut self, draft: Draft) {
        self.probes.extend(draft.probes);
        self.dependencies.extend(draft.dependencies);
    }
}

impl Draft {
    /// As a clock that has been set back to `now` has it: nothing that is believed lies in the future.
    /// What is to be written keeps its dates.
    pub fn not_after(&mut self, now: Time) {
        let mut state =
            State { probes: std::mem::take(&mut self.probes), dependencies: std::mem::take(&mut self.dependencies) };
        state.not_after(now);
        (self.probes, self.dependencies) = (state.probes, state.dependencies);
    }

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

    /// While the store fails: makes what is to be written small, and says what is missing then. Of each
    /// dependency and each standing only the last state is needed.
    pub fn shed(&mut self) -> Shed {
        let mut last: HashMap<String, DependencyChange> = HashMap::new();
        let mut order = Vec::new();
        for change in self.batch.dependencies.drain(..) {
            order.retain(|id| *id != change.id);
            order.push(change.id.clone());
            last.insert(change.id.clone(), change);
        }
        self.batch.dependencies = order.into_iter().filter_map(|id| last.remove(&id)).collect();
        let mut seen = HashSet::new();
        for look in self.batch.looks.iter_mut().rev() {
            if look.standing.is_some() && !seen.insert(look.probe) {
                look.standing = None;
            }
        }
        let mut known = HashSet::new();
        for look in self.batch.looks.iter_mut().rev() {
            let probe = look.probe;
            look.facts.retain(|fact| known.insert((probe, fact.name.clone())));
        }
        let answers = self.shed_answers();
        Shed { checks: self.sum_up(), answers }
    }

    /// Beyond some thousands plain checks are kept as sums of their hours and days, the oldest first.
    fn sum_up(&mut self) -> usize {
        let over = self.batch.looks.len().saturating_sub(MOST_LOOKS);
        let plain = |look: &LookRow| {
            look.flip.is_none()
                && look.standing.is_none()
                && look.evidence.is_none()
                && look.stock.is_none()
                && look.facts.is_empty()
                && look.fact_changes.is_empty()
        };
        let mut left = over;
        let looks = std::mem::take(&mut self.batch.looks);
        for look in looks {
            if left > 0 && plain(&look) {
                left -= 1;
                self.batch.sums.add(&look);
            } else {
                self.batch.looks.push(look);
            }
        }
        over - left
    }

    /// The latest raw answers that fit stay; of the others only their hash and facts do.
    fn shed_answers(&mut self) -> usize {
        let (mut size, mut shed) = (0, 0);
        for look in self.batch.looks.iter_mut().rev() {
            let Some(evidence) = look.evidence.as_mut().filter(|evidence| !evidence.body.is_empty()) else { continue };
            size += evidence.body.len();
            if size > MOST_BYTES {
                evidence.body = Vec::new();
                shed += 1;
            }
        }
        shed
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
