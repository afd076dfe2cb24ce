//! A message that says when the next one comes is followed by one: whoever went back to sleep on it relies on that.

use std::time::Duration;

use super::scenario::Scenario;
use super::score::Finding;
use super::step::Happens;
use super::told::Told;
use crate::core::dependency::incident::Reason;
use crate::core::time::human;

/// A reminder is looked at once a minute.
const GRACE: Duration = Duration::from_secs(120);

/// What was said to come by a certain time came. What depends on whether somebody acknowledges is not held here, nor
/// what was said before a person, a restart or the clock changed it.
pub(super) fn judge_promises(scenario: &Scenario, told: &[Told], wrong: &mut Vec<Finding>) {
    let changes = |from: Duration, to: Duration| {
        let between = scenario.steps.iter().filter(|step| step.at > from && step.at <= to);
        let not_the_world = |happens: &Happens| !matches!(happens, Happens::Set(_) | Happens::Reported(..));
        between.flat_map(|step| &step.happens).any(not_the_world)
    };
    for (n, one) in told.iter().enumerate() {
        let Some(by) = one.next.map(|by| by + GRACE).filter(|by| *by < scenario.lasts) else { continue };
        let about = |other: &&Told| {
            let same = other.ids.iter().any(|id| one.ids.contains(id));
            // A situation's message speaks of everything.
            let all = |told: &Told| told.ids.is_empty() || told.reason == Reason::Situation;
            other.at <= by && (same || all(other) || all(one))
        };
        if told[n + 1..].iter().find(about).is_none() && !changes(one.at, by) {
            let what =
                format!("\u{201c}{}\u{201d} promised a message by {}, and none came", one.title, human(by - GRACE));
            wrong.push(Finding::new("promise", what));
        }
    }
}
