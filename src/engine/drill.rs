//! Drills: a marked false drop, through the real channels to the real people.

use std::time::Duration;

use super::Engine;
use crate::core::act::{Act, Deed};
use crate::core::incident::{Level, Reason};
use crate::core::model::{Fault, Proof, Verdict};
use crate::core::review::{Telling, Together};
use crate::core::standing::Held;
use crate::core::time::Time;
use crate::core::wanted::Wanted;
use crate::say::alert::Body;
use crate::store::{NewAlert, Result};

/// One that was asked for while nobody watched is not played later.
const FRESH: Duration = Duration::from_secs(900);

impl Engine {
    /// Tells of drills that were asked for, each once: its alert carries the act's public id.
    pub(super) async fn hear_drills(&mut self, acts: &[Act], now: Time) -> Result<()> {
        for act in acts.iter().filter(|act| act.deed == Deed::Drill && now.since(act.at) <= FRESH) {
            let (Some(id), Some(dependency)) = (&act.about, &act.dependency) else { continue };
            let waits = self.draft.batch.alerts.iter().any(|alert| alert.public_id == *id);
            if !waits && self.store.alert_called(id).await?.is_none() {
                self.tell_drill(id, dependency, &act.by, now);
            }
        }
        Ok(())
    }

    fn tell_drill(&mut self, id: &str, dependency: &str, by: &str, now: Time) {
        let dependencies = &self.ctx.config.dependencies;
        let Some(index) = dependencies.iter().position(|other| other.id == dependency) else { return };
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
        };
        let telling = Telling {
            reason: Reason::Drill,
            level: Level::Critical,
            members: vec![index],
            wanted: Wanted { reason: Reason::Drill, before: None, held },
            together: Together::Alone,
            losses: Vec::new(),
            next: None,
        };
        let about = self.about(&dependencies[index], &telling, None, now);
        let about = Box::new(crate::say::alert::About { incident: Some(id.to_owned()), announced: None, ..about });
        let (reason, level, verdict) = (telling.reason, telling.level, Some(Verdict::Dropped));
        self.put(NewAlert {
            public_id: id.to_owned(),
            incident: None,
            dependency: Some(dependency.to_owned()),
            reason,
            level,
            at: now,
            snapshot: self.frozen(reason, level, Body::Dependency(about), now),
            thread: Some(id.to_owned()),
            to: self.addressed(reason, level, verdict, &[dependency.to_owned()], now),
        });
    }
}
