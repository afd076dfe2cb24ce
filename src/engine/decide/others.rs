//! The state of all other dependencies, for messages about some of them. Only those in trouble are visited
//! individually. Those that work or wait for their first check are counted, and only some of them are named.

use std::collections::BTreeSet;

use super::decider::Decider;
use super::platform::Class;
use crate::config::Dependency;
use crate::core::dependency::shown::Shown;
use crate::core::dependency::storefronts::{is_partly, removed};
use crate::core::time::Time;
use crate::core::words::verdict::{Proves, Verdict};
use crate::say::about::Working;
use crate::say::tally;

/// The maximum number of dependencies of one kind that a message names, critical ones first. Nobody reads more at
/// night.
pub(super) const NAMED: usize = 12;

/// The other dependencies. Each list is in the order of the configuration.
#[derive(Default)]
pub(in crate::engine) struct Others {
    /// Dependencies that are gone, out or degraded, with their states.
    pub(in crate::engine) down: Vec<(usize, Shown)>,
    /// Dependencies that work and need nothing that is in trouble.
    pub(in crate::engine) working: Vec<usize>,
    /// How many more dependencies work.
    pub(in crate::engine) more_working: usize,
    /// Dependencies whose state could not be confirmed, with the reason.
    unsure: Vec<(usize, Why)>,
    /// How many more dependencies could not be confirmed.
    more_unsure: usize,
    /// Dependencies that no check monitors: a key is missing, or the configuration says so.
    pub(in crate::engine) not_monitored: Vec<usize>,
}

/// Why a dependency is not counted as working.
#[derive(Clone)]
enum Why {
    /// Its own state.
    Shown(Shown),
    /// It works, but something it needs is in trouble.
    Doubt(String),
}

impl Decider {
    /// All dependencies except those in `named`.
    pub(in crate::engine) fn others(&self, named: &BTreeSet<usize>) -> Others {
        let mut others = Others::default();
        let mut doubtful: BTreeSet<usize> = BTreeSet::new();
        for position in self.platform.of_class(Class::Trouble) {
            doubtful.extend(self.platform.needed_by(position).iter().filter(|other| !named.contains(other)));
            if named.contains(&position) {
                continue;
            }
            match self.shown_at(position) {
                shown @ (Shown::Dropped | Shown::Outage | Shown::Degraded) => others.down.push((position, shown)),
                Shown::NeedsKey | Shown::NotMonitored => others.not_monitored.push(position),
                shown => others.unsure.push((position, Why::Shown(shown))),
            }
        }
        doubtful.retain(|position| self.platform.class(*position) == Class::Working);
        for position in std::mem::take(&mut doubtful) {
            if let Some(doubt) = self.doubt(&self.config.dependencies[position]) {
                others.unsure.push((position, Why::Doubt(doubt)));
                doubtful.insert(position);
            }
        }
        let left_out: BTreeSet<usize> = named.union(&doubtful).copied().collect();
        (others.working, others.more_working) = self.platform.first(Class::Working, &left_out, NAMED);
        let (waiting, more) = self.platform.first(Class::Waiting, named, NAMED);
        others.unsure.extend(waiting.into_iter().map(|position| (position, Why::Shown(Shown::Starting))));
        others.more_unsure = more;
        others.unsure.sort_by_key(|(position, _)| *position);
        others
    }

    fn shown_at(&self, position: usize) -> Shown {
        self.shown_of(&self.config.dependencies[position].id)
    }

    /// The state that people are shown for a dependency.
    pub(in crate::engine) fn shown_of(&self, id: &str) -> Shown {
        self.known.dependency(id).map_or(Shown::Starting, |state| state.combined.shown())
    }

    /// The first of these dependencies in their order, critical ones first, and how many more there are.
    fn few<T>(&self, mut all: Vec<(usize, T)>) -> (Vec<(usize, T)>, usize) {
        let more = all.len().saturating_sub(NAMED);
        if more > 0 {
            all.sort_by_key(|(position, _)| (self.config.dependencies[*position].criticality, *position));
            all.truncate(NAMED);
            all.sort_by_key(|(position, _)| *position);
        }
        (all, more)
    }

    fn label_at(&self, position: usize) -> String {
        self.config.dependencies[position].label.clone()
    }

