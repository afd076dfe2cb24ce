//! Notices: a vendor's letter, or a person's report. They arrive before the cut-off, while every check is still good,
//! and explain why checks fail afterwards.

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
use crate::core::time::{Time, deadline, human};
use crate::core::words::verdict::{Proof, Verdict};
use seen::{doubted, notified, seen, silent, without_work};

pub use reason::{is_by_letter, is_ending, is_in_force, is_interruption, is_outlived, is_spent, is_terms, is_undated};

/// A notice about some dependencies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The ids of the dependencies that it threatens.
    pub dependencies: Vec<String>,
    /// When it was received.
    pub received: Time,
    /// When it takes effect, if it says so.
    pub effective: Option<Time>,
    /// Whether it names only a day: `effective` is then the beginning of that day, although the end may be meant.
    #[serde(default)]
    pub whole_day: bool,
    /// What it says, in a few words.
    pub text: String,
    /// Whether a person reports that the vendor has already left.
    pub left: bool,
}

/// A notice that a person entered while plugwatch was running, with what people did about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Random public id, used in questions and buttons.
    pub public_id: String,
    /// What it says.
    pub notice: Notice,
    /// How its date was read, for people to confirm; empty if no date was found.
    pub read_as: String,
    /// Who entered it.
    pub by: String,
    /// The channel through which it was entered.
    pub via: String,
    /// When it was entered.
    pub added_at: Time,
    /// SHA-256 of the bytes as received.
    pub sha256: String,
    /// Who confirmed its date, and when.
    pub confirmed: Option<(String, Time)>,
    /// Who answers the vendor, and since when.
    pub answered: Option<(String, Time)>,
}

/// Hours before a deadline at which people are reminded of it: a week is enough time to move, a day is enough to save
/// data.
const CALL: [u64; 6] = [168, 24, 12, 6, 3, 1];
/// Of these, those that say nothing new to whoever is on it: three hours before, another act is due, and an hour before is
/// the last word. Of new terms, no hour is due.
const REPEATS: [u64; 2] = [12, 6];

/// When to remind of a deadline next, if it was last mentioned at `spoken`. If the letter names only a `day`, the
/// last hours are those before the end of that day, and they count from its beginning. `seen` states that somebody is
/// working on it.
pub fn call_at(ends: Time, day: bool, spoken: Time, seen: bool) -> Option<Time> {
    let counts = |hours: &&u64| (!day || **hours >= 24) && !(seen && REPEATS.contains(hours));
    let calls = CALL.iter().filter(counts).map(|hours| Time(ends.0 - i64::try_from(hours * 3_600_000).unwrap_or(0)));
    calls.chain(day.then_some(ends)).filter(|at| *at > spoken).min()
}

/// The length of a day that a letter names, ignoring the two days a year on which clocks change.
const DAY: Duration = Duration::from_secs(86_400);
/// A failure that begins within this time after the announced time is explained by the notice.
const EXPLAINS: Duration = Duration::from_secs(72 * 3_600);
/// If it still works this long after the announced time, the notice no longer counts.
const SPENT: Duration = Duration::from_secs(7 * 86_400);

/// Reasons for an unreadable check that are on the user's side and prove nothing about a vendor.
const OURS: [&str; 3] = ["own_network", "needs_key", "rate_limited"];
/// Reasons of checks that never worked: something that never worked cannot stop.
const NEVER: [&str; 2] = ["credential_refused", "never_seen_live"];

/// What is known, in addition to the state, when a letter is evaluated.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around<'a> {
    /// When the least recent of the deciding checks ran.
    pub looked_at: Option<Time>,
    /// When the vendor last stated that the account is in good standing.
    pub in_order_at: Option<Time>,
    /// Whether announced maintenance on the user's side is in progress.
    pub worked_on: bool,
    /// Whether a person said that the letter was answered.
    pub answered: bool,
    /// The advice for this kind of dependency.
    pub advice: Option<&'a Advice>,
    /// Who sent the letter; empty if unknown.
    pub sender: &'a str,
    /// When the older letters arrived that this one replaces, oldest first.
    pub earlier: &'a [Time],
}

impl Notice {
    /// Whether a newer letter with a date replaces this one: it names the same time, or this one's time has passed or
    /// was never named.
    pub fn is_superseded(&self, other: &Notice, now: Time) -> bool {
        let newer = other.received > self.received && other.received <= now && !self.left;
        let names = |ends: Time| self.effective.is_none_or(|own| own == ends || own <= other.received);
        newer && other.effective.is_some_and(names)
    }

    /// When the announced time has certainly passed: "by 17 February" lasts until the end of that day; "with effect
    /// from 17 August" and new terms apply from the beginning of their day.
    pub fn passes(&self) -> Option<Time> {
        let effective = self.effective?;
        let begins = || {
            let wording = wording::of(&self.text);
            wording.terms || wording.from
        };
        Some(if self.whole_day && !begins() { effective.plus(DAY) } else { effective })
    }

