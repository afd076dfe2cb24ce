//! Notices: a vendor's letter, or a person's word. They come before the cut, while every
//! look is green, and they explain the silence that follows.

mod reason;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::advice::Advice;
use super::wording::{self, Wording};
use crate::core::dependency::incident::Incident;
use crate::core::dependency::state::Combined;
use crate::core::dependency::storefronts::is_partly;
use crate::core::probe::standing::Held;
use crate::core::time::{Time, human};
use crate::core::words::verdict::{Fault, Proof, Verdict};

pub use reason::{is_by_letter, is_ending, is_outlived, is_spent, is_terms, is_undated};

/// What somebody was told about some dependencies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Ids of what it threatens.
    pub dependencies: Vec<String>,
    /// When it came.
    pub received: Time,
    /// When it takes effect, if it says so.
    pub effective: Option<Time>,
    /// What it says, in a few words.
    pub text: String,
    /// A person says that they have left us already.
    pub left: bool,
}

/// A notice that a person brought while plugwatch ran, with what people did about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Random public id; stands in questions and buttons.
    pub public_id: String,
    /// What it says.
    pub notice: Notice,
    /// How its hour was read, for people to confirm; empty if none was found.
    pub read_as: String,
    /// Who brought it.
    pub by: String,
    /// Where.
    pub via: String,
    /// When it was brought.
    pub added_at: Time,
    /// SHA-256 of the bytes as they came.
    pub sha256: String,
    /// Who confirmed its hour, and when.
    pub confirmed: Option<(String, Time)>,
    /// Who answers it, and since when.
    pub answered: Option<(String, Time)>,
}

/// A deadline is called to mind so many hours before it: a week is time to move, a day time to save.
const CALL: [u64; 6] = [168, 24, 12, 6, 3, 1];

/// When a deadline is to be called to mind next, if it was last spoken of at `spoken`.
pub fn call_at(ends: Time, spoken: Time) -> Option<Time> {
    let calls = CALL.iter().map(|hours| Time(ends.0 - i64::try_from(hours * 3_600_000).unwrap_or(0)));
    calls.filter(|at| *at > spoken).min()
}

/// Silence that begins within this after its hour is explained by a notice.
const EXPLAINS: Duration = Duration::from_secs(72 * 3_600);
/// What still serves us so long after its hour has outlived the notice.
const SPENT: Duration = Duration::from_secs(7 * 86_400);

/// Reasons for not seeing something that are ours, and prove nothing about a vendor.
const OURS: [&str; 3] = ["own_network", "needs_key", "rate_limited"];
/// Reasons that a key has which never worked: what was never seen working does not stop.
const NEVER: [&str; 2] = ["credential_refused", "never_seen_live"];

/// What is known beside the state when a letter's hour is weighed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around<'a> {
    /// When all that decides was checked last.
    pub looked_at: Option<Time>,
    /// When the vendor's own word was last that the account is in order.
    pub in_order_at: Option<Time>,
    /// Announced work of one's own is under way.
    pub worked_on: bool,
    /// What to do about such a thing.
    pub advice: Option<&'a Advice>,
}

impl Notice {
    /// A newer letter with a date stands in its place: it names the same hour, or this one's has passed or was never named.
    pub fn is_superseded(&self, other: &Notice, now: Time) -> bool {
        let newer = other.received > self.received && other.received <= now && !self.left;
        let names = |ends: Time| self.effective.is_none_or(|own| own == ends || own <= other.received);
        newer && other.effective.is_some_and(names)
    }

    /// The next instant at which it means something else than now.
    pub fn turns_at(&self, now: Time) -> Option<Time> {
        let spent = self.effective.map(|at| at.plus(SPENT));
        [Some(self.received), self.effective, spent].into_iter().flatten().filter(|at| *at > now).min()
    }

    /// What a dependency comes to with this notice, beside what is known `around` it and its `open` incident.
    pub fn apply(&self, state: Combined, around: Around<'_>, open: Option<&Incident>, now: Time) -> Combined {
        if self.received > now {
            return state;
        }
        let told = Told { notice: self, wording: wording::of(&self.text), around };
        if self.left {
            return told.holds(state, Verdict::Dropped, "told_left", self.received);
        }
        let Some(ends) = self.effective else {
            // When is not known: it may be today.
            let ends = told.wording.demand.is_some() || told.wording.ends;
            let reason = if ends { "ends_undated" } else { "noticed" };
            return told.holds(state, Verdict::Degraded, reason, self.received);
        };
        let (state, worked_on) = without_work(state, around, ends);
        if let Some((since, seen)) = self.cut_early(&state, ends) {
            let early = human(ends.since(since));
            return told.cut(state, ends, since, &format!("and the key was refused {early} before that: {seen}"));
        }
        // What the hour brought is known once somebody looked after it.
        if now < ends || around.looked_at.is_none_or(|at| at < ends) {
            let reason = if told.wording.terms { "terms" } else { "ends" };
            return told.holds(state, Verdict::Degraded, reason, self.received);
        }
        let ended = open.is_some_and(|open| open.verdict == Verdict::Dropped && open.reason == "ended_by_notice");
        let unseen = || state.unseen.first().filter(|_| ended).map(|unseen| &unseen.held);
        let cut = |held: &&Held| self.is_cut(held.since, ends, around);
        match silent(&state).filter(cut).or_else(unseen).map(|held| (held.since, seen(held))) {
            Some((since, seen)) => told.cut(state, ends, since.max(ends), &format!("and {seen}")),
            // Gone where the letter said: that is what came of it.
            None if state.held.as_ref().is_some_and(|held| is_partly(&held.reason)) => state,
            None if now.since(ends) >= SPENT || told.wording.terms => state,
            None if state.held.as_ref().is_some_and(|held| held.verdict == Verdict::Outage) => doubted(state, ends),
            None => told.outlived(state, worked_on, ends),
        }
    }

