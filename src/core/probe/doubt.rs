//! A vendor's own word that comes by turns: suspended at this check, in order at the next, as where only
//! some of its servers know it yet, or still know it. An absence that another path and the comparisons confirm is
//! as good as such a word.
//!
//! One good answer takes such a word not back: it takes three in a row. Two in a row confirm it, and so
//! does half of what was read over half an hour. What is neither confirmed nor taken back, and came
//! again, is told as what it is; so is what was taken back and comes for the third time within an hour.

use std::time::Duration;

use super::policy::{Confirm, Policy};
use super::standing::{Held, Standing, Suspicion};
use crate::core::time::Time;
use crate::core::words::verdict::{Basis, Proof, Verdict};

/// So many good checks in a row take a word back.
pub(super) const CLEARS: u32 = 3;
/// Where it had come by turns they span this, too: a stale server answers every tenth time, say.
const CLEARS_OVER: Duration = Duration::from_secs(600);
/// Half of the checks of so long a time confirm it.
const WINDOW: Duration = Duration::from_secs(1_800);
/// Fewer checks than this are no half an hour.
const FEWEST: usize = 6;
/// After the first checks a minute apart, 18 of them fit into the window.
const PACE: Duration = Duration::from_secs(100);
/// So many checks come at the pace of a confirmation.
const QUICK: usize = 6;
/// So long after a return old words are an old copy's rather than a second drop.
const RETURN: Duration = Duration::from_secs(24 * 3_600);
/// After a return, so many in a row are a second drop though good answers came between.
const AGAIN: u32 = 5;

/// What was taken back so often within [`REMEMBERED`] comes by turns as soon as it comes again.
const TAKEN_BACK: usize = 2;
/// One server of many that knows of a suspension is asked by chance: an hour has a dozen checks.
const REMEMBERED: Duration = Duration::from_secs(3_600);

/// The reason under which it stands while it is neither confirmed nor taken back.
const BY_TURNS: &str = "said_by_turns";

/// Whether a warning stands, alone or with others, for a drop that is said by turns.
pub fn is_by_turns(reason: &str) -> bool {
    reason.split('+').any(|one| one == BY_TURNS)
}

/// Whether what is suspected is a drop by the vendor's own word: the check's, or the rule's that read it, where a
/// check that otherwise looks for what is missing finds "disabled by the store".
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

/// Another path that shows it takes an absence back, and nothing of it is remembered: the sources disagree.
pub(super) fn is_refuted(suspicion: &Suspicion, verdict: Verdict, policy: &Policy) -> bool {
    suspicion.witnessed && !is_word(suspicion, policy) && verdict == Verdict::Degraded
}

/// A good check while the vendor's own word is in doubt: what is left of the doubt, and when to ask again.
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

/// How soon to ask again: soon at first, then so that a vendor is not asked every minute for hours.
pub(super) fn pace(suspicion: &Suspicion, policy: &Policy) -> Duration {
    let quick = policy.dropped.gap();
    if suspicion.looks.len() <= QUICK { quick } else { quick.max(PACE) }
}

/// What is counted: half an hour, or longer where a check confirms more slowly than that.
fn window(policy: &Policy) -> Duration {
    WINDOW.max(policy.alone_over)
}

/// Notes a check beside good ones, and forgets what is older than the window.
fn remember(looks: &mut Vec<(Time, Verdict)>, window: Duration, now: Time, said: Verdict) {
    looks.retain(|(at, _)| now.since(*at) <= window);
    if looks.len() >= MOST {
        looks.remove(0);
    }
    looks.push((now, said));
}

/// Notes a contrary check: with `turns` beside good ones, else the first of them is kept for its date.
pub(super) fn note(looks: &mut Vec<(Time, Verdict)>, turns: Option<&Policy>, now: Time, said: Verdict) {
    if let Some(policy) = turns {
        return remember(looks, window(policy), now, said);
    }
    if looks.len() >= MOST {
        looks.remove(1);
    }
    looks.push((now, said));
}

/// So many checks are remembered.
const MOST: usize = 32;

/// Whether the vendor's own word is confirmed by what was read.
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

/// After a return the same word wants more: one in a row more, or [`AGAIN`] where good ones came between.
fn again(suspicion: &Suspicion, confirm: Confirm) -> Confirm {
    let mixed = suspicion.looks.iter().any(|(_, said)| is_good(*said));
    let reads = if mixed { confirm.reads.max(AGAIN) } else { confirm.reads + 1 };
    Confirm { reads, over: confirm.gap() * reads.saturating_sub(1) }
}

