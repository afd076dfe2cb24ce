//! When a probe, and others related to it, are checked next.

use std::collections::BTreeSet;
use std::time::Duration;

use super::decider::Decider;
use super::platform::Class;
use crate::core::alerting::round::{concerns_everybody, fell_together};
use crate::core::probe::pace::Asking;
use crate::core::probe::standing::{CheckResult, Standing};
use crate::core::probe::witness::Want;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;
use crate::engine::schedule::plan::Spec;

/// The minimum scheduled interval while everything is checked more often after a loss.
const HEIGHTENED_LEAST: Duration = Duration::from_secs(60);

/// How often a possible cause is checked, and for how long, as in the table of check limits.
const CAUSE_EVERY: Duration = Duration::from_secs(60);
const CAUSE_LASTS: Duration = Duration::from_secs(900);

/// How many checks of other companies are used to find out whether an unexpected page is served everywhere.
const ASKED: usize = 3;

/// Whether the vendor refuses the key.
fn is_refused(standing: &Standing) -> bool {
    standing.unverified.as_deref().is_some_and(|unseen| unseen.urgent && unseen.held.reason == "access_lost")
}

impl Decider {
    pub(super) fn plan_next(&mut self, spec: &Spec, look: &CheckResult, standing: &Standing, wants: &[Want]) {
        let again = wants.iter().filter_map(|want| match want {
            Want::LookAgain(wait) => Some((Asking::Confirmation, *wait)),
            _ => None,
        });
        let home = self.home_pace(spec, standing).map(|wait| (Asking::Routine, wait));
        let heightened = self.heightened_pace(spec, look.at).map(|wait| (Asking::Heightened, wait));
        let cause = self.cause_pace(spec, look.at).map(|wait| (Asking::Cause, wait));
        let wishes: Vec<_> = again.chain(home).chain(heightened).chain(cause).collect();
        // A 503 with `Retry-After` is an outage to be confirmed, not a request to stay away.
        let stay_away = look.reading.retry_after.filter(|_| look.reading.verdict == Verdict::Unknown);
        self.plan.done(spec.id, look.at, &wishes, stay_away);
        if wants.contains(&Want::WholeSpread) {
            let since = self.spread_in_doubt_since(spec, standing).unwrap_or(look.at);
            self.plan.hurry_spread(&spec.probe.dependency, &spec.probe.spread, spec.id, since, look.at);
        }
    }

    /// Since when any storefront of the listing is in doubt.
    fn spread_in_doubt_since(&self, spec: &Spec, standing: &Standing) -> Option<Time> {
        let others = self
            .plan
            .of(&spec.probe.dependency)
            .filter(|other| other.probe.spread == spec.probe.spread && other.id != spec.id);
        let known = others.filter_map(|other| Some(self.known.probe(other.id)?.standing.as_ref()));
        let since = |standing: &Standing| Some(standing.suspicion.as_deref()?.looks.first()?.0);
        known.chain([standing]).filter_map(since).min()
    }

    /// After a loss, everything is checked three times as often, within the request budgets of the hosts.
    fn heightened_pace(&self, spec: &Spec, at: Time) -> Option<Duration> {
        let every = spec.probe.schedule.interval(at);
        let home = spec.probe.home && at < self.heightened_until;
        (home && every > HEIGHTENED_LEAST).then(|| (every / 3).max(HEIGHTENED_LEAST))
    }

    /// A dependency that a recently failed one needs is checked every minute, until the failed one works again or
    /// this one is found to be the cause.
    fn cause_pace(&mut self, spec: &Spec, at: Time) -> Option<Duration> {
        let position = self.platform.position(&spec.probe.dependency).filter(|_| spec.probe.home)?;
        let (until, fallen) = self.causes.get(&position).copied()?;
        let down = |id: &str| self.known.dependency(id).is_some_and(|state| state.incident.is_some());
        let over = at >= until || self.platform.class(fallen) == Class::Working || down(&spec.probe.dependency);
        if over {
            self.causes.remove(&position);
        }
        (!over).then_some(CAUSE_EVERY)
    }

