//! Applies one check to its probe: it changes the probe's confirmed verdict, or raises a suspicion that later checks
//! confirm.
//!
//! [`after`] is the entry point. From a standing, a check and its witnesses, it computes the next standing, a flip if
//! there is one, and the further checks that the core requests.

use std::time::Duration;

use super::doubt;
use super::mixed;
use super::policy::{Confirm, Policy};
use super::recall::{PROBABLY_REMOVED, recall};
use super::refused;
use super::standing::{Change, CheckResult, Flip, Held, Standing, Suspicion, Unverified, is_told_elsewhere};
use super::warned;
use super::weigh::{COMPARISON_GONE, REFUSED_IN_TROUBLE, Weighed, weigh};
use super::witness::{Want, Witnesses};
use crate::core::time::Time;
use crate::core::words::text::quoted;
use crate::core::words::verdict::{Basis, Proof, Verdict};

/// The standing after one check. `standing` is not changed; the current time is `look.at`.
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
            // Only the comparison is missing; the monitored listing itself is still there.
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
    if weighed.verdict == Verdict::Live {
        warned::note_good(&mut next, policy, look.at);
    }
    mixed::note(&mut next, weighed.verdict, policy, look.at);
    // Regained visibility is reported as good news only if the check confirms a good verdict.
    let unseen = next.unverified.take();
    let refused = unseen.as_ref().filter(|unseen| unseen.held.reason == ACCESS_LOST).map(|unseen| unseen.held.since);
    let sighted = unseen.filter(|unverified| unverified.blind);
    if matches!(look.reading.verdict, Verdict::Live | Verdict::Degraded) {
        (next.last_live, next.key_mark) = (Some(look.at), policy.key_mark);
    }
    let (flip, wants) = if agrees(&next, &weighed) {
        let good = matches!(weighed.verdict, Verdict::Live | Verdict::Degraded);
        // The same verdict for another reason may have another cause, so its witnesses are requested.
        let other = next.confirmed.as_ref().is_some_and(|held| held.reason != weighed.reason);
        let mut wants = if other { weighed.missing.clone() } else { Vec::new() };
        wants.extend(affirm(&mut next, weighed, policy, look.at));
        (sighted.filter(|_| good).and_then(|_| sighted_flip(&next, look.at)), wants)
    } else {
        let dropped = weighed.verdict == Verdict::Dropped;
        let suspected = suspect(&mut next, weighed, policy, look.at);
        if let Some(since) = refused.filter(|_| dropped) {
            lost_since(&mut next, since);
        }
        suspected
    };
    (next, flip, wants)
}

/// The vendor's word follows a refused key: the account was lost when the key was first refused.
fn lost_since(standing: &mut Standing, refused: Time) {
    let doubt = standing.suspicion.as_mut().map(|doubt| &mut doubt.held);
    if let Some(held) = doubt.filter(|held| held.verdict == Verdict::Dropped) {
        held.since = held.since.min(refused);
    }
}

fn agrees(standing: &Standing, weighed: &Weighed) -> bool {
    standing.verdict() == Some(weighed.verdict)
}

/// The check agrees with the confirmed verdict. It clears every suspicion except one based on the vendor's own
/// statement.
fn affirm(standing: &mut Standing, weighed: Weighed, policy: &Policy, now: Time) -> Option<Want> {
    let mut want = None;
    // A continuing outage does not weaken a growing suspicion of a drop.
    let drop = |suspicion: &Suspicion| suspicion.looks.iter().any(|(_, said)| *said == Verdict::Dropped);
    if weighed.verdict != Verdict::Outage || !standing.suspicion.as_deref().is_some_and(drop) {
        let fits = |old: &Suspicion| doubt::is_statement(old, policy) && fits(old, policy, now);
        let old = standing.suspicion.take().filter(|old| weighed.verdict != Verdict::Dropped && fits(old));
        let left = old.and_then(|old| good_again(standing, *old, weighed.verdict, policy, now));
        want = left.as_ref().map(|(_, gap)| Want::LookAgain(*gap));
        standing.suspicion = left.map(|(left, _)| Box::new(left));
    }
    let watched = doubt::watched(&standing.taken_back, policy, now).filter(|_| standing.suspicion.is_none());
    want = want.or(watched.map(Want::LookAgain));
    standing.verified_at = Some(now);
    // Routine checks do not query the witnesses again, so the reason confirmed with them is kept. A vendor's own
    // statement needs no witness, so the latest one counts.
    let heard = weighed.missing.is_empty() || is_other_word(standing, &weighed);
    if let Some(held) = standing.confirmed.as_mut().filter(|_| heard) {
        *held = held_since(weighed, held.since);
    }
    want
}

