//! The current state: `status --json` and `why --json`.

use serde_json::{Value, json};

use crate::core::platform::snapshot::{DependencySnapshot, ProbeSnapshot, Snapshot};
use crate::core::probe::standing::Held;
use crate::core::probe::witness::OwnNetwork;
use crate::core::time::Time;
use crate::say::status::overall;

/// The whole platform, worst first. `running` says whether plugwatch is monitoring now.
pub fn state(snapshot: &Snapshot, running: bool) -> Value {
    let dependencies: Vec<Value> = snapshot.worst_first().into_iter().map(dependency).collect();
    json!({
        "schema": "plugwatch.state/1", "platform": snapshot.platform, "running": running,
        "as_of": snapshot.as_of.rfc3339(), "blind": snapshot.own_network == OwnNetwork::Blind,
        "status": overall(snapshot, true).word(), "dependencies": dependencies,
    })
}

/// One dependency.
pub fn dependency(one: &DependencySnapshot) -> Value {
    let incident = one.incident.as_ref().map(|incident| {
        json!({ "id": incident.public_id, "began_at": incident.began_at.rfc3339(), "worst": incident.worst })
    });
    json!({
        "id": one.id, "label": one.label, "state": one.shown().word(), "since": one.since().map(Time::rfc3339),
        "verified_at": one.verified_at.map(Time::rfc3339), "vendor": one.vendor, "company": one.parent,
        "criticality": one.criticality, "monitored": one.is_monitored(), "says": one.say(),
        "held": one.state.held.as_ref().map(held), "checking": one.state.suspicion.as_deref().map(held),
        "unverified": one.state.unverified().map(held), "proven": one.proven(), "breaks": one.breaks,
        "fallback": one.fallback, "notes": one.notes, "incident": incident,
    })
}

fn held(held: &Held) -> Value {
    json!({
        "verdict": held.verdict, "reason": held.reason, "fault": held.fault, "proof": held.proof, "says": held.say,
        "to_do": held.hint, "since": (held.since > Time(0)).then(|| held.since.rfc3339()),
    })
}

/// What one state is based on: all checks of the dependency, and what people and vendors reported.
pub fn why(one: &DependencySnapshot, story: &[String]) -> Value {
    let probes: Vec<Value> = one.probes.iter().map(probe).collect();
    json!({ "schema": "plugwatch.why/1", "dependency": dependency(one), "checks": probes, "story": story })
}

fn probe(probe: &ProbeSnapshot) -> Value {
    let standing = &probe.standing;
    let suspicion = standing.suspicion.as_deref();
    let last = probe.last.as_ref().map(|last| {
        json!({
            "at": last.at.rfc3339(), "verdict": last.verdict, "reason": last.reason, "says": last.say,
            "latency_ms": last.latency_ms,
        })
    });
    json!({
        "check": probe.check, "title": probe.title, "country": probe.country, "role": probe.role,
        "proves": probe.proves, "confirmed": standing.confirmed.as_ref().map(held),
        "suspected": suspicion.map(|one| held(&one.held)), "suspected_checks": suspicion.map_or(0, |one| one.reads),
        "unverified": standing.unverified.as_deref().map(|one| held(&one.held)), "last": last,
    })
}
