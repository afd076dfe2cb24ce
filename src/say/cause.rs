//! The likely cause and how certain it is. It never claims more than was seen.

use super::about::About;
use super::title::OWN;
use crate::core::dependency::storefronts::is_partly;
use crate::core::people::wording;
use crate::core::probe::doubt::is_by_turns;
use crate::core::words::verdict::{Fault, Proof, Verdict};

/// Words which show that advice already asks the reader to rule out the user's own side.
const ASKED: [&str; 7] = ["balance", "unpaid", "bill", "Billing", "invoice", "your team", "Restore"];

/// Words of a vendor that indicate conduct, not money.
const CONDUCT: [&str; 6] = ["abuse", "fraud", "phishing", "spam", "policy", "terms of"];

/// What to rule out before blaming the vendor, if the vendor states a drop but not who caused it.
pub(super) fn rule_out(about: &About) -> Option<&'static str> {
    let own_word = about.fault == Fault::Unclear && about.proof == Proof::Stated && about.verdict == Verdict::Dropped;
    let asked = about.hint.as_ref().is_some_and(|hint| ASKED.iter().any(|word| hint.contains(word)));
    // The vendor's statement may already rule out an unpaid bill.
    let of_conduct = CONDUCT.iter().any(|word| about.say.to_lowercase().contains(word));
    // If a letter announced the drop, the letter gave the reason.
    (own_word && about.decider != "your host" && !asked && about.announced.is_none()).then_some(match &about.appeal {
        Some(_) if of_conduct => "Ask your team what could be behind it before you appeal.",
        None if of_conduct => "First ask your team what could be behind it.",
        Some(_) => "Before you appeal, check for unpaid bills and ask your team.",
        None => "First check for unpaid bills and ask your team.",
    })
}

/// How the catalogue writes that a code of the vendor's own says it.
const BY_CODE: &str = "by that code";

fn is_told(hint: &Option<String>, what: &str) -> bool {
    hint.as_ref().is_some_and(|hint| hint.contains(what))
}

/// The source of a statement: the vendor's own API or, for the user's own parts, their own answer.
fn source(about: &About) -> String {
    let way = if about.parent == OWN { "answer" } else { "API" };
    format!("Source: {}'s own {way}.", about.decider)
}

/// A sentence about the cause; `None` if the rest of the message contains it, or if it is unknown.
pub(super) fn cause(about: &About) -> Option<String> {
    // If the vendor's answers alternate, no decision of the vendor has been seen.
    if about.verdict == Verdict::Live || is_by_turns(&about.why) {
        return None;
    }
    let decider = &about.decider;
    let said = match (about.fault, about.proof) {
        (Fault::VendorDecision, Proof::Inferred) => return inferred(about),
        (Fault::VendorDecision, Proof::Stated) => source(about),
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
        (Fault::VendorBreakdown, Proof::Stated) if about.why == "vendor_maintenance" => {
            "plugwatch waits four hours for announced work; this has lasted longer, so it has probably overrun."
                .to_owned()
        }
        (Fault::VendorBreakdown, Proof::Stated) => format!("{decider}'s status page confirms the problem."),
        (Fault::VendorBreakdown, _) => format!("Likely cause: an outage at {decider}."),
        // The title already says so.
        (Fault::Ours, _) if about.verdict == Verdict::Outage => return None,
        // The advice already says so.
        (Fault::Ours, _) if about.hint.is_some() => return None,
        (Fault::Ours, _) => "This is yours to fix.".to_owned(),
        (Fault::Unclear, Proof::Stated) if about.verdict == Verdict::Dropped && about.decider != "your host" => {
            source(about)
        }
        // Nothing is said about an unknown cause.
        (Fault::Unclear, _) => return None,
    };
    Some(super::sentence(said))
}

/// Who likely decided, where nobody stated it.
fn inferred(about: &About) -> Option<String> {
    let decider = &about.decider;
    let said = match () {
        // A revoked key together with a manually stopped server would look the same.
        _ if about.why == "access_lost_and_gone" => format!(
            "Likely {decider}'s decision. A key revoked and a service stopped by your own team would look the same."
        ),
        // The app is gone only in some countries. If the account had ended, it would be gone everywhere.
        _ if is_partly(&about.why) && is_told(&about.hint, "trader status") => {
            return None;
        }
        _ if about.announced.as_ref().is_some_and(|letter| wording::of(letter).law) => {
            "Likely the legal reason that the letter gives.".to_owned()
        }
        _ if is_partly(&about.why) => {
            format!(
                "Possible causes: {decider}'s decision, a law there, or your own availability settings. plugwatch can't tell which."
            )
        }
        // The sentence says that the code is the vendor's own word.
        _ if about.say.contains(BY_CODE) => return None,
        _ if about.announced.is_some() => {
            format!("Likely {decider}'s decision, as its letter announced.")
        }
        // An absence does not show who caused it. The advice may already say to ask the team.
        _ if about.hint.as_ref().is_some_and(|hint| hint.contains("your team")) => {
            format!("Likely {decider}'s decision.")
        }
        _ => {
            format!("Likely {decider}'s decision. Ask your team whether anyone removed it.")
        }
    };
    Some(super::sentence(said))
}
