//! Notices: a vendor's letter, or a person's word. They come before the cut, while every
//! look is green, and they explain the silence that follows.

mod reason;
mod seen;
#[cfg(test)]
mod tests;
pub mod to_do;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::advice::Advice;
use super::wording::{self, Wording};
use crate::core::dependency::incident::Incident;
use crate::core::dependency::state::Combined;
use crate::core::dependency::storefronts::is_partly;
use crate::core::probe::standing::Held;
use crate::core::time::{Time, human};
use crate::core::words::verdict::{Proof, Verdict};
use seen::{doubted, notified, seen, silent, without_work};

pub use reason::{is_by_letter, is_ending, is_in_force, is_outlived, is_spent, is_terms, is_undated};

/// What somebody was told about some dependencies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Ids of what it threatens.
    pub dependencies: Vec<String>,
    /// When it came.
    pub received: Time,
    /// When it takes effect, if it says so.
    pub effective: Option<Time>,
    /// It names a day and no hour: `effective` is the beginning of that day, and the end may be meant.
    #[serde(default)]
    pub whole_day: bool,
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

/// When a deadline is to be called to mind next, if it was last spoken of at `spoken`. The last hours before a `day`
/// that is named without an hour are those before its end, counted once it has begun.
pub fn call_at(ends: Time, day: bool, spoken: Time) -> Option<Time> {
    let counts = |hours: &&u64| !day || **hours >= 24;
    let calls = CALL.iter().filter(counts).map(|hours| Time(ends.0 - i64::try_from(hours * 3_600_000).unwrap_or(0)));
    calls.chain(day.then_some(ends)).filter(|at| *at > spoken).min()
}

/// A day that a letter names, without regard to the two in a year on which clocks change.
const DAY: Duration = Duration::from_secs(86_400);
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
    /// Who sent the letter; empty if that is not known.
    pub sender: &'a str,
    /// When older letters came that this one stands in for, the oldest first.
    pub earlier: &'a [Time],
}

impl Notice {
    /// A newer letter with a date stands in its place: it names the same hour, or this one's has passed or was never named.
    pub fn is_superseded(&self, other: &Notice, now: Time) -> bool {
        let newer = other.received > self.received && other.received <= now && !self.left;
        let names = |ends: Time| self.effective.is_none_or(|own| own == ends || own <= other.received);
        newer && other.effective.is_some_and(names)
    }

    /// When it has passed by every reading: "by 17 February" lasts until that day ends; "with effect from 17 August" and
    /// new terms begin with their day.
    pub fn passes(&self) -> Option<Time> {
        let effective = self.effective?;
        let begins = || {
            let wording = wording::of(&self.text);
            wording.terms || wording.from
        };
        Some(if self.whole_day && !begins() { effective.plus(DAY) } else { effective })
    }

    /// Its hour that still lies ahead: on the day that it names without an hour, that day's end.
    pub fn ahead(&self, now: Time) -> Option<Time> {
        let begins = self.effective.filter(|at| *at > now);
        begins.or_else(|| self.passes()).filter(|at| *at > now)
    }

    /// Whether the hour ahead is the beginning of a day that the letter names without an hour.
    pub fn names_day(&self, now: Time) -> bool {
        self.effective.is_some_and(|at| at > now) && self.passes() > self.effective
    }

    /// Whether it is the day that the letter names without an hour.
    pub fn is_last_day(&self, now: Time) -> bool {
        self.effective.is_some_and(|at| at <= now) && self.passes().is_some_and(|at| at > now)
    }

