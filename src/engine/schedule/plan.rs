//! Which probe is checked when. A suspicion brings the next check forward.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use crate::config::Probe;
use crate::core::probe::pace::{Asked, Asking};
use crate::core::time::Time;
use crate::core::time::budget::come_back;
use crate::core::time::schedule::stable;

/// How many probes are checked for the first time at once. Each may need a connection, and on a slow machine
/// thousands of connections would use more memory than everything else.
const FIRST_AT_ONCE: usize = 100;
/// A check that takes longer than this no longer delays other first checks ...
const FIRST_SLOW: Duration = Duration::from_secs(1);
/// ... and a probe that finds no free place is tried again after this time.
const FIRST_AGAIN: Duration = Duration::from_millis(20);

/// If more probes than this are checked because something failed, the others start `HURRIED_APART` from each other.
/// Starting all of five thousand at once would make every other check late ...
const HURRIED_AT_ONCE: u32 = 100;
const HURRIED_APART: Duration = Duration::from_millis(2);
/// ... and all of them start within this time, because decisions wait for their answers.
const HURRIED_WITHIN: Duration = Duration::from_secs(30);

/// A probe with its id in the store.
#[derive(Debug)]
pub struct Spec {
    /// The id of the probe in the store.
    pub id: i64,
    /// The probe.
    pub probe: Arc<Probe>,
}

#[derive(Debug)]
struct Planned {
    spec: Arc<Spec>,
    next_at: Time,
    /// The reason for that check.
    asking: Asking,
    in_flight: bool,
    /// When the check in progress was due, if it was a scheduled check and not the first one.
    due: Option<Time>,
    /// When it was last checked, for any reason.
    last: Option<Time>,
    asked: Asked,
}

impl Planned {
    /// Plans a check at `wish`, or as soon afterwards as its reason allows. Does nothing if that reason has caused
    /// enough checks, or if an earlier check is already planned.
    fn bring_forward(&mut self, asking: Asking, wish: Time) {
        if let Some(at) = self.asked.allowed(asking, wish).filter(|at| *at < self.next_at) {
            (self.next_at, self.asking) = (at, asking);
        }
    }

    /// Its place in the queue; `None` while a check is in progress.
    fn place(&self) -> Option<(Time, i64)> {
        (!self.in_flight).then_some((self.next_at, self.spec.id))
    }
}

/// All probes with their next checks.
#[derive(Debug, Default)]
pub struct Plan {
    probes: BTreeMap<i64, Planned>,
    /// Probes without a check in progress, by due time, so that a wake-up visits only these.
    queue: BTreeSet<(Time, i64)>,
    /// First checks in progress, with the time when they began.
    first: HashMap<i64, Time>,
    by_dependency: HashMap<String, Vec<i64>>,
    /// Probes by the vendor of their check.
    by_vendor: HashMap<String, Vec<i64>>,
    /// How often a check was brought forward, which is the source of jitter for the next one.
    hurried: u64,
}

impl Plan {
    /// Plans these probes. A probe that was planned before keeps its next check if that is earlier.
    pub fn new(specs: Vec<Arc<Spec>>, old: Plan, now: Time) -> Plan {
        let count = specs.len();
        let planned = |spec: Arc<Spec>| {
            // Without its key, no check is made, so nothing has to wait for it.
            let first =
                if spec.probe.waits_for_key() { now } else { spec.probe.schedule.first(now, phase(&spec), count) };
            let kept = old.probes.get(&spec.id);
            let nearer = kept.map(|old| (old.next_at, old.asking)).filter(|(at, _)| *at <= first);
            let (next_at, asking) = nearer.unwrap_or((first, Asking::Routine));
            let (last, asked) = kept.map(|old| (old.last, old.asked.clone())).unwrap_or_default();
            (spec.id, Planned { spec, next_at, asking, in_flight: false, due: None, last, asked })
        };
        let mut by_dependency: HashMap<String, Vec<i64>> = HashMap::new();
        let mut by_vendor: HashMap<String, Vec<i64>> = HashMap::new();
        for spec in &specs {
            by_vendor.entry(vendor_of(&spec.probe.check).to_owned()).or_default().push(spec.id);
            by_dependency.entry(spec.probe.dependency.clone()).or_default().push(spec.id);
        }
        let probes: BTreeMap<i64, Planned> = specs.into_iter().map(planned).collect();
        let queue = probes.values().filter_map(Planned::place).collect();
        Plan { probes, queue, first: HashMap::new(), by_dependency, by_vendor, hurried: old.hurried }
    }

