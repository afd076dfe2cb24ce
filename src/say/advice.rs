//! What to do, if neither the catalogue nor the core has better advice.

use super::about::About;
use super::title::OWN;
use crate::core::dependency::incident::Reason;
use crate::core::dependency::storefronts::unread_where;
use crate::core::words::text::with_vendor;
use crate::core::words::verdict::{Fault, Proof, Verdict};

/// The text with the vendor's name in place of "the vendor", if the reader may see it: not for the user's own parts, and
/// not if several companies are in one message.
pub(super) fn with_name(text: &str, about: &About) -> String {
    let several = about.group.as_ref().is_some_and(|group| group.name.is_empty());
    match about.parent == OWN || several || about.vendor.is_empty() {
        true => text.to_owned(),
        false => with_vendor(text, &about.vendor, &about.decider),
    }
}

/// What to do if the catalogue has no better advice.
pub(super) fn by_default(reason: Reason, about: &About) -> Option<&'static str> {
    let well = matches!(about.before, None | Some(Verdict::Live));
    let blind = reason == Reason::Blind && well;
    match (about.why.as_str(), about.verdict, about.fault) {
        // If a vendor's answers alternate, the problem is not on your own servers.
        _ if reason == Reason::Flapping && about.parent != OWN => {
            Some("Open the vendor's console and its status page: its answers contradict each other.")
        }
        _ if reason == Reason::Flapping => {
            Some("Look for a server that keeps restarting, or one faulty server among several.")
        }
        ("fails_on_and_off", ..) if about.parent == OWN => Some("Look for one faulty server among several."),
        ("fails_on_and_off", ..) => {
            Some("Repeat requests that fail. If they still fail in an hour, contact the vendor.")
        }
        ("unknown_status", ..) if blind => Some("Log in to the vendor today and read what it says about the account."),
        (_, _, Fault::VendorBreakdown) if blind => Some(
            "Log in to the vendor and check the account. If it is active, or the login fails too, wait until the vendor's status page reports the problem solved.",
        ),
        ("access_lost", ..) if blind => Some(
            "Log in to the vendor and read the account's status. If it is suspended, or nobody can log in, contact the vendor, and copy what can still be read. If it is active, ask your team whether anyone revoked the key, then create a new one.",
        ),
        (_, _, Fault::Ours) if blind => Some("Fix it on your side. Until then plugwatch can't tell whether it works."),
        _ if blind && unread_where(&about.say).is_some() => {
            Some("Ask somebody in that country to open the listing: plugwatch can't tell whether it is still there.")
        }
        // No stronger claim is made, because the unreadable check may itself be a sign.
        _ if blind => Some("Check it yourself: plugwatch can't tell whether it still works."),
        // It may not come back before its announced end.
        (_, Verdict::Outage, Fault::VendorBreakdown) if about.ends.is_some() => {
            Some("Copy out what still answers now: it may not come back before its end.")
        }
        ("vendor_maintenance", Verdict::Outage, _) => Some(
            "Ask the vendor when the maintenance ends. Test what you need from it, and tell your users if that fails.",
        ),
        (_, Verdict::Outage, Fault::VendorBreakdown) => {
            let switch = about.fallback.is_some() && about.fallback_works != Some(false);
            Some(wait(switch, about.proof))
        }
        _ => None,
    }
}

/// What to do in the first hour of a vendor's outage; `switch` if there is a fallback that may work.
pub fn wait(switch: bool, proof: Proof) -> &'static str {
    match (switch, proof) {
        (true, _) => "Wait. If it is still out in an hour, switch to the fallback.",
        (false, Proof::Stated) => "Wait. There is nothing to fix on your side.",
        (false, _) => "Wait. If it is still out in an hour, contact the vendor.",
    }
}

/// What to do, by vendor, if neither the catalogue nor the core has better advice.
pub(super) fn by_vendor(about: &About) -> Option<String> {
    let vendor = Some(&about.vendor).filter(|vendor| about.parent != OWN && !vendor.is_empty())?;
    match (about.verdict, about.fault) {
        (Verdict::Degraded, Fault::Ours) => Some(format!("Set it right in {vendor}'s console.")),
        (Verdict::Degraded, Fault::VendorDecision | Fault::Unclear) => {
            Some(format!("Log in to {vendor} and read its messages. If it asks for nothing, wait."))
        }
        (Verdict::Dropped, _) => {
            Some(format!("Log in to {vendor}, read its messages, and ask your team whether anyone changed anything."))
        }
        _ => None,
    }
}
