//! Adds an alert to the data to be written, with an outbox row for each recipient whose route matches.

use super::decider::Decider;
use crate::core::alerting::route::{Occasion, routed};
use crate::core::dependency::incident::{Level, Reason};
use crate::core::people::duty::{Duty, called};
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;
use crate::engine::alert_snapshot;
use crate::say::alert::{AlertView, Body};
use crate::store::{Address, NewAlert};

/// The prefix of the dependency's id in the thread of "cannot be checked" messages.
const SIGHT: &str = "sight-";

/// What an alert is about.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Concerning {
    /// The number and the public id of the incident.
    pub(in crate::engine) incident: Option<(i64, String)>,
    /// The ids of the dependencies, the most important one first.
    pub(in crate::engine) about: Vec<String>,
    /// The resulting verdict.
    pub(in crate::engine) verdict: Option<Verdict>,
    /// How many unacknowledged reminders came before this one, if it is a reminder.
    pub(in crate::engine) turn: Option<usize>,
}

impl Decider {
    pub(in crate::engine) fn tell(
        &mut self,
        reason: Reason,
        level: Level,
        concerning: Concerning,
        body: Body,
        at: Time,
    ) {
        let Concerning { incident, about, verdict, turn } = concerning;
        let (incident, thread) = incident.map_or((None, None), |(number, public_id)| (Some(number), Some(public_id)));
        // Messages that open no incident still form a thread, until the dependency can be checked again.
        let sight = matches!(reason, Reason::Blind | Reason::Sighted | Reason::Suspected | Reason::Cleared);
        let thread = thread.or_else(|| about.first().filter(|_| sight).map(|id| format!("{SIGHT}{id}")));
        let public_id = self.next_id();
        self.put(NewAlert {
            public_id,
            incident,
            dependency: about.first().cloned(),
            reason,
            level,
            at,
            snapshot: self.frozen(reason, level, body, at),
            thread,
            to: self.called(turn, at).unwrap_or_else(|| self.addressed(reason, level, verdict, &about, at)),
        });
    }

    /// Adds a note about plugwatch itself, or about a dependency apart from its verdict.
    pub(in crate::engine) fn tell_note(
        &mut self,
        reason: Reason,
        level: Level,
        about: Option<&str>,
        title: &str,
        lines: Vec<String>,
        now: Time,
    ) {
        let about = about.map(str::to_owned).into_iter().collect();
        let concerning = Concerning { about, ..Concerning::default() };
        self.tell(reason, level, concerning, Body::Note { title: title.to_owned(), lines }, now);
    }

    pub(in crate::engine) fn put(&mut self, alert: NewAlert) {
        self.writes.alerts.push(alert);
    }

    /// The data for the alert's text, in its current state.
    pub(in crate::engine) fn frozen(&self, reason: Reason, level: Level, body: Body, at: Time) -> serde_json::Value {
        let platform = self.config.platform.clone();
        let view = AlertView { reason, level, platform, at, simulation: self.simulation, body };
        alert_snapshot(&view)
    }

    /// The next person on duty, for a reminder of something that nobody has acknowledged.
    pub(in crate::engine) fn called(&self, turn: Option<usize>, at: Time) -> Option<Vec<Address>> {
        let reached =
            |duty: &&Duty| self.ways.iter().any(|way| way.channel == duty.channel && way.recipient == duty.recipient);
        let duties: Vec<Duty> = self.config.duties.iter().filter(reached).cloned().collect();
        let duty = called(&duties, turn?, at)?;
        Some(vec![Address::plain(&duty.channel, &duty.recipient, at)])
    }

    pub(in crate::engine) fn addressed(
        &self,
        reason: Reason,
        level: Level,
        verdict: Option<Verdict>,
        about: &[String],
        at: Time,
    ) -> Vec<Address> {
        let criticality = |id: &String| Some((id.clone(), self.dependency(id)?.criticality));
        let about = about.iter().filter_map(criticality).collect();
        let occasion = Occasion { reason, level, verdict, about, at };
        routed(&self.ways, &occasion)
            .into_iter()
            .map(|(way, turn)| Address {
                channel: way.channel.clone(),
                recipient: way.recipient.clone(),
                at: turn.at,
                only: turn.only,
                instead: None,
            })
            .collect()
    }
}
