//! One check changes what is believed about its probe, or brings a suspicion that later checks confirm.
//!
//! [`after`] is the whole of it: a standing, a check and its witnesses give the next standing, perhaps a flip, and what the
//! core would like to be asked.

use std::time::Duration;

use super::policy::{Confirm, Policy};
use super::standing::{Change, CheckResult, Flip, Held, Standing, Suspicion, Unverified, is_told_elsewhere};
use super::weigh::{Weighed, weigh};
use super::witness::{Want, Witnesses};
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Verdict};

/// The standing after one check. `standing` is not changed; time is `look.at`.
pub fn after(
    standing: &Standing,
    look: &CheckResult,
    witnesses: &Witnesses,
    policy: &Policy,
) -> (Standing, Option<Flip>, Vec<Want>) {
    let weighed =
        access(weigh(&look.reading, witnesses, policy, standing.proven(), look.at), standing, policy, look.at);
    let weighed = no_refutation(weighed, standing);
    let mut next = standing.clone();
    if weighed.verdict == Verdict::Unknown {
        let away = look.reading.retry_after.unwrap_or_default();
        let (flip, wants) = unseen(&mut next, &weighed, policy, look.at, away);
        return (next, flip, wants);
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
        let wants = if other { weighed.missing.clone() } else { Vec::new() };
        affirm(&mut next, weighed, look.at);
        (sighted.filter(|_| good).and_then(|_| sighted_flip(&next, look.at)), wants)
    } else {
        suspect(&mut next, weighed, policy, look.at)
    };
    (next, flip, wants)
}

/// The same key worked before and is refused now: that is more than a wrong key.
fn access(weighed: Weighed, standing: &Standing, policy: &Policy, now: Time) -> Weighed {
    if weighed.reason != "credential_refused" {
        return weighed;
    }
    if !policy.keyed {
        // There is no key that could be wrong: somebody on the way turns us away.
        return Weighed { reason: "refused_here".to_owned(), fault: Fault::Unclear, hint: None, ..weighed };
    }
    let Some(live) = standing.last_live else {
        return weighed;
    };
    if standing.key_mark.is_some() && standing.key_mark != policy.key_mark {
        // Another key than the one that worked: a slip of ours, most likely.
        return Weighed { say: format!("{}; it is another key than the one that worked", weighed.say), ..weighed };
    }
    let ago = crate::core::time::human(now.since(live));
    Weighed {
        reason: "access_lost".to_owned(),
        fault: Fault::Unclear,
        say: format!("{}; the same key worked {ago} ago: key revoked or account suspended", weighed.say),
        ..weighed
    }
}

/// A vendor that breaks down after it dropped us has not taken us back: the drop stays,
/// unverified, until the vendor says something about us again.
fn no_refutation(weighed: Weighed, standing: &Standing) -> Weighed {
    if standing.verdict() != Some(Verdict::Dropped) || weighed.verdict != Verdict::Outage {
        return weighed;
    }
    Weighed { verdict: Verdict::Unknown, ..weighed }
}

fn agrees(standing: &Standing, weighed: &Weighed) -> bool {
    standing.verdict() == Some(weighed.verdict)
}

