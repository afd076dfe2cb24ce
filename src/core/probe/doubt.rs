//! Vendor statements that alternate with good answers: suspended at one check, in good standing at the next, because
//! only some of the vendor's servers have the current state. An absence that a second path and the comparisons
//! confirm counts as much as such a statement.
//!
//! One good answer does not withdraw such a statement; three in a row do. Two statements in a row confirm it, and so
//! do statements in half of the checks over half an hour. A statement that is repeated, but neither confirmed nor
//! withdrawn, is reported as intermittent. So is one that was withdrawn twice and reappears within an hour.

use std::time::Duration;

use super::policy::{Confirm, Policy};
use super::standing::{Held, Standing, Suspicion};
use crate::core::time::Time;
use crate::core::words::verdict::{Basis, Proof, Verdict};

/// How many good checks in a row withdraw a statement.
pub(super) const CLEARS: u32 = 3;
/// After intermittent statements, the good checks must also span this long: a stale server may answer only one check
/// in ten.
const CLEARS_OVER: Duration = Duration::from_secs(600);
/// The period over which statements in half of the checks confirm a drop.
const WINDOW: Duration = Duration::from_secs(1_800);
/// The fewest checks that count as half an hour.
const FEWEST: usize = 6;
/// The gap between checks after the first ones, which are a minute apart. 18 checks fit into the window.
const PACE: Duration = Duration::from_secs(100);
/// How many checks run at the pace of a confirmation.
const QUICK: usize = 6;
/// For this long after a recovery, an old statement is more likely a stale copy than a second drop.
const RETURN: Duration = Duration::from_secs(24 * 3_600);
/// After a recovery, how many statements in a row confirm a second drop, even with good answers in between.
const AGAIN: u32 = 5;

/// A suspicion withdrawn this often within [`REMEMBERED`] counts as intermittent as soon as it returns.
const TAKEN_BACK: usize = 2;
/// How long withdrawn suspicions are remembered. If a single server has the suspension, a check reaches that server
/// only by chance, and an hour has about a dozen checks.
const REMEMBERED: Duration = Duration::from_secs(3_600);

/// The reason code of a statement that is neither confirmed nor withdrawn.
const BY_TURNS: &str = "said_by_turns";

/// Whether a warning, alone or joined with others, says that the vendor's answers alternate between dropped and good.
pub fn is_by_turns(reason: &str) -> bool {
    reason.split('+').any(|one| one == BY_TURNS)
}

/// Whether the suspicion is a drop stated by the vendor itself. Either the whole check reads such statements, or a
/// single rule does, as when a check that normally looks for absence finds "disabled by the store".
pub(super) fn is_statement(suspicion: &Suspicion, policy: &Policy) -> bool {
    let counts = is_word(suspicion, policy) || suspicion.witnessed;
    counts && suspicion.looks.iter().any(|(_, said)| says(*said))
}

fn is_word(suspicion: &Suspicion, policy: &Policy) -> bool {
    policy.basis == Basis::OwnStatement || suspicion.held.proof == Proof::Stated
}

fn says(said: Verdict) -> bool {
    said == Verdict::Dropped
}

fn is_good(said: Verdict) -> bool {
    matches!(said, Verdict::Live | Verdict::Degraded)
}

/// Whether a second path that still shows the listing refutes an absence. Such an absence is not remembered, because
/// the sources disagree.
pub(super) fn is_refuted(suspicion: &Suspicion, verdict: Verdict, policy: &Policy) -> bool {
    suspicion.witnessed && !is_word(suspicion, policy) && verdict == Verdict::Degraded
}