/// Whether the vendor now states a different reason for a confirmed drop.
fn is_other_word(standing: &Standing, weighed: &Weighed) -> bool {
    let dropped = standing.confirmed.as_ref().filter(|held| held.verdict == Verdict::Dropped);
    dropped.is_some_and(|held| {
        weighed.proof == Proof::Stated && quoted(&weighed.say).is_some() && quoted(&weighed.say) != quoted(&held.say)
    })
}

/// Applies a good check to a suspicion: returns what remains of it and how soon to check again, or `None` if the
/// suspicion is withdrawn. Withdrawn suspicions are remembered.
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

/// Whether a suspicion still counts. After the clock was set back, a streak may lie in the future; it is discarded
/// like one that is too old.
fn fits(old: &Suspicion, policy: &Policy, now: Time) -> bool {
    old.last <= now && now.since(old.last) <= policy.stale_after
}

fn held_since(weighed: Weighed, since: Time) -> Held {
    let Weighed { verdict, reason, fault, proof, say, hint, until, .. } = weighed;
    Held { verdict, reason, fault, proof, say, hint, by: String::new(), since, until }
}

/// Handles an unreadable check: the verdict stays, and a streak starts or continues. `away` is how long the vendor
/// asked clients to wait before the next request.
fn unseen(
    standing: &mut Standing,
    weighed: &Weighed,
    policy: &Policy,
    now: Time,
    away: Duration,
) -> (Option<Flip>, Vec<Want>) {
    let from = standing.verdict();
    let at_once = SPEAKS_AT_ONCE.contains(&weighed.reason.as_str());
    // A streak that is reported elsewhere does not continue here, and a streak dated in the future is ignored.
    let old =
        standing.unverified.as_deref().filter(|old| !is_told_elsewhere(&old.held.reason) && old.held.since <= now);
    if old.is_some_and(|old| old.urgent) && !at_once {
        // An urgent reason holds until a check can be read; a rate limit, for example, does not withdraw it.
        return (None, weighed.missing.clone());
    }
    let same = old.filter(|old| old.held.reason == weighed.reason);
    // A refusal that the vendor's trouble might have explained is dated to its first time. Its streak begins with the end
    // of that trouble: so it is known later that it may have been a part of it.
    let refused = old.filter(|old| weighed.reason == ACCESS_LOST && old.held.reason == REFUSED_IN_TROUBLE);
    let streak = old.filter(|_| refused.is_none()).map_or(now, |old| old.streak.unwrap_or(old.held.since));
    let began = if at_once { same.or(refused).map_or(now, |old| old.held.since) } else { streak };
    let reads = same.map_or(1, |unverified| unverified.reads + 1);
    let (was_blind, was_urgent) = old.map_or((false, false), |u| (u.blind, u.urgent && same.is_some()));
    let sure = surely(&weighed.reason, policy);
    let blind_after = policy.blind_after_of.get(&weighed.reason).copied().unwrap_or(policy.blind_after);
    let speaks = if at_once { sure.holds(reads, now.since(began)) } else { now.since(began) + away >= blind_after };
    // Someone who already knows of the drop does not need an alert that it cannot be checked.
    let quiet = is_told_elsewhere(&weighed.reason) || from == Some(Verdict::Dropped);
    // Lost access is reported, once, even if the check was already blind for a less serious reason.
    let tells = speaks && !quiet && if at_once { !was_urgent } else { !was_blind };
    let held = held_since(weighed.clone(), began);
    standing.unverified = Some(Box::new(Unverified {
        held: held.clone(),
        reads,
        streak: Some(streak),
        vendor_fine: weighed.vendor_fine && !(at_once && began < streak),
        blind: was_blind || tells,
        urgent: was_urgent || (tells && at_once),
    }));
    let flip = tells.then_some(Flip { change: Change::Blind, from, to: held, confirmed_at: now });
    // Witnesses are requested here too: they may show that something on the network path falsifies answers.
    let mut wants = weighed.missing.clone();
    // A single unreadable check does not stop a suspicion from being followed up.
    if (at_once && !speaks) || standing.suspicion.is_some() {
        wants.push(Want::LookAgain(policy.dropped.gap()));
    }
    (flip, wants)
}

