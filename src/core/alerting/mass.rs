//! So many unrelated companies out at once that the problem is most likely on the user's side: when that is so, and
//! when it is over.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::platform_view::{Cause, PlatformView};
use super::subject::Subject;
use crate::core::dependency::incident::Incident;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;

/// A dependency that stops within this time after the first one belongs to the same event.
pub(super) const JOINS: Duration = Duration::from_secs(1_800);
/// At least this many companies, and at least half of all, with outages at the same time are a mass outage.
const MASS: usize = 4;

/// Whether so many unrelated companies have outages at once that the problem is most likely on the user's side.
/// `wanting` are those about to be reported as out.
pub(super) fn is_mass(platform_view: &PlatformView<'_>, wanting: &BTreeSet<usize>) -> bool {
    let out = |index: &usize| {
        let subject = &platform_view.subjects[*index];
        let out = wanting.contains(index) || subject.is_out_within(JOINS, platform_view.now);
        // What has a cause here, or was announced, says nothing about our own side.
        out && subject.maintenance.is_none() && !matches!(platform_view.cause(*index), Cause::Down(_))
    };
    let all = (0..platform_view.subjects.len()).filter(out);
    let companies: BTreeSet<&str> = all.map(|index| platform_view.subjects[index].company()).collect();
    are_many(platform_view, companies.len())
}

fn are_many(platform_view: &PlatformView<'_>, companies: usize) -> bool {
    companies >= MASS && companies * 2 >= platform_view.companies
}

/// Since when people know that something is out.
fn known_out_since(subject: &Subject<'_>) -> Option<Time> {
    subject.notified.began_at.filter(|_| subject.notified.verdict == Some(Verdict::Outage))
}

/// Those with an open outage.
pub(super) fn all_out<'s>(platform_view: &'s PlatformView<'_>) -> impl Iterator<Item = usize> + 's {
    let out = |subject: &Subject<'_>| subject.incident.is_some_and(is_outage);
    platform_view.subjects.iter().enumerate().filter(move |(_, subject)| out(subject)).map(|(index, _)| index)
}

fn is_outage(incident: &Incident) -> bool {
    incident.verdict == Verdict::Outage
}

/// Those that people know to be out since about the same time as `index`, itself included.
pub(super) fn fallen_with(platform_view: &PlatformView<'_>, index: usize) -> Vec<usize> {
    let began = |index: &usize| known_out_since(&platform_view.subjects[*index]);
    let Some(own) = began(&index) else { return Vec::new() };
    let near = |other: &usize| began(other).is_some_and(|at| at.since(own).max(own.since(at)) <= JOINS);
    (0..platform_view.subjects.len()).filter(near).collect()
}

/// Those that fell in a mass outage, as people know: those that return together are one message.
pub(super) fn fallen_in_mass(platform_view: &PlatformView<'_>) -> BTreeSet<usize> {
    let subjects = &platform_view.subjects;
    let known = |(index, subject): (usize, &Subject<'_>)| Some((known_out_since(subject)?, index));
    let mut known: Vec<(Time, usize)> = subjects.iter().enumerate().filter_map(known).collect();
    known.sort_unstable();
    // The companies of those that fell at most `JOINS` before or after the current one, with their number.
    let mut near: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut first, mut next, mut found) = (0, 0, BTreeSet::new());
    for (at, index) in &known {
        while let Some((_, other)) = known.get(next).filter(|(other, _)| other.since(*at) <= JOINS) {
            *near.entry(subjects[*other].company()).or_default() += 1;
            next += 1;
        }
        while at.since(known[first].0) > JOINS {
            let company = subjects[known[first].1].company();
            if let Some(left) = near.get_mut(company).map(|number| *number - 1) {
                if left == 0 {
                    near.remove(company)
                } else {
                    near.insert(company, left)
                };
            }
            first += 1;
        }
        found.extend(are_many(platform_view, near.len()).then_some(*index));
    }
    found
}