/// Applies a good check while a vendor's statement is in doubt: returns what remains of the suspicion and how soon to
/// check again, or `None` if it is withdrawn.
pub(super) fn after_good(
    mut suspicion: Suspicion,
    verdict: Verdict,
    policy: &Policy,
    now: Time,
) -> Option<(Suspicion, Duration)> {
    suspicion.last = now;
    remember(&mut suspicion.looks, window(policy), now, verdict);
    let good = suspicion.looks.iter().rev().take_while(|(_, said)| is_good(*said));
    let over = good.clone().last().map_or(Duration::ZERO, |(first, _)| now.since(*first));
    let forgotten = !suspicion.looks.iter().any(|(_, said)| says(*said));
    let enough = u32::try_from(good.count()).is_ok_and(|good| good >= CLEARS);
    let taken_back = forgotten || (enough && (!suspicion.by_turns || over >= CLEARS_OVER));
    let gap = pace(&suspicion, policy);
    (!taken_back).then_some((suspicion, gap))
}

/// How soon to check again: quickly at first, then more slowly, so that a vendor does not get a request every minute
/// for hours.
pub(super) fn pace(suspicion: &Suspicion, policy: &Policy) -> Duration {
    let quick = policy.dropped.gap();
    if suspicion.looks.len() <= QUICK { quick } else { quick.max(PACE) }
}

/// The period in which checks are counted: half an hour, or longer if the check takes longer to confirm.
fn window(policy: &Policy) -> Duration {
    WINDOW.max(policy.alone_over)
}

/// Records a check, good or bad, and forgets those older than the window.
fn remember(looks: &mut Vec<(Time, Verdict)>, window: Duration, now: Time, said: Verdict) {
    looks.retain(|(at, _)| now.since(*at) <= window);
    if looks.len() >= MOST {
        looks.remove(0);
    }
    looks.push((now, said));
}

/// Records a contradicting check. With `turns`, good checks are kept as well; otherwise the first one is always kept,
/// for its date.
pub(super) fn note(looks: &mut Vec<(Time, Verdict)>, turns: Option<&Policy>, now: Time, said: Verdict) {
    if let Some(policy) = turns {
        return remember(looks, window(policy), now, said);
    }
    if looks.len() >= MOST {
        looks.remove(1);
    }
    looks.push((now, said));
}

/// The maximum number of checks that are remembered.
const MOST: usize = 32;

/// Whether the recorded checks confirm the vendor's statement.
pub(super) fn is_confirmed(
    standing: &Standing,
    suspicion: &Suspicion,
    confirm: Confirm,
    policy: &Policy,
    now: Time,
) -> bool {
    let row: Vec<Time> = suspicion
        .looks
        .iter()
        .rev()
        .take_while(|(_, said)| !is_good(*said))
        .filter(|(_, said)| says(*said))
        .map(|(at, _)| *at)
        .collect();
    let reads = u32::try_from(row.len()).unwrap_or(u32::MAX);
    let span = row.last().map_or(Duration::ZERO, |first| now.since(*first));
    let confirm = if is_return(standing, now) { again(suspicion, confirm) } else { confirm };
    confirm.holds(reads, span) || is_half(suspicion, confirm, policy, now)
}

fn is_return(standing: &Standing, now: Time) -> bool {
    standing.returned_at.is_some_and(|at| now.since(at) <= RETURN)
}

/// Requires more confirmation for the same statement after a recovery: one more in a row, or [`AGAIN`] if there were
/// good answers in between.
fn again(suspicion: &Suspicion, confirm: Confirm) -> Confirm {
    let mixed = suspicion.looks.iter().any(|(_, said)| is_good(*said));
    let reads = if mixed { confirm.reads.max(AGAIN) } else { confirm.reads + 1 };
    Confirm { reads, over: confirm.gap() * reads.saturating_sub(1) }
}

/// Whether the statement appeared in at least half of the checks over half an hour, and at least as often as a
/// confirmation needs.
fn is_half(suspicion: &Suspicion, confirm: Confirm, policy: &Policy, now: Time) -> bool {
    let full = now.since(suspicion.held.since) >= window(policy);
    let (bad, all) = counted(suspicion);
    full && all >= FEWEST && bad * 2 >= all && bad >= confirm.reads as usize
}

/// How many checks within the window stated a drop, and how many there were.
fn counted(suspicion: &Suspicion) -> (usize, usize) {
    let within = suspicion.looks.iter().filter(|(_, said)| says(*said) || is_good(*said));
    let bad = within.clone().filter(|(_, said)| says(*said)).count();
    (bad, within.count())
}