/// The check says what is already believed: it clears every suspicion.
fn affirm(standing: &mut Standing, weighed: Weighed, now: Time) {
    // An outage that goes on does not speak against a growing suspicion of a drop.
    let drop = |suspicion: &Suspicion| suspicion.looks.iter().any(|(_, said)| *said == Verdict::Dropped);
    if weighed.verdict != Verdict::Outage || !standing.suspicion.as_ref().is_some_and(drop) {
        standing.suspicion = None;
    }
    standing.verified_at = Some(now);
    // Routine looks do not hear the witnesses again: what was confirmed with them stays said.
    let heard = weighed.missing.is_empty();
    if let Some(held) = standing.confirmed.as_mut().filter(|_| heard) {
        *held = held_since(weighed, held.since);
    }
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
/// under way, so it wants what a drop wants; the others say the same again after a check.
fn surely(reason: &str, policy: &Policy) -> Confirm {
    if reason == "wrong_page" { policy.dropped } else { Confirm { reads: 2, over: Duration::ZERO } }
}

fn sighted_flip(standing: &Standing, now: Time) -> Option<Flip> {
    let to = standing.confirmed.clone()?;
    Some(Flip { change: Change::Sighted, from: Some(to.verdict), to, confirmed_at: now })
}

/// The check contradicts the standing: count it, and confirm if that is enough.
fn suspect(standing: &mut Standing, weighed: Weighed, policy: &Policy, now: Time) -> (Option<Flip>, Vec<Want>) {
    let confirm = needed(standing, &weighed, policy);
    let suspicion = grown(standing, &weighed, policy, now);
    let span = now.since(suspicion.held.since);
    let ready = weighed.missing.is_empty() && confirm.holds(suspicion.reads, span);
    if ready {
        return (Some(flip_to(standing, suspicion, now)), Vec::new());
    }
    let wait = if confirm.reads > suspicion.reads { confirm.gap() } else { until(confirm.over, span) };
    let mut wants = weighed.missing;
    wants.push(Want::LookAgain(wait));
    if weighed.verdict == Verdict::Dropped {
        wants.push(Want::WholeSpread);
    }
    standing.suspicion = Some(suspicion);
    (None, wants)
}

fn until(over: Duration, span: Duration) -> Duration {
    over.saturating_sub(span).max(Duration::from_millis(500))
}

/// How much confirmation this change needs.
fn needed(standing: &Standing, weighed: &Weighed, policy: &Policy) -> Confirm {
    match (weighed.verdict, standing.verdict()) {
        // A person's word says the same however often it is read.
        (Verdict::Dropped, _) | (Verdict::Live, Some(Verdict::Dropped)) if weighed.proof == Proof::Told => {
            Confirm::new(1, 0)
        }
        // First sight of a living thing needs no second look, nothing was claimed before.
        (Verdict::Live, None) => Confirm::new(1, 0),
        (Verdict::Live, _) => policy.recovery,
        (Verdict::Dropped, _) if weighed.alone => Confirm { over: policy.alone_over, ..policy.dropped },
        (Verdict::Dropped, _) => policy.dropped,
        (Verdict::Outage, _) => policy.outage,
        (Verdict::Degraded | Verdict::Unknown, _) => policy.degraded,
    }
}

/// One contrary check more. Who says worse says this too, so looks by turns do not cancel each
/// other out; but a check for the better breaks a streak for the worse, and the other way round.
fn grown(standing: &mut Standing, weighed: &Weighed, policy: &Policy, now: Time) -> Suspicion {
    // A clock that was set back makes a streak that lies in the future: it is begun anew.
    let fits = |old: &Suspicion| old.last <= now && now.since(old.last) <= policy.stale_after;
    let mut looks = standing.suspicion.take().filter(fits).map(|old| old.looks).unwrap_or_default();
    let believed = standing.verdict().map_or(0, Verdict::badness);
    let bad = weighed.verdict.badness();
    let worse = bad > believed;
    looks.retain(|(_, said)| (said.badness() > believed) == worse);
    if looks.len() >= MOST_LOOKS {
        looks.remove(1);
    }
    looks.push((now, weighed.verdict));
    let says = |said: Verdict| if worse { said.badness() >= bad } else { said.badness() <= bad };
    let since = looks.iter().find(|(_, said)| says(*said)).map_or(now, |(at, _)| *at);
    let reads = looks.iter().filter(|(_, said)| says(*said)).count();
    Suspicion {
        held: held_since(weighed.clone(), since),
        reads: u32::try_from(reads).unwrap_or(u32::MAX),
        last: now,
        looks,
    }
}

fn flip_to(standing: &mut Standing, suspicion: Suspicion, now: Time) -> Flip {
    let from = standing.verdict();
    // Gone begins when it was first not served, whatever that looked like then.
    let out = |(_, said): &&(Time, Verdict)| said.badness() >= Verdict::Outage.badness();
    let first_out = suspicion.looks.iter().find(out).map(|(at, _)| *at);
    let since = first_out.filter(|_| suspicion.held.verdict == Verdict::Dropped).unwrap_or(suspicion.held.since);
    let to = Held { since, ..suspicion.held };
    standing.confirmed = Some(to.clone());
    standing.suspicion = None;
    standing.verified_at = Some(now);
    Flip { change: Change::Verdict, from, to, confirmed_at: now }
}

/// Reasons for `unknown` that are told once confirmed, not only when blind for long. The
/// first and the last are the core's own words, the others those of the catalogue.
const SPEAKS_AT_ONCE: [&str; 4] = ["never_seen_live", "credential_refused", "wrong_page", "access_lost"];

/// So many contrary checks are remembered.
const MOST_LOOKS: usize = 32;
