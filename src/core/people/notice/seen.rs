//! What checks show of an announced cut-off, and how a state and a notice are combined.

use super::{Around, NEVER, OURS};
use crate::core::dependency::state::Combined;
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Verdict};

/// The first confirmed failure or blindness that is not on the user's side; `None` if there is none.
pub(super) fn silent(state: &Combined) -> Option<&Held> {
    // A breakdown that the vendor itself reports is not a cut-off.
    let reported = |held: &Held| held.fault == Fault::VendorBreakdown && held.proof == Proof::Stated;
    let out = |held: &&Held| held.verdict == Verdict::Outage && held.fault != Fault::Ours && !reported(held);
    let held = state.held.as_ref().filter(out);
    let ours = |held: &Held| held.fault == Fault::Ours || OURS.contains(&held.reason.as_str());
    let never = |held: &Held| NEVER.contains(&held.reason.as_str());
    let unseen = state.unseen.iter().filter(|unseen| unseen.blind && !never(&unseen.held));
    let unseen = unseen.filter(|unseen| unseen.urgent || !ours(&unseen.held));
    held.or_else(|| unseen.map(|unseen| &unseen.held).min_by_key(|held| held.since))
}

/// A phrase that says what checks show: it no longer works, or it can no longer be checked.
pub(super) fn seen(held: &Held) -> String {
    match held.verdict {
        Verdict::Outage => format!("it no longer works: {}", held.say),
        _ => format!("plugwatch no longer sees it work: {}", held.say),
    }
}

/// Ignores an outage that maintenance explains. No alert reports such an outage, so it must not hide a letter. Also
/// returns whether there was one.
pub(super) fn without_work(state: Combined, around: Around<'_>, ends: Time) -> (Combined, bool) {
    let explained = |held: &Held| around.worked_on && held.verdict == Verdict::Outage && held.since < ends;
    let worked_on = state.held.as_ref().is_some_and(explained);
    let held = state.held.map(|held| Held { verdict: if worked_on { Verdict::Live } else { held.verdict }, ..held });
    (Combined { held, ..state }, worked_on)
}

/// Marks an outage after the announced time as a possible cut-off.
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

/// The state with a notice added, unless a check found something worse. If a check gave another warning, the notice
/// comes first.
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