/// At least half of what was read over half an hour, and as often as would have confirmed it.
fn is_half(suspicion: &Suspicion, confirm: Confirm, policy: &Policy, now: Time) -> bool {
    let full = now.since(suspicion.held.since) >= window(policy);
    let (bad, all) = counted(suspicion);
    full && all >= FEWEST && bad * 2 >= all && bad >= confirm.reads as usize
}

/// How many of the checks within the window said it, and how many there were.
fn counted(suspicion: &Suspicion) -> (usize, usize) {
    let within = suspicion.looks.iter().filter(|(_, said)| says(*said) || is_good(*said));
    let bad = within.clone().filter(|(_, said)| says(*said)).count();
    (bad, within.count())
}

/// Since when a drop is dated that half of the checks confirm: the first of those that were counted.
pub(super) fn counted_since(suspicion: &Suspicion) -> Time {
    let first = suspicion.looks.iter().find(|(_, said)| says(*said)).map(|(at, _)| *at);
    first.filter(|_| suspicion.by_turns).map_or(suspicion.held.since, |first| first.max(suspicion.held.since))
}

/// What is said of a drop: how often it was, where other checks between found it in order.
pub(super) fn said(suspicion: &Suspicion) -> String {
    let (bad, all) = counted(suspicion);
    let say = &suspicion.held.say;
    if bad == all { say.clone() } else { format!("in {bad} of the last {all} checks: {say}") }
}

/// Whether it came again after a good check, and lasts longer than twice what would have confirmed it; or was taken
/// back twice within an hour.
pub(super) fn comes_by_turns(suspicion: &Suspicion, taken_back: &[Time], confirm: Confirm, now: Time) -> bool {
    let good = suspicion.looks.iter().any(|(_, said)| is_good(*said));
    let again = lately(taken_back, now).count() >= TAKEN_BACK;
    suspicion.by_turns || again || (good && now.since(suspicion.held.since) >= confirm.over * 2)
}

fn lately(taken_back: &[Time], now: Time) -> impl Iterator<Item = &Time> {
    taken_back.iter().filter(move |at| **at <= now && now.since(**at) <= REMEMBERED)
}

/// How soon to ask again after a doubt was taken back: whoever says it now and then is asked more often for a while.
pub(super) fn watched(taken_back: &[Time], policy: &Policy, now: Time) -> Option<Duration> {
    let last = lately(taken_back, now).max()?;
    (now.since(*last) <= CLEARS_OVER).then(|| policy.dropped.gap().max(PACE))
}

/// A doubt was taken back: that is remembered for an hour.
pub(super) fn note_taken_back(taken_back: &mut Vec<Time>, doubt: &Suspicion, now: Time) {
    taken_back.retain(|at| *at <= now && now.since(*at) <= REMEMBERED);
    if taken_back.len() > TAKEN_BACK {
        taken_back.remove(0);
    }
    taken_back.push(doubt.held.since);
}

impl Standing {
    /// What counts of this check: its verdict or, while the vendor's own word against it comes by turns,
    /// that as a warning.
    pub fn counts(&self) -> Option<Held> {
        let confirmed = self.confirmed.as_ref()?;
        let doubt = self.suspicion.as_ref().filter(|doubt| doubt.by_turns && is_good(confirmed.verdict));
        let Some(doubt) = doubt else {
            return Some(self.refused_by_turns(confirmed).unwrap_or_else(|| confirmed.clone()));
        };
        let (bad, all) = counted(doubt);
        let others = if all - bad == 1 { "one".to_owned() } else { (all - bad).to_string() };
        let say =
            format!("in {bad} of the last {all} checks: {}; the other {others} found it in order", doubt.held.say);
        let again = lately(&self.taken_back, doubt.last).min().filter(|_| bad == all);
        let say = match again {
            Some(_) => format!("again and again within an hour: {}; checks between found it in order", doubt.held.say),
            None => say,
        };
        let since = again.copied().map_or(doubt.held.since, |first| first.min(doubt.held.since));
        Some(Held { verdict: Verdict::Degraded, reason: BY_TURNS.to_owned(), say, since, ..doubt.held.clone() })
    }

    /// What is suspected and not told in another way.
    pub fn suspects(&self) -> Option<&Suspicion> {
        self.suspicion.as_ref().filter(|doubt| !doubt.by_turns)
    }
}
