//! The public API of Atlassian's Statuspage, version 2, with the same addresses, fields and words, so that its client
//! programs can read this page. Source: the API documentation on any Statuspage, such as
//! <https://www.cloudflarestatus.com/api/v2/>.
//!
//! States that Statuspage does not have are given in an additional field, `plugwatch_state`.

use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::state::{Indicator, PublicState};
use super::texts::Texts;
use super::view::{Component, Incident, Maintenance, Update, View};
use crate::core::people::public_incident::{Impact, StoryState};
use crate::core::platform::public::Language;
use crate::core::time::Time;
use crate::core::words::verdict::words;

words! {
    /// The resources below `/api/v2/`.
    Resource {
        /// The state of the whole page.
        Status = "status",
        /// Everything that is unresolved.
        Summary = "summary",
        /// All components.
        Components = "components",
        /// The latest incidents.
        Incidents = "incidents",
        /// Open incidents.
        Unresolved = "incidents/unresolved",
        /// All announced maintenance.
        Maintenances = "scheduled-maintenances",
        /// Upcoming maintenance.
        Upcoming = "scheduled-maintenances/upcoming",
        /// Maintenance in progress.
        Active = "scheduled-maintenances/active",
    }
}

/// The maximum number of incidents: Statuspage returns the last fifty.
const MOST: usize = 50;

/// The response for one resource.
pub fn json(view: &View, resource: Resource, language: Language) -> Value {
    let api = Api { view, texts: Texts::of(language) };
    let (open, works) = (|| api.incidents(true), |wanted| json!(api.maintenances(wanted)));
    let mut answer = json!({ "page": api.page() });
    let mut add = |key: &str, value: Value| answer[key] = value;
    match resource {
        Resource::Status => add("status", api.status()),
        Resource::Summary => {
            add("components", api.components());
            add("incidents", open());
            add("scheduled_maintenances", works(None));
            add("status", api.status());
        }
        Resource::Components => add("components", api.components()),
        Resource::Incidents => add("incidents", api.incidents(false)),
        Resource::Unresolved => add("incidents", open()),
        Resource::Maintenances => add("scheduled_maintenances", json!(api.every_maintenance())),
        Resource::Upcoming => add("scheduled_maintenances", works(Some(false))),
        Resource::Active => add("scheduled_maintenances", works(Some(true))),
    }
    answer
}

struct Api<'v> {
    view: &'v View,
    texts: &'static Texts,
}

/// A time with milliseconds, as on Statuspage.
fn at(time: Time) -> String {
    time.utc().to_rfc3339_opts(SecondsFormat::Millis, true)
}

