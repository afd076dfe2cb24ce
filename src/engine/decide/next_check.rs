//! When a probe, and others with it, are checked next.

use std::collections::BTreeSet;
use std::time::Duration;

use super::decider::Decider;
use super::platform::Class;
use crate::core::alerting::round::concerns_everybody;
use crate::core::probe::pace::Asking;
use crate::core::probe::standing::{CheckResult, Standing};
use crate::core::probe::witness::Want;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;
use crate::engine::schedule::plan::Spec;

/// Even under heightened watch nothing is looked at more often by schedule.
const HEIGHTENED_LEAST: Duration = Duration::from_secs(60);

/// So many others tell whether a strange page comes in everybody's place.
const ASKED: usize = 3;

impl Decider {
    pub(super) fn plan_next(&mut self, spec: &Spec, look: &CheckResult, standing: &Standing, wants: &[Want]) {
        let again = wants.iter().filter_map(|want| match want {
            Want::LookAgain(wait) => Some((Asking::Confirmation, *wait)),
            _ => None,
        });
        let home = self.home_pace(spec, standing).map(|wait| (Asking::Routine, wait));
        let heightened = self.heightened_pace(spec, look.at).map(|wait| (Asking::Heightened, wait));
        let wishes: Vec<_> = again.chain(home).chain(heightened).collect();
        // A 503 with a wish is a breakdown to be confirmed, not a door that is closed to us.
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
        let since = |standing: &Standing| Some(standing.suspicion.as_ref()?.looks.first()?.0);
        known.chain([standing]).filter_map(since).min()
    }

    /// After a loss everything is looked at three times as often, within the hosts' budgets.
    fn heightened_pace(&self, spec: &Spec, at: Time) -> Option<Duration> {
        let every = spec.probe.schedule.interval(at);
        let home = spec.probe.home && at < self.heightened_until;
        (home && every > HEIGHTENED_LEAST).then(|| (every / 3).max(HEIGHTENED_LEAST))
    }

    /// Something fell into doubt: whoever may stop with it, or be its cause, is looked at now.
    pub(super) fn hurry_others(&mut self, spec: &Spec, old: &Standing, new: &Standing, at: Time) {
        let worse = |standing: &Standing| {
            let verdict = standing.suspicion.as_ref().map(|suspicion| suspicion.held.verdict);
            matches!(verdict, Some(Verdict::Dropped | Verdict::Outage))
        };
        let position = self.platform.position(&spec.probe.dependency);
        let Some(position) = position.filter(|_| worse(new) && !worse(old)) else { return };
        let dependencies = &self.config.dependencies;
        let ids: Vec<String> =
            self.asked_with(position, at).into_iter().map(|other| dependencies[other].id.clone()).collect();
        // Only what is checked earlier has something new to show.
        let mut earlier = self.plan.hurry_dependencies(&ids, at);
        earlier.extend(self.plan.hurry_beside(&spec.probe.dependency, spec.id, at));
        earlier.iter().for_each(|id| self.show(id));
    }

    /// Something seems to be back: whatever of the same company is still down is checked now, so that what
    /// comes back together is said together.
    pub(super) fn hurry_siblings(&mut self, spec: &Spec, old: &Standing, new: &Standing, at: Time) {
        let back = |standing: &Standing| {
            let better = standing.suspicion.as_ref().is_some_and(|doubt| doubt.held.verdict == Verdict::Live);
            better && matches!(standing.verdict(), Some(Verdict::Dropped | Verdict::Outage))
        };
        let Some(position) = self.platform.position(&spec.probe.dependency).filter(|_| back(new) && !back(old)) else {
            return;
        };
        let dependencies = &self.config.dependencies;
        let company = self.company(&dependencies[position]);
        let siblings = self.platform.siblings(company).iter().filter(|other| **other != position);
        let down = siblings.filter(|other| self.platform.class(**other) == Class::Trouble);
        let ids: Vec<String> = down.map(|other| dependencies[*other].id.clone()).collect();
        let earlier = self.plan.hurry_dependencies(&ids, at);
        earlier.iter().for_each(|id| self.show(id));
    }

    /// A strange page came: some of what belongs to other companies is asked, for whether it comes there too.
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

    /// Who else is asked when one falls into doubt.
    fn asked_with(&self, position: usize, at: Time) -> Vec<usize> {
        let dependencies = &self.config.dependencies;
        let seen = self.seen(self.platform.concerned(Some(position)));
        let platform_view = self.platform_view(&seen, at);
        let Some(own) = seen.iter().position(|(other, _)| other == position) else { return Vec::new() };
        if concerns_everybody(&platform_view, own) {
            return (0..dependencies.len()).collect();
        }
        let under = platform_view.foundations(own).into_iter().map(|n| seen.position(n));
        let siblings = self.platform.siblings(platform_view.subjects[own].company()).iter().copied();
        let all: BTreeSet<usize> = under.chain(siblings).filter(|other| *other != position).collect();
        all.into_iter().collect()
    }

    /// While something is wrong in a spread, its side storefronts keep the home one's pace.
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
