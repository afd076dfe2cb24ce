//! What was lost before: which of it a message names, and how many companies that makes.

use super::decider::Decider;
use super::known::DependencyState;
use super::platform::Seen;
use crate::config::Dependency;
use crate::core::alerting::message::Telling;
use crate::core::dependency::incident::Reason;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;
use crate::engine::view::dependency::leave_text;
use crate::say::about::About;

impl Decider {
    /// Which losses came before, and which number this one has.
    pub(in crate::engine) fn say_losses(&self, about: &mut About, telling: &Telling, seen: &Seen, now: Time) {
        (about.losses, about.lost_at) =
            telling.losses.iter().map(|loss| self.loss_line(*loss, seen.state(*loss))).unzip();
        let platform_view = self.platform_view(seen, now);
        let gone = platform_view.lost_and_gone().filter(|_| telling.reason == Reason::Cascade);
        let gone: Vec<(String, Time)> = gone.map(|(id, at)| (format!("{id}, no longer monitored"), *at)).collect();
        // Whether a refused key is a loss is not known.
        let known = |loss: &&usize| !is_refused_only(seen.state(**loss));
        let counted: Vec<usize> = match telling.wanted.held.verdict {
            Verdict::Unknown => telling.losses.clone(),
            _ => telling.losses.iter().filter(known).copied().collect(),
        };
        about.loss_number = self.companies(&counted) + gone.len() + 1;
        for (line, at) in gone {
            about.losses.push(line);
            about.lost_at.push(Some(at));
        }
    }

    /// How many companies these losses are: those that share one count once.
    fn companies(&self, losses: &[usize]) -> usize {
        let mut counted: Vec<&Dependency> = Vec::new();
        for loss in losses {
            let dependency = &self.config.dependencies[*loss];
            let shares = |other: &&Dependency| {
                let domain = dependency.domain.is_some() && dependency.domain == other.domain;
                domain || other.companies.iter().any(|company| dependency.companies.contains(company))
            };
            if !counted.iter().any(shares) {
                counted.push(dependency);
            }
        }
        counted.len()
    }

    /// An earlier loss, and when it was lost.
    fn loss_line(&self, loss: usize, state: &DependencyState) -> (String, Option<Time>) {
        let dependency = &self.config.dependencies[loss];
        // The loss itself may be as young as this review.
        let at = state.notified.lost_at.or(state.incident.as_ref().map(|incident| incident.began_at));
        let now = match state.incident {
            None if state.combined.unseen.is_empty() => ", working again",
            _ if is_refused_only(state) => ", key refused or account suspended",
            _ => "",
        };
        (format!("{} ({}{now})", dependency.label, self.decider(dependency)), at)
    }

    /// The steps that are still possible where nothing is lost yet, the longest first.
    pub(in crate::engine) fn steps_left(&self, seen: &Seen) -> Vec<String> {
        let gone = |position: usize| {
            let incident = seen.state(position).incident.as_ref();
            incident.is_some_and(|incident| incident.verdict == Verdict::Dropped)
        };
        let standing = self.config.dependencies.iter().enumerate().filter(|(position, _)| !gone(*position));
        let mut steps: Vec<_> = standing.flat_map(|(_, d)| d.leave.iter().map(move |step| (step, &d.label))).collect();
        steps.sort_by_key(|(step, _)| std::cmp::Reverse(step.takes));
        steps.into_iter().map(|(step, label)| format!("{label}: {}", leave_text(step))).collect()
    }
}

/// Its key is refused, and nobody knows that it is gone.
fn is_refused_only(state: &DependencyState) -> bool {
    !state.notified.dropped && state.combined.lost_access().is_some()
}
