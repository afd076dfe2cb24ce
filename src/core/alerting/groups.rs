//! Combines what belongs to one event into one message: dependencies of one company that stop together, a mass
//! outage, or reminders in one digest. Also decides which loss is a second or later vendor loss.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::due::{Due, level, reminder_level};
use super::key::{Candidate, Key, dull, key, lost_with, returned_with, stops, taken_with};
use super::mass::{JOINS, all_out, fallen_in_mass, fallen_with, is_mass};
use super::message::{Telling, Together};
use super::notified::Notified;
use super::platform_view::{Cause, PlatformView};
use super::subject::{Event, Subject};
use crate::core::dependency::incident::{Level, Reason};
use crate::core::dependency::storefronts::is_newly_gone;
use crate::core::people::action::SeenTo;
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::text::quoted;
use crate::core::words::verdict::{Fault, Verdict};

/// How long the first of several losses waits for dependencies that are still being checked.
const COMPANY_WAIT: Duration = Duration::from_secs(90);
/// How long the first recovery waits for other dependencies of its company. Confirming a recovery takes four minutes.
const RETURN_WAIT: Duration = Duration::from_secs(300);
/// How long the first recovery waits for dependencies that are checked because of it.
const ASKED_WAIT: Duration = Duration::from_secs(45);
/// How long a dependency that cannot be checked waits for others of its company with the same reason: the interval
/// between two checks of a store.
const UNSEEN_WAIT: Duration = Duration::from_secs(900);
/// How long a mass outage waits for another round of all checks.
const MASS_WAIT: Duration = Duration::from_secs(120);
/// A dependency that was mentioned within this time is not repeated in a reminder about another one.
const JUST_SPOKEN: Duration = Duration::from_secs(60);
/// The messages to send, and when those that wait are reviewed again.
#[derive(Debug, Default)]
pub struct Sorted {
    /// The messages to send now.
    pub tellings: Vec<Telling>,
    /// When to review again.
    pub later: Vec<Time>,
}

/// Sorts candidates into messages.
pub fn sort(platform_view: &PlatformView<'_>, candidates: Vec<Candidate>, notified: &[Notified]) -> Sorted {
    let mass = is_mass(platform_view, &wanted_outages(&candidates));
    let returns = candidates.iter().any(|candidate| candidate.wanted.reason == Reason::Recovered);
    let fell = if returns { fallen_in_mass(platform_view) } else { BTreeSet::new() };
    let keys: Vec<Key> = candidates.iter().map(|candidate| key(platform_view, candidate, mass, &fell)).collect();
    let indexes: Vec<usize> = candidates.iter().map(|candidate| candidate.index).collect();
    let mut groups: BTreeMap<Key, Vec<Candidate>> = BTreeMap::new();
    for (own, candidate) in keys.iter().zip(candidates) {
        let lost = || lost_with(platform_view, &candidate, &indexes, &keys);
        let back = || returned_with(platform_view, &candidate, &indexes, &keys);
        let taken = taken_with(platform_view, &candidate, &keys).or_else(lost).or_else(back).unwrap_or(own);
        groups.entry(taken.clone()).or_default().push(candidate);
    }
    let mut sorted = Sorted::default();
    for (key, group) in groups {
        match waits(platform_view, &key, &group, notified).filter(|until| *until > platform_view.now) {
            Some(until) => sorted.later.push(until),
            None => sorted.tellings.push(telling(platform_view, &key, group)),
        }
    }
    // The most urgent first, because what is sent first is read first.
    sorted.tellings.sort_by_key(|telling| std::cmp::Reverse(telling.level));
    sorted
}

