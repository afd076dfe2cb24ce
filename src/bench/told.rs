//! The messages that were sent, with the details that the judge needs.

use std::time::Duration;

use super::mailbox::Arrived;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Verdict};
use crate::engine::alert_view;
use crate::say::Format;
use crate::say::alert::{AlertView, Body, Footer};
use crate::store::AlertRow;

/// An alert.
#[derive(Clone, Debug)]
pub struct Told {
    /// The alert's public id.
    pub id: String,
    /// When the alert was sent, as the time since the scenario began.
    pub at: Duration,
    /// The reason for the message.
    pub reason: Reason,
    /// The alert's level.
    pub level: Level,
    /// The dependencies that the alert is about; empty if it is about plugwatch itself.
    pub ids: Vec<String>,
    /// The verdict that the alert states.
    pub verdict: Option<Verdict>,
    /// If the alert is about several dependencies: the verdict for each of `ids`.
    pub verdicts: Vec<Verdict>,
    /// The reason code of the verdict.
    pub why: String,
    /// The fault that the alert states.
    pub fault: Option<Fault>,
    /// When the problem began, according to the alert.
    pub since: Option<Time>,
    /// The name of the company whose decision it was, as in the message.
    pub decider: String,
    /// The alert's title, without the leading symbol.
    pub title: String,
    /// When the next message comes in any case, according to this one; since the scenario began.
    pub next: Option<Duration>,
    /// The text that people read if it is sent at once.
    pub text: String,
}

impl Told {
    /// The verdict that the alert states for one of its dependencies.
    pub fn verdict_of(&self, id: &str) -> Option<Verdict> {
        let position = self.ids.iter().position(|other| other == id);
        position.and_then(|position| self.verdicts.get(position).copied()).or(self.verdict)
    }
}

/// The text of an alert that is sent at once.
pub(super) fn written(row: &AlertRow) -> Option<String> {
    let view = alert_view(&row.snapshot).ok()?;
    Some(format!("---- {} ----\n{}", row.at.short(), view.text(Format::Plain, row.at, &Footer::default())))
}

/// Reads an alert. `begin` is the time at which the scenario began; `arrived` is given if the machine's clock was
/// different from the scenario's own time when the message arrived.
pub(super) fn told(row: &AlertRow, begin: Time, arrived: Option<&Arrived>) -> Option<Told> {
    let shifted = arrived.map_or(0, |arrived| arrived.shifted);
    let view = alert_view(&row.snapshot).ok()?;
    let text = view.text(Format::Plain, row.at, &Footer::default());
    let title = view.title(chrono_tz::Tz::UTC).trim_start_matches(|c: char| !c.is_ascii()).trim().to_owned();
    let told = Told {
        id: row.public_id.clone(),
        at: arrived.map_or(row.at, |arrived| arrived.at).since(begin),
        reason: row.reason,
        level: row.level,
        ids: about(row, &view),
        verdict: None,
        verdicts: Vec::new(),
        why: String::new(),
        fault: None,
        since: None,
        decider: String::new(),
        title,
        next: promised(&view, shifted).map(|next| next.since(begin)),
        text,
    };
    let Body::Dependency(about) = view.body else { return Some(told) };
    let (verdict, fault, since) = (Some(about.verdict), Some(about.fault), Some(Time(about.since.0 - shifted)));
    let verdicts = about.group.map(|group| group.verdicts).unwrap_or_default();
    Some(Told { verdict, verdicts, why: about.why, fault, since, decider: about.decider, ..told })
}

/// When the next message comes in any case. `None` for critical alerts, which are repeated unless somebody
/// acknowledges them.
fn promised(view: &AlertView, shifted: i64) -> Option<Time> {
    let (next, waits) = match &view.body {
        Body::Dependency(about) => (about.next, view.level == Level::Critical && view.reason != Reason::Suspected),
        Body::Open { next, .. } => (*next, view.level == Level::Critical),
        Body::Situation(situation) => (situation.next, !situation.nobody.is_empty()),
        Body::Started(_) | Body::Note { .. } | Body::Report(_) => (None, false),
    };
    next.filter(|_| !waits).map(|next| Time(next.0 - shifted))
}

/// The dependencies that a message is about. Messages without a verdict, such as those on a letter, have one, too.
fn about(row: &AlertRow, view: &AlertView) -> Vec<String> {
    match &view.body {
        Body::Dependency(about) => {
            about.group.as_ref().map_or_else(|| vec![about.id.clone()], |group| group.ids.clone())
        }
        Body::Open { items, .. } => items.iter().map(|item| item.id.clone()).collect(),
        _ => row.dependency.iter().cloned().collect(),
    }
}