    /// Whether silence since then is what the letter announced. What was silent when it came is not; nor is what
    /// began before the hour, where announced work or the vendor's own word since then explains it.
    fn is_cut(&self, since: Time, ends: Time, around: Around<'_>) -> bool {
        let explained = around.worked_on || around.in_order_at.is_some_and(|at| at >= ends);
        since >= self.received && since <= ends.plus(EXPLAINS) && (since >= ends || !explained)
    }

    /// Since when, and by which answer, the key is refused that worked when the letter came, before the letter's hour:
    /// the announced cut has begun.
    fn cut_early(&self, state: &Combined, ends: Time) -> Option<(Time, String)> {
        let refused = state.lost_access()?;
        let within = refused.since >= self.received && refused.since < ends;
        within.then(|| (refused.since, refused.say.clone()))
    }
}

/// A letter with what its words say, and what is known around it.
struct Told<'a> {
    notice: &'a Notice,
    wording: Wording,
    around: Around<'a>,
}

impl Told<'_> {
    /// The letter's text within quotation marks, where the sentence goes on.
    fn text(&self) -> &str {
        self.notice.text.trim_end_matches('.')
    }

    /// What the letter does to it: it ends it, or threatens to.
    fn announces(&self, past: bool) -> &'static str {
        match (self.wording.demand.is_some(), self.wording.terms, past) {
            (true, _, false) => "threatens the cut-off unless its condition is met",
            (true, _, true) => "threatened the cut-off",
            (_, true, false) => "announces new terms",
            (_, true, true) => "announced new terms",
            (_, _, false) => "announces the cut-off",
            (_, _, true) => "announced the cut-off",
        }
    }

    /// The state with what was told.
    fn holds(&self, state: Combined, verdict: Verdict, reason: &str, since: Time) -> Combined {
        let text = self.text();
        let say = match (reason, self.notice.effective) {
            ("told_left", _) => format!("reported: \u{201c}{text}\u{201d}"),
            // The hour stands beside it, by the reader's own clock.
            (_, Some(ends)) => {
                let given = human(ends.since(self.notice.received));
                format!("a letter {}, with {given} of notice: \u{201c}{text}\u{201d}", self.announces(false))
            }
            ("ends_undated", _) => {
                let speaks = if self.wording.demand.is_some() { self.announces(false) } else { "speaks of a cut-off" };
                format!("a letter {speaks}, and plugwatch knows no date: \u{201c}{text}\u{201d}")
            }
            _ => format!("a letter says: \u{201c}{text}\u{201d}"),
        };
        notified(state, verdict, reason, self.hint(verdict, reason), say, since)
    }

    /// It was cut off as announced, as `seen`.
    fn cut(&self, state: Combined, ends: Time, since: Time, seen: &str) -> Combined {
        let given = human(ends.since(self.notice.received));
        let (announced, ends, text) = (self.announces(true), ends.short(), self.text());
        let say = format!("a letter {announced} for {ends}, with {given} of notice (\u{201c}{text}\u{201d}), {seen}");
        let hint = self.hint(Verdict::Dropped, "ended_by_notice");
        notified(state, Verdict::Dropped, "ended_by_notice", hint, say, since)
    }

    /// The hour has passed, and nothing says that it has stopped.
    fn outlived(&self, state: Combined, worked_on: bool, ends: Time) -> Combined {
        let (announced, ends, text) = (self.announces(true), ends.short(), self.text());
        let (reason, say) = match &state.held {
            // The last check contradicts what was believed before: neither is said.
            Some(held) if held.proof != Proof::Told && (worked_on || state.is_in_doubt()) => {
                let say =
                    format!("the announced cut-off passed on {ends}, and whether it still works is not known yet");
                ("outlived_notice", format!("{say}. The letter: \u{201c}{text}\u{201d}"))
            }
            Some(held) if held.proof != Proof::Told => {
                let say = format!(
                    "the announced cut-off passed on {ends}, and the service still works. It can stop at any moment"
                );
                ("outlived_notice", format!("{say}. The letter: \u{201c}{text}\u{201d}"))
            }
            // A person's word of before is no check.
            Some(_) | None => {
                let say = format!("a letter {announced} for {ends}, and it cannot be checked");
                ("ended_unseen", format!("{say}: \u{201c}{text}\u{201d}"))
            }
        };
        let hint = self.hint(Verdict::Degraded, reason);
        notified(state, Verdict::Degraded, reason, hint, say, self.notice.received)
    }

    /// What to do about such a thing.
    fn hint(&self, verdict: Verdict, reason: &str) -> Option<String> {
        let advice = self.around.advice?;
        Some(match verdict {
            _ if is_spent(reason) => advice.passed.clone(),
            Verdict::Dropped => advice.cut.clone(),
            _ if reason == "noticed" => ANSWER.to_owned(),
            _ if self.wording.terms => TERMS.to_owned(),
            _ if self.wording.demand.is_some() => format!("{MEET} {}", advice.ends),
            _ => advice.ends.clone(),
        })
    }
}

