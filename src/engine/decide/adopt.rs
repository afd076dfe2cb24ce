//! Adopts a configuration: restores the stored state, retires what is no longer monitored, and sends no message
//! twice.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::decider::{Decided, Decider};
use super::known::{DependencyState, ProbeState};
use super::platform::Platform;
use crate::config::Config;
use crate::core::alerting::notified::{LOSS_COUNTS, Notified};
use crate::core::dependency::incident::{Incident, Level, Reason};
use crate::core::dependency::state::Combined;
use crate::core::people::action::People;
use crate::core::probe::standing::Standing;
use crate::core::time::Time;
use crate::core::time::burn::Stock;
use crate::core::words::verdict::Proof;
use crate::engine::check::evidence::Redactor;
use crate::engine::schedule::plan::{Plan, Spec};
use crate::say::status::spoken;
use crate::store::{FactRow, IncidentChange};

/// The stored state that a configuration needs.
pub(in crate::engine) struct Remembered {
    /// The ids of the probes, by identity.
    pub(in crate::engine) ids: HashMap<String, i64>,
    /// The ids of the probes that were monitored until now.
    pub(in crate::engine) active: HashSet<i64>,
    pub(in crate::engine) standings: HashMap<i64, Standing>,
    pub(in crate::engine) facts: HashMap<i64, Vec<FactRow>>,
    pub(in crate::engine) stocks: HashMap<i64, Vec<Stock>>,
    /// Open incidents by dependency.
    pub(in crate::engine) incidents: HashMap<String, Incident>,
    /// Open incidents of dependencies that cannot be checked.
    pub(in crate::engine) unjudged: HashMap<String, Incident>,
    pub(in crate::engine) dependencies: HashMap<String, (Combined, Option<Notified>)>,
    pub(in crate::engine) people: People,
}

impl Decider {
    /// Adopts a configuration with its stored state. Returns the dependencies that can be forgotten, and the
    /// decisions made. All dependencies are shown again.
    pub(in crate::engine) fn adopt(
        &mut self,
        (config, redactor): (Arc<Config>, Arc<Redactor>),
        remembered: Remembered,
        now: Time,
    ) -> (Vec<String>, Decided) {
        (self.redactor, self.ways) = (redactor, config.ways());
        self.config = config;
        let Remembered { ids, active, standings, mut facts, mut stocks, incidents, unjudged, dependencies, people } =
            remembered;
        let probes = self.config.probes();
        let specs: Vec<Arc<Spec>> = probes
            .filter_map(|(_, probe)| Some(Arc::new(Spec { id: *ids.get(&probe.identity)?, probe: probe.clone() })))
            .collect();
        for spec in &specs {
            let mut standing = standings.get(&spec.id).cloned().unwrap_or_default();
            standing.not_after(now);
            let meanwhile = active.contains(&spec.id);
            if !meanwhile {
                // The probe was not monitored in the meantime, so only the time when it was last live is kept.
                standing = Standing { last_live: standing.last_live, ..Standing::default() };
            }
            let facts = facts.remove(&spec.id).unwrap_or_default();
            let stocks = stocks.remove(&spec.id).unwrap_or_default();
            self.known.adopt_probe(
                spec.id,
                meanwhile,
                ProbeState { standing: Arc::new(standing), facts, stocks, ..ProbeState::default() },
            );
        }
        let checked = |spec: &&Arc<Spec>| self.known.probe(spec.id).is_some_and(|state| state.last.is_some());
        self.unchecked = specs.iter().filter(|spec| !checked(spec)).map(|spec| spec.id).collect();
        self.plan = Plan::new(specs, std::mem::take(&mut self.plan), now);
        // An incident may be based on a letter that a person entered.
        self.people = people;
        let forgotten = self.adopt_dependencies(dependencies, (incidents, unjudged), now);
        (forgotten, self.decided(now))
    }

