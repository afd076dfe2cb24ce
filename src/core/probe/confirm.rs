//! One check changes what is believed about its probe, or brings a suspicion that later checks confirm.
//!
//! [`after`] is the whole of it: a standing, a check and its witnesses give the next standing, perhaps a flip, and what the
//! core would like to be asked.

use std::time::Duration;

use super::doubt;
use super::policy::{Confirm, Policy};
use super::recall::{PROBABLY_REMOVED, recall};
use super::refused;
use super::standing::{Change, CheckResult, Flip, Held, Standing, Suspicion, Unverified, is_told_elsewhere};
use super::weigh::{COMPARISON_GONE, Weighed, weigh};
use super::witness::{Want, Witnesses};
use crate::core::time::Time;
use crate::core::words::verdict::{Basis, Proof, Verdict};

/// The standing after one check. `standing` is not changed; time is `look.at`.
pub fn after(
    standing: &Standing,
    look: &CheckResult,
    witnesses: &Witnesses,
    policy: &Policy,
) -> (Standing, Option<Flip>, Vec<Want>) {
    let weighed = weigh(&look.reading, witnesses, policy, standing.proven(), look.at);
    let weighed = recall(weighed, look, witnesses, standing, policy);
    let mut next = standing.clone();
    if weighed.verdict == Verdict::Unknown {
        if weighed.reason == COMPARISON_GONE {
            // It is there, all the same.
            next.suspicion = None;
            (next.last_live, next.key_mark) = (Some(look.at), policy.key_mark);
        }
        let away = look.reading.retry_after.unwrap_or_default();
        let (flip, wants) = unseen(&mut next, &weighed, policy, look.at, away);
        return (next, flip, wants);
    }
    if matches!(weighed.verdict, Verdict::Live | Verdict::Degraded) {
        refused::note_good(&mut next, policy, look.at);
    }
    // Seen again is good news only where the check affirms what was good.
    let sighted = next.unverified.take().filter(|unverified| unverified.blind);
    if matches!(look.reading.verdict, Verdict::Live | Verdict::Degraded) {
        (next.last_live, next.key_mark) = (Some(look.at), policy.key_mark);
    }
    let (flip, wants) = if agrees(&next, &weighed) {
        let good = matches!(weighed.verdict, Verdict::Live | Verdict::Degraded);
        // The same verdict for another reason may be another's doing: that wants its witnesses.
        let other = next.confirmed.as_ref().is_some_and(|held| held.reason != weighed.reason);
        let mut wants = if other { weighed.missing.clone() } else { Vec::new() };
        wants.extend(affirm(&mut next, weighed, policy, look.at));
        (sighted.filter(|_| good).and_then(|_| sighted_flip(&next, look.at)), wants)
    } else {
        suspect(&mut next, weighed, policy, look.at)
    };
    (next, flip, wants)
}

fn agrees(standing: &Standing, weighed: &Weighed) -> bool {
    standing.verdict() == Some(weighed.verdict)
}

/// The check says what is already believed: it clears every suspicion, but for the vendor's own word.
fn affirm(standing: &mut Standing, weighed: Weighed, policy: &Policy, now: Time) -> Option<Want> {
    let mut want = None;
    // An outage that goes on does not speak against a growing suspicion of a drop.
    let drop = |suspicion: &Suspicion| suspicion.looks.iter().any(|(_, said)| *said == Verdict::Dropped);
    if weighed.verdict != Verdict::Outage || !standing.suspicion.as_ref().is_some_and(drop) {
        let fits = |old: &Suspicion| doubt::is_statement(old, policy) && fits(old, policy, now);
        let old = standing.suspicion.take().filter(|old| weighed.verdict != Verdict::Dropped && fits(old));
        let left = old.and_then(|old| good_again(standing, old, weighed.verdict, policy, now));
        want = left.as_ref().map(|(_, gap)| Want::LookAgain(*gap));
        standing.suspicion = left.map(|(left, _)| left);
    }
    let watched = doubt::watched(&standing.taken_back, policy, now).filter(|_| standing.suspicion.is_none());
    want = want.or(watched.map(Want::LookAgain));
    standing.verified_at = Some(now);
    // Routine looks do not hear the witnesses again: what was confirmed with them stays said.
    let heard = weighed.missing.is_empty();
    if let Some(held) = standing.confirmed.as_mut().filter(|_| heard) {
        *held = held_since(weighed, held.since);
    }
    want
}

