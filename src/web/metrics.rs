//! Prometheus metrics: the state of the dependencies, and of plugwatch itself.

use std::fmt::Write;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Pages;
use crate::core::dependency::shown::Shown;
use crate::core::platform::lateness::HeldUp;
use crate::core::platform::snapshot::Snapshot;
use crate::core::probe::witness::OwnNetwork;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;
use crate::store::OutboxState;

pub(super) async fn metrics(State(pages): State<Pages>) -> Response {
    if !pages.metrics {
        let cure = "Metrics are off: they name everything that is monitored. Set metrics = true in [web].\n";
        return (StatusCode::NOT_FOUND, cure).into_response();
    }
    let snapshot = pages.snapshot.borrow().clone();
    let outbox = pages.store.outbox_state().await.unwrap_or_default();
    let mut text = text(&snapshot, outbox, pages.clock.now());
    failures(&mut text, &pages);
    publishing(&mut text, &pages);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

fn text(snapshot: &Snapshot, outbox: OutboxState, now: Time) -> String {
    let mut out = String::new();
    head(&mut out, "plugwatch_build_info", "gauge", "The version that is running.");
    line(&mut out, "plugwatch_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    head(&mut out, "plugwatch_dependency_state", "gauge", "1 for the current state of a dependency.");
    for dependency in snapshot.each() {
        for state in Shown::ALL {
            let labels = [("dependency", dependency.id.as_str()), ("state", state.word())];
            line(&mut out, "plugwatch_dependency_state", &labels, f64::from(u8::from(dependency.shown() == *state)));
        }
    }
    head(&mut out, "plugwatch_last_look_timestamp_seconds", "gauge", "Time of the last check of a probe.");
    looks(&mut out, snapshot);
    dependencies(&mut out, snapshot);
    checks(&mut out, snapshot);
    head(&mut out, "plugwatch_own_network_blind", "gauge", "1 while plugwatch's own network is down.");
    line(&mut out, "plugwatch_own_network_blind", &[], f64::from(u8::from(snapshot.own_network == OwnNetwork::Blind)));
    head(
        &mut out,
        "plugwatch_checks_late_total",
        "counter",
        "Checks that did not run on schedule, by the cause of the delay.",
    );
    for (why, count) in HeldUp::ALL.iter().zip(snapshot.all_late) {
        line(&mut out, "plugwatch_checks_late_total", &[("cause", why.word())], count as f64);
    }
    head(&mut out, "plugwatch_board_age_seconds", "gauge", "Age of the data that is shown.");
    line(&mut out, "plugwatch_board_age_seconds", &[], now.since(snapshot.as_of).as_secs_f64());
    head(&mut out, "plugwatch_outbox_pending", "gauge", "Messages not delivered yet.");
    line(&mut out, "plugwatch_outbox_pending", &[], outbox.pending as f64);
    head(&mut out, "plugwatch_outbox_oldest_age_seconds", "gauge", "Age of the oldest message not delivered yet.");
    let age = outbox.oldest.map_or(0.0, |oldest| now.since(oldest).as_secs_f64());
    line(&mut out, "plugwatch_outbox_oldest_age_seconds", &[], age);
    head(&mut out, "plugwatch_notifications_sent_total", "counter", "Messages delivered.");
    line(&mut out, "plugwatch_notifications_sent_total", &[], outbox.sent as f64);
    head(&mut out, "plugwatch_notifications_dead_total", "counter", "Messages that will never arrive.");
    line(&mut out, "plugwatch_notifications_dead_total", &[], outbox.dead as f64);
    out
}

fn publishing(out: &mut String, pages: &Pages) {
    let Some(publishing) = pages.publishing.as_ref().filter(|publishing| publishing.is_wanted()) else { return };
    head(
        out,
        "plugwatch_publish_last_success_timestamp_seconds",
        "gauge",
        "When the page was last published elsewhere.",
    );
    let at = publishing.succeeded_at().0 as f64 / 1_000.0;
    line(out, "plugwatch_publish_last_success_timestamp_seconds", &[], at);
    head(out, "plugwatch_publish_failures_total", "counter", "How often publishing the page elsewhere failed.");
    line(out, "plugwatch_publish_failures_total", &[], publishing.failed() as f64);
}

/// The criticality of each dependency, and its open incident.
fn dependencies(out: &mut String, snapshot: &Snapshot) {
    head(out, "plugwatch_dependency_info", "gauge", "1 for every dependency, with its settings as labels.");
    for dependency in snapshot.each() {
        let (criticality, vendor) = (dependency.criticality.word(), dependency.vendor.as_str());
        let labels = [("dependency", dependency.id.as_str()), ("criticality", criticality), ("vendor", vendor)];
        line(out, "plugwatch_dependency_info", &labels, 1.0);
    }
    head(out, "plugwatch_incident_start_timestamp_seconds", "gauge", "When the open incident of a dependency began.");
    for dependency in snapshot.each() {
        let Some(incident) = &dependency.incident else { continue };
        let labels = [("dependency", dependency.id.as_str()), ("verdict", incident.verdict.word())];
        line(out, "plugwatch_incident_start_timestamp_seconds", &labels, incident.began_at.0 as f64 / 1_000.0);
    }
}

/// The verdict of each probe's last check, and how long it took.
fn checks(out: &mut String, snapshot: &Snapshot) {
    let each = || {
        let probes = snapshot.each().flat_map(|one| one.probes.iter().map(move |probe| (one.id.as_str(), probe)));
        probes.filter_map(|(id, probe)| Some((id, probe, probe.last.as_ref()?)))
    };
    head(out, "plugwatch_check_verdict", "gauge", "1 for the verdict of a probe's last check.");
    for (id, probe, last) in each() {
        let country = probe.country.as_deref().unwrap_or("");
        for verdict in Verdict::ALL {
            let labels = [
                ("dependency", id),
                ("check", probe.check.as_str()),
                ("country", country),
                ("verdict", verdict.word()),
            ];
            line(out, "plugwatch_check_verdict", &labels, f64::from(u8::from(last.verdict == *verdict)));
        }
    }
    head(out, "plugwatch_check_duration_seconds", "gauge", "How long the last check of a probe took.");
    for (id, probe, last) in each() {
        let country = probe.country.as_deref().unwrap_or("");
        let labels = [("dependency", id), ("check", probe.check.as_str()), ("country", country)];
        line(out, "plugwatch_check_duration_seconds", &labels, f64::from(last.latency_ms) / 1_000.0);
    }
}

fn failures(out: &mut String, pages: &Pages) {
    head(out, "plugwatch_part_failures_total", "counter", "Failures of a part of plugwatch; each one is a bug.");
    for (part, count) in pages.failures.counts() {
        line(out, "plugwatch_part_failures_total", &[("part", &part)], count as f64);
    }
}

fn looks(out: &mut String, snapshot: &Snapshot) {
    for dependency in snapshot.each() {
        for probe in &dependency.probes {
            let Some(last) = &probe.last else { continue };
            let country = probe.country.as_deref().unwrap_or("");
            let labels = [("dependency", dependency.id.as_str()), ("check", &probe.check), ("country", country)];
            line(out, "plugwatch_last_look_timestamp_seconds", &labels, last.at.0 as f64 / 1_000.0);
        }
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn line(out: &mut String, name: &str, labels: &[(&str, &str)], value: f64) {
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    let _ = writeln!(out, "{name}{labels} {value}");
}