    /// The announced time, if it is still ahead. On a day named without an hour, this is the end of that day.
    pub fn ahead(&self, now: Time) -> Option<Time> {
        let begins = self.effective.filter(|at| *at > now);
        begins.or_else(|| self.passes()).filter(|at| *at > now)
    }

    /// Whether the announced time is still ahead and is a day named without an hour.
    pub fn names_day(&self, now: Time) -> bool {
        self.effective.is_some_and(|at| at > now) && self.passes() > self.effective
    }

    /// Whether today is the day that the letter names without an hour.
    pub fn is_last_day(&self, now: Time) -> bool {
        self.effective.is_some_and(|at| at <= now) && self.passes().is_some_and(|at| at > now)
    }

    /// Whether its hour or day has come so lately that what fails now is likely what it announced.
    pub fn has_come(&self, now: Time) -> bool {
        self.received <= now && self.effective.is_some_and(|at| at <= now && now <= at.plus(EXPLAINS))
    }

    /// The next instant at which the meaning of the notice changes.
    pub fn turns_at(&self, now: Time) -> Option<Time> {
        let spent = self.effective.map(|at| at.plus(SPENT));
        [Some(self.received), self.effective, self.passes(), spent].into_iter().flatten().filter(|at| *at > now).min()
    }

    /// The state of a dependency under this notice, given what is known `around` it and its `open` incident.
    pub fn apply(&self, state: Combined, around: Around<'_>, open: Option<&Incident>, now: Time) -> Combined {
        if self.received > now {
            return state;
        }
        let told = Told { notice: self, wording: wording::of(&self.text), around };
        if self.left {
            return told.holds(state, Verdict::Dropped, "told_left", self.received);
        }
        let Some(ends) = self.effective else {
            // The date is unknown: it may be today.
            let ends = told.wording.demand.is_some() || told.wording.ends;
            let reason = match told.wording.may_stop {
                _ if ends => "ends_undated",
                true => "interrupts_undated",
                false => "noticed",
            };
            return told.holds(state, Verdict::Degraded, reason, self.received);
        };
        let (state, worked_on) = without_work(state, around, ends);
        if let Some((since, seen)) = self.cut_early(&state, ends) {
            let early = human(ends.since(since));
            return told.cut(state, ends, since, &format!("and the key was refused {early} before that: {seen}"));
        }
        // The outcome is known only once a check was made after the announced time.
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
            // It is gone in some storefronts: that is the announced cut-off.
            None if state.held.as_ref().is_some_and(|held| is_partly(&held.reason)) => state,
            // The named day is not over, so the demand can still be met.
            None if self.passes().is_some_and(unknown_at) => {
                told.holds(state, Verdict::Degraded, reason, self.received)
            }
            None if now.since(ends) >= SPENT => state,
            None if told.wording.terms => told.in_force(state),
            None if state.held.as_ref().is_some_and(|held| held.verdict == Verdict::Outage) => doubted(state, ends),
            None => told.outlived(state, worked_on, ends),
        }
    }

    /// Whether a failure since then is the announced cut-off. It is not if it began before the letter arrived, or if
    /// it began before the announced time and is explained by announced maintenance or by the vendor's own later
    /// statement.
    fn is_cut(&self, since: Time, ends: Time, around: Around<'_>) -> bool {
        let explained = around.worked_on || around.in_order_at.is_some_and(|at| at >= ends);
        since >= self.received && since <= ends.plus(EXPLAINS) && (since >= ends || !explained)
    }

    /// Since when, and with what answer, a key is refused that worked when the letter arrived. If that is before the
    /// announced time, the cut-off has begun early.
    fn cut_early(&self, state: &Combined, ends: Time) -> Option<(Time, String)> {
        let refused = state.lost_access()?;
        let within = refused.since >= self.received && refused.since < ends;
        within.then(|| (refused.since, refused.say.clone()))
    }
}

/// A letter with its wording and what is known around it.
struct Told<'a> {
    notice: &'a Notice,
    wording: Wording,
    around: Around<'a>,
}