/// Until when a group waits for others that belong to it.
fn waits(platform_view: &PlatformView<'_>, key: &Key<'_>, group: &[Candidate], notified: &[Notified]) -> Option<Time> {
    let first = group.iter().filter_map(|candidate| notified[candidate.index].held_since).min()?;
    let within: BTreeSet<usize> = group.iter().map(|candidate| candidate.index).collect();
    let others = |event: &Event<'_>| {
        let of_event = platform_view.index.of_event(*event).iter();
        of_event.filter(|index| !within.contains(index)).map(|index| &platform_view.subjects[*index])
    };
    match key {
        Key::Stops(event, _) => {
            let checking = |verdict: Option<Verdict>| matches!(verdict, Some(Verdict::Dropped | Verdict::Outage));
            let joins = others(event).any(|other| {
                let suspected = other.state.suspicion.as_deref().map(|held| held.verdict);
                !other.is_down() && (checking(suspected) || other.awaits_hour())
            });
            (joins || awaits_cause(platform_view, group)).then_some(first.plus(COMPANY_WAIT))
        }
        Key::Alone(_) => awaits_cause(platform_view, group).then_some(first.plus(COMPANY_WAIT)),
        Key::Passed(event) => {
            let joins = others(event).any(Subject::awaits_hour);
            joins.then_some(first.plus(COMPANY_WAIT))
        }
        Key::Returns(event) => {
            let carried = group.iter().flat_map(|candidate| {
                platform_view.index.in_account(platform_view.subjects[candidate.index].id).iter()
            });
            let carried = carried.filter(|index| !within.contains(index)).map(|index| &platform_view.subjects[*index]);
            returns_with(&others(event).chain(carried).collect::<Vec<_>>(), first)
        }
        Key::MassReturns => {
            let lead = *within.first()?;
            let others = fallen_with(platform_view, lead).into_iter().filter(|index| !within.contains(index));
            returns_with(&others.map(|index| &platform_view.subjects[index]).collect::<Vec<_>>(), first)
        }
        Key::Unseen(event, reason) => {
            let joins = |other: &Subject<'_>| dull(other) == Some(*reason) && !other.state.unseen[0].blind;
            others(event).any(joins).then_some(first.plus(UNSEEN_WAIT))
        }
        // A candidate that joins a reported event is reported at once.
        Key::Mass => told_lately(platform_view, all_out(platform_view)).is_none().then_some(first.plus(MASS_WAIT)),
        Key::Ends(_) | Key::Digest => None,
    }
}

