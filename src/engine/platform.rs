//! Which dependencies a review looks at: those in trouble, or lately so, and what they need. Kept up to date
//! with each change, so that a decision about one costs the same however many others there are.

use std::collections::{BTreeSet, HashMap};

use super::known::DependencyState;
use crate::config::Config;
use crate::core::model::Verdict;

/// The platform by position in the configuration.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Platform {
    positions: HashMap<String, usize>,
    /// Positions by company; what is one's own stands alone.
    siblings: HashMap<String, Vec<usize>>,
    /// What each needs.
    needs: Vec<Vec<usize>>,
    /// In trouble, or lately so.
    restless: BTreeSet<usize>,
}

impl Platform {
    /// The platform of a configuration, all at rest; `company` names who is behind the dependency at a position.
    pub(super) fn of(config: &Config, company: impl Fn(usize) -> String) -> Platform {
        let ids = config.dependencies.iter().map(|dependency| dependency.id.clone());
        let positions: HashMap<String, usize> = ids.enumerate().map(|(position, id)| (id, position)).collect();
        let needed = |needs: &[String]| needs.iter().filter_map(|id| positions.get(id).copied()).collect();
        let needs = config.dependencies.iter().map(|dependency| needed(&dependency.needs)).collect();
        let mut siblings: HashMap<String, Vec<usize>> = HashMap::new();
        for position in 0..config.dependencies.len() {
            siblings.entry(company(position)).or_default().push(position);
        }
        Platform { positions, siblings, needs, restless: BTreeSet::new() }
    }

    /// Where a dependency stands in the configuration.
    pub(super) fn position(&self, id: &str) -> Option<usize> {
        self.positions.get(id).copied()
    }

    /// How many companies there are.
    pub(super) fn companies(&self) -> usize {
        self.siblings.len()
    }

    /// All that belong to a company.
    pub(super) fn siblings(&self, company: &str) -> &[usize] {
        self.siblings.get(company).map_or(&[], Vec::as_slice)
    }

    /// A dependency's state has changed.
    pub(super) fn note(&mut self, id: &str, state: &DependencyState) {
        let Some(position) = self.position(id) else { return };
        if is_at_rest(state) {
            self.restless.remove(&position);
        } else {
            self.restless.insert(position);
        }
    }

    /// Everything that is not at rest, `also`, and all that those need, in the configuration's order.
    pub(super) fn concerned(&self, also: Option<usize>) -> Vec<usize> {
        let mut found: BTreeSet<usize> = self.restless.iter().copied().chain(also).collect();
        let mut next: Vec<usize> = found.iter().copied().collect();
        while let Some(position) = next.pop() {
            let needs = self.needs.get(position).into_iter().flatten();
            next.extend(needs.filter(|need| found.insert(**need)));
        }
        found.into_iter().collect()
    }
}

/// It works, or was not checked yet, and nobody is to be told anything of it.
fn is_at_rest(state: &DependencyState) -> bool {
    let well = state.combined.held.as_ref().is_none_or(|held| held.verdict == Verdict::Live);
    let sure = state.combined.unseen.is_empty() && state.combined.suspicion.is_none();
    well && sure && state.incident.is_none() && state.told.is_at_rest()
}

/// Some dependencies by position, with their states; everything else is at rest.
pub(super) struct Seen {
    positions: Vec<usize>,
    states: Vec<DependencyState>,
    rest: DependencyState,
}

impl Seen {
    /// These, as `state` gives them.
    pub(super) fn of(positions: Vec<usize>, state: impl Fn(usize) -> DependencyState) -> Seen {
        let states = positions.iter().map(|position| state(*position)).collect();
        Seen { positions, states, rest: DependencyState::default() }
    }

    /// The state of one.
    pub(super) fn state(&self, position: usize) -> &DependencyState {
        self.positions.binary_search(&position).map_or(&self.rest, |n| &self.states[n])
    }

    /// The position of the one that a scene has as number `n`.
    pub(super) fn position(&self, n: usize) -> usize {
        self.positions[n]
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &DependencyState)> {
        self.positions.iter().copied().zip(&self.states)
    }
}
