//! Checks that a message which promises the next one by a certain time is followed by one: people who went back to
//! sleep rely on it.

use std::time::Duration;

use super::scenario::Scenario;
use super::score::Finding;
use super::step::Happens;
use super::told::Told;
use crate::core::dependency::incident::Reason;
use crate::core::time::human;

/// How late the next message may be: due reminders are looked for once a minute.
const GRACE: Duration = Duration::from_secs(120);

/// Finds promised messages that did not come. It ignores promises that depend on whether somebody acknowledges, and
/// those after which a person, a restart or the clock changed something.
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
            // A message about the situation covers everything.
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
