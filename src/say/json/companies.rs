//! Dependence on companies: `map --json` and `whatif --json`.

use serde_json::{Value, json};

use crate::core::platform::reliance::{self, Fallback, Loss, Stopped};
use crate::core::platform::snapshot::{DependencySnapshot, Snapshot};
use crate::core::time::Time;

/// Every company with what depends on it, and every dependency with what it needs.
pub fn map(snapshot: &Snapshot) -> Value {
    let companies: Vec<Value> = reliance::shares(snapshot)
        .into_iter()
        .map(|share| {
            json!({
                "slug": share.slug, "name": share.name, "critical": share.critical, "depends_on_it": share.things,
                "would_also_stop": share.with_them,
            })
        })
        .collect();
    let nobody: Vec<&str> = reliance::on_nobody(snapshot).into_iter().map(|one| one.id.as_str()).collect();
    json!({
        "schema": "plugwatch.map/1", "platform": snapshot.platform, "critical": reliance::critical(snapshot),
        "companies": companies, "company_not_known": nobody,
        "dependencies": snapshot.each().map(dependency).collect::<Vec<_>>(),
    })
}

fn dependency(one: &DependencySnapshot) -> Value {
    let companies: Vec<&str> = one.companies.iter().map(|(slug, _)| slug.as_str()).collect();
    json!({
        "id": one.id, "label": one.label, "criticality": one.criticality, "state": one.shown().word(),
        "monitored": one.is_monitored(), "companies": companies, "needs": one.needs, "breaks": one.breaks,
        "fallback": one.fallback, "fallback_on": one.fallback_on,
    })
}

/// What would stop without a company.
pub fn whatif(snapshot: &Snapshot, loss: &Loss) -> Value {
    let find = |id: &str| snapshot.each().find(|one| one.id == id);
    let stops: Vec<Value> = loss.stops.iter().filter_map(|stop| Some(stopped(find(&stop.id)?, stop))).collect();
    let keeps = loss.stands.iter().filter_map(|id| find(id)).map(|one| {
        let (state, monitored) = (one.shown().word(), one.is_monitored());
        json!({ "id": one.id, "label": one.label, "state": state, "monitored": monitored, "proven": one.proven() })
    });
    json!({
        "schema": "plugwatch.whatif/1", "platform": snapshot.platform, "company": loss.name, "would_stop": stops,
        "would_keep_working": keeps.collect::<Vec<_>>(), "notice_days": loss.notice_days,
        "notice_not_configured": loss.notice_unknown, "moving_seconds": loss.moving.map(|moving| moving.as_secs()),
        "moving_not_configured": loss.moving_unknown,
    })
}

fn stopped(one: &DependencySnapshot, stop: &Stopped) -> Value {
    let (state, on) = match &stop.fallback {
        Fallback::None => ("none", None),
        Fallback::Unproven => ("not_monitored", None),
        Fallback::Proven(on) => ("works", Some(on)),
        Fallback::NotLive(on, _) => ("does_not_work_now", Some(on)),
        Fallback::StopsToo(on) => ("would_stop_too", Some(on)),
    };
    json!({
        "id": one.id, "label": one.label, "criticality": one.criticality, "monitored": one.is_monitored(),
        "because_it_needs": stop.with, "breaks": one.breaks, "contact": one.contact,
        "fallback": { "to": one.fallback, "state": state, "depends_on": on },
        "drilled_at": stop.drilled.map(Time::rfc3339),
    })
}
