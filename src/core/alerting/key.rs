//! What makes things that are due belong to one message.

use std::collections::BTreeSet;

use super::due::Due;
use super::platform_view::PlatformView;
use super::subject::{Event, Subject};
use crate::core::dependency::incident::Reason;
use crate::core::people::notice::{is_ending, is_spent};
use crate::core::words::verdict::Verdict;

/// Something that is due for one dependency.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The position of the dependency in the platform.
    pub index: usize,
    /// What is due.
    pub wanted: Due,
}

/// What makes candidates belong together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key<'a> {
    Stops(Event<'a>, Verdict),
    Returns(Event<'a>),
    Ends(Event<'a>),
    Passed(Event<'a>),
    Unseen(Event<'a>, &'a str),
    Mass,
    MassReturns,
    Digest,
    Alone(usize),
}

/// Whether it reports a drop or an outage.
pub(super) fn stops(wanted: &Due) -> bool {
    let turn = matches!(wanted.reason, Reason::Opened | Reason::Worsened);
    turn && matches!(wanted.held.verdict, Verdict::Dropped | Verdict::Outage)
}

/// Whether it reports that the time announced in a letter has passed.
pub(super) fn passed(wanted: &Due) -> bool {
    let turn = matches!(wanted.reason, Reason::Opened | Reason::Worsened | Reason::Grew | Reason::Eased);
    turn && wanted.held.verdict == Verdict::Degraded && is_spent(&wanted.held.reason)
}

/// Whether it reports an end that a letter announces.
pub(super) fn ends(wanted: &Due) -> bool {
    let turn = matches!(wanted.reason, Reason::Opened | Reason::Worsened | Reason::Grew);
    turn && wanted.held.verdict == Verdict::Degraded && is_ending(&wanted.held.reason)
}

/// Why the dependency cannot be checked; `None` if that reason is urgent.
pub(super) fn dull<'a>(subject: &Subject<'a>) -> Option<&'a str> {
    subject.state.unseen.first().filter(|unseen| !unseen.urgent).map(|unseen| unseen.held.reason.as_str())
}

/// The key of a candidate. `fell` are those that fell in a mass outage.
pub(super) fn key<'a>(
    platform_view: &'a PlatformView<'_>,
    candidate: &Candidate,
    mass: bool,
    fell: &BTreeSet<usize>,
) -> Key<'a> {
    let subject = &platform_view.subjects[candidate.index];
    let wanted = &candidate.wanted;
    match subject.event() {
        _ if wanted.reason == Reason::StillOpen => Key::Digest,
        _ if mass && stops(wanted) && wanted.held.verdict == Verdict::Outage => Key::Mass,
        _ if wanted.reason == Reason::Recovered && fell.contains(&candidate.index) => Key::MassReturns,
        Some(event) if stops(wanted) => Key::Stops(event, wanted.held.verdict),
        Some(event) if wanted.reason == Reason::Recovered => Key::Returns(event),
        Some(event) if ends(wanted) => Key::Ends(event),
        Some(event) if passed(wanted) => Key::Passed(event),
        Some(event) => match dull(subject) {
            Some(reason) if wanted.reason == Reason::Blind && reason == wanted.held.reason => {
                Key::Unseen(event, reason)
            }
            _ => Key::Alone(candidate.index),
        },
        _ => Key::Alone(candidate.index),
    }
}

/// The group of an account's loss, if the candidate is the loss of what runs in that account.
pub(super) fn lost_with<'k, 'a>(
    platform_view: &PlatformView<'_>,
    candidate: &Candidate,
    indexes: &[usize],
    keys: &'k [Key<'a>],
) -> Option<&'k Key<'a>> {
    let gone = stops(&candidate.wanted) && candidate.wanted.held.verdict == Verdict::Dropped;
    let account = platform_view.lost_account(candidate.index).filter(|_| gone)?;
    let (_, key) = indexes.iter().zip(keys).find(|(index, _)| **index == account)?;
    matches!(key, Key::Stops(_, Verdict::Dropped)).then_some(key)
}

/// The group of an account's return, if the candidate is the return of what runs in that account.
pub(super) fn returned_with<'k, 'a>(
    platform_view: &PlatformView<'_>,
    candidate: &Candidate,
    indexes: &[usize],
    keys: &'k [Key<'a>],
) -> Option<&'k Key<'a>> {
    if candidate.wanted.reason != Reason::Recovered {
        return None;
    }
    let accounts: Vec<usize> = platform_view.accounts(candidate.index).collect();
    let mut others = indexes.iter().zip(keys);
    let back = others.find(|(index, key)| accounts.contains(index) && matches!(key, Key::Returns(_)));
    back.map(|(_, key)| key)
}

/// The group of a domain's loss, if the candidate is only a warning about the same domain. The message about the loss
/// covers that warning.
pub(super) fn taken_with<'k, 'a>(
    platform_view: &PlatformView<'_>,
    candidate: &Candidate,
    keys: &'k [Key<'a>],
) -> Option<&'k Key<'a>> {
    let subject = &platform_view.subjects[candidate.index];
    let warns = candidate.wanted.reason == Reason::Opened && candidate.wanted.held.verdict == Verdict::Degraded;
    let event = subject.event().filter(|_| warns && subject.domain.is_some())?;
    keys.iter().find(|key| matches!(key, Key::Stops(other, Verdict::Dropped) if *other == event))
}