    /// Changes a probe and its place in the queue.
    fn change(&mut self, id: i64, change: impl FnOnce(&mut Planned)) {
        let Some(planned) = self.probes.get_mut(&id) else { return };
        if let Some(place) = planned.place() {
            self.queue.remove(&place);
        }
        change(planned);
        self.queue.extend(planned.place());
    }

    fn change_all(&mut self, mut change: impl FnMut(&mut Planned)) {
        self.probes.values_mut().for_each(&mut change);
        self.queue = self.probes.values().filter_map(Planned::place).collect();
    }

    /// Abandons all checks in progress, which are then due again.
    pub fn forget_flights(&mut self) {
        self.first.clear();
        self.change_all(|planned| planned.in_flight = false);
    }

    /// When the next check is due.
    pub fn next_due(&self) -> Option<Time> {
        self.queue.first().map(|(at, _)| *at)
    }

    /// When a check in progress was due by its schedule, and when it began.
    pub fn times(&self, id: i64) -> Option<(Time, Time)> {
        let planned = self.probes.get(&id).filter(|planned| planned.in_flight)?;
        Some((planned.due?, planned.last?))
    }

    /// Takes the due probes, with the reasons. Each must be returned with [`Plan::done`].
    pub fn take_due(&mut self, now: Time) -> Vec<(Arc<Spec>, Asking)> {
        let mut due: Vec<i64> = self.queue.iter().take_while(|(at, _)| *at <= now).map(|(_, id)| *id).collect();
        // In the order of their numbers, as stored.
        due.sort_unstable();
        let mut taken = Vec::with_capacity(due.len());
        let mut room =
            FIRST_AT_ONCE.saturating_sub(self.first.values().filter(|at| now.since(**at) < FIRST_SLOW).count());
        for id in due {
            if self.probes.get(&id).is_some_and(|planned| planned.last.is_none()) {
                if room == 0 {
                    self.change(id, |planned| planned.next_at = now.plus(FIRST_AGAIN));
                    continue;
                }
                room -= 1;
                self.first.insert(id, now);
            }
            self.change(id, |planned| {
                planned.in_flight = true;
                let routine = planned.asking == Asking::Routine && planned.last.is_some();
                planned.due = routine.then_some(planned.next_at);
                planned.last = Some(now);
                planned.asked.note(planned.asking, now);
                taken.push((planned.spec.clone(), planned.asking));
            });
        }
        taken
    }

    /// Ends a check. The next one follows by schedule, or earlier for one of the `wishes`, each with its reason and
    /// delay. It is never made before the time until which the vendor asked clients to wait.
    pub fn done(&mut self, id: i64, now: Time, wishes: &[(Asking, Duration)], stay_away: Option<Duration>) {
        self.hurried += 1;
        self.first.remove(&id);
        let jitter = (stable(&format!("{id} {}", self.hurried)) % 1_000) as f64 / 1_000.0;
        self.change(id, |planned| {
            planned.next_at = planned.spec.probe.schedule.next(now, phase(&planned.spec));
            (planned.asking, planned.in_flight) = (Asking::Routine, false);
            for (asking, wait) in wishes {
                // Jitter adds up to a tenth and never shortens the wait, because confirmation needs its full time.
                planned.bring_forward(*asking, now.plus(wait.mul_f64(1.0 + 0.1 * jitter)));
            }
            let welcome = stay_away.map_or(now, |wait| come_back(now, wait));
            planned.next_at = planned.next_at.max(welcome);
        });
    }

    /// Makes all storefronts of the same listing due now, each at most once since the doubt began.
    pub fn hurry_spread(&mut self, dependency: &str, spread: &str, but: i64, since: Time, now: Time) {
        let ids = self.by_dependency.get(dependency).cloned().unwrap_or_default();
        for id in ids.into_iter().filter(|id| *id != but) {
            let stale = |planned: &Planned| planned.last.is_none_or(|last| last < since);
            let same = |planned: &&Planned| planned.spec.probe.spread == spread && stale(planned);
            if self.probes.get(&id).filter(same).is_some() {
                self.change(id, |planned| planned.bring_forward(Asking::Storefronts, now));
            }
        }
    }

    /// Handles a clock that was set back: nothing is planned further ahead than its own schedule allows.
    pub fn clock_set_back(&mut self, now: Time) {
        self.change_all(|planned| {
            planned.asked.forget_after(now);
            planned.last = planned.last.map(|last| last.min(now));
            let regular = planned.spec.probe.schedule.next(now, phase(&planned.spec));
            if planned.next_at > regular {
                (planned.next_at, planned.asking) = (regular, Asking::Routine);
            }
        });
    }

