//! Counts checks that do not run on schedule, and reports them.

use std::time::Duration;

use super::decider::Decider;
use crate::core::platform::lateness::Kept;
use crate::core::probe::standing::CheckResult;
use crate::core::time::schedule::Schedule;
use crate::core::words::answer::Answer;
use crate::engine::schedule::plan::Spec;

impl Decider {
    /// Counts whether a check ran on schedule, before its next check is planned.
    pub(super) fn note_lateness(&mut self, spec: &Spec, look: &CheckResult, answer: &Answer) {
        let (Some((due, started)), Schedule::Every(every)) = (self.plan.times(spec.id), &spec.probe.schedule) else {
            return;
        };
        let host = answer.http.as_ref().map(|http| http.host.as_str());
        let kept = Kept {
            every: *every,
            due,
            started,
            answered: look.at,
            took: Duration::from_millis(answer.took_ms.into()),
            paced: host.is_some_and(|host| self.config.catalog.paces.contains_key(host)),
        };
        if self.lateness.note(&kept)
            && let Some(late) = self.lateness.last
        {
            tracing::warn!("checks are late: {}", late.sentence());
            self.changed = true;
        }
    }
}
