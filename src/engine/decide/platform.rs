//! Which dependencies a review covers: those that are or recently were in trouble, and what they need. It is updated
//! with each change, so that a decision about one dependency costs the same however many others there are.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::known::DependencyState;
use crate::config::Config;
use crate::core::dependency::shown::Shown;
use crate::core::words::check_in::Takes;
use crate::core::words::verdict::{Criticality, Verdict};

/// The platform, by position in the configuration.
#[derive(Debug, Default, PartialEq)]
pub(in crate::engine) struct Platform {
    positions: HashMap<String, usize>,
    /// Positions by company. A dependency without a company is alone under its own name.
    siblings: HashMap<String, Vec<usize>>,
    /// The positions that each dependency needs.
    needs: Vec<Vec<usize>>,
    /// The positions that need each dependency.
    needed_by: Vec<Vec<usize>>,
    /// The positions that are checked from outside and run in each account.
    carries: Vec<Vec<usize>>,
    /// The positions for which each dependency is the fallback.
    fallback_for: Vec<Vec<usize>>,
    /// The positions that are or recently were in trouble.
    restless: BTreeSet<usize>,
    /// How each dependency is shown, and how critical it is.
    classes: Vec<(Class, Criticality)>,
    /// Positions by how they are shown, critical ones first.
    by_class: BTreeMap<Class, BTreeSet<(Criticality, usize)>>,
}

/// How a dependency is shown, as far as messages about others need to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine) enum Class {
    /// The dependency works.
    Working,
    /// The dependency has not been checked yet.
    Waiting,
    /// Anything else.
    Trouble,
}

impl Class {
    fn of(shown: Shown) -> Class {
        match shown {
            Shown::Live => Class::Working,
            Shown::Starting => Class::Waiting,
            _ => Class::Trouble,
        }
    }
}

impl Platform {
    /// The platform of a configuration, with all dependencies at rest. `company` returns the name of the company
    /// behind the dependency at a position.
    pub(in crate::engine) fn of(config: &Config, company: impl Fn(usize) -> String) -> Platform {
        let ids = config.dependencies.iter().map(|dependency| dependency.id.clone());
        let positions: HashMap<String, usize> = ids.enumerate().map(|(position, id)| (id, position)).collect();
        let needed = |needs: &[String]| needs.iter().filter_map(|id| positions.get(id).copied()).collect();
        let needs: Vec<Vec<usize>> = config.dependencies.iter().map(|dependency| needed(&dependency.needs)).collect();
        let mut needed_by = vec![Vec::new(); needs.len()];
        for (position, needs) in needs.iter().enumerate() {
            needs.iter().for_each(|need| needed_by[*need].push(position));
        }
        let mut carries = vec![Vec::new(); needs.len()];
        let outside = |dependency: &&crate::config::Dependency| {
            !dependency.probes.iter().any(|probe| config.takes(probe) == Some(Takes::Counts))
        };
        for (position, dependency) in config.dependencies.iter().enumerate().filter(|(_, one)| outside(one)) {
            // If several accounts may carry it, none of them is known to.
            if let [account] = needed(&dependency.accounts)[..] {
                carries[account].push(position);
            }
        }
        let mut fallback_for = vec![Vec::new(); needs.len()];
        for (position, dependency) in config.dependencies.iter().enumerate() {
            let fallback = dependency.fallback_on.as_ref().and_then(|id| positions.get(id));
            fallback.into_iter().for_each(|fallback| fallback_for[*fallback].push(position));
        }
        let classes: Vec<_> = config.dependencies.iter().map(|d| (Class::Waiting, d.criticality)).collect();
        let waiting = classes.iter().enumerate().map(|(position, (_, criticality))| (*criticality, position)).collect();
        let waiting = Some(waiting).filter(|waiting: &BTreeSet<_>| !waiting.is_empty());
        let by_class = waiting.into_iter().map(|waiting| (Class::Waiting, waiting)).collect();
        let mut siblings: HashMap<String, Vec<usize>> = HashMap::new();
        // Dependencies that no check monitors are left out, because they do not show whether a company's services
        // have stopped.
        let monitored = config.dependencies.iter().enumerate().filter(|(_, one)| one.not_monitored.is_none());
        for (position, _) in monitored {
            siblings.entry(company(position)).or_default().push(position);
        }
        Platform {
            positions,
            siblings,
            needs,
            needed_by,
            carries,
            fallback_for,
            restless: BTreeSet::new(),
            classes,
            by_class,
        }
    }

    /// A dependency's position in the configuration.
    pub(in crate::engine) fn position(&self, id: &str) -> Option<usize> {
        self.positions.get(id).copied()
    }

    /// How many companies there are.
    pub(in crate::engine) fn companies(&self) -> usize {
        self.siblings.len()
    }

    /// All dependencies of a company.
    pub(in crate::engine) fn siblings(&self, company: &str) -> &[usize] {
        self.siblings.get(company).map_or(&[], Vec::as_slice)
    }

    /// Records that a dependency's state has changed.
    pub(in crate::engine) fn note(&mut self, id: &str, state: &DependencyState) {
        let Some(position) = self.position(id) else { return };
        self.classify(position, Class::of(state.combined.shown()));
        if is_at_rest(state) {
            self.restless.remove(&position);
        } else {
            self.restless.insert(position);
        }
    }

    fn classify(&mut self, position: usize, class: Class) {
        let Some(known) = self.classes.get_mut(position) else { return };
        let (before, criticality) = std::mem::replace(known, (class, known.1));
        if let Some(others) = self.by_class.get_mut(&before) {
            others.remove(&(criticality, position));
            if others.is_empty() {
                self.by_class.remove(&before);
            }
        }
        self.by_class.entry(class).or_default().insert((criticality, position));
    }

