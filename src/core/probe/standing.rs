//! One probe's confirmed verdict, and the suspicion against it.

use std::time::Duration;

use serde::Serialize;

use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Reading, Verdict};

/// One judged answer at its time.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckResult {
    /// When the answer came.
    pub at: Time,
    /// What it read.
    pub reading: Reading,
}

/// A verdict with why and since when.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Held {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, as a fixed word.
    pub reason: String,
    /// Whose doing it is.
    pub fault: Fault,
    /// What it rests on.
    pub proof: Proof,
    /// One sentence for people.
    pub say: String,
    /// What to do about it, where that is known.
    pub hint: Option<String>,
    /// The check that says so, `vendor/check`; empty within the check's own standing.
    pub by: String,
    /// Since when it is so: the first check that said it.
    pub since: Time,
}

/// A contrary reading under confirmation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suspicion {
    /// What the last check says, since the first that said it or worse.
    pub held: Held,
    /// How many did.
    pub reads: u32,
    /// When the last of them said it.
    pub last: Time,
    /// The contrary checks of this streak, all of them worse or all of them better than what is
    /// believed: when, and what they said. Where the vendor's own word comes by turns, the good ones
    /// between as well.
    pub looks: Vec<(Time, Verdict)>,
    /// It came again after a good check and lasts: neither confirmed nor cleared, and told as such.
    pub by_turns: bool,
    /// Another path and the comparisons agreed with one of them: as good as the vendor's own word.
    pub witnessed: bool,
}

/// A streak of checks that saw nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unverified {
    /// Why nothing was seen.
    pub held: Held,
    /// How many looks in a row, for this reason.
    pub reads: u32,
    /// The vendor serves others meanwhile.
    pub vendor_fine: bool,
    /// Since when nothing was seen, for whatever reason that is not told elsewhere.
    pub streak: Option<Time>,
    /// It has become an alert of its own.
    pub blind: bool,
    /// Something that speaks at once was told of this streak.
    pub urgent: bool,
}

/// What is believed about one probe.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Standing {
    /// The last confirmed verdict; never `unknown`.
    pub confirmed: Option<Held>,
    /// What speaks against it.
    pub suspicion: Option<Suspicion>,
    /// Set while we cannot see.
    pub unverified: Option<Unverified>,
    /// When it was last seen live; a probe never seen live cannot be dropped.
    pub last_live: Option<Time>,
    /// When the confirmed verdict was last affirmed by a check.
    pub verified_at: Option<Time>,
    /// The mark of the key with which it was last seen live.
    pub key_mark: Option<u32>,
    /// When it came back after a drop: old words that come again are a stale copy's, most likely.
    pub returned_at: Option<Time>,
    /// When the verdict before this one was affirmed last.
    pub before_until: Option<Time>,
    /// When doubts began that good checks took back lately: one that comes again and again is told as such.
    pub taken_back: Vec<Time>,
    /// When refusals of the key began that a good check ended lately.
    pub refused: Vec<Time>,
}

/// What kind of change a flip is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The confirmed verdict changed.
    Verdict,
    /// It cannot be seen, and that is worth saying.
    Blind,
    /// It can be seen again.
    Sighted,
}

/// A confirmed change, dated to when the contrary streak began.
#[derive(Clone, Debug, PartialEq)]
pub struct Flip {
    /// What kind of change.
    pub change: Change,
    /// The verdict before; `None` at first sight.
    pub from: Option<Verdict>,
    /// What holds now.
    pub to: Held,
    /// When it was confirmed.
    pub confirmed_at: Time,
}

/// The reason of a thing that the same key saw for long and sees no more. It holds until the thing is seen again,
/// so the core knows it by its word.
pub const LEFT_ACCOUNT: &str = "left_account";
/// A wrong id, or a key that may not see it, is found within days of setting a check up.
const LONG: Duration = Duration::from_secs(7 * 86_400);

impl Standing {
    /// Whether the same key has seen the thing for so long that "there is no such thing" is news, and no slip of ours.
    pub fn seen_for_long(&self, key_mark: Option<u32>) -> bool {
        let (Some(held), Some(verified)) = (&self.confirmed, self.verified_at) else { return false };
        let same_key = key_mark.is_some() && self.key_mark == key_mark;
        let seen = matches!(held.verdict, Verdict::Live | Verdict::Degraded);
        same_key && seen && (held.reason == LEFT_ACCOUNT || verified.since(held.since) >= LONG)
    }
}

impl Held {
    /// As a clock that has been set back to `now` has it: nothing holds since the future.
    pub fn not_after(&mut self, now: Time) {
        self.since = self.since.min(now);
    }
}

impl Standing {
    /// As a clock that has been set back to `now` has it: nothing waits for the future.
    pub fn not_after(&mut self, now: Time) {
        // What is confirmed keeps its date, and is shown by the clock; a doubt that lies in the future is
        // begun anew by the next check.
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
    }

    /// Whether this probe was ever seen live.
    pub fn proven(&self) -> bool {
        self.last_live.is_some()
    }

    /// It cannot be read, and not only for a check or two, or because of our own network: then
    /// its last verdict has no say where several checks are counted together.
    pub fn is_unreadable(&self) -> bool {
        let lasts = |unseen: &Unverified| unseen.reads >= UNREADABLE && !is_told_elsewhere(&unseen.held.reason);
        self.unverified.as_ref().is_some_and(|unseen| unseen.blind || lasts(unseen))
    }

    /// The confirmed verdict, if there is one.
    pub fn verdict(&self) -> Option<Verdict> {
        self.confirmed.as_ref().map(|held| held.verdict)
    }
}

/// Reasons for `unknown` that are told once for everything: a blind network by an alert
/// of its own, missing keys when the program starts.
const TOLD_ELSEWHERE: [&str; 2] = ["own_network", "needs_key"];

/// So many looks in a row that saw nothing are no accident.
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
