//! Parts of incidents within the report's period: when each incident was at its worst, according to the messages sent
//! at the time, and what could not be judged for a while.

use std::time::Duration;

use super::When;
use crate::core::dependency::incident::Reason;
use crate::core::dependency::storefronts::is_partly;
use crate::core::platform::snapshot::Snapshot;
use crate::core::time::{Time, human};
use crate::core::words::verdict::Verdict;
use crate::engine::write::documents::alert_view;
use crate::say::alert::Body;
use crate::store::{AlertRow, IncidentRow};

/// One message about one dependency that reports a state.
#[derive(Clone, Debug)]
pub(super) struct Message {
    incident: Option<i64>,
    at: Time,
    reason: Reason,
    verdict: Verdict,
    why: String,
    since: Time,
}

/// The messages that report a state, in order.
pub(super) fn messages(rows: &[AlertRow]) -> Vec<Message> {
    let told = |row: &AlertRow| {
        let Body::Dependency(about) = alert_view(&row.snapshot).ok()?.body else { return None };
        Some(Message {
            incident: row.incident,
            at: row.at,
            reason: row.reason,
            verdict: about.verdict,
            why: about.why,
            since: about.since,
        })
    };
    rows.iter().filter_map(told).collect()
}

/// The period in which an incident was at its worst, with its end if it is over. For example, a warning that lasted
/// days is not part of the hours-long outage that followed it.
pub(super) fn worst(row: &IncidentRow, messages: &[Message]) -> (Time, Option<Time>) {
    let incident = &row.incident;
    let own = || messages.iter().filter(|message| message.incident == Some(incident.id));
    let turns = |message: &&Message| {
        matches!(message.reason, Reason::Opened | Reason::Worsened | Reason::Cascade | Reason::Grew | Reason::Eased)
    };
    // A listing that is gone in some countries is worse than the letter that warned of it.
    let partly = incident.worst == Verdict::Degraded && is_partly(&incident.reason);
    let is_worst = |message: &&Message| message.verdict == incident.worst && (!partly || is_partly(&message.why));
    let Some(first) = own().filter(turns).find(is_worst) else {
        return (incident.began_at, row.closed_at);
    };
    let eased = own().filter(turns).find(|message| message.at > first.at && message.verdict != incident.worst);
    (first.since.max(incident.began_at), eased.map(|message| message.at).or(row.closed_at))
}

/// What the incident was before it was at its worst, such as `, a warning for 5 d before`.
pub(super) fn before(row: &IncidentRow, from: Time) -> String {
    let before = from.since(row.incident.began_at);
    if before < Duration::from_secs(60) { String::new() } else { format!(", in trouble for {} before", human(before)) }
}

/// Important reasons why something could not be checked. They are listed even if nothing was down.
const NAMED: [(&str, &str); 3] = [
    ("access_lost", "the key was refused"),
    ("wrong_page", "showed the wrong page"),
    ("probably_removed", "probably removed, unconfirmed"),
];

/// What could not be judged within the period and can be again. What still cannot be judged is listed further up.
pub(super) fn unjudged(rows: &[IncidentRow], snapshot: &Snapshot, when: When) -> Vec<(Time, String)> {
    let line = |row: &IncidentRow| {
        let (_, words) = NAMED.iter().find(|(why, _)| row.incident.reason == *why)?;
        let until = row.closed_at?;
        let name = snapshot.each().find(|d| d.id == row.dependency).map_or(&row.dependency, |d| &d.label);
        let (began, lasted) = (when.at(row.incident.began_at), human(until.since(row.incident.began_at)));
        Some((row.incident.began_at, format!("{name}: {words} from {began}, over after {lasted}")))
    };
    rows.iter().rev().filter_map(line).collect()
}
