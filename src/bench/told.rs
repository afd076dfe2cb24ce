//! What was told, as far as the judge needs it.

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
    /// When, since the scenario began.
    pub at: Duration,
    /// Why it was sent.
    pub reason: Reason,
    /// How loud.
    pub level: Level,
    /// Whom it is about; empty where it is about plugwatch itself.
    pub ids: Vec<String>,
    /// What it says that it is.
    pub verdict: Option<Verdict>,
    /// The same for each of `ids`, where it is about several.
    pub verdicts: Vec<Verdict>,
    /// The reason of that.
    pub why: String,
    /// Whose doing it says that it is.
    pub fault: Option<Fault>,
    /// Since when it says that it is so.
    pub since: Option<Time>,
    /// Who decides, as it names him.
    pub decider: String,
    /// Its title, without the sign before it.
    pub title: String,
    /// When it says that the next one comes, whatever people do until then; since the scenario began.
    pub next: Option<Duration>,
    /// What people read, if it is sent at once.
    pub text: String,
}

impl Told {
    /// What it says that one of its dependencies is.
    pub fn verdict_of(&self, id: &str) -> Option<Verdict> {
        let position = self.ids.iter().position(|other| other == id);
        position.and_then(|position| self.verdicts.get(position).copied()).or(self.verdict)
    }
}

/// An alert as it would be sent at once.
pub(super) fn written(row: &AlertRow) -> Option<String> {
    let view = alert_view(&row.snapshot).ok()?;
    Some(format!("---- {} ----\n{}", row.at.short(), view.text(Format::Plain, row.at, &Footer::default())))
}

/// What an alert tells. `begin` is when the scenario's own time began; `arrived` is how it arrived, where the
/// machine's clock showed another time then.
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

/// When the next message comes in any case: what is critical comes again unless somebody acknowledges it.
fn promised(view: &AlertView, shifted: i64) -> Option<Time> {
    let (next, waits) = match &view.body {
        Body::Dependency(about) => (about.next, view.level == Level::Critical && view.reason != Reason::Suspected),
        Body::Open { next, .. } => (*next, view.level == Level::Critical),
        Body::Situation(situation) => (situation.next, !situation.nobody.is_empty()),
        Body::Started(_) | Body::Note { .. } | Body::Report(_) => (None, false),
    };
    next.filter(|_| !waits).map(|next| Time(next.0 - shifted))
}

/// Sentences beside a verdict, such as those of a letter, are about a dependency all the same.
fn about(row: &AlertRow, view: &AlertView) -> Vec<String> {
    match &view.body {
        Body::Dependency(about) => {
            about.group.as_ref().map_or_else(|| vec![about.id.clone()], |group| group.ids.clone())
        }
        Body::Open { items, .. } => items.iter().map(|item| item.id.clone()).collect(),
        _ => row.dependency.iter().cloned().collect(),
    }
}