impl Told<'_> {
    /// The letter with its sender, such as `Twilio's letter`.
    fn letter(&self) -> String {
        whose(self.around.sender)
    }

    /// A phrase that lists the earlier letters, which may give another reason or date.
    fn after_others(&self) -> String {
        let days: Vec<String> = self.around.earlier.iter().map(|at| at.short()).collect();
        if days.is_empty() { String::new() } else { format!(", after a letter of {}", days.join(" and of ")) }
    }

    /// The letter's text without its final full stop, for quoting within a sentence.
    fn text(&self) -> &str {
        self.notice.text.trim_end_matches('.')
    }

    /// What the letter announces, as a verb phrase: that it ends, or may end.
    fn announces(&self, past: bool) -> &'static str {
        match (self.wording.demand.is_some(), self.wording.terms, past) {
            (true, _, false) => "threatens a cut-off unless you comply",
            (true, _, true) => "threatened the cut-off",
            (_, true, false) => "announces new terms",
            (_, true, true) => "announced new terms",
            (_, _, false) => "announces the cut-off",
            (_, _, true) => "announced the cut-off",
        }
    }

    /// The state with the notice added.
    fn holds(&self, state: Combined, verdict: Verdict, reason: &str, since: Time) -> Combined {
        let (text, letter, after) = (self.text(), self.letter(), self.after_others());
        let say = match (reason, self.notice.effective) {
            ("told_left", _) => format!("reported: \u{201c}{text}\u{201d}"),
            // The date is shown separately, in the reader's time zone.
            (_, Some(_)) => {
                // A reader would look for the date in the quotation.
                let apart = if deadline::names_none(text) { " (date reported separately)" } else { "" };
                format!("{letter} {}{apart}{after}: \u{201c}{text}\u{201d}", self.announces(false))
            }
            ("ends_undated", _) => {
                format!(
                    "{letter} {}{after}, and plugwatch knows no date: \u{201c}{text}\u{201d}",
                    self.announces(false)
                )
            }
            ("interrupts_undated", _) => {
                format!("{letter} warns of an interruption{after}, and plugwatch knows no date: \u{201c}{text}\u{201d}")
            }
            _ => format!(
                "{letter} says{after}: \u{201c}{text}\u{201d}. plugwatch found no date in it. When does it take effect?"
            ),
        };
        notified(state, verdict, reason, self.hint(verdict, reason), say, since)
    }

    /// The state after it was cut off as announced; `seen` says how.
    fn cut(&self, state: Combined, ends: Time, since: Time, seen: &str) -> Combined {
        let given = human(ends.since(self.notice.received));
        let (announced, ends, text) = (self.announces(true), ends.short(), self.text());
        let letter = self.letter();
        let say = format!("{letter} {announced} for {ends}, with {given} of notice (\u{201c}{text}\u{201d}), {seen}");
        let hint = self.hint(Verdict::Dropped, "ended_by_notice");
        notified(state, Verdict::Dropped, "ended_by_notice", hint, say, since)
    }

    /// The state after the announced time has passed, with no sign that it has stopped.
    fn outlived(&self, state: Combined, worked_on: bool, ends: Time) -> Combined {
        let (announced, ends, text) = (self.announces(true), ends.short(), self.text());
        let (reason, say) = match &state.held {
            // The last check contradicts the earlier state, so neither is reported.
            Some(held) if held.proof != Proof::Told && (worked_on || state.is_in_doubt()) => {
                let say = format!(
                    "the announced cut-off time passed on {ends}, and plugwatch does not know yet whether the service still works"
                );
                ("outlived_notice", format!("{say}. The letter: \u{201c}{text}\u{201d}"))
            }
            Some(held) if held.proof != Proof::Told => {
                let say = format!(
                    "the announced cut-off time passed on {ends}, and the last check found it working. It can stop at any moment"
                );
                ("outlived_notice", format!("{say}. The letter: \u{201c}{text}\u{201d}"))
            }
            // A person's earlier report is not a check.
            Some(_) | None => {
                let say = format!("{} {announced} for {ends}, and it cannot be checked", self.letter());
                ("ended_unseen", format!("{say}: \u{201c}{text}\u{201d}"))
            }
        };
        let hint = self.hint(Verdict::Degraded, reason);
        notified(state, Verdict::Degraded, reason, hint, say, self.notice.received)
    }

    /// The state once new terms apply. A person's earlier report does not show whether it still works under them.
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

    /// The advice for this verdict and reason.
    fn hint(&self, verdict: Verdict, reason: &str) -> Option<String> {
        let advice = self.around.advice?;
        Some(match verdict {
            _ if is_spent(reason) => advice.passed.clone(),
            Verdict::Dropped => to_do::after(&self.wording, advice),
            _ if reason == "noticed" && self.around.answered => to_do::ANSWERED.to_owned(),
            _ if reason == "noticed" => to_do::answer(&self.wording, advice),
            _ if reason == "terms_in_force" => IN_FORCE.to_owned(),
            _ => to_do::before(&self.wording, advice),
        })
    }
}

/// What to do on the day of new terms.
const IN_FORCE: &str = "Say what you did about it: paid, cut your use, or moved. If nothing, find out today what it costs you and whether it still works.";

/// The letter with its sender, for the beginning or the middle of a sentence: `Twilio's letter`.
pub fn whose(sender: &str) -> String {
    if sender.is_empty() { "a letter".to_owned() } else { format!("{sender}'s letter") }
}
