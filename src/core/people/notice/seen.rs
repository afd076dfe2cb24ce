//! What was seen of a letter's cut, and a state with what was told beside it.

use super::{Around, NEVER, OURS};
use crate::core::dependency::state::Combined;
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Verdict};

/// By what nothing good is heard of it any more, for reasons that are not ours; the first of it.
pub(super) fn silent(state: &Combined) -> Option<&Held> {
    // A breakdown that the vendor itself reports is one.
    let reported = |held: &Held| held.fault == Fault::VendorBreakdown && held.proof == Proof::Stated;
    let out = |held: &&Held| held.verdict == Verdict::Outage && held.fault != Fault::Ours && !reported(held);
    let held = state.held.as_ref().filter(out);
    let ours = |held: &Held| held.fault == Fault::Ours || OURS.contains(&held.reason.as_str());
    let never = |held: &Held| NEVER.contains(&held.reason.as_str());
    let unseen = state.unseen.iter().filter(|unseen| unseen.blind && !never(&unseen.held));
    let unseen = unseen.filter(|unseen| unseen.urgent || !ours(&unseen.held));
    held.or_else(|| unseen.map(|unseen| &unseen.held).min_by_key(|held| held.since))
}

/// What was seen of a cut: that it is out, or that it can no longer be seen.
pub(super) fn seen(held: &Held) -> String {
    match held.verdict {
        Verdict::Outage => format!("it no longer works: {}", held.say),
        _ => format!("plugwatch no longer sees it work: {}", held.say),
    }
}

/// Ignores an outage that maintenance explains and that no alert reports, so that it hides no letter. Also returns
/// whether there was one.
pub(super) fn without_work(state: Combined, around: Around<'_>, ends: Time) -> (Combined, bool) {
    let explained = |held: &Held| around.worked_on && held.verdict == Verdict::Outage && held.since < ends;
    let worked_on = state.held.as_ref().is_some_and(explained);
    let held = state.held.map(|held| Held { verdict: if worked_on { Verdict::Live } else { held.verdict }, ..held });
    (Combined { held, ..state }, worked_on)
}

/// A breakdown after the announced hour may be none.
pub(super) fn doubted(state: Combined, ends: Time) -> Combined {
    let doubt = |held: Held| Held {
        fault: Fault::Unclear,
        proof: Proof::Inferred,
        say: format!("{}; the announced cut-off ({}) has passed, so this may be it", held.say, ends.short()),
        hint: Some("Assume it will not come back. Continue your move.".to_owned()),
        ..held
    };
    Combined { held: state.held.map(doubt), ..state }
}

/// The state with what was told, unless what was seen is worse. Beside another warning, what was
/// told leads.
pub(super) fn notified(
    state: Combined,
    verdict: Verdict,
    reason: &str,
    hint: Option<String>,
    say: String,
    since: Time,
) -> Combined {
    let mut held = Held {
        verdict,
        reason: reason.to_owned(),
        fault: Fault::VendorDecision,
        proof: Proof::Told,
        say,
        hint,
        by: state.held.as_ref().map(|held| held.by.clone()).unwrap_or_default(),
        since,
        until: None,
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
