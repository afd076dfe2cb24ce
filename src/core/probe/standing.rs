//! One probe's confirmed verdict, and the suspicion that contradicts it.

use std::time::Duration;

use serde::Serialize;

use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Reading, Verdict};

/// One judged answer and when it came.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckResult {
    /// When the answer came.
    pub at: Time,
    /// The judged answer.
    pub reading: Reading,
}

/// A verdict with its reason and start.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Held {
    /// The verdict.
    pub verdict: Verdict,
    /// The reason code.
    pub reason: String,
    /// Who is responsible.
    pub fault: Fault,
    /// The kind of evidence.
    pub proof: Proof,
    /// One sentence for people.
    pub say: String,
    /// What to do about it, if known.
    pub hint: Option<String>,
    /// The check that reports it, `vendor/check`; empty within the check's own standing.
    pub by: String,
    /// When it began: the time of the first check that reported it.
    pub since: Time,
    /// When the announced event, such as a certificate's expiry, happens, according to the last check.
    pub until: Option<Time>,
}

/// A suspicion: readings that contradict the confirmed verdict and are not confirmed yet.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suspicion {
    /// The result of the latest check, dated to the first check in the streak with this result or a worse one.
    pub held: Held,
    /// The number of checks with this result.
    pub reads: u32,
    /// When the latest of them ran.
    pub last: Time,
    /// The checks of this streak, with times and verdicts. All are worse, or all better, than the confirmed verdict.
    /// If a vendor's statement is intermittent, the good checks in between are included.
    pub looks: Vec<(Time, Verdict)>,
    /// The statement returned after a good check and persists. It is neither confirmed nor withdrawn, and is reported
    /// as intermittent.
    pub by_turns: bool,
    /// In one of these checks, a second path and the comparisons agreed with it, which counts as much as the vendor's
    /// own statement.
    pub witnessed: bool,
}

/// A streak of checks that could not be read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unverified {
    /// Why they could not be read.
    pub held: Held,
    /// The number of checks in a row with this reason.
    pub reads: u32,
    /// The vendor's service works for other customers.
    pub vendor_fine: bool,
    /// When the streak began, counting all reasons except those that are reported elsewhere.
    pub streak: Option<Time>,
    /// Whether an alert was raised that it cannot be checked.
    pub blind: bool,
    /// Whether an urgent reason was reported in this streak.
    pub urgent: bool,
}

/// A warning that the vendor stated intermittently, and when.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Warned {
    /// The last statement.
    pub held: Held,
    /// When recent statements began that a good check withdrew.
    pub times: Vec<Time>,
}

/// What is known about one probe.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Standing {
    /// The last confirmed verdict; never `unknown`.
    pub confirmed: Option<Held>,
    /// The suspicion that contradicts it.
    pub suspicion: Option<Box<Suspicion>>,
    /// Set while the probe cannot be checked.
    pub unverified: Option<Box<Unverified>>,
    /// When it last read `live`. A probe that never did cannot become `dropped`.
    pub last_live: Option<Time>,
    /// When a check last agreed with the confirmed verdict.
    pub verified_at: Option<Time>,
    /// The mark of the key in use when it last read `live`.
    pub key_mark: Option<u32>,
    /// When it recovered from a drop. Old statements after that are most likely a stale copy.
    pub returned_at: Option<Time>,
    /// When a check last agreed with the previous confirmed verdict.
    pub before_until: Option<Time>,
    /// When recently withdrawn suspicions began. A suspicion that keeps returning is reported as intermittent.
    pub taken_back: Vec<Time>,
    /// When recent refusals of the key began that a good check ended.
    pub refused: Vec<Time>,
    /// Recent answers while a drop is being confirmed, from the first good answer on.
    pub mixed: Vec<(Time, Verdict)>,
    /// A warning that the vendor stated intermittently.
    pub warned: Option<Box<Warned>>,
}

/// The kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The confirmed verdict has changed.
    Verdict,
    /// It cannot be checked, which is worth an alert.
    Blind,
    /// It can be checked again.
    Sighted,
}

/// A confirmed change, dated to the start of the streak that contradicted the old verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Flip {
    /// The kind of change.
    pub change: Change,
    /// The previous verdict; `None` if there was none.
    pub from: Option<Verdict>,
    /// The new verdict.
    pub to: Held,
    /// When it was confirmed.
    pub confirmed_at: Time,
}

/// The reason code for something that the same key showed for a long time and no longer shows. The reason applies
/// until a check finds it again, so the core has to recognise the code.
pub const LEFT_ACCOUNT: &str = "left_account";
/// If the same key has worked for this long, a wrong id or a missing permission is ruled out: such mistakes are found
/// within days of setting up a check.
const LONG: Duration = Duration::from_secs(7 * 86_400);

