//! Warnings that the vendor states intermittently ("unpaid" at one check, in good standing at the next), and errors
//! that alternate with good answers because one of several servers is faulty. One good answer withdraws an
//! unconfirmed suspicion, so a single occurrence is not reported; several together are a warning.

use std::time::Duration;

use super::lately::{TIMES, forget, remember};
use super::policy::Policy;
use super::standing::{Held, Standing, Warned};
use crate::core::time::Time;
use crate::core::words::verdict::{Basis, Proof, Verdict};

/// The reason code for an unknown status. It is not a verdict; a person has to read the status.
const UNKNOWN_STATUS: &str = "unknown_status";

/// The reason code for intermittent errors.
const FAILS: &str = "fails_on_and_off";
/// The minimum number of errors that are not a coincidence, and the minimum time that they must span. A restart or a
/// lost packet causes only one or two.
const ERRORS: usize = 6;
const ERRORS_LAST: Duration = Duration::from_secs(1_200);

/// Handles a good check: remembers a warning or an error just before it, and forgets old ones.
pub(super) fn note_good(standing: &mut Standing, policy: &Policy, now: Time) {
    let mut warned = standing.warned.take();
    if let Some(warned) = &mut warned {
        forget(&mut warned.times, policy, now);
    }
    // A lost packet between two statements of a warning does not make the count of them start again.
    let counts = |held: &Held| !is_out(held) || warned.as_ref().is_none_or(|warned| is_out(&warned.held));
    if let Some(held) = withdrawn(standing, policy).filter(counts) {
        let same = |warned: &Warned| is_out(&warned.held) == is_out(&held);
        let mut times = warned.filter(|warned| same(warned)).map(|warned| warned.times).unwrap_or_default();
        remember(&mut times, held.since);
        warned = Some(Box::new(Warned { held, times }));
    }
    standing.warned = warned.filter(|warned| !warned.times.is_empty());
}

/// The vendor's statement that the previous check read and this one no longer does, if there is one.
fn withdrawn(standing: &Standing, policy: &Policy) -> Option<Held> {
    let own = |held: &&Held| policy.basis == Basis::OwnStatement && held.proof == Proof::Stated;
    let live = standing.verdict() == Some(Verdict::Live);
    let warning =
        standing.suspicion.as_deref().map(|doubt| &doubt.held).filter(|held| held.verdict == Verdict::Degraded);
    let unread = standing.unverified.as_deref().map(|unseen| &unseen.held).filter(|held| held.reason == UNKNOWN_STATUS);
    let out = standing.suspicion.as_deref().map(|doubt| &doubt.held).filter(|held| is_out(held));
    warning.filter(own).or(unread).or(out).filter(|_| live).cloned()
}

fn is_out(held: &Held) -> bool {
    held.verdict == Verdict::Outage
}

impl Standing {
    /// The warning that replaces `confirmed` if the vendor states it intermittently.
    pub(super) fn warned_by_turns(&self, confirmed: &Held) -> Option<Held> {
        let warned = self.warned.as_ref().filter(|warned| warned.times.len() >= TIMES)?;
        let first = *warned.times.first().filter(|_| confirmed.verdict == Verdict::Live)?;
        if is_out(&warned.held) {
            let last = warned.times.last().filter(|last| last.since(first) >= ERRORS_LAST)?;
            let number = Some(warned.times.len()).filter(|number| *number >= ERRORS)?;
            let minutes = last.since(first).as_secs().div_ceil(60);
            let say = format!(
                "{number} checks failed within {minutes} min: {}; the checks in between worked",
                warned.held.say
            );
            // Advice for a service that is down would mislead: it answers in between.
            let held = Held {
                verdict: Verdict::Degraded,
                reason: FAILS.to_owned(),
                hint: None,
                say,
                since: first,
                ..warned.held.clone()
            };
            return Some(held);
        }
        let say = format!(
            "{}, in {} recent checks; the checks in between found the account in order",
            warned.held.say,
            warned.times.len()
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

    /// Test helper: the verdict and reason after checks one minute apart, where `w` is a warning and `n` an unknown
    /// status.
    fn counted(checks: &str) -> (Verdict, String) {
        let policy = Policy::for_basis(Basis::OwnStatement, Duration::from_secs(300));
        let mut standing = Standing::default();
        for (n, check) in checks.chars().enumerate() {
            let reading = match check {
                'e' => Reading::new(Verdict::Outage, "server_error", "it answers 503"),
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
    fn errors_at_every_other_check_are_a_warning_and_a_few_are_not() {
        assert_eq!(counted("ooeoeoeooooooooooooo"), (Verdict::Live, "active".to_owned()));
        assert_eq!(counted("oeoeoeoeoeoeo"), (Verdict::Live, "active".to_owned()), "twelve minutes are not enough");
        assert_eq!(counted("oeooooeooooeooooeooooeooooeo"), (Verdict::Degraded, FAILS.to_owned()));
    }

    #[test]
    fn an_error_between_two_statements_of_a_warning_changes_nothing() {
        assert_eq!(counted("ooowowoeowo"), (Verdict::Degraded, "payment_due".to_owned()));
        assert_eq!(counted("ooowowowoeo"), (Verdict::Degraded, "payment_due".to_owned()));
    }

    #[test]
    fn an_hour_without_it_ends_it() {
        let quiet = "o".repeat(70);
        assert_eq!(counted(&format!("ooowowowo{quiet}")), (Verdict::Live, "active".to_owned()));
    }
}