/// What a good check leaves of a doubt, and when to ask again; what it takes back is remembered.
fn good_again(
    standing: &mut Standing,
    old: Suspicion,
    verdict: Verdict,
    policy: &Policy,
    now: Time,
) -> Option<(Suspicion, Duration)> {
    if doubt::is_refuted(&old, verdict, policy) {
        return None;
    }
    let left = doubt::after_good(old.clone(), verdict, policy, now);
    if left.is_none() {
        doubt::note_taken_back(&mut standing.taken_back, &old, now);
    }
    left
}

/// A clock that was set back makes a streak that lies in the future: it is begun anew, as an old one is.
fn fits(old: &Suspicion, policy: &Policy, now: Time) -> bool {
    old.last <= now && now.since(old.last) <= policy.stale_after
}

fn held_since(weighed: Weighed, since: Time) -> Held {
    let Weighed { verdict, reason, fault, proof, say, hint, .. } = weighed;
    Held { verdict, reason, fault, proof, say, hint, by: String::new(), since }
}

/// A check that saw nothing: the verdict stays, a streak begins or goes on. `away` is how long
/// the vendor does not want to be asked again.
fn unseen(
    standing: &mut Standing,
    weighed: &Weighed,
    policy: &Policy,
    now: Time,
    away: Duration,
) -> (Option<Flip>, Vec<Want>) {
    let from = standing.verdict();
    let at_once = SPEAKS_AT_ONCE.contains(&weighed.reason.as_str());
    // A streak that was told elsewhere is none of this one's, and one from the future none at all.
    let old = standing.unverified.as_ref().filter(|old| !is_told_elsewhere(&old.held.reason) && old.held.since <= now);
    if old.is_some_and(|old| old.urgent) && !at_once {
        // What spoke at once holds until something is seen: a rate limit takes nothing back.
        return (None, weighed.missing.clone());
    }
    let same = old.filter(|old| old.held.reason == weighed.reason);
    let streak = old.map_or(now, |old| old.streak.unwrap_or(old.held.since));
    let began = if at_once { same.map_or(now, |same| same.held.since) } else { streak };
    let reads = same.map_or(1, |unverified| unverified.reads + 1);
    let (was_blind, was_urgent) = old.map_or((false, false), |u| (u.blind, u.urgent && same.is_some()));
    let sure = surely(&weighed.reason, policy);
    let speaks =
        if at_once { sure.holds(reads, now.since(began)) } else { now.since(began) + away >= policy.blind_after };
    // Who already knows that it is dropped gains nothing by hearing that it cannot be seen.
    let quiet = is_told_elsewhere(&weighed.reason) || from == Some(Verdict::Dropped);
    // Access lost is told even while already blind for a duller reason, but once.
    let tells = speaks && !quiet && if at_once { !was_urgent } else { !was_blind };
    let held = held_since(weighed.clone(), began);
    standing.unverified = Some(Unverified {
        held: held.clone(),
        reads,
        streak: Some(streak),
        vendor_fine: weighed.vendor_fine,
        blind: was_blind || tells,
        urgent: was_urgent || (tells && at_once),
    });
    let flip = tells.then_some(Flip { change: Change::Blind, from, to: held, confirmed_at: now });
    // The witnesses are heard even so: they may tell that the path lies.
    let mut wants = weighed.missing.clone();
    // A suspicion is not left alone because one check between saw nothing.
    if (at_once && !speaks) || standing.suspicion.is_some() {
        wants.push(Want::LookAgain(policy.dropped.gap()));
    }
    (flip, wants)
}

/// How sure to be of something unseen that speaks at once. A wrong page may be a deploy
/// under way, so it wants what a drop wants, and so does what is probably one; the others say the same again after a check.
fn surely(reason: &str, policy: &Policy) -> Confirm {
    if ["wrong_page", PROBABLY_REMOVED].contains(&reason) {
        policy.dropped
    } else {
        Confirm { reads: 2, over: Duration::ZERO }
    }
}

fn sighted_flip(standing: &Standing, now: Time) -> Option<Flip> {
    let to = standing.confirmed.clone()?;
    Some(Flip { change: Change::Sighted, from: Some(to.verdict), to, confirmed_at: now })
}