impl Api<'_> {
    fn page(&self) -> Value {
        let view = self.view;
        let url = if view.url.is_empty() { "/" } else { &view.url };
        json!({
            "id": view.id, "name": view.name, "url": url, "time_zone": self.zone(), "updated_at": at(view.as_of),
        })
    }

    fn zone(&self) -> &'static str {
        match self.view.look.zone.name() {
            "UTC" => "Etc/UTC",
            other => other,
        }
    }

    fn status(&self) -> Value {
        let view = self.view;
        let unchecked = view.components.iter().any(|component| component.state == PublicState::Unchecked);
        let description = match view.indicator {
            Indicator::Minor if unchecked || view.components.is_empty() => self.texts.headline(view),
            known => description(known),
        };
        json!({ "indicator": view.indicator, "description": description })
    }

    fn components(&self) -> Value {
        let groups = self.view.groups.iter().enumerate().map(|(n, _)| self.group(n));
        let single = (0..self.view.components.len()).map(|n| self.component(n));
        groups.chain(single).collect()
    }

    fn group(&self, position: usize) -> Value {
        let view = self.view;
        let group = &view.groups[position];
        let of = || view.components.iter().filter(|component| component.group == Some(position));
        let worst = of().min_by_key(|component| component.state.rank());
        let (state, updated) = worst.map_or((None, view.as_of), |one| (Some(one.state), self.updated(one)));
        json!({
            "id": group.id, "name": group.name, "status": state.map_or("operational", |state| state.statuspage()),
            "created_at": at(view.started_at), "updated_at": at(updated), "position": position + 1,
            "description": null, "showcase": false, "start_date": null, "group_id": null, "page_id": view.id,
            "group": true, "only_show_if_degraded": false, "plugwatch_state": state,
            "components": of().map(|component| component.id.clone()).collect::<Vec<_>>(),
        })
    }

    fn updated(&self, component: &Component) -> Time {
        component.since.unwrap_or(self.view.as_of)
    }

    fn component(&self, position: usize) -> Value {
        let view = self.view;
        let component = &view.components[position];
        let created = component.first_seen.unwrap_or(view.started_at);
        let words = self.texts.state(component.state);
        let description = match (&component.description, component.state.statuspage()) {
            (Some(description), "operational") => Some(description.clone()),
            (None, "operational") => None,
            (Some(description), _) => Some(format!("{description} ({words})")),
            (None, _) => Some(words.to_owned()),
        };
        json!({
            "id": component.id, "name": component.label, "status": component.state.statuspage(),
            "created_at": at(created), "updated_at": at(self.updated(component)), "position": position + 1,
            "description": description, "showcase": true, "start_date": created.utc().format("%Y-%m-%d").to_string(),
            "group_id": component.group.map(|group| &view.groups[group].id), "page_id": view.id, "group": false,
            "only_show_if_degraded": false, "plugwatch_state": component.state,
        })
    }

    fn of(&self, positions: &[usize]) -> Vec<Value> {
        positions.iter().map(|n| self.component(*n)).collect()
    }

    fn incidents(&self, open: bool) -> Value {
        let wanted = self.view.incidents.iter().filter(|one| !open || one.resolved_at.is_none());
        wanted.take(MOST).map(|one| self.incident(one)).collect()
    }

    fn incident(&self, one: &Incident) -> Value {
        let updates: Vec<Value> = one.updates.iter().map(|update| self.update(one, update)).collect();
        json!({
            "id": one.id, "name": one.title, "status": self.status_of(one), "created_at": at(one.published_at),
            "updated_at": at(one.updated_at), "monitoring_at": one.monitoring_at.map(at),
            "resolved_at": one.resolved_at.map(at), "impact": one.impact,
            "shortlink": self.view.link(&format!("/incidents/{}", one.id)), "started_at": at(one.began_at),
            "page_id": self.view.id, "incident_updates": updates, "components": self.of(&one.components),
            "reminder_intervals": null, "plugwatch_state": one.state,
        })
    }

    /// The status of an incident. On Statuspage, an incident with a published post-mortem has a separate status.
    fn status_of(&self, one: &Incident) -> &'static str {
        match (one.state, &one.postmortem) {
            (StoryState::Resolved, Some(_)) => "postmortem",
            (state, _) => state.word(),
        }
    }

    fn update(&self, of: &Incident, update: &Update) -> Value {
        let code = |n: &usize| {
            let component = &self.view.components[*n];
            let then = match update.state {
                StoryState::Resolved => "operational",
                _ => of_impact(of.impact),
            };
            let before = if update.id == first(of) { "operational" } else { of_impact(of.impact) };
            json!({ "code": component.id, "name": component.label, "old_status": before, "new_status": then })
        };
        let affected: Vec<Value> = of.components.iter().map(code).collect();
        json!({
            "id": update.id, "status": update.state, "body": update.words, "incident_id": of.id,
            "created_at": at(update.at), "updated_at": at(update.at), "display_at": at(update.at),
            "affected_components": (!affected.is_empty()).then_some(affected), "deliver_notifications": true,
            "custom_tweet": null, "tweet_id": null,
        })
    }

    /// Maintenance that is not over. `active` selects only maintenance in progress or only upcoming maintenance;
    /// `None` selects both.
    fn maintenances(&self, active: Option<bool>) -> Vec<Value> {
        let wanted = |work: &&Maintenance| active.is_none_or(|active| active == (work.from <= self.view.now));
        self.view.maintenances.iter().filter(wanted).take(MOST).map(|work| self.maintenance(work)).collect()
    }

    /// All maintenance; finished maintenance comes last.
    fn every_maintenance(&self) -> Vec<Value> {
        let mut all = self.maintenances(None);
        let room = MOST.saturating_sub(all.len());
        all.extend(self.view.finished.iter().take(room).map(|work| self.maintenance(work)));
        all
    }

    fn maintenance(&self, work: &Maintenance) -> Value {
        let view = self.view;
        let title = work.title.as_deref().unwrap_or(self.texts.get("maintenance.title"));
        let mut said = vec![if work.from <= view.now { Stage::Active } else { Stage::Ahead }];
        if work.ended.is_some() {
            said.insert(0, Stage::Over);
        }
        let updates: Vec<Value> = said.iter().map(|stage| self.stage(work, *stage)).collect();
        let (first, last) = (self.told(work, said[said.len() - 1]), self.told(work, said[0]));
        json!({
            "id": work.id, "name": title, "status": said[0].words().0, "created_at": at(first), "updated_at": at(last),
            "monitoring_at": null, "resolved_at": work.ended.map(at), "impact": "maintenance", "shortlink": view.link("/"),
            "started_at": at(work.from), "page_id": view.id, "components": self.of(&work.components),
            "incident_updates": updates, "scheduled_for": at(work.from), "scheduled_until": at(work.to),
            "reminder_intervals": null,
        })
    }

    /// When a stage was announced. The time of the announcement itself is unknown, but is no later than the start.
    fn told(&self, work: &Maintenance, stage: Stage) -> Time {
        match (stage, work.ended) {
            (Stage::Over, Some(ended)) => ended,
            _ => work.from.min(self.view.as_of),
        }
    }

    fn stage(&self, work: &Maintenance, stage: Stage) -> Value {
        let (status, key, then) = stage.words();
        let before = if stage == Stage::Over { "under_maintenance" } else { "operational" };
        let affected = |n: &usize| {
            let component = &self.view.components[*n];
            json!({ "code": component.id, "name": component.label, "old_status": before, "new_status": then })
        };
        let told = at(self.told(work, stage));
        json!({
            "id": format!("{}-{}", work.id, if stage == Stage::Over { 2 } else { 1 }), "status": status,
            "body": self.texts.get(key), "incident_id": work.id, "created_at": told, "updated_at": told,
            "display_at": told, "affected_components": work.components.iter().map(affected).collect::<Vec<_>>(),
            "deliver_notifications": true, "custom_tweet": null, "tweet_id": null,
        })
    }
}

/// The progress of maintenance.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Ahead,
    Active,
    Over,
}

impl Stage {
    /// Statuspage's status, the key of the text, and the state of components at that stage.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Stage::Ahead => ("scheduled", "maintenance.ahead", "operational"),
            Stage::Active => ("in_progress", "maintenance.now", "under_maintenance"),
            Stage::Over => ("completed", "maintenance.done", "operational"),
        }
    }
}

fn first(incident: &Incident) -> &str {
    incident.updates.last().map_or("", |update| update.id.as_str())
}

/// The state of a component in an incident with this impact.
fn of_impact(impact: Impact) -> &'static str {
    match impact {
        Impact::None => "operational",
        Impact::Minor => "degraded_performance",
        Impact::Major => "partial_outage",
        Impact::Critical => "major_outage",
    }
}

/// Statuspage's own wording, for programs that compare it.
fn description(indicator: Indicator) -> &'static str {
    match indicator {
        Indicator::None => "All Systems Operational",
        Indicator::Maintenance => "Service Under Maintenance",
        Indicator::Minor => "Partially Degraded Service",
        Indicator::Major => "Partial System Outage",
        Indicator::Critical => "Major Service Outage",
    }
}