    /// If something is in doubt, everything that may be its cause or may fail with it is checked now.
    pub(super) fn hurry_others(&mut self, spec: &Spec, old: &Standing, new: &Standing, at: Time) {
        let worse = |standing: &Standing| {
            let verdict = standing.suspicion.as_deref().map(|suspicion| suspicion.held.verdict);
            matches!(verdict, Some(Verdict::Dropped | Verdict::Outage))
        };
        // Another page than before may be a domain in other hands.
        let strange = |standing: &Standing| {
            standing.proven() && standing.unverified.as_deref().is_some_and(|unseen| unseen.held.reason == "wrong_page")
        };
        let position = self.platform.position(&spec.probe.dependency);
        // What the account serves may be gone with it.
        let locked_out = is_refused(new) && !is_refused(old);
        let doubted = (worse(new) && !worse(old)) || (strange(new) && !strange(old)) || locked_out;
        let Some(position) = position.filter(|_| doubted) else { return };
        let (under, mut all) = self.asked_with(position, at);
        if locked_out {
            all.extend(self.platform.stand_on(position));
        }
        let dependencies = &self.config.dependencies;
        let mut ids: Vec<String> = all.into_iter().map(|other| dependencies[other].id.clone()).collect();
        let announced = self.announced_with(&spec.probe.dependency, at).into_iter().filter(|id| !ids.contains(id));
        let announced: Vec<String> = announced.collect();
        ids.extend(announced);
        // The message recommends it, so its state must not be half an hour old.
        ids.extend(dependencies[position].fallback_on.clone().filter(|id| !ids.contains(id)));
        self.causes.extend(under.into_iter().map(|cause| (cause, (at.plus(CAUSE_LASTS), position))));
        // Only dependencies that are now checked earlier must be shown again.
        let mut earlier = self.plan.hurry_dependencies(&ids, at);
        earlier.extend(self.plan.hurry_beside(&spec.probe.dependency, spec.id, at));
        earlier.iter().for_each(|id| self.show(id));
    }

    /// If something seems to be back, everything of the same company that is still down, and everything that
    /// fell with it, is checked now, so that one
    /// message can cover all recoveries.
    pub(super) fn hurry_siblings(&mut self, spec: &Spec, old: &Standing, new: &Standing, at: Time) {
        let back = |standing: &Standing| {
            let better = standing.suspicion.as_deref().is_some_and(|doubt| doubt.held.verdict == Verdict::Live);
            better && matches!(standing.verdict(), Some(Verdict::Dropped | Verdict::Outage))
        };
        let accepted = is_refused(old) && !is_refused(new);
        let back = (back(new) && !back(old)) || accepted;
        let Some(position) = self.platform.position(&spec.probe.dependency).filter(|_| back) else { return };
        let dependencies = &self.config.dependencies;
        let company = self.company(&dependencies[position]);
        let siblings = self.platform.siblings(company).iter().copied();
        let down: BTreeSet<usize> = siblings.filter(|other| self.platform.class(*other) == Class::Trouble).collect();
        let mut all: BTreeSet<usize> = down.into_iter().chain(self.out_since(position)).collect();
        // What was lost with the account may be back with it.
        let lost = |other: &usize| self.platform.class(*other) == Class::Trouble;
        all.extend(self.platform.stand_on(position).filter(lost));
        let ids: Vec<String> =
            all.iter().filter(|other| **other != position).map(|other| dependencies[*other].id.clone()).collect();
        let earlier = self.plan.hurry_dependencies(&ids, at);
        earlier.iter().for_each(|id| self.show(id));
    }

