//! The likely cause and how certain it is, never claiming more than was seen.

use super::about::About;
use crate::core::dependency::storefronts::is_partly;
use crate::core::probe::doubt::is_by_turns;
use crate::core::words::verdict::{Fault, Proof, Verdict};

/// Words by which an advice shows that it already asks to rule out the user's own side.
const ASKED: [&str; 7] = ["balance", "unpaid", "bill", "Billing", "invoice", "your team", "Restore"];

/// Words of a vendor that name conduct, not money.
const CONDUCT: [&str; 6] = ["abuse", "fraud", "phishing", "spam", "policy", "terms of"];

/// What to rule out before blaming the vendor, if the vendor states a drop and nobody knows who is responsible.
pub(super) fn rule_out(about: &About) -> Option<&'static str> {
    let own_word = about.fault == Fault::Unclear && about.proof == Proof::Stated && about.verdict == Verdict::Dropped;
    let asked = about.hint.as_ref().is_some_and(|hint| ASKED.iter().any(|word| hint.contains(word)));
    // Its own word may already rule out a bill.
    let of_conduct = CONDUCT.iter().any(|word| about.say.to_lowercase().contains(word));
    // A letter that announced it gave the reason.
    (own_word && about.decider != "your host" && !asked && about.announced.is_none()).then_some(match &about.appeal {
        Some(_) if of_conduct => "Ask your team what it can be about before you appeal.",
        None if of_conduct => "Ask your team what it can be about first.",
        Some(_) => "Check for unpaid bills and ask your team before you appeal.",
        None => "Check for unpaid bills and ask your team first.",
    })
}

fn is_told(hint: &Option<String>, what: &str) -> bool {
    hint.as_ref().is_some_and(|hint| hint.contains(what))
}

/// A sentence about the cause; `None` if the rest of the message has it, or if it is not known.
pub(super) fn cause(about: &About) -> Option<String> {
    // Whoever answers now this and now that has not decided anything that can be seen.
    if about.verdict == Verdict::Live || is_by_turns(&about.why) {
        return None;
    }
    let decider = &about.decider;
    let said = match (about.fault, about.proof) {
        // A revoked key and a server stopped by hand would look the same.
        (Fault::VendorDecision, Proof::Inferred) if about.why == "access_lost_and_gone" => format!(
            "Likely {decider}'s decision. A key revoked and a service stopped by your own team would look the same."
        ),
        // Gone here and not there: an account that ended would be gone everywhere.
        (Fault::VendorDecision, Proof::Inferred) if is_partly(&about.why) && is_told(&about.hint, "trader status") => {
            return None;
        }
        (Fault::VendorDecision, Proof::Inferred) if is_partly(&about.why) => {
            format!("{decider}'s decision, a law there, or your own availability settings: plugwatch can't tell which.")
        }
        // An absence does not show who caused it. The advice may already ask the team.
        (Fault::VendorDecision, Proof::Inferred)
            if about.hint.as_ref().is_some_and(|hint| hint.contains("your team")) =>
        {
            format!("Likely {decider}'s decision.")
        }
        (Fault::VendorDecision, Proof::Inferred) => {
            format!("Likely {decider}'s decision. Ask your team whether anyone removed it.")
        }
        (Fault::VendorDecision, Proof::Stated) => format!("Source: {decider}'s own answer."),
        (Fault::VendorDecision, Proof::Told)
            if about.why == "ended_by_notice" && about.say.contains("key was refused") =>
        {
            "A person reported the letter; all that plugwatch sees is that its key is refused.".to_owned()
        }
        (Fault::VendorDecision, Proof::Told) if about.why == "ended_by_notice" => {
            "A person reported the letter; plugwatch's checks show what followed.".to_owned()
        }
        (Fault::VendorDecision, Proof::Told) => "Reported by a person; not confirmed by the vendor.".to_owned(),
        (Fault::VendorBreakdown, _) if about.why == "control_fails_too" => {
            format!("{decider} is broken for everyone, not only for you.")
        }
        (Fault::VendorBreakdown, Proof::Stated) => format!("{decider}'s status page confirms the problem."),
        (Fault::VendorBreakdown, _) => format!("Likely cause: an outage at {decider}."),
        // The title already says so.
        (Fault::Ours, _) if about.verdict == Verdict::Outage => return None,
        // So does the advice.
        (Fault::Ours, _) if about.hint.is_some() => return None,
        (Fault::Ours, _) => "This is yours to fix.".to_owned(),
        (Fault::Unclear, Proof::Stated) if about.verdict == Verdict::Dropped && about.decider != "your host" => {
            format!("Source: {decider}'s own answer.")
        }
        // Nothing is said about an unknown cause.
        (Fault::Unclear, _) => return None,
    };
    Some(super::sentence(said))
}