    fn adopt_dependencies(
        &mut self,
        mut stored: HashMap<String, (Combined, Option<Notified>)>,
        (mut incidents, mut unjudged): (HashMap<String, Incident>, HashMap<String, Incident>),
        now: Time,
    ) -> Vec<String> {
        // In the order of the file, so that decisions do not depend on hash order.
        let known: Vec<String> = self.config.dependencies.iter().map(|dependency| dependency.id.clone()).collect();
        let mut states = HashMap::new();
        for id in &known {
            let (combined, mut notified) = stored.remove(id).unwrap_or_default();
            notified.iter_mut().for_each(|notified| notified.not_after(now));
            // If the check behind an incident is no longer monitored, that is not a recovery.
            let rests = |incident: &&Incident| self.is_still_watched(id, &combined, incident);
            let incident = incidents.get(id).filter(rests).cloned();
            let notified = notified.unwrap_or_else(|| Notified::of_older(incident.as_ref(), &combined));
            let notified =
                if incidents.contains_key(id) && incident.is_none() { notified.forgotten() } else { notified };
            if incident.is_some() {
                incidents.remove(id);
            }
            // If no check is left, what could not be judged never will be.
            let watched = self.plan.of(id).next().is_some();
            let unjudged = if watched { unjudged.remove(id).map(Box::new) } else { None };
            let (incident, notified) = (incident.map(Box::new), notified.into());
            states.insert(id.clone(), DependencyState { combined, incident, unjudged, notified });
        }
        // Losses of dependencies that were removed from the configuration are remembered for as long as they count.
        let lost = |notified: &Option<Notified>| notified.as_ref()?.lost_at.filter(|at| now.since(*at) <= LOSS_COUNTS);
        self.gone = stored.iter().filter_map(|(id, (_, notified))| Some((id.clone(), lost(notified)?))).collect();
        let forgotten =
            stored.into_iter().filter(|(_, (_, notified))| lost(notified).is_none()).map(|(id, _)| id).collect();
        self.known.set_dependencies(states);
        self.see_platform();
        // The change may affect the combined state of each dependency.
        for id in known {
            self.correlate(&id, now);
        }
        for (dependency, incident) in incidents.into_iter().collect::<BTreeMap<_, _>>() {
            self.retire(dependency, incident, now);
        }
        for (dependency, incident) in unjudged.into_iter().collect::<BTreeMap<_, _>>() {
            self.close_unwatched(dependency, incident, now);
        }
        self.apply_notices(now);
        self.review(now);
        self.review_due = false;
        self.show_all();
        forgotten
    }

    /// Replaces the platform with the configured one in its current state.
    pub(in crate::engine) fn see_platform(&mut self) {
        self.platform = self.rebuilt_platform();
        self.causes.clear();
        self.asked_all.clear();
    }

    /// The configured platform, in its current state.
    pub(in crate::engine) fn rebuilt_platform(&self) -> Platform {
        let config = &self.config;
        let company = |position: usize| {
            let dependency = &config.dependencies[position];
            self.company(dependency).to_owned()
        };
        let mut platform = Platform::of(config, company);
        for dependency in &config.dependencies {
            if let Some(state) = self.known.dependency(&dependency.id) {
                platform.note(&dependency.id, state);
            }
        }
        platform
    }

    /// Whether the check or notice behind an incident is still configured.
    fn is_still_watched(&self, id: &str, combined: &Combined, incident: &Incident) -> bool {
        if incident.proof == Proof::Told {
            let notified = self.notices().any(|notice| notice.dependencies.iter().any(|other| other == id));
            let by = combined.held.as_ref().map_or("", |held| held.by.as_str());
            return notified || self.plan.of(id).any(|spec| spec.probe.check == by);
        }
        let by = combined.held.as_ref().map_or("", |held| held.by.as_str());
        by.is_empty() || self.plan.of(id).any(|spec| spec.probe.check == by)
    }

    fn retire(&mut self, dependency: String, incident: Incident, now: Time) {
        tracing::info!(dependency, "{dependency}: no longer monitored, its incident is closed");
        let (verdict, since) = (spoken(incident.verdict), incident.began_at.short());
        let (title, removed) = match self.dependency(&dependency) {
            None => ("⚪ NO LONGER MONITORED", format!("{dependency} was removed from the configuration.")),
            Some(_) => (
                "⚪ PROBLEM NO LONGER MONITORED",
                format!(
                    "The check that saw the problem was removed from the configuration; {dependency} still has others."
                ),
            ),
        };
        let title = format!("{title} (last state: {verdict}): {dependency}");
        let lines = vec![
            format!("{removed} Last state: {verdict}, since {since}. plugwatch has not seen the end of it."),
            format!(
                "plugwatch will send no more messages about this problem, and has closed incident {} as unresolved.",
                incident.public_id
            ),
            "Do now: If this was a mistake, add it to the configuration again.".to_owned(),
        ];
        self.tell_note(Reason::Retired, Level::Info, None, &title, lines, now);
        self.close_unwatched(dependency, incident, now);
    }

    fn close_unwatched(&mut self, dependency: String, incident: Incident, now: Time) {
        self.writes.incidents.push(IncidentChange {
            incident,
            dependency,
            say: String::new(),
            ends: "; no longer monitored",
            opened_at: now,
            closed_at: Some(now),
        });
    }
}