    /// Makes the home probes of these dependencies due now, unless they are due anyway. Returns the dependencies that
    /// are checked earlier because of this.
    pub fn hurry_dependencies(&mut self, dependencies: &[String], now: Time) -> Vec<String> {
        let mut earlier = dependencies.to_vec();
        let apart = HURRIED_APART.min(HURRIED_WITHIN / u32::try_from(dependencies.len()).unwrap_or(u32::MAX).max(1));
        let mut turns = (0_u32..).map(|n| now.plus(apart.saturating_mul(n.saturating_sub(HURRIED_AT_ONCE))));
        earlier.retain(|dependency| self.hurry_but(dependency, None, turns.next().unwrap_or(now)));
        earlier
    }

    /// Makes the other home probes of a dependency due now, because one of them may show why the first one failed.
    /// Returns the dependency if any is checked earlier.
    pub fn hurry_beside(&mut self, dependency: &str, but: i64, now: Time) -> Option<String> {
        self.hurry_but(dependency, Some(but), now).then(|| dependency.to_owned())
    }

    /// Makes all home probes of a dependency, except one, due now. Returns whether any is checked earlier.
    fn hurry_but(&mut self, dependency: &str, but: Option<i64>, now: Time) -> bool {
        let soon = now.plus(Duration::from_secs(1));
        let ids = self.by_dependency.get(dependency).cloned().unwrap_or_default();
        let mut moved = false;
        for id in ids.into_iter().filter(|id| Some(*id) != but) {
            let Some(planned) = self.probes.get(&id).filter(|planned| planned.spec.probe.home) else { continue };
            let before = planned.next_at;
            self.change(id, |planned| planned.bring_forward(Asking::Cause, soon));
            moved |= self.next_at(id) != before;
        }
        moved
    }

    /// When a probe is checked next.
    pub fn next_at(&self, id: i64) -> Time {
        self.probes.get(&id).map_or(Time(0), |planned| planned.next_at)
    }

    /// The probes of one dependency, the home storefront first, as configured.
    pub fn of(&self, dependency: &str) -> impl Iterator<Item = &Arc<Spec>> {
        let ids = self.by_dependency.get(dependency).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| self.probes.get(id)).map(|planned| &planned.spec)
    }

    /// Probes that query the same vendor as a check.
    pub fn of_vendor(&self, check: &str) -> impl Iterator<Item = &Arc<Spec>> {
        let ids = self.by_vendor.get(vendor_of(check)).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| self.probes.get(id)).map(|planned| &planned.spec)
    }

    /// Every probe.
    pub fn specs(&self) -> impl Iterator<Item = &Arc<Spec>> {
        self.probes.values().map(|planned| &planned.spec)
    }
}

fn vendor_of(check: &str) -> &str {
    check.split('/').next().unwrap_or_default()
}

fn phase(spec: &Spec) -> u64 {
    stable(&spec.probe.identity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn plan(count: usize) -> Plan {
        let one =
            |n| format!("[[dependency]]\nid = \"d{n}\"\ncheck = \"attest/word\"\nname = \"d{n}\"\nevery = \"60s\"\n");
        let text = (0..count).map(one).fold("platform = \"A\"\n".to_owned(), |text, one| text + &one);
        let config = Config::read("p.toml", text).unwrap();
        let specs = config.probes().zip(1..).map(|((_, probe), id)| Arc::new(Spec { id, probe: probe.clone() }));
        Plan::new(specs.collect(), Plan::default(), Time(0))
    }

    #[test]
    fn first_checks_wait_for_each_other_where_the_machine_is_slow() {
        let mut plan = plan(150);
        let first = plan.take_due(Time(1_000));
        assert_eq!((first.len(), plan.next_due()), (FIRST_AT_ONCE, Some(Time(1_020))));
        assert!(plan.take_due(Time(1_020)).is_empty());
        first.iter().take(10).for_each(|(spec, _)| plan.done(spec.id, Time(1_030), &[], None));
        assert_eq!(plan.take_due(Time(1_040)).len(), 10);
        // A few checks that hang do not delay the others.
        assert_eq!(plan.take_due(Time(2_100)).len(), 40);
    }

    #[test]
    fn a_check_that_is_under_way_knows_when_its_schedule_wanted_it() {
        let mut plan = plan(1);
        plan.take_due(Time(31_000));
        assert_eq!(plan.times(1), None);
        plan.done(1, Time(31_100), &[], None);
        let due = plan.next_at(1);
        plan.take_due(due.plus(Duration::from_millis(70)));
        assert_eq!(plan.times(1), Some((due, due.plus(Duration::from_millis(70)))));
        plan.done(1, due.plus(Duration::from_millis(90)), &[], None);
        assert_eq!(plan.times(1), None);
    }
}