/// The check contradicts the standing: count it, and confirm if that is enough.
fn suspect(standing: &mut Standing, weighed: Weighed, policy: &Policy, now: Time) -> (Option<Flip>, Vec<Want>) {
    if let Some(want) = doubted_still(standing, &weighed, policy, now) {
        return (None, vec![want]);
    }
    let confirm = needed(standing, &weighed, policy, now);
    let mut suspicion = grown(standing, &weighed, policy, now);
    let span = now.since(suspicion.held.since);
    let stated = weighed.verdict == Verdict::Dropped && doubt::is_statement(&suspicion, policy);
    let enough = if stated {
        doubt::is_confirmed(standing, &suspicion, confirm, policy, now)
    } else {
        confirm.holds(suspicion.reads, span)
    };
    if weighed.missing.is_empty() && enough {
        return (Some(flip_to(standing, suspicion, now)), Vec::new());
    }
    suspicion.by_turns |= stated && doubt::comes_by_turns(&suspicion, &standing.taken_back, confirm, now);
    let wait = match confirm.reads > suspicion.reads {
        _ if stated => doubt::pace(&suspicion, policy),
        true => confirm.gap(),
        false => until(confirm.over, span),
    };
    let wait = if is_better(standing, weighed.verdict) { wait.min(BACK_GAP) } else { wait };
    let mut wants = weighed.missing;
    wants.push(Want::LookAgain(wait));
    if weighed.verdict == Verdict::Dropped {
        wants.push(Want::WholeSpread);
    }
    standing.suspicion = Some(suspicion);
    (None, wants)
}

/// A good answer of another kind than what is believed, a warning that comes or goes, while the vendor's own word
/// is in doubt: the doubt goes first, as after any good answer.
fn doubted_still(standing: &mut Standing, weighed: &Weighed, policy: &Policy, now: Time) -> Option<Want> {
    let good = |verdict: Verdict| matches!(verdict, Verdict::Live | Verdict::Degraded);
    let fits = |old: &Suspicion| doubt::is_statement(old, policy) && fits(old, policy, now);
    if !good(weighed.verdict) || !standing.verdict().is_some_and(good) {
        return None;
    }
    let old = standing.suspicion.take_if(|old| fits(old) && !doubt::is_refuted(old, weighed.verdict, policy))?;
    let (left, gap) = good_again(standing, old, weighed.verdict, policy, now)?;
    standing.suspicion = Some(left);
    Some(Want::LookAgain(gap))
}

fn until(over: Duration, span: Duration) -> Duration {
    over.saturating_sub(span).max(Duration::from_millis(500))
}

/// How much confirmation this change needs.
fn needed(standing: &Standing, weighed: &Weighed, policy: &Policy, now: Time) -> Confirm {
    match (weighed.verdict, standing.verdict()) {
        // A person's word says the same however often it is read.
        (Verdict::Dropped, _) | (Verdict::Live, Some(Verdict::Dropped)) if weighed.proof == Proof::Told => {
            Confirm::new(1, 0)
        }
        // First sight of a living thing needs no second look, nothing was claimed before.
        (Verdict::Live, None) => Confirm::new(1, 0),
        (Verdict::Live, _) => back(standing, policy, policy.recovery, now),
        (Verdict::Dropped, _) if weighed.alone => Confirm { over: policy.alone_over, ..policy.dropped },
        (Verdict::Dropped, _) => policy.dropped,
        (Verdict::Outage, _) => policy.outage,
        (Verdict::Degraded | Verdict::Unknown, _) => back(standing, policy, policy.degraded, now),
    }
}

/// What was gone for long is not back because of a minute: its end wants a sixth of its time, up to
/// [`LONGEST_BACK`]; and what the vendor itself said is taken back by three in a row.
fn back(standing: &Standing, policy: &Policy, usual: Confirm, now: Time) -> Confirm {
    let gone = standing.confirmed.as_ref().filter(|held| held.verdict.badness() >= Verdict::Outage.badness());
    let Some(gone) = gone else { return usual };
    let share = (now.since(gone.since) / 6).min(LONGEST_BACK);
    let stated = gone.verdict == Verdict::Dropped && policy.basis == Basis::OwnStatement && usual.reads > 1;
    let reads = if stated { usual.reads.max(doubt::CLEARS) } else { usual.reads };
    Confirm { reads, over: usual.over.max(share) }
}

fn is_better(standing: &Standing, verdict: Verdict) -> bool {
    verdict.badness() < standing.verdict().map_or(0, Verdict::badness)
}

