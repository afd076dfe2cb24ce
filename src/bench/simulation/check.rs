//! Compares the store and the mailbox with the truth.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::truth::{Span, Truth};
use crate::core::time::Time;
use crate::store::{AlertRow, IncidentRow, Store, verify_chain};

/// The longest time from the beginning of a truth to that of its incident: an interval, a dead network,
/// and possibly two pauses of three hours after kills.
const SOON: Duration = Duration::from_secs(8 * 3_600);

/// One delivery that arrived.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The alert's id.
    pub id: String,
    /// Whether the message says that it may be a repeat.
    pub repeat: bool,
}

/// The result of a simulation.
#[derive(Debug, Default)]
pub struct Report {
    /// The faults that were found; empty if there are none.
    pub wrong: Vec<String>,
    /// Checks in the store.
    pub looks: i64,
    /// Drops and outages in the truth.
    pub flips: usize,
    /// Incidents in the store.
    pub incidents: usize,
    /// Alerts in the store.
    pub alerts: usize,
    /// Repeated deliveries.
    pub repeats: usize,
    /// The number of kills.
    pub kills: u32,
}

/// Checks everything that must be true at the end.
pub(super) async fn check(store: &Store, truth: &Truth, sent: Vec<Sent>, kills: u32) -> Result<Report, String> {
    let text = |error: crate::store::Error| error.to_string();
    let mut report = Report { kills, looks: store.looks().await.map_err(text)?, ..Report::default() };
    let incidents = store.all_incidents().await.map_err(text)?;
    report.incidents = incidents.len();
    check_incidents(truth, &incidents, &mut report);
    let alerts = store.alerts(0).await.map_err(text)?;
    report.alerts = alerts.len();
    let told: BTreeSet<i64> = alerts.iter().filter_map(|alert| alert.incident).collect();
    check_deliveries(&alerts, &sent, &mut report);
    check_told(&incidents, &told, &alerts, &mut report);
    if let Err(entry) = verify_chain(store).await.map_err(text)? {
        report.wrong.push(format!("the chain of evidence breaks at entry {entry}"));
    }
    Ok(report)
}

/// Checks that every drop and outage in the truth has exactly one incident, and that there are no other incidents.
fn check_incidents(truth: &Truth, incidents: &[IncidentRow], report: &mut Report) {
    let mut by_dependency: BTreeMap<&str, Vec<&IncidentRow>> = BTreeMap::new();
    for row in incidents {
        by_dependency.entry(row.dependency.as_str()).or_default().push(row);
    }
    for (number, spans) in truth.spans.iter().enumerate() {
        let id = format!("d{number}");
        let mut found = by_dependency.remove(id.as_str()).unwrap_or_default();
        for span in spans.iter().filter(|span| span.verdict().is_some()) {
            report.flips += 1;
            let (own, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|row| belongs(row, span));
            found = others;
            if own.len() != 1 || Some(own[0].incident.worst) != span.verdict() {
                let what = own.iter().map(|row| row.incident.worst.word()).collect::<Vec<_>>().join(", ");
                report.wrong.push(format!("{id}: {} has the incidents [{what}]", described(span)));
            }
        }
        for row in found {
            let (at, worst) = (row.incident.began_at.rfc3339(), row.incident.worst);
            report.wrong.push(format!("{id}: an incident ({worst}, {at}) without a cause"));
        }
    }
}

fn belongs(row: &IncidentRow, span: &Span) -> bool {
    let began = row.incident.began_at;
    span.from <= began && began <= span.to && began.since(span.from) <= SOON
}

fn described(span: &Span) -> String {
    let at = |time: Time| time.rfc3339();
    format!("{:?} from {} to {}", span.going, at(span.from), at(span.to))
}

/// Checks that no delivery is lost, that each kill repeats at most one, and that a repeated message says so.
fn check_deliveries(alerts: &[AlertRow], sent: &[Sent], report: &mut Report) {
    let mut times: BTreeMap<&str, Vec<bool>> = BTreeMap::new();
    for one in sent {
        times.entry(one.id.as_str()).or_default().push(one.repeat);
    }
    for alert in alerts.iter().filter(|alert| !times.contains_key(alert.public_id.as_str())) {
        if !is_overtaken(alert, alerts, &times) {
            report.wrong.push(format!("alert {} was never delivered", alert.public_id));
        }
    }
    for (id, marks) in &times {
        report.repeats += marks.len() - 1;
        if marks.iter().skip(1).any(|marked| !marked) {
            report.wrong.push(format!("alert {id} came again without saying so"));
        }
    }
    if report.repeats > report.kills as usize {
        report.wrong.push(format!("{} repeats for {} kills", report.repeats, report.kills));
    }
}

/// Whether a reminder was rightly left out: it waited too long, and a newer one in the same thread has the current
/// state.
fn is_overtaken(alert: &AlertRow, alerts: &[AlertRow], times: &BTreeMap<&str, Vec<bool>>) -> bool {
    let newer = |other: &&AlertRow| other.id > alert.id && other.thread == alert.thread;
    let mut newer = alerts.iter().filter(newer);
    alert.thread.is_some() && alert.reason.reminds() && newer.any(|other| times.contains_key(other.public_id.as_str()))
}

/// Checks that every drop was announced, in its own message or in one about several.
fn check_told(incidents: &[IncidentRow], told: &BTreeSet<i64>, alerts: &[AlertRow], report: &mut Report) {
    let named = |dependency: &str, at: Time| {
        alerts.iter().any(|alert| {
            let ids = &alert.snapshot["body"]["dependency"]["group"]["ids"];
            let within = ids.as_array().is_some_and(|ids| ids.iter().any(|id| id == dependency));
            within && alert.at >= at
        })
    };
    for row in incidents.iter().filter(|row| row.incident.worst == crate::core::words::verdict::Verdict::Dropped) {
        if !told.contains(&row.incident.id) && !named(&row.dependency, row.incident.began_at) {
            report.wrong.push(format!(
                "{}: the drop of {} was never announced",
                row.dependency,
                row.incident.began_at.rfc3339()
            ));
        }
    }
}
