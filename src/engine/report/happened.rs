//! What happened within the span, in the order of time: losses, outages, what could not be judged, and letters.

use super::rows::Past;
use super::spells::{unjudged, worst};
use super::{When, lines};
use crate::core::people::notice::{Letter, is_by_letter};
use crate::core::platform::snapshot::Snapshot;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;
use crate::store::IncidentRow;

/// What happened. `headline` has the same lines about losses that are over, which are not repeated.
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

/// One incident, unless a letter says it, or it is a loss of before the span that the headline has.
fn event(past: &Past<'_>, letters: &[Letter], row: &IncidentRow) -> Option<(Time, String)> {
    let by_letter = |letter: &Letter| letter.notice.dependencies.contains(&row.dependency);
    let told = is_by_letter(&row.incident.reason) && letters.iter().any(by_letter);
    let (from, until) = worst(row, past.messages);
    let old = row.incident.worst == Verdict::Dropped && until.is_none() && from < past.since;
    let listed = (told && row.incident.worst == Verdict::Degraded) || old;
    (!listed).then(|| (from, lines::incident(row, past)))
}

/// Keys that were refused within the span and still are.
fn refused(past: &Past<'_>) -> Vec<(Time, String)> {
    let line = |d: &crate::core::platform::snapshot::DependencySnapshot| {
        let since = d.state.lost_access()?.since;
        let says = format!("{}: access lost since {} ({} so far)", d.label, past.when.at(since), past.when.ago(since));
        (since >= past.since).then_some((since, says))
    };
    past.snapshot.each().filter_map(line).collect()
}

/// `Cloud hosting: letter received Sat 7 Mar 14:00 UTC, takes effect Thu 12 Mar 16:00 UTC; nobody has answered it`.
fn came_in(letter: &Letter, snapshot: &Snapshot, when: When) -> String {
    let head = lines::came_in(letter, "letter ", snapshot, when);
    match &letter.answered {
        // The quotation stands among the things to do.
        None => format!("{head}; nobody has answered it"),
        Some((by, at)) => {
            let text = letter.notice.text.trim_end_matches('.');
            format!("{head}: \"{text}\"; {by} answers it since {}", when.at(*at))
        }
    }
}