/// What to do first about a letter with a condition, whatever it is about.
const MEET: &str = "Do what the letter asks if you can, and keep proof of when you did.";
/// What to do about a letter that threatens nothing yet.
const ANSWER: &str =
    "Answer it today, and keep proof of that. Ask in writing what will change or be cut off, and when.";
/// What to do about a price or terms, whatever they are for.
const TERMS: &str = "Work out what it costs you a month. Then decide before that day: pay, cut your use, or move. Ask in writing for a later date.";

/// By what nothing good is heard of it any more, for reasons that are not ours; the first of it.
fn silent(state: &Combined) -> Option<&Held> {
    // A breakdown that the vendor itself reports is one.
    let reported = |held: &Held| held.fault == Fault::VendorBreakdown && held.proof == Proof::Stated;
    let out = |held: &&Held| held.verdict == Verdict::Outage && held.fault != Fault::Ours && !reported(held);
    let held = state.held.as_ref().filter(out);
    let ours = |held: &Held| held.fault == Fault::Ours || OURS.contains(&held.reason.as_str());
    let never = |held: &Held| NEVER.contains(&held.reason.as_str());
    let unseen = state.unseen.iter().filter(|unseen| unseen.blind && !never(&unseen.held));
    let unseen = unseen.filter(|unseen| unseen.urgent || !ours(&unseen.held));
    held.or_else(|| unseen.map(|unseen| &unseen.held).min_by_key(|held| held.since))
}

/// What was seen of a cut: that it is out, or that it can no longer be seen.
fn seen(held: &Held) -> String {
    match held.verdict {
        Verdict::Outage => format!("it no longer works: {}", held.say),
        _ => format!("plugwatch no longer sees it work: {}", held.say),
    }
}

/// Ignores an outage that maintenance explains and that no alert reports, so that it hides no letter. Also returns
/// whether there was one.
fn without_work(state: Combined, around: Around<'_>, ends: Time) -> (Combined, bool) {
    let explained = |held: &Held| around.worked_on && held.verdict == Verdict::Outage && held.since < ends;
    let worked_on = state.held.as_ref().is_some_and(explained);
    let held = state.held.map(|held| Held { verdict: if worked_on { Verdict::Live } else { held.verdict }, ..held });
    (Combined { held, ..state }, worked_on)
}

/// A breakdown after the announced hour may be none.
fn doubted(state: Combined, ends: Time) -> Combined {
    let doubt = |held: Held| Held {
        fault: Fault::Unclear,
        proof: Proof::Inferred,
        say: format!("{}; the announced cut-off ({}) has passed, so this may be it", held.say, ends.short()),
        hint: Some("Assume it will not come back. Continue your move.".to_owned()),
        ..held
    };
    Combined { held: state.held.map(doubt), ..state }
}

/// The state with what was told, unless what was seen is worse. Beside another warning, what was
/// told leads.
fn notified(
    state: Combined,
    verdict: Verdict,
    reason: &str,
    hint: Option<String>,
    say: String,
    since: Time,
) -> Combined {
    let mut held = Held {
        verdict,
        reason: reason.to_owned(),
        fault: Fault::VendorDecision,
        proof: Proof::Told,
        say,
        hint,
        by: state.held.as_ref().map(|held| held.by.clone()).unwrap_or_default(),
        since,
        until: None,
    };
    match &state.held {
        Some(seen) if seen.verdict.badness() > verdict.badness() => return state,
        Some(seen) if seen.verdict == verdict && verdict == Verdict::Dropped => return state,
        Some(seen) if seen.verdict == verdict => {
            held.reason = format!("{reason}+{}", seen.reason);
            held.say = format!("{}; {}", held.say, seen.say);
        }
        _ => {}
    }
    Combined { held: Some(held), ..state }
}