    /// Whether a dependency in trouble worked at its last check.
    fn returns(&self, position: usize) -> bool {
        let state = self.known.dependency(&self.config.dependencies[position].id);
        let doubt = state.and_then(|state| state.combined.suspicion.as_deref());
        doubt.is_some_and(|held| held.verdict == Verdict::Live)
    }

    /// Labels of other dependencies that are not live, with their states, without those that are coming back.
    pub(in crate::engine) fn down(&self, others: &Others) -> Vec<String> {
        let down = others.down.iter().filter(|(position, _)| !self.returns(*position)).copied();
        let (few, more) = self.few(down.collect());
        let line =
            |(position, shown): (usize, Shown)| format!("{} ({})", self.label_at(position), self.word(position, shown));
        few.into_iter().map(line).chain(more_of(more)).collect()
    }

    /// Labels of other dependencies that were in trouble and worked at their last check.
    pub(in crate::engine) fn returning(&self, others: &Others) -> Vec<String> {
        let back = others.down.iter().filter(|(position, _)| self.returns(*position)).copied();
        let (few, more) = self.few(back.collect());
        few.into_iter().map(|(position, _)| self.label_at(position)).chain(more_of(more)).collect()
    }

    /// The word for the state of a dependency in trouble.
    pub(in crate::engine) fn word(&self, position: usize, shown: Shown) -> String {
        let id = &self.config.dependencies[position].id;
        let held = self.known.dependency(id).and_then(|state| state.combined.held.as_ref());
        match held {
            // Calling it a warning would understate that it is gone in the main markets.
            Some(held) if shown == Shown::Degraded && is_partly(&held.reason) => removed(&held.say),
            _ => tally::spoken(shown).to_owned(),
        }
    }

    /// The dependencies that work, with the time of their last check.
    pub(in crate::engine) fn working(&self, others: &Others) -> Vec<Working> {
        others.working.iter().filter_map(|position| self.working_one(*position)).collect()
    }

    /// Like [`Decider::working`], but in two parts: first the dependencies that `dependency` needs and of which only
    /// the account is checked, then the rest. That an account is in good standing does not show that its machines
    /// work.
    pub(in crate::engine) fn working_apart(
        &self,
        dependency: &Dependency,
        others: &Others,
    ) -> (Vec<Working>, Vec<Working>) {
        let account = |position: usize| {
            let other = &self.config.dependencies[position];
            let needed = dependency.needs.contains(&other.id) || dependency.accounts.contains(&other.id);
            needed && matches!(self.view_dependency(other).proven(), Some(Proves::Standing | Proves::Access))
        };
        let all = others.working.iter().map(|position| (account(*position), self.working_one(*position)));
        let (accounts, rest): (Vec<_>, Vec<_>) = all.partition(|(account, _)| *account);
        let named = |all: Vec<(bool, Option<Working>)>| all.into_iter().filter_map(|(_, one)| one).collect();
        (named(accounts), named(rest))
    }

    fn working_one(&self, position: usize) -> Option<Working> {
        let checked = self.checked_at(&self.config.dependencies[position])?;
        Some(Working { label: self.label_at(position), checked })
    }

    /// Like [`Decider::working`], with what each check proves.
    pub(in crate::engine) fn standing_others(&self, others: &Others) -> Vec<(Option<Proves>, String)> {
        let all = others.working.iter().map(|position| &self.config.dependencies[*position]);
        all.map(|dependency| (self.view_dependency(dependency).proven(), dependency.label.clone())).collect()
    }

    /// Labels of the dependencies whose state could not be confirmed. With `states`, each label has its state, and
    /// dependencies that no check monitors are included.
    pub(in crate::engine) fn unsure(&self, others: &Others, states: bool) -> Vec<String> {
        let without = others.not_monitored.iter().filter(|_| states);
        let why = |position: &usize| (*position, Why::Shown(self.shown_at(*position)));
        let mut all: Vec<(usize, Why)> = without.map(why).collect();
        all.extend(others.unsure.iter().cloned());
        all.sort_by_key(|(position, _)| *position);
        let (all, more) = self.few(all);
        let line = |(position, why): (usize, Why)| {
            let label = self.label_at(position);
            match why {
                Why::Doubt(doubt) => format!("{label} ({doubt})"),
                Why::Shown(Shown::Checking) if states => format!("{label} (possible problem)"),
                Why::Shown(shown) if states && shown != Shown::NotVerified => {
                    format!("{label} ({})", tally::spoken(shown))
                }
                Why::Shown(_) => label,
            }
        };
        all.into_iter().map(line).chain(more_of(more + others.more_unsure)).collect()
    }

