//! Earlier losses: which of them a message names, and how many different companies they come from.

use std::collections::HashSet;

use super::decider::Decider;
use super::known::DependencyState;
use super::others::{NAMED, more_of};
use super::platform::Seen;
use crate::config::{Dependency, LeaveStep};
use crate::core::alerting::message::Telling;
use crate::core::alerting::notified::LOSS_COUNTS;
use crate::core::dependency::incident::Reason;
use crate::core::time::{Time, human};
use crate::core::words::verdict::Verdict;
use crate::engine::view::dependency::leave_text;
use crate::say::about::About;

impl Decider {
    /// Adds the earlier losses to an alert, and the position of this loss among them.
    pub(in crate::engine) fn say_losses(&self, about: &mut About, telling: &Telling, seen: &Seen, now: Time) {
        // It is unknown whether a refused key is a loss, so refused keys are listed separately, at the end.
        let (refused, sure): (Vec<usize>, Vec<usize>) =
            telling.losses.iter().partition(|loss| is_refused_only(seen.state(**loss)));
        let line = |loss: &usize| self.loss_line(*loss, seen.state(*loss));
        // The latest losses are new to more readers.
        let (earlier, named) = sure.split_at(sure.len().saturating_sub(NAMED));
        (about.losses, about.lost_at) = named.iter().map(line).unzip();
        let counts = |at: Time| now.since(at) <= LOSS_COUNTS && telling.reason == Reason::Cascade;
        let gone = self.gone.iter().filter(|(_, at)| counts(*at));
        let gone: Vec<(String, Time)> = gone.map(|(id, at)| (format!("{id}, no longer monitored"), *at)).collect();
        let counted = if telling.wanted.held.verdict == Verdict::Unknown { &telling.losses } else { &sure };
        about.loss_number = self.companies(counted) + gone.len() + 1;
        let gone = gone.into_iter().map(|(line, at)| (line, Some(at)));
        let more = more_of(earlier.len()).map(|more| (more, None));
        for (line, at) in gone.chain(more).chain(refused.iter().map(line)) {
            about.losses.push(line);
            about.lost_at.push(at);
        }
        about.refused_losses = refused.len();
    }

    /// Whether others were lost recently, or a letter will soon end another company's service. The message then also
    /// says how to prepare the services that still work.
    pub(in crate::engine) fn is_one_of_several(&self, about: &About, seen: &Seen, now: Time) -> bool {
        let lost = about.verdict == Verdict::Dropped;
        let ending = || {
            let own = self.dependency(&about.id).map(|dependency| self.company(dependency));
            let others = seen.iter().map(|(position, _)| &self.config.dependencies[position]);
            let others = others.filter(|other| self.ends_at(&other.id, now).is_some());
            others.into_iter().any(|other| Some(self.company(other)) != own)
        };
        !about.losses.is_empty() || (lost && ending())
    }

    /// How many companies these losses belong to. Losses that share a company count once.
    fn companies(&self, losses: &[usize]) -> usize {
        let (mut domains, mut companies, mut counted) = (HashSet::new(), HashSet::new(), 0);
        for loss in losses {
            let dependency = &self.config.dependencies[*loss];
            let domain = dependency.domain.as_ref();
            let shares = domain.is_some_and(|domain| domains.contains(domain))
                || dependency.companies.iter().any(|company| companies.contains(company));
            if !shares {
                counted += 1;
                domains.extend(domain);
                companies.extend(&dependency.companies);
            }
        }
        counted
    }

    /// An earlier loss, and when it happened.
    fn loss_line(&self, loss: usize, state: &DependencyState) -> (String, Option<Time>) {
        let dependency = &self.config.dependencies[loss];
        // The loss may not be recorded yet, because it may be as recent as this review.
        let at = state.notified.lost_at.or(state.incident.as_ref().map(|incident| incident.began_at));
        let now = match state.incident {
            None if state.combined.unseen.is_empty() => ", working again",
            _ => "",
        };
        (format!("{} ({}{now})", dependency.label, self.decider(dependency)), at)
    }

    /// The steps that are still possible at dependencies that are not lost, the longest first. If a step can no
    /// longer be finished before an announced end, the catalogue's advice for that case replaces it, if there is any.
    pub(in crate::engine) fn steps_left(&self, seen: &Seen, now: Time) -> Vec<String> {
        let gone = |position: usize| {
            let incident = seen.state(position).incident.as_ref();
            incident.is_some_and(|incident| incident.verdict == Verdict::Dropped)
        };
        let all = self.config.dependencies.iter().enumerate();
        let standing = all.filter(|(position, dependency)| !dependency.leave.is_empty() && !gone(*position));
        let mut steps: Vec<_> = standing.flat_map(|(_, d)| d.leave.iter().map(move |step| (step, d))).collect();
        steps.sort_by_key(|(step, _)| std::cmp::Reverse(step.takes));
        steps.into_iter().map(|(step, d)| format!("{}: {}", d.label, self.step_text(d, step, now))).collect()
    }

    /// The text of one step, or what to do instead.
    pub(in crate::engine) fn step_text(&self, dependency: &Dependency, step: &LeaveStep, now: Time) -> String {
        let left = self.ends_at(&dependency.id, now).map(|ends| ends.since(now));
        let late = self.advice(dependency).map(|advice| advice.late.as_str()).filter(|late| !late.is_empty());
        match (left, step.takes, late) {
            (Some(left), Some(takes), Some(late)) if takes > left => {
                format!("{late} ({} takes {})", step.step, human(takes))
            }
            _ => leave_text(step),
        }
    }
}

/// Whether the dependency's key is refused, but nothing shows that the dependency is gone.
fn is_refused_only(state: &DependencyState) -> bool {
    !state.notified.dropped && state.combined.lost_access().is_some()
}
