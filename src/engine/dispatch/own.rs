//! News about plugwatch itself that no check causes, for every recipient whose route matches.

use super::Dispatcher;
use crate::core::alerting::route::{Occasion, routed};
use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::Time;
use crate::engine::alert_snapshot;
use crate::say::alert::{AlertView, Body};
use crate::store::{Address, Batch, NewAlert, Result};

impl Dispatcher {
    /// Adds a note to the outbox. It is sent like any other alert.
    ///
    /// # Errors
    /// Fails if the database does not answer; nothing was added.
    pub async fn tell_of_itself(
        &self,
        platform: &str,
        (reason, level): (Reason, Level),
        title: &str,
        lines: Vec<String>,
        now: Time,
    ) -> Result<()> {
        let occasion = Occasion { reason, level, verdict: None, about: Vec::new(), at: now };
        let ways = self.ways();
        let told = routed(&ways.everybody, &occasion);
        let to = told
            .iter()
            .map(|(way, turn)| Address { only: turn.only, ..Address::plain(&way.channel, &way.recipient, turn.at) });
        let body = Body::Note { title: title.to_owned(), lines };
        let view = AlertView { reason, level, platform: platform.to_owned(), at: now, simulation: false, body };
        let alert = NewAlert {
            public_id: self.ids.next(),
            incident: None,
            dependency: None,
            reason,
            level,
            at: now,
            snapshot: alert_snapshot(&view),
            thread: None,
            to: to.collect(),
        };
        self.store.commit(&Batch { alerts: vec![alert], ..Batch::default() }).await
    }
}
