//! What happened within the report's period, in order of time: losses, outages, what could not be judged, and
//! letters.

use super::rows::Past;
use super::spells::{unjudged, worst};
use super::{When, lines};
use crate::core::people::notice::{Letter, is_by_letter};
use crate::core::platform::snapshot::Snapshot;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;
use crate::store::IncidentRow;

/// What happened. `headline` already contains lines about losses that are over, which are not repeated.
pub(super) fn happened(
    past: &Past<'_>,
    letters: &[Letter],
    unseen: &[IncidentRow],
    headline: &[String],
) -> Vec<String> {
    let mut all: Vec<(Time, String)> =
        past.incidents.iter().rev().filter_map(|row| event(past, letters, row)).collect();
    all.extend(unjudged(unseen, past.snapshot, past.when));
    all.extend(refused(past));
    let came = letters.iter().filter(|letter| letter.added_at >= past.since);
    all.extend(came.map(|letter| (letter.notice.received, came_in(letter, past.snapshot, past.when))));
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, says)| says).filter(|says| !headline.contains(says)).collect()
}

/// The line of one incident. `None` if a letter's line covers it, or if it is an earlier loss that the headline
/// contains.
fn event(past: &Past<'_>, letters: &[Letter], row: &IncidentRow) -> Option<(Time, String)> {
    let by_letter = |letter: &Letter| letter.notice.dependencies.contains(&row.dependency);
    let told = is_by_letter(&row.incident.reason) && letters.iter().any(by_letter);
    let (from, until) = worst(row, past.messages);
    let old = row.incident.worst == Verdict::Dropped && until.is_none() && from < past.since;
    let listed = (told && row.incident.worst == Verdict::Degraded) || old;
    (!listed).then(|| (from, lines::incident(row, past)))
}

/// Keys that were refused within the period and still are.
fn refused(past: &Past<'_>) -> Vec<(Time, String)> {
    let line = |d: &crate::core::platform::snapshot::DependencySnapshot| {
        let since = d.state.lost_access()?.since;
        let says = format!("{}: key refused since {} ({} so far)", d.label, past.when.at(since), past.when.ago(since));
        (since >= past.since).then_some((since, says))
    };
    past.snapshot.each().filter_map(line).collect()
}

/// The line of a letter, such as `Cloud hosting: letter received Sat 7 Mar 14:00 UTC, takes effect Thu 12 Mar 16:00
/// UTC; no answer recorded`.
fn came_in(letter: &Letter, snapshot: &Snapshot, when: When) -> String {
    let head = lines::came_in(letter, "letter ", snapshot, when);
    match &letter.answered {
        // The tasks contain the quotation.
        None => format!("{head}; no answer recorded"),
        Some((by, at)) => {
            let text = letter.notice.text.trim_end_matches('.');
            format!("{head}: \"{text}\"; {by} has been answering it since {}", when.at(*at))
        }
    }
}