    /// The next instant at which it means something else than now.
    pub fn turns_at(&self, now: Time) -> Option<Time> {
        let spent = self.effective.map(|at| at.plus(SPENT));
        [Some(self.received), self.effective, self.passes(), spent].into_iter().flatten().filter(|at| *at > now).min()
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
        let unknown_at = |at: Time| now < at || around.looked_at.is_none_or(|looked| looked < at);
        let reason = if told.wording.terms { "terms" } else { "ends" };
        if unknown_at(ends) {
            return told.holds(state, Verdict::Degraded, reason, self.received);
        }
        let ended = open.is_some_and(|open| open.verdict == Verdict::Dropped && open.reason == "ended_by_notice");
        let unseen = || state.unseen.first().filter(|_| ended).map(|unseen| &unseen.held);
        let cut = |held: &&Held| self.is_cut(held.since, ends, around);
        match silent(&state).filter(cut).or_else(unseen).map(|held| (held.since, seen(held))) {
            Some((since, seen)) => told.cut(state, ends, since.max(ends), &format!("and {seen}")),
            // Gone where the letter said: that is what came of it.
            None if state.held.as_ref().is_some_and(|held| is_partly(&held.reason)) => state,
            // Its day is not over: what it asks for can still be done.
            None if self.passes().is_some_and(unknown_at) => {
                told.holds(state, Verdict::Degraded, reason, self.received)
            }
            None if now.since(ends) >= SPENT => state,
            None if told.wording.terms => told.in_force(state),
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
    /// Whose letter it is: `Twilio's letter`.
    fn letter(&self) -> String {
        whose(self.around.sender)
    }

    /// The letters before this one, which may name another reason or date.
    fn after_others(&self) -> String {
        let days: Vec<String> = self.around.earlier.iter().map(|at| at.short()).collect();
        if days.is_empty() { String::new() } else { format!(", after a letter of {}", days.join(" and of ")) }
    }

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
        let (text, letter, after) = (self.text(), self.letter(), self.after_others());
        let say = match (reason, self.notice.effective) {
            ("told_left", _) => format!("reported: \u{201c}{text}\u{201d}"),
            // The hour stands beside it, by the reader's own clock.
            (_, Some(_)) => {
                format!("{letter} {}{after}: \u{201c}{text}\u{201d}", self.announces(false))
            }
            ("ends_undated", _) => {
                let speaks =
                    if self.wording.demand.is_some() { self.announces(false) } else { "may announce a cut-off" };
                format!("{letter} {speaks}{after}, and plugwatch knows no date: \u{201c}{text}\u{201d}")
            }
            _ => format!("{letter} says{after}: \u{201c}{text}\u{201d}"),
        };
        notified(state, verdict, reason, self.hint(verdict, reason), say, since)
    }

    /// It was cut off as announced, as `seen`.
    fn cut(&self, state: Combined, ends: Time, since: Time, seen: &str) -> Combined {
        let given = human(ends.since(self.notice.received));
        let (announced, ends, text) = (self.announces(true), ends.short(), self.text());
        let letter = self.letter();
        let say = format!("{letter} {announced} for {ends}, with {given} of notice (\u{201c}{text}\u{201d}), {seen}");
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
                    format!("the announced cut-off time passed on {ends}, and whether it still works is not known yet");
                ("outlived_notice", format!("{say}. The letter: \u{201c}{text}\u{201d}"))
            }
            Some(held) if held.proof != Proof::Told => {
                let say = format!(
                    "the announced cut-off time passed on {ends}, and the service still works. It can stop at any moment"
                );
                ("outlived_notice", format!("{say}. The letter: \u{201c}{text}\u{201d}"))
            }
            // A person's word of before is no check.
            Some(_) | None => {
                let say = format!("{} {announced} for {ends}, and it cannot be checked", self.letter());
                ("ended_unseen", format!("{say}: \u{201c}{text}\u{201d}"))
            }
        };
        let hint = self.hint(Verdict::Degraded, reason);
        notified(state, Verdict::Degraded, reason, hint, say, self.notice.received)
    }

    /// New terms hold. What a person said of it before says nothing of how it fares under them.
    fn in_force(&self, state: Combined) -> Combined {
        let checked = state.held.as_ref().is_some_and(|held| held.proof != Proof::Told);
        if checked {
            return state;
        }
        let before = state.held.as_ref().map(|held| format!(". The last word is older: {}", held.say));
        let (letter, text) = (self.letter(), self.text());
        let before = before.unwrap_or_default();
        let say = format!(
            "the new terms of {letter} are in force (\u{201c}{text}\u{201d}), and nothing was checked since{before}"
        );
        let hint = self.hint(Verdict::Degraded, "terms_in_force");
        notified(state, Verdict::Degraded, "terms_in_force", hint, say, self.notice.received)
    }

    /// What to do about such a thing.
    fn hint(&self, verdict: Verdict, reason: &str) -> Option<String> {
        let advice = self.around.advice?;
        Some(match verdict {
            _ if is_spent(reason) => advice.passed.clone(),
            Verdict::Dropped => to_do::after(&self.wording, advice),
            _ if reason == "noticed" => to_do::answer(),
            _ if reason == "terms_in_force" => IN_FORCE.to_owned(),
            _ => to_do::before(&self.wording, advice),
        })
    }
}

/// What to do on the day of new terms.
const IN_FORCE: &str = "Say what you did about it: paid, cut your use, or moved. If nothing, find out today what it costs you and whether it still works.";

/// Whose letter it is, at the beginning of a sentence or within one: `Twilio's letter`.
pub fn whose(sender: &str) -> String {
    if sender.is_empty() { "a letter".to_owned() } else { format!("{sender}'s letter") }
}
