//! Notices: a vendor's letter, or a person's report. They come before the cut-off, while every check is good, and
//! explain the silence that follows.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::core::dependency::incident::Incident;
use crate::core::dependency::state::Combined;
use crate::core::probe::standing::Held;
use crate::core::time::{Time, human};
use crate::core::words::verdict::{Fault, Proof, Verdict};

/// What a letter or a person says about some dependencies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The ids of the dependencies it threatens.
    pub dependencies: Vec<String>,
    /// When it arrived.
    pub received: Time,
    /// When it takes effect, if it says so.
    pub effective: Option<Time>,
    /// What it says, in a few words.
    pub text: String,
    /// A person reports that the vendor has already left.
    pub left: bool,
}

/// A notice that a person added while plugwatch was running, with what people did about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Random public id, used in questions and buttons.
    pub public_id: String,
    /// The notice.
    pub notice: Notice,
    /// The reading of its date, for people to confirm; empty if none was found.
    pub read_as: String,
    /// Who added it.
    pub by: String,
    /// The channel it was added through.
    pub via: String,
    /// When it was added.
    pub added_at: Time,
    /// SHA-256 of the original bytes.
    pub sha256: String,
    /// Who confirmed its date, and when.
    pub confirmed: Option<(String, Time)>,
    /// Who answers it, and since when.
    pub answered: Option<(String, Time)>,
}

/// How many hours before a deadline people are reminded of it.
const CALL: [u64; 5] = [24, 12, 6, 3, 1];

/// When the next reminder of a deadline is due, if the last one was at `spoken`.
pub fn call_at(ends: Time, spoken: Time) -> Option<Time> {
    let calls = CALL.iter().map(|hours| Time(ends.0 - i64::try_from(hours * 3_600_000).unwrap_or(0)));
    calls.filter(|at| *at > spoken).min()
}

/// A failure that begins within this time after the announced end is explained by the notice.
const EXPLAINS: Duration = Duration::from_secs(72 * 3_600);
/// If it still works this long after the announced end, the notice no longer counts.
const SPENT: Duration = Duration::from_secs(7 * 86_400);

/// Reasons for blindness that are on the user's side and prove nothing about a vendor.
const OURS: [&str; 3] = ["own_network", "needs_key", "rate_limited"];
/// Reasons of a key that never worked; something never seen working cannot stop.
const NEVER: [&str; 2] = ["credential_refused", "never_seen_live"];

/// What else is known when the announced end is judged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around {
    /// When all deciding checks last ran.
    pub looked_at: Option<Time>,
    /// When the vendor last stated that the account is in good standing.
    pub in_order_at: Option<Time>,
    /// Whether announced maintenance on the user's side is in progress.
    pub worked_on: bool,
}

impl Notice {
    /// The next instant at which its meaning changes.
    pub fn turns_at(&self, now: Time) -> Option<Time> {
        let spent = self.effective.map(|at| at.plus(SPENT));
        [Some(self.received), self.effective, spent].into_iter().flatten().filter(|at| *at > now).min()
    }

