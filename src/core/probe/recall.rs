//! What was known before changes what a check means: a key that worked is refused, a vendor that dropped us
//! breaks down, something reads gone where nothing can be compared with it.

use super::policy::Policy;
use super::standing::{CheckResult, Standing};
use super::weigh::{CONTROL_GONE, Weighed};
use super::witness::Witnesses;
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Verdict};

/// What a check comes to once what was known before is heard.
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

/// The reason for what reads gone, cannot be confirmed, and is gone most likely.
pub(super) const PROBABLY_REMOVED: &str = "probably_removed";

/// It reads gone, and so does everything that is known to be there; but those did already while it was still
/// there, and another listing of one's own is there by the same path.
fn probably_removed(weighed: Weighed, look: &CheckResult, witnesses: &Witnesses, standing: &Standing) -> Weighed {
    let gone = look.reading.verdict == Verdict::Dropped && weighed.reason == CONTROL_GONE;
    let before = witnesses.positive.as_ref().zip(standing.last_live).is_some_and(|(seen, live)| seen.began <= live);
    let others = witnesses.same_check.is_some_and(|tally| tally.live > 0 && tally.failing == 0);
    if !(gone && before && others) {
        return weighed;
    }
    let say = format!(
        "{}; plugwatch can't confirm it, because everything it compares with disappeared before; your other listings there are still up",
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

/// The same key worked before and is refused now: that is more than a wrong key.
fn access(weighed: Weighed, standing: &Standing, policy: &Policy, now: Time) -> Weighed {
    if weighed.reason != "credential_refused" {
        return weighed;
    }
    if !policy.keyed {
        // There is no key that could be wrong: somebody on the way turns us away.
        return Weighed { reason: "refused_here".to_owned(), fault: Fault::Unclear, hint: None, ..weighed };
    }
    let Some(live) = standing.last_live else {
        return weighed;
    };
    if standing.key_mark.is_some() && standing.key_mark != policy.key_mark {
        // Another key than the one that worked: a slip of ours, most likely.
        return Weighed { say: format!("{}; it is another key than the one that worked", weighed.say), ..weighed };
    }
    // A moment: how long ago it was would be wrong in each reminder.
    let worked = live.min(now).short();
    Weighed {
        reason: "access_lost".to_owned(),
        fault: Fault::Unclear,
        say: format!("{}; the same key last worked {worked}: key revoked or account suspended", weighed.say),
        ..weighed
    }
}

/// A vendor that breaks down after it dropped us has not taken us back: the drop stays,
/// unverified, until the vendor says something about us again.
fn no_refutation(weighed: Weighed, standing: &Standing) -> Weighed {
    if standing.verdict() != Some(Verdict::Dropped) || weighed.verdict != Verdict::Outage {
        return weighed;
    }
    Weighed { verdict: Verdict::Unknown, ..weighed }
}
