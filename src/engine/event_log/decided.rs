//! The stored format of decisions, which stays the same when the program's types change.

use serde_json::{Value, json};

use crate::core::dependency::incident::Reason;
use crate::core::probe::standing::Flip;
use crate::core::time::Time;
use crate::store::{
    Address, Batch, CheckRow, CombinedDocument, IncidentChange, NewAlert, SituationDocument, ToldDocument,
};
use crate::store::{StandingDocument, freeze};

/// The decisions of a batch. `next_at` returns when a probe is checked next; `wake` is when anything is due.
pub(super) fn of(batch: &Batch, next_at: impl Fn(i64) -> Time, wake: Option<Time>) -> Value {
    let checks: Vec<Value> = batch.looks.iter().map(|look| check(look, &next_at)).collect();
    let dependencies = batch.dependencies.iter().map(|change| {
        let state = freeze::<_, CombinedDocument>(&change.state).unwrap_or_default();
        let notified = freeze::<_, ToldDocument>(&change.notified).unwrap_or_default();
        json!({ "id": change.id, "at": change.at, "state": state, "told": notified })
    });
    json!({
        "checks": checks,
        "dependencies": dependencies.collect::<Vec<_>>(),
        "incidents": batch.incidents.iter().map(incident).collect::<Vec<_>>(),
        "alerts": batch.alerts.iter().map(alert).collect::<Vec<_>>(),
        "situation": batch.situation.as_ref().map(|change| json!([
            freeze::<_, SituationDocument>(&change.situation).unwrap_or_default(), change.snapshot, change.edit,
            change.closed_at,
        ])),
        "wake": wake,
    })
}

fn check(look: &CheckRow, next_at: &impl Fn(i64) -> Time) -> Value {
    let standing = look.standing.as_ref().map(|standing| freeze::<_, StandingDocument>(standing).unwrap_or_default());
    let facts: Vec<Value> =
        look.fact_changes.iter().map(|change| json!([change.name, change.before, change.after])).collect();
    json!({
        "probe": look.probe, "at": look.at, "verdict": look.verdict, "reason": look.reason, "asked": look.asked,
        "standing": standing, "flip": look.flip.as_ref().map(flip), "facts": facts, "next": next_at(look.probe),
        "evidence": look.evidence.as_ref().map(|evidence| evidence.cause.clone()),
    })
}

fn flip(flip: &Flip) -> Value {
    let to = &flip.to;
    json!({
        "change": format!("{:?}", flip.change), "from": flip.from, "to": to.verdict, "reason": to.reason,
        "fault": to.fault, "proof": to.proof, "say": to.say, "since": to.since, "at": flip.confirmed_at,
    })
}

fn incident(change: &IncidentChange) -> Value {
    let incident = &change.incident;
    json!({
        "id": incident.id, "public_id": incident.public_id, "dependency": change.dependency,
        "verdict": incident.verdict, "worst": incident.worst, "reason": incident.reason, "fault": incident.fault,
        "proof": incident.proof, "began_at": incident.began_at, "say": change.say, "ends": change.ends,
        "opened_at": change.opened_at, "closed_at": change.closed_at,
    })
}

fn alert(alert: &NewAlert) -> Value {
    // The contents of a report come from history, which includes deliveries, so they are not decisions.
    let snapshot = Some(&alert.snapshot).filter(|_| alert.reason != Reason::Report);
    json!({
        "public_id": alert.public_id, "incident": alert.incident, "dependency": alert.dependency,
        "reason": alert.reason, "level": alert.level, "at": alert.at, "thread": alert.thread,
        "snapshot": snapshot, "to": alert.to.iter().map(address).collect::<Vec<_>>(),
    })
}

fn address(to: &Address) -> Value {
    json!({
        "channel": to.channel, "recipient": to.recipient, "at": to.at, "only": to.only.word(), "instead": to.instead,
    })
}
