//! Earlier knowledge changes what a check means: for example, a key that used to work is refused, a vendor that
//! dropped the customer has an outage, or something is missing and nothing can be compared with it.

use super::policy::Policy;
use super::standing::{CheckResult, Standing};
use super::weigh::{CONTROL_GONE, Weighed};
use super::witness::Witnesses;
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Verdict};

/// Weighs a check again, using what was known before it.
pub(super) fn recall(
    weighed: Weighed,
    look: &CheckResult,
    witnesses: &Witnesses,
    standing: &Standing,
    policy: &Policy,
) -> Weighed {
    let weighed = access(weighed, standing, policy, look.at);
    let weighed = probably_removed(weighed, look, witnesses, standing);
    no_refutation(weighed, standing)
}

/// The reason code for something that is missing and most likely gone, but cannot be confirmed.
pub(super) const PROBABLY_REMOVED: &str = "probably_removed";

/// Detects a probable removal. The listing is missing, and so is everything it is compared with. But the comparisons
/// were missing while the listing was still there, and another listing of the same user is still found over the same
/// path.
fn probably_removed(weighed: Weighed, look: &CheckResult, witnesses: &Witnesses, standing: &Standing) -> Weighed {
    let gone = look.reading.verdict == Verdict::Dropped && weighed.reason == CONTROL_GONE;
    let before = witnesses.positive.as_ref().zip(standing.last_live).is_some_and(|(seen, live)| seen.began <= live);
    let others = witnesses.same_check.is_some_and(|tally| tally.live > 0 && tally.failing == 0);
    if !(gone && before && others) {
        return weighed;
    }
    let say = format!(
        "{}; plugwatch can't confirm this: its comparison apps went missing before yours did, so the store itself may be at fault; but another listing of yours there still loads, so a removal is more likely",
        look.reading.say
    );
    Weighed {
        reason: PROBABLY_REMOVED.to_owned(),
        fault: Fault::Unclear,
        say,
        hint: look.reading.hint.clone(),
        ..weighed
    }
}

/// Handles a refused key: if the same key worked before, it is more than a wrong key.
fn access(weighed: Weighed, standing: &Standing, policy: &Policy, now: Time) -> Weighed {
    if weighed.reason != "credential_refused" {
        return weighed;
    }
    if !policy.keyed {
        // No key was sent, so the key cannot be wrong. Something on the network path refuses plugwatch.
        return Weighed { reason: "refused_here".to_owned(), fault: Fault::Unclear, hint: None, ..weighed };
    }
    let Some(live) = standing.last_live else {
        return weighed;
    };
    if standing.key_mark.is_some() && standing.key_mark != policy.key_mark {
        // This key is not the one that last worked, so a configuration mistake is most likely.
        return Weighed { say: format!("{}; it is another key than the one that worked", weighed.say), ..weighed };
    }
    // Shows a point in time, because a time span would be out of date in each reminder.
    let worked = live.min(now).short();
    Weighed {
        reason: "access_lost".to_owned(),
        fault: Fault::Unclear,
        say: format!(
            "{}; this key last worked {worked}: either it was revoked, or the account was suspended, or the vendor's rules changed",
            weighed.say
        ),
        ..weighed
    }
}

/// A vendor that has an outage after dropping the customer has not withdrawn the drop. The drop stays, unverified,
/// until the vendor's answer concerns the customer again.
fn no_refutation(weighed: Weighed, standing: &Standing) -> Weighed {
    if standing.verdict() != Some(Verdict::Dropped) || weighed.verdict != Verdict::Outage {
        return weighed;
    }
    Weighed { verdict: Verdict::Unknown, ..weighed }
}
