//! Drills: a simulated drop, marked as a drill, that is sent through the real channels to the real people.

use std::time::Duration;

use super::decider::Decider;
use crate::core::alerting::due::Due;
use crate::core::alerting::message::{Telling, Together};
use crate::core::dependency::incident::{Level, Reason};
use crate::core::people::action::OperatorAction;
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Verdict};
use crate::say::alert::Body;
use crate::store::NewAlert;

/// The maximum age of a requested drill. If plugwatch was not running when it was requested, it is not announced
/// later.
pub(in crate::engine) const FRESH: Duration = Duration::from_secs(900);

impl Decider {
    /// Announces a requested drill. Its alert has the public id of the action.
    pub(in crate::engine) fn tell_drill(&mut self, act: &OperatorAction, now: Time) {
        let (Some(id), Some(dependency), by) = (&act.about, &act.dependency, &act.by) else { return };
        let dependencies = &self.config.dependencies;
        let Some(index) = dependencies.iter().position(|other| other.id == *dependency) else { return };
        let held = Held {
            verdict: Verdict::Dropped,
            reason: "drill".to_owned(),
            fault: Fault::Unclear,
            proof: Proof::Told,
            say: format!("this is a drill that {by} asked for. Nothing was dropped: show that you would be there"),
            hint: Some(format!(
                "Acknowledge it (the button, /ack {id}, or plugwatch ack {id}), then walk through the steps below \
                 without doing them."
            )),
            by: String::new(),
            since: now,
            until: None,
        };
        let telling = Telling {
            reason: Reason::Drill,
            level: Level::Critical,
            members: vec![index],
            wanted: Due { reason: Reason::Drill, before: None, held },
            together: Together::Alone,
            losses: Vec::new(),
            next: None,
        };
        let about = self.about(&dependencies[index], &telling, None, now);
        let about = Box::new(crate::say::about::About { incident: Some(id.clone()), announced: None, ..about });
        let (reason, level, verdict) = (telling.reason, telling.level, Some(Verdict::Dropped));
        self.put(NewAlert {
            public_id: id.clone(),
            incident: None,
            dependency: Some(dependency.clone()),
            reason,
            level,
            at: now,
            snapshot: self.frozen(reason, level, Body::Dependency(about), now),
            thread: Some(id.clone()),
            to: self.addressed(reason, level, verdict, std::slice::from_ref(dependency), now),
        });
    }
}