    /// Everything that is out since about the same time: it may be back as well.
    fn out_since(&self, position: usize) -> Vec<usize> {
        let incident = |position: usize| {
            self.known.dependency(&self.config.dependencies[position].id).and_then(|state| state.incident.as_ref())
        };
        let Some(own) = incident(position) else { return Vec::new() };
        let together = |other: &usize| incident(*other).is_some_and(|other| fell_together(own, other));
        self.platform.restless().filter(together).collect()
    }

    /// If an unexpected page was served, some checks of other companies run now, to see whether they receive it, too.
    pub(super) fn ask_some(&mut self, spec: &Spec, at: Time) {
        let Some(position) = self.platform.position(&spec.probe.dependency) else { return };
        let dependencies = &self.config.dependencies;
        let company = self.company(&dependencies[position]);
        let (working, _) = self.platform.first(Class::Working, &BTreeSet::from([position]), 4 * ASKED);
        let others = working.into_iter().filter(|other| self.company(&dependencies[*other]) != company);
        let ids: Vec<String> = others.take(ASKED).map(|other| dependencies[other].id.clone()).collect();
        let earlier = self.plan.hurry_dependencies(&ids, at);
        earlier.iter().for_each(|id| self.show(id));
    }

    /// The possible causes of a dependency's doubt, and everything that is checked because of it.
    fn asked_with(&mut self, position: usize, at: Time) -> (Vec<usize>, Vec<usize>) {
        let dependencies = &self.config.dependencies;
        let accounts = dependencies[position].accounts.iter().filter_map(|id| self.platform.position(id)).take(ASKED);
        let mut under = self.platform.under(position);
        under.extend(accounts.filter(|account| *account != position));
        let company = self.company(&dependencies[position]).to_owned();
        let mut all: BTreeSet<usize> = under.iter().copied().collect();
        if self.concerns_everybody(position, &under, &company, at) {
            if self.may_ask_all(None, at) {
                return (under, (0..self.config.dependencies.len()).collect());
            }
        } else if self.may_ask_all(Some(&company), at) {
            all.extend(self.platform.siblings(&company).iter().filter(|other| **other != position));
        }
        (under, all.into_iter().collect())
    }

    /// Whether something unrelated is out as well.
    fn concerns_everybody(&self, position: usize, under: &[usize], company: &str, at: Time) -> bool {
        let dependencies = &self.config.dependencies;
        let out = |other: &usize| {
            let state = self.known.dependency(&dependencies[*other].id);
            state.is_some_and(|state| concerns_everybody(&state.combined, state.incident.as_deref(), at))
        };
        let related = |other: usize| {
            let same = self.company(&dependencies[other]) == company;
            same || under.contains(&other) || self.platform.under(other).contains(&position)
        };
        self.platform.restless().any(|other| other != position && out(&other) && !related(other))
    }

    /// Whether everything of a company, or everything at all, may be checked again. This is allowed at most once a
    /// minute, however many fail at once, because possible causes are not checked more often either.
    fn may_ask_all(&mut self, company: Option<&str>, at: Time) -> bool {
        let asked = self.asked_all.get(company.unwrap_or_default()).copied();
        let may = asked.is_none_or(|asked| at.since(asked) >= CAUSE_EVERY);
        if may {
            self.asked_all.insert(company.unwrap_or_default().to_owned(), at);
        }
        may
    }

    /// While something is wrong with any storefront of a listing, the other storefronts are checked as often as the
    /// home storefront.
    fn home_pace(&self, spec: &Spec, standing: &Standing) -> Option<Duration> {
        let spread = || self.plan.of(&spec.probe.dependency).filter(|other| other.probe.spread == spec.probe.spread);
        let gone = |id: i64| {
            let known = self.known.probe(id);
            known.is_some_and(|probe| probe.standing.verdict() == Some(Verdict::Dropped))
        };
        let wrong = !matches!(standing.verdict(), None | Some(Verdict::Live)) || spread().any(|other| gone(other.id));
        let home = spread().find(|other| other.probe.home).filter(|_| wrong && !spec.probe.home)?;
        Some(home.probe.schedule.interval(Time(0)))
    }
}
