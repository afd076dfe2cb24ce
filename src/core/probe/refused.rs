//! Keys that are refused intermittently, because some of the vendor's servers no longer know the key or the account.
//! One good answer ends a refusal, so a single refusal is not reported; several together are a warning.

use super::lately::{TIMES, forget, remember};
use super::policy::Policy;
use super::standing::{Held, Standing};
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Verdict};

/// The reason code of the warning.
const REFUSED_BY_TURNS: &str = "refused_by_turns";

/// Whether a warning, alone or joined with others, says that the key is refused intermittently.
pub fn is_refused_by_turns(reason: &str) -> bool {
    reason.split('+').any(|one| one == REFUSED_BY_TURNS)
}

/// Handles a good check: remembers a refusal just before it, and forgets old refusals.
pub(super) fn note_good(standing: &mut Standing, policy: &Policy, now: Time) {
    forget(&mut standing.refused, policy, now);
    let refused = standing.unverified.as_deref().filter(|unseen| unseen.held.reason == "access_lost");
    if let Some(since) = refused.map(|unseen| unseen.held.since) {
        remember(&mut standing.refused, since);
    }
}

impl Standing {
    /// The warning that replaces `confirmed` if the key is refused intermittently.
    pub(super) fn refused_by_turns(&self, confirmed: &Held) -> Option<Held> {
        let first = *self.refused.first()?;
        let counts = self.refused.len() >= TIMES && confirmed.verdict == Verdict::Live;
        counts.then(|| Held {
            verdict: Verdict::Degraded,
            reason: REFUSED_BY_TURNS.to_owned(),
            fault: Fault::Unclear,
            say: format!(
                "the key was refused in {} recent checks; the checks in between found the account in order",
                self.refused.len()
            ),
            hint: Some(
                "Log in to the vendor and check the account. If it is in order, create a new key; if that is refused, \
                 too, open a ticket and say that a valid key is refused now and then."
                    .to_owned(),
            ),
            since: first,
            ..confirmed.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::confirm::after;
    use super::super::standing::CheckResult;
    use super::super::witness::Witnesses;
    use super::*;
    use crate::core::words::verdict::{Basis, Reading};

    /// Test helper: the reason after checks one minute apart, where `x` is a refusal.
    fn counted(checks: &str) -> Option<String> {
        let policy = Policy { keyed: true, ..Policy::for_basis(Basis::OwnStatement, Duration::from_secs(300)) };
        let mut standing = Standing::default();
        for (n, check) in checks.chars().enumerate() {
            let reading = match check {
                'x' => Reading::new(Verdict::Unknown, "access_lost", "the key is refused"),
                _ => Reading::new(Verdict::Live, "active", "the account is active"),
            };
            let look = CheckResult { at: Time(0).plus(Duration::from_secs(60 * n as u64)), reading };
            standing = after(&standing, &look, &Witnesses::default(), &policy).0;
        }
        standing.counts().map(|held| held.reason)
    }

    #[test]
    fn a_key_that_is_refused_three_times_within_an_hour_is_a_warning_and_once_or_twice_is_none() {
        assert_eq!(counted("oooxo").as_deref(), Some("active"));
        assert_eq!(counted("oooxoxo").as_deref(), Some("active"));
        assert_eq!(counted("oooxoxoxo").as_deref(), Some(REFUSED_BY_TURNS));
    }

    #[test]
    fn an_hour_without_a_refusal_ends_it() {
        let quiet = "o".repeat(70);
        assert_eq!(counted(&format!("oooxoxoxo{quiet}")).as_deref(), Some("active"));
    }
}