    /// When a working dependency was last checked.
    pub(in crate::engine) fn checked_at(&self, dependency: &Dependency) -> Option<Time> {
        self.view_dependency(dependency).verified_at
    }

    /// Whether it was found working after everything that it needs had failed, which outweighs the inference that it
    /// is affected.
    fn outlives(&self, dependency: &Dependency) -> bool {
        let fell = dependency.needs.iter().filter_map(|need| {
            let state = self.known.dependency(need)?;
            let shown = state.combined.shown();
            let held = state.combined.held.as_ref().or(state.combined.unverified())?;
            (!matches!(shown, Shown::Live | Shown::Degraded)).then_some(held.since)
        });
        let checked = self.checked_at(dependency);
        fell.max().is_some_and(|fell| checked.is_some_and(|checked| checked > fell))
    }

    /// Why a dependency shown as live is not counted as still working.
    fn doubt(&self, dependency: &Dependency) -> Option<String> {
        let need = self.troubled(dependency, |shown| shown != Shown::Degraded).into_iter().next()?;
        if self.outlives(dependency) {
            return None;
        }
        // The reason is shown in brackets already.
        Some(format!("depends on {}", need.trim_end_matches(')').replacen(" (", ": ", 1)))
    }
}

/// The last entry of a shortened list of names, such as `3 more`.
pub(super) fn more_of(more: usize) -> Option<String> {
    (more > 0).then(|| format!("{more} more"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::rehearsal::{Rehearsal, finished};
    use super::NAMED;
    use crate::config::Config;
    use crate::core::probe::witness::OwnNetwork;
    use crate::core::time::Time;
    use crate::core::words::verdict::{Reading, Verdict};
    use crate::engine::alert_view;
    use crate::say::about::About;
    use crate::say::alert::Body;

    /// The message about the first dependency if it is dropped while all others are live.
    fn told(count: usize, critical: usize) -> Box<About> {
        let mut text = "platform = \"Example\"\ndatabase = \"example.db\"\n".to_owned();
        for n in 0..count {
            let criticality = if n == critical { "critical" } else { "normal" };
            text += &format!(
                "[[dependency]]\nid = \"d{n}\"\ncheck = \"website/page\"\nurl = \"https://d{n}.example.com/\"\n\
                 words = [\"Welcome\"]\ncriticality = \"{criticality}\"\n"
            );
        }
        let config = Config::read("others.toml", text).unwrap_or_else(|problems| panic!("{problems}"));
        let mut rehearsal = Rehearsal::new(config);
        let mut now = Time(1_000_000_000);
        rehearsal.all_live(now);
        loop {
            now = now.plus(Duration::from_secs(300));
            let gone = Reading::new(Verdict::Dropped, "gone", "it is gone");
            let event = finished(&rehearsal.specs[0], gone, OwnNetwork::Sound, now);
            let alerts = rehearsal.decider.apply(vec![event], now).writes.alerts;
            if let Some(alert) = alerts.last() {
                let Body::Dependency(about) = alert_view(&alert.snapshot).unwrap().body else { panic!("{alert:?}") };
                return about;
            }
        }
    }

    #[test]
    fn twelve_that_work_are_named_the_critical_first_and_the_rest_is_counted() {
        let about = told(50, 40);
        let labels: Vec<&str> = about.working.iter().map(|one| one.label.as_str()).collect();
        assert_eq!(labels.len(), NAMED);
        assert!(labels.contains(&"d40") && !labels.contains(&"d0"), "{labels:?}");
        assert_eq!(about.more_working, 49 - NAMED);
    }

    #[test]
    fn few_are_all_named() {
        let about = told(13, 1);
        assert_eq!((about.working.len(), about.more_working), (NAMED, 0));
    }
}