    /// The state of a dependency with this notice, given what is known `around` it and its `open` incident.
    pub fn apply(&self, state: Combined, around: Around, open: Option<&Incident>, now: Time) -> Combined {
        if self.received > now {
            return state;
        }
        // The text is quoted inside a sentence.
        let text = self.text.trim_end_matches('.');
        if self.left {
            return notified(
                state,
                Verdict::Dropped,
                "told_left",
                format!("reported: \u{201c}{text}\u{201d}"),
                self.received,
            );
        }
        let Some(ends) = self.effective else {
            return notified(
                state,
                Verdict::Degraded,
                "noticed",
                format!("a letter says: \u{201c}{text}\u{201d}"),
                self.received,
            );
        };
        let given = human(ends.since(self.received));
        let (state, worked_on) = without_work(state, around, ends);
        if let Some(since) = self.cut_early(&state, ends) {
            let early = human(ends.since(since));
            let say = format!(
                "a letter announced the cut-off for {}, with {given} of notice (\u{201c}{text}\u{201d}), and the key was refused {early} before that",
                ends.short()
            );
            return notified(state, Verdict::Dropped, "ended_by_notice", say, since);
        }
        // The outcome is known only after a check past the announced end.
        if now < ends || around.looked_at.is_none_or(|at| at < ends) {
            // The end is shown beside it, in the reader's time zone.
            let say = format!("a letter announces the cut-off, with {given} of notice: \u{201c}{text}\u{201d}");
            return notified(state, Verdict::Degraded, "ends", say, self.received);
        }
        let ended = open.is_some_and(|open| open.verdict == Verdict::Dropped && open.reason == "ended_by_notice");
        let unseen = || state.unseen.first().filter(|_| ended).map(|unseen| unseen.held.since);
        let cut = |since: &Time| self.is_cut(*since, ends, around);
        match silent_since(&state).filter(cut).or_else(unseen) {
            Some(since) => {
                let say = format!(
                    "a letter announced the cut-off for {}, with {given} of notice (\u{201c}{text}\u{201d}), and it no longer works",
                    ends.short()
                );
                notified(state, Verdict::Dropped, "ended_by_notice", say, since.max(ends))
            }
            None if now.since(ends) >= SPENT => state,
            None if state.held.as_ref().is_some_and(|held| held.verdict == Verdict::Outage) => doubted(state, ends),
            None => self.outlived(state, worked_on, text, ends),
        }
    }

    /// Whether a failure since then is the announced cut-off. It is not if it began before the letter arrived, or
    /// before the announced end if maintenance or a later statement by the vendor explains it.
    fn is_cut(&self, since: Time, ends: Time, around: Around) -> bool {
        let explained = around.worked_on || around.in_order_at.is_some_and(|at| at >= ends);
        since >= self.received && since <= ends.plus(EXPLAINS) && (since >= ends || !explained)
    }

    /// When a key that worked as the letter arrived was refused before the announced end: the cut-off has begun
    /// early.
    fn cut_early(&self, state: &Combined, ends: Time) -> Option<Time> {
        let refused = state.lost_access()?;
        Some(refused.since).filter(|since| *since >= self.received && *since < ends)
    }

    /// The state after the announced end if nothing shows that it has stopped.
    fn outlived(&self, state: Combined, worked_on: bool, text: &str, ends: Time) -> Combined {
        let ends = ends.short();
        let (reason, say) = match &state.held {
            None => {
                let say = format!("a letter announced the cut-off for {ends}, and it cannot be checked");
                ("ended_unseen", format!("{say}: \u{201c}{text}\u{201d}"))
            }
            // The last check contradicts the confirmed verdict, so neither is reported.
            Some(_) if worked_on || is_in_doubt(&state) => {
                let say =
                    format!("the announced cut-off passed on {ends}, and whether it still works is not known yet");
                ("outlived_notice", format!("{say}. The letter: \u{201c}{text}\u{201d}"))
            }
            Some(_) => {
                let say = format!(
                    "the announced cut-off passed on {ends}, and the service still works. It can stop at any moment"
                );
                ("outlived_notice", format!("{say}. The letter: \u{201c}{text}\u{201d}"))
            }
        };
        notified(state, Verdict::Degraded, reason, say, self.received)
    }
}

/// Leaves out an outage that maintenance explains and that is not reported, so that it does not hide the letter.
/// Returns whether it was left out.
fn without_work(state: Combined, around: Around, ends: Time) -> (Combined, bool) {
    let explained = |held: &Held| around.worked_on && held.verdict == Verdict::Outage && held.since < ends;
    let worked_on = state.held.as_ref().is_some_and(explained);
    let held = state.held.map(|held| Held { verdict: if worked_on { Verdict::Live } else { held.verdict }, ..held });
    (Combined { held, ..state }, worked_on)
}