/// The start of a drop that half of the checks confirm: the first statement among those counted.
pub(super) fn counted_since(suspicion: &Suspicion) -> Time {
    let first = suspicion.looks.iter().find(|(_, said)| says(*said)).map(|(at, _)| *at);
    first.filter(|_| suspicion.by_turns).map_or(suspicion.held.since, |first| first.max(suspicion.held.since))
}

/// The sentence for a drop. If other checks in between found it in good standing, the sentence says how many stated
/// the drop.
pub(super) fn said(suspicion: &Suspicion) -> String {
    let (bad, all) = counted(suspicion);
    let say = &suspicion.held.say;
    if bad == all { say.clone() } else { format!("{say}, in {bad} of the last {all} checks") }
}

/// Whether a statement is intermittent: it returned after a good check and has lasted twice as long as a confirmation
/// takes, or it was withdrawn twice within an hour.
pub(super) fn comes_by_turns(suspicion: &Suspicion, taken_back: &[Time], confirm: Confirm, now: Time) -> bool {
    let good = suspicion.looks.iter().any(|(_, said)| is_good(*said));
    let again = lately(taken_back, now).count() >= TAKEN_BACK;
    suspicion.by_turns || again || (good && now.since(suspicion.held.since) >= confirm.over * 2)
}

fn lately(taken_back: &[Time], now: Time) -> impl Iterator<Item = &Time> {
    taken_back.iter().filter(move |at| **at <= now && now.since(**at) <= REMEMBERED)
}

/// How soon to check again after a suspicion was withdrawn: for a while, more often than usual. `None` afterwards.
pub(super) fn watched(taken_back: &[Time], policy: &Policy, now: Time) -> Option<Duration> {
    let last = lately(taken_back, now).max()?;
    (now.since(*last) <= CLEARS_OVER).then(|| policy.dropped.gap().max(PACE))
}

/// Remembers for an hour that a suspicion was withdrawn.
pub(super) fn note_taken_back(taken_back: &mut Vec<Time>, doubt: &Suspicion, now: Time) {
    taken_back.retain(|at| *at <= now && now.since(*at) <= REMEMBERED);
    if taken_back.len() > TAKEN_BACK {
        taken_back.remove(0);
    }
    taken_back.push(doubt.held.since);
}

impl Standing {
    /// What this check contributes to its dependency: its confirmed verdict, or a warning if the vendor's
    /// contradicting statement is intermittent.
    pub fn counts(&self) -> Option<Held> {
        let confirmed = self.confirmed.as_ref()?;
        let doubt = self.suspicion.as_deref().filter(|doubt| doubt.by_turns && is_good(confirmed.verdict));
        let Some(doubt) = doubt else {
            let by_turns = self.refused_by_turns(confirmed).or_else(|| self.warned_by_turns(confirmed));
            return Some(by_turns.unwrap_or_else(|| confirmed.clone()));
        };
        let (bad, all) = counted(doubt);
        let others = if all - bad == 1 { "one".to_owned() } else { (all - bad).to_string() };
        let say =
            format!("{}, in {bad} of the last {all} checks; the other {others} found nothing wrong", doubt.held.say);
        let again = lately(&self.taken_back, doubt.last).min().filter(|_| bad == all);
        let say = match again {
            Some(_) => {
                format!("again and again within an hour: {}; checks in between found nothing wrong", doubt.held.say)
            }
            None => say,
        };
        let since = again.copied().map_or(doubt.held.since, |first| first.min(doubt.held.since));
        Some(Held { verdict: Verdict::Degraded, reason: BY_TURNS.to_owned(), say, since, ..doubt.held.clone() })
    }

    /// The suspicion, unless it is already reported as intermittent.
    pub fn suspects(&self) -> Option<&Suspicion> {
        self.suspicion.as_deref().filter(|doubt| !doubt.by_turns)
    }
}