/// One contrary check more. Who says worse says this too, so looks by turns do not cancel each
/// other out; but a check for the better breaks a streak for the worse, and the other way round.
fn grown(standing: &mut Standing, weighed: &Weighed, policy: &Policy, now: Time) -> Suspicion {
    let mut old = standing.suspicion.take().filter(|old| fits(old, policy, now));
    if let Some(old) = old.as_mut().filter(|old| doubt::is_refuted(old, weighed.verdict, policy)) {
        old.witnessed = false;
    }
    let believed = standing.verdict().map_or(0, Verdict::badness);
    let bad = weighed.verdict.badness();
    let worse = bad > believed;
    let doubt = old.as_ref().filter(|old| worse && doubt::is_statement(old, policy));
    // A vendor's own word that comes by turns dates from the first of them.
    let first = doubt.filter(|doubt| doubt.held.verdict == weighed.verdict).map(|doubt| doubt.held.since);
    let (turns, by_turns) = (doubt.is_some(), doubt.is_some_and(|doubt| doubt.by_turns));
    let witnessed = old.as_ref().is_some_and(|old| old.witnessed) || is_witnessed(weighed, policy);
    let mut looks = old.map(|old| old.looks).unwrap_or_default();
    // Good ones between end a streak, once the word that they were kept for has left the window.
    let good = looks.iter().rposition(|(_, said)| worse && said.badness() <= believed);
    looks.drain(..good.filter(|_| !turns).map_or(0, |good| good + 1));
    looks.retain(|(_, said)| turns || (said.badness() > believed) == worse);
    doubt::note(&mut looks, Some(policy).filter(|_| turns), now, weighed.verdict);
    let says = |said: Verdict| if worse { said.badness() >= bad } else { said.badness() <= bad };
    let row = looks.iter().rev().take_while(|(_, said)| !turns || said.badness() > believed);
    let said: Vec<Time> = row.filter(|(_, said)| says(*said)).map(|(at, _)| *at).collect();
    let since = first.or(said.last().copied()).unwrap_or(now);
    Suspicion {
        held: held_since(weighed.clone(), since),
        reads: u32::try_from(said.len()).unwrap_or(u32::MAX),
        last: now,
        looks,
        by_turns,
        witnessed,
    }
}

/// All who were to be heard agree that it is gone, another path among them.
fn is_witnessed(weighed: &Weighed, policy: &Policy) -> bool {
    let heard = weighed.missing.is_empty() && !weighed.alone;
    weighed.verdict == Verdict::Dropped && policy.second_path && heard
}

fn flip_to(standing: &mut Standing, suspicion: Suspicion, now: Time) -> Flip {
    let from = standing.verdict();
    // Gone begins when it was first not served, whatever that looked like then.
    let out = |(_, said): &&(Time, Verdict)| said.badness() >= Verdict::Outage.badness();
    let first_out = suspicion.looks.iter().find(out).map(|(at, _)| *at);
    let first_out = first_out.filter(|_| suspicion.held.verdict == Verdict::Dropped);
    let counted = doubt::counted_since(&suspicion);
    let since = first_out.map_or(counted, |first| first.min(counted));
    let say = match suspicion.held.verdict {
        Verdict::Dropped => doubt::said(&suspicion),
        _ => suspicion.held.say.clone(),
    };
    let to = Held { since, say, ..suspicion.held };
    let returns = from == Some(Verdict::Dropped);
    standing.returned_at =
        if returns { Some(now) } else { standing.returned_at.filter(|_| to.verdict != Verdict::Dropped) };
    standing.confirmed = Some(to.clone());
    standing.suspicion = None;
    standing.taken_back.clear();
    standing.before_until = standing.verified_at.filter(|_| from.is_some());
    standing.verified_at = Some(now);
    Flip { change: Change::Verdict, from, to, confirmed_at: now }
}

/// Reasons for `unknown` that are told once confirmed, not only when blind for long: the core's own words, and
/// two of the catalogue.
const SPEAKS_AT_ONCE: [&str; 5] =
    ["never_seen_live", "access_lost", PROBABLY_REMOVED, "credential_refused", "wrong_page"];

/// An end is proven for so long at most: recoveries of a minute or two are none.
const LONGEST_BACK: Duration = Duration::from_secs(240);

/// So much lies between two checks that prove it, at most.
const BACK_GAP: Duration = Duration::from_secs(60);