/// Until when a recovery that began at `first` waits for others: they are checked at once, and confirming takes as long.
fn returns_with(others: &[&Subject<'_>], first: Time) -> Option<Time> {
    let unasked = |other: &&&Subject<'_>| other.is_down() && other.looked_at.is_none_or(|at| at <= first);
    let returns = others.iter().any(|other| other.is_returning()).then_some(RETURN_WAIT);
    returns.or(others.iter().find(unasked).map(|_| ASKED_WAIT)).map(|wait| first.plus(wait))
}

/// What would be out with these messages.
fn wanted_outages(candidates: &[Candidate]) -> BTreeSet<usize> {
    let wants = |one: &&Candidate| stops(&one.wanted) && one.wanted.held.verdict == Verdict::Outage;
    candidates.iter().filter(wants).map(|one| one.index).collect()
}

/// Whether another check of the same dependency, still unconfirmed, says why it is gone.
fn awaits_cause(platform_view: &PlatformView<'_>, group: &[Candidate]) -> bool {
    group.iter().filter(|candidate| stops(&candidate.wanted)).any(|candidate| {
        let held = &candidate.wanted.held;
        let doubt = platform_view.subjects[candidate.index].state.suspicion.as_deref();
        let says_more = |doubt: &Held| {
            doubt.verdict == Verdict::Dropped && doubt.fault == Fault::VendorDecision && doubt.by != held.by
        };
        held.verdict == Verdict::Dropped && held.fault == Fault::Unclear && doubt.is_some_and(says_more)
    })
}

/// An open incident that was reported so recently that the next one belongs to it.
fn told_lately(platform_view: &PlatformView<'_>, mut all: impl Iterator<Item = usize>) -> Option<usize> {
    all.find(|index| {
        let subject = &platform_view.subjects[*index];
        // A letter may have been reported long before the cut-off that it announced.
        let told = subject.notified.opened_at.max(subject.notified.so_since);
        let lately = told.is_some_and(|at| platform_view.now.since(at) <= JOINS);
        lately && subject.is_down() && subject.notified.verdict.is_some()
    })
}

fn telling(platform_view: &PlatformView<'_>, key: &Key<'_>, mut group: Vec<Candidate>) -> Telling {
    let within: BTreeSet<usize> = group.iter().map(|candidate| candidate.index).collect();
    let rank = |candidate: &Candidate| {
        let badness = candidate.wanted.held.verdict.badness();
        // An account comes before what runs in it.
        let runs_in = platform_view.accounts(candidate.index).any(|account| within.contains(&account));
        (std::cmp::Reverse(badness), runs_in, platform_view.subjects[candidate.index].criticality, candidate.index)
    };
    group.sort_by_cached_key(rank);
    let loudness = |candidate: &Candidate| {
        let subject = &platform_view.subjects[candidate.index];
        match candidate.wanted.reason {
            Reason::StillOpen => reminder_level(subject, subject.notified),
            reason => level(reason, &candidate.wanted.held, subject.criticality),
        }
    };
    let loudest = group.iter().map(loudness);
    let loudest = loudest.max().unwrap_or(Level::Warning);
    let mut members: Vec<usize> = group.iter().map(|candidate| candidate.index).collect();
    let lead = group.swap_remove(0);
    let mut wanted = lead.wanted;
    let together = match key {
        Key::Digest => {
            members.extend(also_open(platform_view, &members));
            // A cause is listed before its consequences.
            members.sort_by_key(|member| matches!(platform_view.cause(*member), Cause::Down(_)));
            Together::Digest
        }
        Key::Mass => {
            wanted.held.fault = Fault::Unclear;
            Together::Mass
        }
        Key::Alone(_) => Together::Alone,
        _ if members.len() > 1 => Together::Company,
        _ => Together::Alone,
    };
    let (reason, losses) = reason(platform_view, key, (lead.index, &within), &wanted);
    let level = if reason == Reason::Cascade { Level::Critical } else { loudest };
    Telling { reason, level, members, wanted, together, losses, next: None }
}

/// Why it is reported now: as the first stop, as another one in the same event, or as a second or later vendor loss.
fn reason(
    platform_view: &PlatformView<'_>,
    key: &Key<'_>,
    (lead, within): (usize, &BTreeSet<usize>),
    wanted: &Due,
) -> (Reason, Vec<usize>) {
    let turn = matches!(wanted.reason, Reason::Opened | Reason::Worsened);
    let counted = platform_view.subjects[lead].notified.verdict == Some(Verdict::Dropped);
    // Another loss at a company that was already lost does not count again.
    let own = &platform_view.subjects[lead];
    let known =
        |subject: &Subject<'_>| subject.notified.verdict == Some(Verdict::Dropped) && subject.shares_company(own);
    let again = platform_view.lost_lately().any(|index| index != lead && known(&platform_view.subjects[index]));
    let access = wanted.reason == Reason::Blind && wanted.held.reason == "access_lost" && !counted;
    let lost = access || (turn && wanted.held.verdict == Verdict::Dropped);
    let joined = match key {
        Key::Stops(event, _) => {
            let of_event = platform_view.index.of_event(*event).iter().copied();
            told_lately(platform_view, of_event.filter(|index| *index != lead))
        }
        Key::Mass => told_lately(platform_view, all_out(platform_view).filter(|index| *index != lead)),
        _ => None,
    };
    let gone = |index: usize| {
        platform_view.subjects[index].incident.is_some_and(|incident| incident.verdict == Verdict::Dropped)
    };
    let under = if stops(wanted) { platform_view.foundations(lead) } else { Vec::new() };
    let under = under.into_iter().filter(|index| !within.contains(index));
    // A loss belongs to an earlier loss of its company or of something it depends on; an outage there does not
    // explain it.
    let goes_with = |index: usize| platform_view.subjects[index].is_down() && (!lost || gone(index));
    if stops(wanted) && (joined.is_some_and(goes_with) || under.into_iter().any(goes_with)) {
        return (Reason::Grew, Vec::new());
    }
    let mut losses = if lost && !again { platform_view.other_losses(lead) } else { Vec::new() };
    losses.retain(|index| !within.contains(index));
    let gone = lost && !again && platform_view.lost_and_gone().next().is_some();
    let reason = if losses.is_empty() && !gone { wanted.reason } else { Reason::Cascade };
    (reason, losses)
}

/// All other open trouble that was reported, so that one reminder covers it.
fn also_open(platform_view: &PlatformView<'_>, but: &[usize]) -> Vec<usize> {
    let open = |index: &usize| {
        let subject = &platform_view.subjects[*index];
        let notified = subject.notified;
        let same = subject.incident.is_some_and(|incident| notified.verdict == Some(incident.verdict));
        let held =
            notified.muted || notified.flapping.is_some() || subject.is_held_by_work() || subject.muted.is_some();
        let just =
            notified.news_at.max(notified.reminded_at).is_some_and(|at| platform_view.now.since(at) < JUST_SPOKEN);
        (same || subject.access_told(notified)) && !held && !just && subject.seen_to != Some(SeenTo::Settled)
    };
    let rank = |index: &usize| {
        let subject = &platform_view.subjects[*index];
        let badness = subject.incident.map_or(0, |incident| incident.verdict.badness());
        (std::cmp::Reverse(badness), subject.criticality, *index)
    };
    let but: BTreeSet<usize> = but.iter().copied().collect();
    let mut others: Vec<usize> =
        (0..platform_view.subjects.len()).filter(|index| !but.contains(index)).filter(open).collect();
    others.sort_by_key(rank);
    others
}

/// What people know about a member once the message is sent.
pub fn known(notified: &Notified, platform_view: &PlatformView<'_>, telling: &Telling, member: usize) -> Notified {
    let (subject, now) = (&platform_view.subjects[member], platform_view.now);
    let mut notified = Notified { held_since: None, muted: false, cause_up: None, ..notified.clone() };
    match telling.wanted.reason {
        // Reminders that fell due while plugwatch was not running are sent as one.
        Reason::StillOpen => {
            notified.reminded_at = Some(now);
        }
        Reason::Blind => {
            notified.know_unseen(subject.state, &telling.wanted.held);
            let dropped = subject.incident.is_some_and(|incident| incident.verdict == Verdict::Dropped);
            if !dropped && (telling.wanted.held.reason == "access_lost" || subject.incident.is_none()) {
                notified.news_at = Some(now);
            }
        }
        Reason::Sighted => {
            (notified.blind, notified.blind_since) = (BTreeMap::new(), None);
            if subject.incident.is_none() {
                (notified.news_at, notified.reminded_at) = (None, None);
            }
        }
        Reason::Suspected => {
            notified.suspected.get_or_insert(now);
            notified.suspected_last = Some(now);
        }
        Reason::Cleared => notified.suspected = None,
        reason => know_incident(&mut notified, platform_view, member, reason),
    }
    notified
}

fn know_incident(notified: &mut Notified, platform_view: &PlatformView<'_>, member: usize, reason: Reason) {
    let subject = &platform_view.subjects[member];
    notified.suspected = None;
    if subject.state.unseen.is_empty() {
        // This message also shows that the dependency can be checked.
        (notified.blind, notified.blind_since) = (BTreeMap::new(), None);
    }
    match subject.incident {
        Some(incident) => {
            notified.opened_at.get_or_insert(platform_view.now);
            // Someone who acknowledged the worse state need not acknowledge the better one.
            let better =
                matches!(reason, Reason::Eased | Reason::Corrected | Reason::ItWasUs) && notified.news_at.is_some();
            let spoken = if better { &mut notified.reminded_at } else { &mut notified.news_at };
            *spoken = Some(platform_view.now);
            notified.incident = Some((incident.id, incident.public_id.clone()));
            notified.began_at = Some(incident.began_at);
            let held = subject.state.held.as_ref().filter(|held| held.verdict == incident.verdict);
            let gone = held.is_some_and(|held| is_newly_gone(&held.reason, &notified.reason));
            if notified.verdict != Some(incident.verdict) || gone {
                notified.so_since = Some(held.map_or(platform_view.now, |held| held.since));
            }
            notified.verdict = Some(incident.verdict);
            notified.reason.clone_from(&incident.reason);
            let dropped = held.filter(|held| held.verdict == Verdict::Dropped);
            notified.dropped_for = dropped.map(|held| held.reason.clone());
            notified.dropped_word = dropped.and_then(|held| quoted(&held.say));
            (notified.fault, notified.proof) = (Some(incident.fault), Some(incident.proof));
        }
        None => {
            (notified.verdict, notified.fault, notified.proof, notified.opened_at) = (None, None, None, None);
            (notified.incident, notified.began_at, notified.news_at, notified.reminded_at) = (None, None, None, None);
            (notified.so_since, notified.dropped_for, notified.dropped_word) = (None, None, None);
            notified.reason.clear();
        }
    }
}