    /// How a dependency is shown.
    pub(in crate::engine) fn class(&self, position: usize) -> Class {
        self.classes.get(position).map_or(Class::Waiting, |(class, _)| *class)
    }

    /// The positions that it needs directly.
    pub(in crate::engine) fn needs(&self, position: usize) -> &[usize] {
        self.needs.get(position).map_or(&[], Vec::as_slice)
    }

    /// The positions that need it directly.
    pub(in crate::engine) fn needed_by(&self, position: usize) -> &[usize] {
        self.needed_by.get(position).map_or(&[], Vec::as_slice)
    }

    /// The positions that are checked from outside and run in this account, as far as that is known.
    pub(in crate::engine) fn carries(&self, position: usize) -> &[usize] {
        self.carries.get(position).map_or(&[], Vec::as_slice)
    }

    /// The positions that need it, and those that run in it.
    pub(in crate::engine) fn stand_on(&self, position: usize) -> impl Iterator<Item = usize> {
        let needed_by = self.needed_by(position);
        let carried = self.carries(position).iter().filter(move |other| !needed_by.contains(other));
        needed_by.iter().chain(carried).copied()
    }

    /// The positions for which it is the fallback.
    pub(in crate::engine) fn fallback_for(&self, position: usize) -> &[usize] {
        self.fallback_for.get(position).map_or(&[], Vec::as_slice)
    }

    /// All positions that are shown this way, in the order of the configuration.
    pub(in crate::engine) fn of_class(&self, class: Class) -> Vec<usize> {
        let all = self.by_class.get(&class).into_iter().flatten();
        let mut all: Vec<usize> = all.map(|(_, position)| *position).collect();
        all.sort_unstable();
        all
    }

    /// The first `most` positions that are shown this way, critical ones first and otherwise in the order of the
    /// configuration, and how many more there are. Those in `but` are left out.
    pub(in crate::engine) fn first(&self, class: Class, but: &BTreeSet<usize>, most: usize) -> (Vec<usize>, usize) {
        let Some(all) = self.by_class.get(&class) else { return (Vec::new(), 0) };
        let left_out = but.iter().filter(|position| self.class(**position) == class).count();
        let named = all.iter().map(|(_, position)| *position).filter(|position| !but.contains(position));
        let mut named: Vec<usize> = named.take(most).collect();
        named.sort_unstable();
        let more = all.len().saturating_sub(left_out + named.len());
        (named, more)
    }

    /// All positions that are not at rest.
    pub(in crate::engine) fn restless(&self) -> impl Iterator<Item = usize> {
        self.restless.iter().copied()
    }

    /// The number of positions that are not at rest.
    pub(in crate::engine) fn restless_count(&self) -> usize {
        self.restless.len()
    }

    /// The positions that it needs directly or indirectly, the nearest first.
    pub(in crate::engine) fn under(&self, position: usize) -> Vec<usize> {
        let of = |position: usize| self.needs.get(position).map_or(&[][..], Vec::as_slice);
        let (mut found, mut next) = (of(position).to_vec(), 0);
        while let Some(need) = found.get(next).copied() {
            next += 1;
            let more: Vec<usize> = of(need).iter().copied().filter(|more| !found.contains(more)).collect();
            found.extend(more);
        }
        found.retain(|other| *other != position);
        found
    }

    /// All positions that are not at rest, `also`, and everything that these need, in the order of the configuration.
    pub(in crate::engine) fn concerned(&self, also: Option<usize>) -> Vec<usize> {
        let mut found: BTreeSet<usize> = self.restless.iter().copied().chain(also).collect();
        let mut next: Vec<usize> = found.iter().copied().collect();
        while let Some(position) = next.pop() {
            let needs = self.needs.get(position).into_iter().flatten();
            next.extend(needs.filter(|need| found.insert(**need)));
        }
        found.into_iter().collect()
    }
}

/// Whether a dependency works or has not been checked yet, and no message about it is due.
fn is_at_rest(state: &DependencyState) -> bool {
    let well = state.combined.held.as_ref().is_none_or(|held| held.verdict == Verdict::Live);
    let sure = state.combined.unseen.is_empty() && state.combined.suspicion.is_none();
    well && sure && state.incident.is_none() && state.notified.is_at_rest()
}

/// Some dependencies by position, with their states. All others are at rest.
pub(in crate::engine) struct Seen {
    positions: Vec<usize>,
    states: Vec<Arc<DependencyState>>,
    rest: Arc<DependencyState>,
}

impl Seen {
    /// The dependencies at these positions, with the states that `state` returns.
    pub(in crate::engine) fn of<'s>(
        positions: Vec<usize>,
        state: impl Fn(usize) -> Option<&'s Arc<DependencyState>>,
    ) -> Seen {
        let rest = Arc::default();
        let states = positions.iter().map(|position| state(*position).unwrap_or(&rest).clone()).collect();
        Seen { positions, states, rest }
    }

    /// The state of one dependency.
    pub(in crate::engine) fn state(&self, position: usize) -> &DependencyState {
        self.positions.binary_search(&position).map_or(&self.rest, |n| &self.states[n])
    }

    /// The position of dependency number `n` in a platform view.
    pub(in crate::engine) fn position(&self, n: usize) -> usize {
        self.positions[n]
    }

    /// All positions with their states.
    pub(in crate::engine) fn iter(&self) -> impl Iterator<Item = (usize, &DependencyState)> {
        self.positions.iter().copied().zip(self.states.iter().map(Arc::as_ref))
    }
}
