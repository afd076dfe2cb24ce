//! Warnings that the vendor states intermittently: "unpaid" at one check, in order at the next. One good answer
//! withdraws an unconfirmed warning, so no single one is reported; together they are a warning.

use super::lately::{TIMES, forget, remember};
use super::policy::Policy;
use super::standing::{Held, Standing, Warned};
use crate::core::time::Time;
use crate::core::words::verdict::{Basis, Proof, Verdict};

/// The reason code for a status that plugwatch does not know, which is not a verdict but a reason to read it.
const UNKNOWN_STATUS: &str = "unknown_status";

/// Handles a good check: remembers a warning just before it, and forgets old ones.
pub(super) fn note_good(standing: &mut Standing, policy: &Policy, now: Time) {
    let mut warned = standing.warned.take();
    if let Some(warned) = &mut warned {
        forget(&mut warned.times, policy, now);
    }
    if let Some(held) = withdrawn(standing, policy) {
        let mut times = warned.map(|warned| warned.times).unwrap_or_default();
        remember(&mut times, held.since);
        warned = Some(Box::new(Warned { held, times }));
    }
    standing.warned = warned.filter(|warned| !warned.times.is_empty());
}

/// The vendor's statement that the check before this one read and this one does not, if there is one.
fn withdrawn(standing: &Standing, policy: &Policy) -> Option<Held> {
    let own = |held: &&Held| policy.basis == Basis::OwnStatement && held.proof == Proof::Stated;
    let live = standing.verdict() == Some(Verdict::Live);
    let warning = standing.suspicion.as_ref().map(|doubt| &doubt.held).filter(|held| held.verdict == Verdict::Degraded);
    let unread = standing.unverified.as_ref().map(|unseen| &unseen.held).filter(|held| held.reason == UNKNOWN_STATUS);
    warning.filter(own).or(unread).filter(|_| live).cloned()
}

impl Standing {
    /// The warning that replaces `confirmed` if the vendor states it intermittently.
    pub(super) fn warned_by_turns(&self, confirmed: &Held) -> Option<Held> {
        let warned = self.warned.as_ref().filter(|warned| warned.times.len() >= TIMES)?;
        let first = *warned.times.first().filter(|_| confirmed.verdict == Verdict::Live)?;
        let say = format!(
            "{} times lately: {}; the checks between found the account in order",
            warned.times.len(),
            warned.held.say
        );
        Some(Held { verdict: Verdict::Degraded, say, since: first, ..warned.held.clone() })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::confirm::after;
    use super::super::standing::CheckResult;
    use super::super::witness::Witnesses;
    use super::*;
    use crate::core::words::verdict::Reading;

    /// The verdict and reason after checks one minute apart; `w` is a warning, `n` a new word.
    fn counted(checks: &str) -> (Verdict, String) {
        let policy = Policy::for_basis(Basis::OwnStatement, Duration::from_secs(300));
        let mut standing = Standing::default();
        for (n, check) in checks.chars().enumerate() {
            let reading = match check {
                'w' => Reading::new(Verdict::Degraded, "payment_due", "an invoice is unpaid"),
                'n' => Reading::new(Verdict::Unknown, UNKNOWN_STATUS, "the account is listed as “paused”"),
                _ => Reading::new(Verdict::Live, "active", "the account is active"),
            };
            let look = CheckResult { at: Time(0).plus(Duration::from_secs(60 * n as u64)), reading };
            standing = after(&standing, &look, &Witnesses::default(), &policy).0;
        }
        standing.counts().map(|held| (held.verdict, held.reason)).unwrap()
    }

    #[test]
    fn a_warning_stated_three_times_within_an_hour_counts_and_once_or_twice_does_not() {
        assert_eq!(counted("ooowo"), (Verdict::Live, "active".to_owned()));
        assert_eq!(counted("ooowowo"), (Verdict::Live, "active".to_owned()));
        assert_eq!(counted("ooowowowo"), (Verdict::Degraded, "payment_due".to_owned()));
    }

    #[test]
    fn an_unknown_word_stated_three_times_is_a_warning_too() {
        assert_eq!(counted("ooononono"), (Verdict::Degraded, UNKNOWN_STATUS.to_owned()));
    }

    #[test]
    fn an_hour_without_it_ends_it() {
        let quiet = "o".repeat(70);
        assert_eq!(counted(&format!("ooowowowo{quiet}")), (Verdict::Live, "active".to_owned()));
    }
}
