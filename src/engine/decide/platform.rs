//! Which dependencies a review covers: those in trouble, now or recently, and what they need. Updated with each change,
//! so that a decision about one costs the same however many others there are.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::known::DependencyState;
use crate::config::Config;
use crate::core::dependency::shown::Shown;
use crate::core::words::verdict::{Criticality, Verdict};

/// The platform by position in the configuration.
#[derive(Debug, Default, PartialEq)]
pub(in crate::engine) struct Platform {
    positions: HashMap<String, usize>,
    /// Positions by company; a dependency without a company is on its own.
    siblings: HashMap<String, Vec<usize>>,
    /// What each dependency needs.
    needs: Vec<Vec<usize>>,
    /// What needs each dependency.
    needed_by: Vec<Vec<usize>>,
    /// Which dependencies each one is the fallback of.
    fallback_for: Vec<Vec<usize>>,
    /// In trouble, now or recently.
    restless: BTreeSet<usize>,
    /// How each is shown, and how much depends on it.
    classes: Vec<(Class, Criticality)>,
    /// Positions by how they are shown, the critical first.
    by_class: BTreeMap<Class, BTreeSet<(Criticality, usize)>>,
}

/// How a dependency is shown, as far as messages about others need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine) enum Class {
    /// It works.
    Working,
    /// It has not been checked yet.
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
    /// The platform of a configuration, all at rest; `company` names the company behind the dependency at a position.
    pub(in crate::engine) fn of(config: &Config, company: impl Fn(usize) -> String) -> Platform {
        let ids = config.dependencies.iter().map(|dependency| dependency.id.clone());
        let positions: HashMap<String, usize> = ids.enumerate().map(|(position, id)| (id, position)).collect();
        let needed = |needs: &[String]| needs.iter().filter_map(|id| positions.get(id).copied()).collect();
        let needs: Vec<Vec<usize>> = config.dependencies.iter().map(|dependency| needed(&dependency.needs)).collect();
        let mut needed_by = vec![Vec::new(); needs.len()];
        for (position, needs) in needs.iter().enumerate() {
            needs.iter().for_each(|need| needed_by[*need].push(position));
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
        // Dependencies that nothing checks do not show how many of a company's things have stopped.
        let monitored = config.dependencies.iter().enumerate().filter(|(_, one)| one.not_monitored.is_none());
        for (position, _) in monitored {
            siblings.entry(company(position)).or_default().push(position);
        }
        Platform { positions, siblings, needs, needed_by, fallback_for, restless: BTreeSet::new(), classes, by_class }
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

    /// A dependency's state has changed.
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

    /// What it needs, directly.
    pub(in crate::engine) fn needs(&self, position: usize) -> &[usize] {
        self.needs.get(position).map_or(&[], Vec::as_slice)
    }

    /// What needs it, directly.
    pub(in crate::engine) fn needed_by(&self, position: usize) -> &[usize] {
        self.needed_by.get(position).map_or(&[], Vec::as_slice)
    }

    /// Which dependencies it is the fallback of.
    pub(in crate::engine) fn fallback_for(&self, position: usize) -> &[usize] {
        self.fallback_for.get(position).map_or(&[], Vec::as_slice)
    }

    /// All that are shown this way, in the configuration's order.
    pub(in crate::engine) fn of_class(&self, class: Class) -> Vec<usize> {
        let all = self.by_class.get(&class).into_iter().flatten();
        let mut all: Vec<usize> = all.map(|(_, position)| *position).collect();
        all.sort_unstable();
        all
    }

    /// The first `most` that are shown this way, the critical first, each group in the configuration's order, and how
    /// many more there are. Those in `but` are left out.
    pub(in crate::engine) fn first(&self, class: Class, but: &BTreeSet<usize>, most: usize) -> (Vec<usize>, usize) {
        let Some(all) = self.by_class.get(&class) else { return (Vec::new(), 0) };
        let left_out = but.iter().filter(|position| self.class(**position) == class).count();
        let named = all.iter().map(|(_, position)| *position).filter(|position| !but.contains(position));
        let mut named: Vec<usize> = named.take(most).collect();
        named.sort_unstable();
        let more = all.len().saturating_sub(left_out + named.len());
        (named, more)
    }

    /// Everything that is not at rest.
    pub(in crate::engine) fn restless(&self) -> impl Iterator<Item = usize> {
        self.restless.iter().copied()
    }

    /// How many are not at rest.
    pub(in crate::engine) fn restless_count(&self) -> usize {
        self.restless.len()
    }

    /// What it needs, directly and indirectly, the nearest first.
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

    /// Everything that is not at rest, `also`, and all that those need, in the configuration's order.
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

/// Whether it works, or has not been checked yet, and no message about it is due.
fn is_at_rest(state: &DependencyState) -> bool {
    let well = state.combined.held.as_ref().is_none_or(|held| held.verdict == Verdict::Live);
    let sure = state.combined.unseen.is_empty() && state.combined.suspicion.is_none();
    well && sure && state.incident.is_none() && state.notified.is_at_rest()
}

/// Some dependencies by position, with their states; everything else is at rest.
pub(in crate::engine) struct Seen {
    positions: Vec<usize>,
    states: Vec<Arc<DependencyState>>,
    rest: Arc<DependencyState>,
}

impl Seen {
    /// These positions, with the states that `state` returns.
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