/// Since when no check was good, for reasons that are not on the user's side.
fn silent_since(state: &Combined) -> Option<Time> {
    // An outage that the vendor itself reports is only that.
    let reported = |held: &Held| held.fault == Fault::VendorBreakdown && held.proof == Proof::Stated;
    let out = |held: &&Held| held.verdict == Verdict::Outage && held.fault != Fault::Ours && !reported(held);
    let held = state.held.as_ref().filter(out);
    let ours = |held: &Held| held.fault == Fault::Ours || OURS.contains(&held.reason.as_str());
    let never = |held: &Held| NEVER.contains(&held.reason.as_str());
    let unseen = state.unseen.iter().filter(|unseen| unseen.blind && !never(&unseen.held));
    let unseen = unseen.filter(|unseen| unseen.urgent || !ours(&unseen.held));
    held.map(|held| held.since).or_else(|| unseen.map(|unseen| unseen.held.since).min())
}

/// Whether the last check was not good, or there was none.
fn is_in_doubt(state: &Combined) -> bool {
    state.suspicion.is_some() || !state.unseen.is_empty()
}

/// Marks an outage after the announced end as possibly being the cut-off.
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

/// The state with the notice applied, unless a check found something worse. If there is also another warning, the
/// notice comes first.
fn notified(state: Combined, verdict: Verdict, reason: &str, say: String, since: Time) -> Combined {
    let mut held = Held {
        verdict,
        reason: reason.to_owned(),
        fault: Fault::VendorDecision,
        proof: Proof::Told,
        say,
        hint: Some(hint(verdict, reason).to_owned()),
        by: state.held.as_ref().map(|held| held.by.clone()).unwrap_or_default(),
        since,
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

fn hint(verdict: Verdict, reason: &str) -> &'static str {
    match verdict {
        _ if is_spent(reason) => {
            "Finish your move: copy what is not copied yet, and switch. Ask the vendor in writing whether the cut-off still stands."
        }
        Verdict::Dropped => "Switch to the fallback. Open a case with them, and ask them to keep your data.",
        _ => {
            "Log in to the vendor, not through the letter's links, and check that the letter is real. Start the longest step of your move and save your data. Do what the letter asks, if you can, and ask for a later date in writing."
        }
    }
}

/// Whether a reason comes from a letter and not from a check. If there are several reasons, the letter's comes first.
pub fn is_by_letter(reason: &str) -> bool {
    reason.split('+').next().is_some_and(|first| matches!(first, "ends" | "noticed") || is_spent(first))
}

/// Whether a reason, alone or among others, is a letter whose announced end has passed and that nobody withdrew.
pub fn is_spent(reason: &str) -> bool {
    reason.split('+').any(|reason| matches!(reason, "ended_unseen" | "outlived_notice"))
}

/// Whether a reason, alone or among others, announces an end.
pub fn is_ending(reason: &str) -> bool {
    reason.split('+').any(|reason| reason == "ends")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::dependency::state::Unseen;

    fn notice() -> Notice {
        Notice {
            dependencies: vec!["host".to_owned()],
            received: Time(0),
            effective: Some(Time(31 * 3_600_000)),
            text: "we cannot serve you".to_owned(),
            left: false,
        }
    }

    fn held(verdict: Verdict, since: Time) -> Combined {
        let held = notified(Combined::default(), Verdict::Dropped, "x", "x".to_owned(), since).held;
        let held = held.map(|held| Held { verdict, fault: Fault::Unclear, ..held });
        Combined { held, ..Combined::default() }
    }

    fn after(hours: i64, state: Combined) -> (Verdict, String) {
        let now = Time(hours * 3_600_000);
        let around = Around { looked_at: Some(now), ..Around::default() };
        let held = notice().apply(state, around, None, now).held.unwrap();
        (held.verdict, held.reason)
    }

    #[test]
    fn it_ends_is_a_warning_while_everything_is_live() {
        assert_eq!(after(1, held(Verdict::Live, Time(0))), (Verdict::Degraded, "ends".to_owned()));
    }

    #[test]
    fn silence_after_the_hour_is_dropped_and_silence_before_it_is_not() {
        let out = |hour: i64| held(Verdict::Outage, Time(hour * 3_600_000));
        assert_eq!(after(20, out(19)).0, Verdict::Outage);
        assert_eq!(after(32, out(31)), (Verdict::Dropped, "ended_by_notice".to_owned()));
        assert_eq!(after(32, held(Verdict::Live, Time(0))), (Verdict::Degraded, "outlived_notice".to_owned()));
    }

    #[test]
    fn a_key_that_is_refused_after_the_letter_and_before_its_hour_is_the_cut() {
        let refused = |hour: i64| {
            let mut state = held(Verdict::Live, Time(-1));
            let why = Held {
                verdict: Verdict::Unknown,
                reason: "access_lost".to_owned(),
                since: Time(hour * 3_600_000),
                ..state.held.clone().unwrap()
            };
            state.unseen =
                vec![Unseen { group: "g".to_owned(), held: why, blind: true, urgent: true, vendor_fine: true }];
            state
        };
        let cut = (Verdict::Dropped, "ended_by_notice".to_owned());
        assert_eq!(after(5, refused(4)), cut);
        assert_eq!(after(40, refused(4)), cut, "and still is after the hour");
        // A key refused before the letter arrived was already lost.
        assert_eq!(after(5, refused(-4)), (Verdict::Degraded, "ends".to_owned()));
    }

    #[test]
    fn silence_that_is_older_than_the_letter_or_explained_otherwise_is_not_its_cut() {
        let hour = |hour: i64| Time(hour * 3_600_000);
        let reads = |since: i64, around: Around| {
            let around = Around { looked_at: Some(hour(40)), ..around };
            notice().apply(held(Verdict::Outage, hour(since)), around, None, hour(40)).held.unwrap().verdict
        };
        assert_eq!(reads(-2, Around::default()), Verdict::Outage, "it was silent when the letter came");
        // An outage explained by maintenance is not reported; the letter is.
        assert_eq!(reads(30, Around { worked_on: true, ..Around::default() }), Verdict::Degraded);
        assert_eq!(reads(30, Around { in_order_at: Some(hour(39)), ..Around::default() }), Verdict::Outage);
        assert_eq!(reads(30, Around { in_order_at: Some(hour(29)), ..Around::default() }), Verdict::Dropped);
        assert_eq!(reads(32, Around { in_order_at: Some(hour(39)), ..Around::default() }), Verdict::Dropped);
    }

    #[test]
    fn a_key_that_never_worked_is_no_cut() {
        let mut state = Combined::default();
        let why = Held {
            verdict: Verdict::Unknown,
            reason: "credential_refused".to_owned(),
            since: Time(1),
            ..held(Verdict::Live, Time(1)).held.unwrap()
        };
        state.unseen = vec![Unseen { group: "g".to_owned(), held: why, blind: true, urgent: true, vendor_fine: true }];
        let now = Time(40 * 3_600_000);
        let around = Around { looked_at: Some(now), ..Around::default() };
        assert_eq!(notice().apply(state, around, None, now).held.unwrap().reason, "ended_unseen");
    }

    #[test]
    fn a_deadline_is_called_to_mind_five_times_at_most() {
        let ends = Time(48 * 3_600_000);
        let mut spoken = Time(0);
        let mut calls = Vec::new();
        while let Some(at) = call_at(ends, spoken) {
            calls.push(at.0 / 3_600_000);
            spoken = at;
        }
        assert_eq!(calls, [24, 36, 42, 45, 47]);
        assert_eq!(call_at(ends, Time(40 * 3_600_000)), Some(Time(42 * 3_600_000)));
    }

    #[test]
    fn our_own_blindness_is_no_silence_of_theirs() {
        let unseen = |reason: &str, fault: Fault| {
            let mut state = held(Verdict::Live, Time(0));
            let why =
                Held { verdict: Verdict::Unknown, reason: reason.to_owned(), fault, ..state.held.clone().unwrap() };
            state.unseen =
                vec![Unseen { group: "g".to_owned(), held: why, blind: true, urgent: false, vendor_fine: false }];
            after(40, state).0
        };
        assert_eq!(unseen("own_network", Fault::Ours), Verdict::Degraded);
        assert_eq!(unseen("unrecognised", Fault::Unclear), Verdict::Dropped);
    }
}