impl Standing {
    /// Whether the same key has shown this for so long that "no such thing" is news and not a configuration mistake.
    pub fn seen_for_long(&self, key_mark: Option<u32>) -> bool {
        let (Some(held), Some(verified)) = (&self.confirmed, self.verified_at) else { return false };
        let same_key = key_mark.is_some() && self.key_mark == key_mark;
        let seen = matches!(held.verdict, Verdict::Live | Verdict::Degraded);
        same_key && seen && (held.reason == LEFT_ACCOUNT || verified.since(held.since) >= LONG)
    }
}

impl Held {
    /// Adjusts all times after the clock was set back to `now`, so that none lies in the future.
    pub fn not_after(&mut self, now: Time) {
        self.since = self.since.min(now);
    }
}

impl Standing {
    /// Adjusts all times after the clock was set back to `now`, so that none lies in the future.
    pub fn not_after(&mut self, now: Time) {
        // A confirmed verdict keeps its date and is limited to `now` when shown. A suspicion in the future is
        // discarded, and the next check starts it again.
        self.suspicion = self.suspicion.take().filter(|doubt| doubt.last <= now);
        if let Some(unseen) = &mut self.unverified {
            unseen.held.not_after(now);
            unseen.streak = unseen.streak.map(|at| at.min(now));
        }
        for at in [&mut self.last_live, &mut self.verified_at, &mut self.returned_at, &mut self.before_until] {
            *at = at.map(|at| at.min(now));
        }
        self.taken_back.retain(|at| *at <= now);
        self.refused.retain(|at| *at <= now);
        self.mixed.retain(|(at, _)| *at <= now);
        if let Some(warned) = &mut self.warned {
            warned.held.not_after(now);
            warned.times.retain(|at| *at <= now);
        }
    }

    /// Whether this probe ever read `live`.
    pub fn proven(&self) -> bool {
        self.last_live.is_some()
    }

    /// Whether several checks in a row were unreadable, for a reason other than plugwatch's own network. The last
    /// verdict is then ignored when several checks are counted together.
    pub fn is_unreadable(&self) -> bool {
        let lasts = |unseen: &Unverified| unseen.reads >= UNREADABLE && !is_told_elsewhere(&unseen.held.reason);
        self.unverified.as_deref().is_some_and(|unseen| unseen.blind || lasts(unseen))
    }

    /// The confirmed verdict, if there is one.
    pub fn verdict(&self) -> Option<Verdict> {
        self.confirmed.as_ref().map(|held| held.verdict)
    }
}

/// Reasons for `unknown` that are reported once for all probes: a failure of plugwatch's own network in a separate
/// alert, missing keys at start-up.
const TOLD_ELSEWHERE: [&str; 2] = ["own_network", "needs_key"];

/// The number of unreadable checks in a row that rules out coincidence.
const UNREADABLE: u32 = 3;

pub(super) fn is_told_elsewhere(reason: &str) -> bool {
    TOLD_ELSEWHERE.contains(&reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    fn seen(verdict: Verdict, reason: &str, from: i64, to: i64) -> Standing {
        let held = Held {
            verdict,
            reason: reason.to_owned(),
            fault: Fault::Unclear,
            proof: Proof::Stated,
            say: String::new(),
            hint: None,
            by: String::new(),
            since: Time(from * DAY),
            until: None,
        };
        let at = Some(Time(to * DAY));
        Standing { confirmed: Some(held), last_live: at, verified_at: at, key_mark: Some(7), ..Standing::default() }
    }

    #[test]
    fn a_thing_is_seen_for_long_after_a_week_with_the_same_key() {
        assert!(seen(Verdict::Live, "fine", 0, 7).seen_for_long(Some(7)));
        assert!(seen(Verdict::Degraded, "payment_due", 0, 30).seen_for_long(Some(7)));
        assert!(!seen(Verdict::Live, "fine", 0, 6).seen_for_long(Some(7)), "too young");
        assert!(!seen(Verdict::Live, "fine", 0, 30).seen_for_long(Some(8)), "another key may see less");
        assert!(!seen(Verdict::Live, "fine", 0, 30).seen_for_long(None), "without a key there is no account");
        assert!(!seen(Verdict::Dropped, "suspended", 0, 30).seen_for_long(Some(7)), "a drop is no seeing");
        assert!(!Standing::default().seen_for_long(Some(7)), "never seen");
    }

    #[test]
    fn what_has_left_the_account_stays_so_until_it_is_seen_again() {
        assert!(seen(Verdict::Degraded, LEFT_ACCOUNT, 30, 30).seen_for_long(Some(7)));
    }
}
