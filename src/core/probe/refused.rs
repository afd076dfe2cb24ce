//! A key that is refused now and then: some of a vendor's servers know no more of it, or no longer of the account. One
//! good answer ends a refusal, so none of them is ever told; together they are a warning.

use std::time::Duration;

use super::policy::Policy;
use super::standing::{Held, Standing};
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Verdict};

/// The reason under which it stands.
const REFUSED_BY_TURNS: &str = "refused_by_turns";
/// One refusal is a slip of a server, and a second may be.
const TIMES: usize = 3;
/// They are remembered for an hour, or for some rounds of what is asked more rarely.
const REMEMBERED: Duration = Duration::from_secs(3_600);
const ROUNDS: u32 = 3;
/// So many are remembered.
const MOST: usize = 8;

/// Whether a warning is that the key is refused now and then.
pub fn is_refused_by_turns(reason: &str) -> bool {
    reason.split('+').any(|one| one == REFUSED_BY_TURNS)
}

/// What was seen well: a refusal before it is remembered, and old ones are forgotten.
pub(super) fn note_good(standing: &mut Standing, policy: &Policy, now: Time) {
    let lasts = REMEMBERED.max(policy.stale_after * ROUNDS);
    standing.refused.retain(|at| *at <= now && now.since(*at) <= lasts);
    let refused = standing.unverified.as_ref().filter(|unseen| unseen.held.reason == "access_lost");
    if let Some(since) = refused.map(|unseen| unseen.held.since) {
        if standing.refused.len() >= MOST {
            standing.refused.remove(0);
        }
        standing.refused.push(since);
    }
}

impl Standing {
    /// What a key that is refused now and then makes of `confirmed`.
    pub(super) fn refused_by_turns(&self, confirmed: &Held) -> Option<Held> {
        let first = *self.refused.first()?;
        let counts = self.refused.len() >= TIMES && confirmed.verdict == Verdict::Live;
        counts.then(|| Held {
            verdict: Verdict::Degraded,
            reason: REFUSED_BY_TURNS.to_owned(),
            fault: Fault::Unclear,
            say: format!(
                "the key is refused now and then, {} times lately; other checks find the account in order",
                self.refused.len()
            ),
            hint: Some(
                "Log in to the vendor and check the account. If it is in order, create a new key; if that is refused, \
                 too, tell the vendor that some of its servers refuse it."
                    .to_owned(),
            ),
            since: first,
            ..confirmed.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::confirm::after;
    use super::super::standing::CheckResult;
    use super::super::witness::Witnesses;
    use super::*;
    use crate::core::words::verdict::{Basis, Reading};

    /// The warning after checks a minute apart: `x` is a refusal.
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
