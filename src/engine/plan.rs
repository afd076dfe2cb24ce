//! Which probe looks when; a suspicion brings the next look forward.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use crate::config::Probe;
use crate::core::budget::come_back;
use crate::core::schedule::stable;
use crate::core::time::Time;

/// A probe with its number in the store.
#[derive(Debug)]
pub struct Spec {
    /// Its number.
    pub id: i64,
    /// The probe.
    pub probe: Probe,
}

#[derive(Debug)]
struct Planned {
    spec: Arc<Spec>,
    next_at: Time,
    urgent: bool,
    in_flight: bool,
}

/// All probes with their next looks.
#[derive(Debug, Default)]
pub struct Plan {
    probes: BTreeMap<i64, Planned>,
    by_dependency: HashMap<String, Vec<i64>>,
    /// How often a look was brought forward; jitters the next one.
    hurried: u64,
}

impl Plan {
    /// Plans these probes. One that was planned before keeps its next look if that is nearer.
    pub fn new(specs: Vec<Arc<Spec>>, old: Plan, now: Time) -> Plan {
        let planned = |spec: Arc<Spec>| {
            // Without its key nothing is asked, so nobody has to wait for that.
            let first = if spec.probe.waits_for_key() { now } else { spec.probe.schedule.first(now, phase(&spec)) };
            let kept = old.probes.get(&spec.id).map(|old| (old.next_at, old.urgent));
            let (next_at, urgent) = kept.filter(|(at, _)| *at <= first).unwrap_or((first, false));
            (spec.id, Planned { spec, next_at, urgent, in_flight: false })
        };
        let mut by_dependency: HashMap<String, Vec<i64>> = HashMap::new();
        for spec in &specs {
            by_dependency.entry(spec.probe.dependency.clone()).or_default().push(spec.id);
        }
        Plan { probes: specs.into_iter().map(planned).collect(), by_dependency, hurried: old.hurried }
    }

    /// Nothing is under way any more: what was is due anew.
    pub fn forget_flights(&mut self) {
        for planned in self.probes.values_mut() {
            planned.in_flight = false;
        }
    }

    /// When the next look is due.
    pub fn next_due(&self) -> Option<Time> {
        self.probes.values().filter(|planned| !planned.in_flight).map(|planned| planned.next_at).min()
    }

    /// Takes what is due; each comes back with [`Plan::done`].
    pub fn take_due(&mut self, now: Time) -> Vec<(Arc<Spec>, bool)> {
        let due = self.probes.values_mut().filter(|planned| !planned.in_flight && planned.next_at <= now);
        due.map(|planned| {
            planned.in_flight = true;
            (planned.spec.clone(), planned.urgent)
        })
        .collect()
    }

    /// A look is done; the next comes by schedule, or earlier if the core wants it.
    /// Never while the vendor asked us to stay away.
    pub fn done(&mut self, id: i64, now: Time, again: Option<Duration>, urgent: bool, stay_away: Option<Duration>) {
        self.hurried += 1;
        let jitter = (stable(&format!("{id} {}", self.hurried)) % 1_000) as f64 / 1_000.0;
        let Some(planned) = self.probes.get_mut(&id) else { return };
        let regular = planned.spec.probe.schedule.next(now, phase(&planned.spec));
        // Up to a tenth later, never earlier: confirmation wants its time in full.
        let hurried = again.map(|wait| now.plus(wait.mul_f64(1.0 + 0.1 * jitter)));
        let welcome = stay_away.map_or(now, |wait| come_back(now, wait));
        planned.next_at = hurried.map_or(regular, |at| at.min(regular)).max(welcome);
        planned.urgent = urgent;
        planned.in_flight = false;
    }

    /// All storefronts of the same check look now.
    pub fn hurry_spread(&mut self, spread: &str, but: i64, now: Time) {
        let same = |planned: &&mut Planned| planned.spec.probe.spread == spread && planned.spec.id != but;
        for planned in self.probes.values_mut().filter(same) {
            // One that looked since the suspicion began is not asked again and again.
            if planned.next_at > now.plus(Duration::from_secs(600)) {
                planned.next_at = now;
                planned.urgent = true;
            }
        }
    }

    /// The home probes of these dependencies look now, unless they are about to.
    pub fn hurry_dependencies(&mut self, dependencies: &[String], now: Time) {
        let ids: Vec<i64> = dependencies.iter().flat_map(|id| self.by_dependency.get(id)).flatten().copied().collect();
        for id in ids {
            let Some(planned) = self.probes.get_mut(&id).filter(|planned| planned.spec.probe.home) else { continue };
            planned.next_at = planned.next_at.min(now.plus(Duration::from_secs(1)));
        }
    }

    /// When a probe looks next.
    pub fn next_at(&self, id: i64) -> Time {
        self.probes.get(&id).map_or(Time(0), |planned| planned.next_at)
    }

    /// The probes of one dependency, the home storefront first, as configured.
    pub fn of(&self, dependency: &str) -> impl Iterator<Item = &Arc<Spec>> {
        let ids = self.by_dependency.get(dependency).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| self.probes.get(id)).map(|planned| &planned.spec)
    }

    /// Every probe.
    pub fn specs(&self) -> impl Iterator<Item = &Arc<Spec>> {
        self.probes.values().map(|planned| &planned.spec)
    }
}

fn phase(spec: &Spec) -> u64 {
    stable(&spec.probe.identity)
}
