//! Whether two states lead to the same decisions. Sentences and advice do not affect decisions: they may change with
//! each check, for example if they contain a balance.

use super::state::{Combined, Unseen};
use crate::core::probe::standing::{Held, Standing, Suspicion, Unverified};

impl Held {
    /// Whether both have the same verdict, reason, check and start.
    pub fn decides_like(&self, other: &Held) -> bool {
        let ground = |held: &Held| (held.verdict, held.fault, held.proof, held.since);
        ground(self) == ground(other) && self.reason == other.reason && self.by == other.by
    }
}

impl Suspicion {
    fn decides_like(&self, other: &Suspicion) -> bool {
        let counted = |doubt: &Suspicion| (doubt.reads, doubt.last, doubt.by_turns, doubt.witnessed);
        counted(self) == counted(other) && self.looks == other.looks && self.held.decides_like(&other.held)
    }
}

impl Unverified {
    fn decides_like(&self, other: &Unverified) -> bool {
        let notified =
            |unseen: &Unverified| (unseen.reads, unseen.vendor_fine, unseen.streak, unseen.blind, unseen.urgent);
        notified(self) == notified(other) && self.held.decides_like(&other.held)
    }
}

impl Standing {
    /// Whether both lead to the same decisions, ignoring when each was last verified.
    pub fn decides_like(&self, other: &Standing) -> bool {
        let known = |standing: &Standing| (standing.last_live.is_some(), standing.key_mark, standing.returned_at);
        known(self) == known(other)
            && self.taken_back == other.taken_back
            && self.refused == other.refused
            && alike(self.warned.as_ref(), other.warned.as_ref(), |a, b| {
                a.times == b.times && a.held.decides_like(&b.held)
            })
            && alike(self.confirmed.as_ref(), other.confirmed.as_ref(), Held::decides_like)
            && alike(self.suspicion.as_deref(), other.suspicion.as_deref(), Suspicion::decides_like)
            && alike(self.unverified.as_deref(), other.unverified.as_deref(), Unverified::decides_like)
    }
}

impl Unseen {
    fn decides_like(&self, other: &Unseen) -> bool {
        let notified = |unseen: &Unseen| (unseen.blind, unseen.urgent, unseen.vendor_fine);
        notified(self) == notified(other) && self.group == other.group && self.held.decides_like(&other.held)
    }
}

impl Combined {
    /// Whether both lead to the same decisions, ignoring the wording of sentences.
    pub fn decides_like(&self, other: &Combined) -> bool {
        self.waiting == other.waiting
            && alike(self.held.as_ref(), other.held.as_ref(), Held::decides_like)
            && alike(self.suspicion.as_deref(), other.suspicion.as_deref(), Held::decides_like)
            && self.unseen.len() == other.unseen.len()
            && self.unseen.iter().zip(&other.unseen).all(|(one, other)| one.decides_like(other))
    }
}

/// Whether both lead to the same decisions, or both are missing.
fn alike<T>(one: Option<&T>, other: Option<&T>, decides_like: impl Fn(&T, &T) -> bool) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => decides_like(one, other),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::time::Time;
    use crate::core::words::verdict::Verdict;

    fn held(reason: &str, say: &str) -> Held {
        Held {
            verdict: Verdict::Degraded,
            reason: reason.to_owned(),
            fault: crate::core::words::verdict::Fault::Ours,
            proof: crate::core::words::verdict::Proof::Stated,
            say: say.to_owned(),
            hint: None,
            by: "twilio/balance".to_owned(),
            since: Time(0),
            until: None,
        }
    }

    #[test]
    fn a_balance_that_changes_with_each_check_decides_nothing() {
        let state = |reason: &str, say: &str| Combined { held: Some(held(reason, say)), ..Combined::default() };
        let before = state("balance_low", "12.40 USD are left");
        assert!(before.decides_like(&state("balance_low", "12.38 USD are left")));
        assert!(!before.decides_like(&state("balance_empty", "12.40 USD are left")));
        assert!(!before.decides_like(&Combined::default()));
    }
}
