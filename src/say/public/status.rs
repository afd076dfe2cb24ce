//! `/status.json`, version 2, and its schema.

use serde_json::{Value, json};

use super::texts::Texts;
use super::view::{Component, Incident, Maintenance, View, Window};
use crate::core::platform::public::Language;
use crate::core::time::Time;

/// The version of the format, raised by each breaking change.
pub const SCHEMA: &str = "plugwatch.status/2";

/// The JSON Schema for [`json()`].
pub const JSON_SCHEMA: &str = include_str!("../../../docs/status.schema.json");

/// Everything public, as JSON.
pub fn json(view: &View, language: Language) -> Value {
    let texts = Texts::of(language);
    let components: Vec<Value> = view.components.iter().map(|one| component(view, one, texts)).collect();
    let groups: Vec<Value> = view.groups.iter().map(|group| json!({ "id": group.id, "name": group.name })).collect();
    json!({
        "schema": SCHEMA,
        "page": { "id": view.id, "name": view.name, "url": (!view.url.is_empty()).then_some(&view.url) },
        "simulation": view.simulation,
        "as_of": view.as_of.rfc3339(),
        "stale_after": view.stale_after().rfc3339(),
        "generated_at": view.now.rfc3339(),
        "watching_since": view.started_at.rfc3339(),
        "blind": view.blind,
        "status": { "indicator": view.indicator, "description": texts.headline(view) },
        "groups": groups,
        "components": components,
        "incidents": view.open_incidents().map(|one| incident(view, one)).collect::<Vec<_>>(),
        "maintenances": view.maintenances.iter().map(|one| maintenance(view, one, texts)).collect::<Vec<_>>(),
    })
}

fn component(view: &View, component: &Component, texts: &Texts) -> Value {
    let uptime: serde_json::Map<String, Value> = Window::ALL
        .iter()
        .zip(&component.uptime)
        .map(|(window, share)| (window.word().to_owned(), json!(share.map(percent))))
        .collect();
    json!({
        "id": component.id,
        "label": component.label,
        "description": component.description,
        "group": component.group.map(|group| &view.groups[group].id),
        "state": component.state,
        "words": texts.state(component.state),
        "since": component.since.map(Time::rfc3339),
        "last_checked": component.last_checked.map(Time::rfc3339),
        "uptime_percent": uptime,
        "incident": component.incident,
    })
}

/// A percentage with three decimals, rounded down, so that 99.9996 % is 99.999 and not 100.
pub(in crate::say) fn percent(share: f64) -> f64 {
    (share * 100_000.0).floor() / 1_000.0
}

fn ids(view: &View, positions: &[usize]) -> Vec<String> {
    positions.iter().map(|n| view.components[*n].id.clone()).collect()
}

/// One incident with all its updates.
pub fn incident(view: &View, incident: &Incident) -> Value {
    let updates: Vec<Value> = incident
        .updates
        .iter()
        .map(
            |update| json!({ "id": update.id, "at": update.at.rfc3339(), "state": update.state, "text": update.words }),
        )
        .collect();
    json!({
        "id": incident.id,
        "title": incident.title,
        "impact": incident.impact,
        "state": incident.state,
        "began_at": incident.began_at.rfc3339(),
        "resolved_at": incident.resolved_at.map(Time::rfc3339),
        "url": view.link(&format!("/incidents/{}", incident.id)),
        "components": ids(view, &incident.components),
        "updates": updates,
    })
}

fn maintenance(view: &View, work: &Maintenance, texts: &Texts) -> Value {
    json!({
        "id": work.id,
        "title": work.title.as_deref().unwrap_or(texts.get("maintenance.title")),
        "state": if work.from <= view.now { "in_progress" } else { "scheduled" },
        "from": work.from.rfc3339(),
        "to": work.to.rfc3339(),
        "components": ids(view, &work.components),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_once_is_never_rounded_to_a_hundred() {
        assert_eq!([percent(1.0), percent(0.999_999_9), percent(0.95)], [100.0, 99.999, 95.0]);
    }
}