/// How much confirmation an urgent reason for `unknown` needs. A wrong page may be a deployment in progress, so it
/// needs as much as a drop; so does a probable removal. The others need one more check with the same result.
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

/// Handles a check that contradicts the confirmed verdict: counts it, and confirms the change if there are enough.
fn suspect(standing: &mut Standing, weighed: Weighed, policy: &Policy, now: Time) -> (Option<Flip>, Vec<Want>) {
    if let Some(want) = doubted_still(standing, &weighed, policy, now) {
        return (None, vec![want]);
    }
    let confirm = needed(standing, &weighed, policy, now);
    let mut suspicion = grown(standing, &weighed, policy, now);
    let span = now.since(suspicion.held.since);
    let stated = weighed.verdict == Verdict::Dropped && doubt::is_statement(&suspicion, policy);
    let settled = confirm.holds(suspicion.reads, span);
    let enough = if stated {
        doubt::is_confirmed(standing, &suspicion, confirm, policy, now)
    } else {
        let better = matches!(weighed.verdict, Verdict::Live | Verdict::Degraded);
        settled || (better && mixed::is_mostly_good(standing, now))
    };
    if weighed.missing.is_empty() && enough {
        let left = mixed::doubt_left(standing, now).filter(|_| !stated && !settled);
        let flip = flip_to(standing, suspicion, now);
        standing.suspicion = left.map(Box::new);
        return (Some(flip), Vec::new());
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
    standing.suspicion = Some(Box::new(suspicion));
    (None, wants)
}

/// Handles a good answer that differs from the confirmed verdict (a warning that appears or clears) while a vendor's
/// statement is in doubt. As with any good answer, that doubt is settled first.
fn doubted_still(standing: &mut Standing, weighed: &Weighed, policy: &Policy, now: Time) -> Option<Want> {
    let good = |verdict: Verdict| matches!(verdict, Verdict::Live | Verdict::Degraded);
    let fits = |old: &Suspicion| doubt::is_statement(old, policy) && fits(old, policy, now);
    if !good(weighed.verdict) || !standing.verdict().is_some_and(good) {
        return None;
    }
    let old = standing.suspicion.take_if(|old| fits(old) && !doubt::is_refuted(old, weighed.verdict, policy))?;
    let (left, gap) = good_again(standing, *old, weighed.verdict, policy, now)?;
    standing.suspicion = Some(Box::new(left));
    Some(Want::LookAgain(gap))
}

fn until(over: Duration, span: Duration) -> Duration {
    over.saturating_sub(span).max(Duration::from_millis(500))
}

/// How much confirmation this change needs.
fn needed(standing: &Standing, weighed: &Weighed, policy: &Policy, now: Time) -> Confirm {
    match (weighed.verdict, standing.verdict()) {
        // A person's report does not change when it is read again, so one reading is enough.
        (Verdict::Dropped, _) | (Verdict::Live, Some(Verdict::Dropped)) if weighed.proof == Proof::Told => {
            Confirm::new(1, 0)
        }
        // The first good result needs no second check, because there was no earlier verdict.
        (Verdict::Live, None) => Confirm::new(1, 0),
        (Verdict::Live, _) => back(standing, policy, policy.recovery, now),
        (Verdict::Dropped, _) if weighed.alone => Confirm { over: policy.alone_over, ..policy.dropped },
        (Verdict::Dropped, _) => policy.dropped,
        (Verdict::Outage, _) => policy.outage,
        (Verdict::Degraded | Verdict::Unknown, _) => back(standing, policy, policy.degraded, now),
    }
}

/// A good minute after a long loss does not prove recovery. Confirming it takes a sixth of the time lost, up to
/// [`LONGEST_BACK`]. A drop that the vendor itself stated ends only after three good checks in a row.
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

/// Adds one contradicting check to the suspicion. A worse result also counts towards a milder one, so alternating
/// results do not cancel each other out. A better result breaks a streak of worse ones, and vice versa.
fn grown(standing: &mut Standing, weighed: &Weighed, policy: &Policy, now: Time) -> Suspicion {
    let mut old = standing.suspicion.take().filter(|old| fits(old, policy, now));
    if let Some(old) = old.as_mut().filter(|old| doubt::is_refuted(old, weighed.verdict, policy)) {
        old.witnessed = false;
    }
    let believed = standing.verdict().map_or(0, Verdict::badness);
    let bad = weighed.verdict.badness();
    let worse = bad > believed;
    let doubt = old.as_deref().filter(|old| worse && doubt::is_statement(old, policy));
    // A vendor's statement that alternates with good answers dates from its first occurrence.
    // An outage next to it has a streak of its own.
    let stated = |doubt: &&Suspicion| weighed.verdict == Verdict::Dropped && doubt.held.verdict == Verdict::Dropped;
    let first = doubt.filter(stated).map(|doubt| doubt.held.since);
    let (turns, by_turns) = (doubt.is_some(), doubt.is_some_and(|doubt| doubt.by_turns));
    let witnessed = old.as_ref().is_some_and(|old| old.witnessed) || is_witnessed(weighed, policy);
    let mut looks = old.map(|old| old.looks).unwrap_or_default();
    // Once the statement that good checks were kept for is older than the window, they end a streak.
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

/// Whether all required witnesses, including a second path, agree that it is gone.
fn is_witnessed(weighed: &Weighed, policy: &Policy) -> bool {
    let heard = weighed.missing.is_empty() && !weighed.alone;
    weighed.verdict == Verdict::Dropped && policy.second_path && heard
}

fn flip_to(standing: &mut Standing, suspicion: Suspicion, now: Time) -> Flip {
    let from = standing.verdict();
    // A drop begins when the service first stopped working, even if that first looked like an outage.
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

/// The reason code if a key that used to work is refused.
pub(super) const ACCESS_LOST: &str = "access_lost";

/// Reasons for `unknown` that are reported as soon as they are confirmed, not only after a long blind period: the
/// core's own reasons, and two from the catalogue.
const SPEAKS_AT_ONCE: [&str; 5] =
    ["never_seen_live", "access_lost", PROBABLY_REMOVED, "credential_refused", "wrong_page"];

/// Whether a reason for `unknown` is reported as soon as it is confirmed.
pub fn speaks_at_once(reason: &str) -> bool {
    SPEAKS_AT_ONCE.contains(&reason)
}

/// The maximum time that confirming a recovery takes. A recovery that lasts only a minute or two does not count.
const LONGEST_BACK: Duration = Duration::from_secs(240);

/// The longest gap between two checks that confirm a recovery.
const BACK_GAP: Duration = Duration::from_secs(60);
