//! What other dependencies show about an outage. If the account at the host is in good standing, the own server comes
//! first, although that does not show whether its machines run. It may also be a consequence of an earlier loss.

use std::time::Duration;

use super::decider::Decider;
use crate::config::Dependency;
use crate::core::dependency::shown::Shown;
use crate::core::dependency::state::Combined;
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Proves, Verdict};

/// The maximum time by which a failure may be seen before the loss of something it needs.
const BEFORE: Duration = Duration::from_secs(300);
/// How long after the recovery of something it needs a failure may still be a consequence: caches expire late, and
/// machines were stopped. Google Cloud's suspension of Railway on 19 May 2026 lasted ten minutes; its consequences
/// lasted eight hours.
const AFTERWARDS: Duration = Duration::from_secs(2 * 3_600);

/// What to do where a server does not answer and the account at its host is in order.
pub(in crate::engine) const OWN_FIRST: &str = "Check your own server, its firewall and the application first. Then see in the host's console whether the machines run.";

/// Reasons of a website's check which mean that the server behind its proxy or web server does not answer.
const BEHIND: [&str; 2] = [UNREACHABLE, "gateway_error"];
const UNREACHABLE: &str = "origin_unreachable";

impl Decider {
    /// The state, with what the states of what it needs show about it.
    pub(super) fn on_own_side(&self, id: &str, combined: Combined) -> Combined {
        if let Some(held) = self.left_behind(id, &combined) {
            return Combined { held: Some(held), ..combined };
        }
        let behind = |held: &&Held| {
            held.verdict == Verdict::Outage && held.fault == Fault::Unclear && BEHIND.contains(&held.reason.as_str())
        };
        let Some(held) = combined.held.as_ref().filter(behind) else { return combined };
        let Some(dependency) = self.dependency(id) else { return combined };
        let hosts = dependency.needs.iter().filter_map(|need| self.dependency(need));
        let Some(host) = hosts.filter(|host| self.is_host(host)).find(|host| self.is_in_order(host, held)) else {
            return combined;
        };
        // UniSuper's account was in order on 2 May 2024, and its machines were gone.
        let say = format!(
            "{}; the account of {} is in order, which does not show whether machines run there",
            held.say, host.label
        );
        // Only a proxy's own word that the server behind it does not answer puts it on your side.
        let fault = if held.reason == UNREACHABLE { Fault::Ours } else { held.fault };
        let held = Held { fault, proof: Proof::Inferred, say, hint: Some(OWN_FIRST.to_owned()), ..held.clone() };
        Combined { held: Some(held), ..combined }
    }

    /// The state if something that it needs was lost and is back, and it failed at the same time or soon after.
    fn left_behind(&self, id: &str, combined: &Combined) -> Option<Held> {
        let outage = |held: &&Held| held.verdict == Verdict::Outage && held.fault == Fault::Unclear;
        let held = combined.held.as_ref().filter(outage)?;
        let needs = self.dependency(id)?.needs.iter().filter_map(|need| self.dependency(need));
        let (need, back) = needs.filter_map(|need| Some((need, self.back_since(&need.id, held.since)?))).next()?;
        let say = format!(
            "{}; {} was lost until {}, and what it stopped may not be back yet",
            held.say,
            need.label,
            back.short()
        );
        let hint = format!("Start what stopped with {}: machines, disks, networks. Caches may need time.", need.label);
        Some(Held { say, hint: Some(hint), ..held.clone() })
    }

    /// Since when something that was lost around `fell` has worked again.
    fn back_since(&self, need: &str, fell: Time) -> Option<Time> {
        let state = self.known.dependency(need)?;
        let lost = state.notified.lost_at?;
        let back = state.combined.held.as_ref().filter(|held| held.verdict == Verdict::Live)?.since;
        // A newly refused key is not a recovery: the `live` result is from before the refusal.
        let returned = back >= lost && state.combined.lost_access().is_none();
        (returned && fell.plus(BEFORE) >= lost && fell <= back.plus(AFTERWARDS)).then_some(back)
    }

    fn is_host(&self, dependency: &Dependency) -> bool {
        let vendor = dependency.vendors.first().and_then(|id| self.config.catalog.vendors.get(id));
        vendor.is_some_and(|vendor| vendor.category == "hosting" && vendor.parent != "own")
    }

    /// Whether the host stated, after the trouble began, that the account is in good standing.
    fn is_in_order(&self, host: &Dependency, held: &Held) -> bool {
        let shown = self.view_dependency(host);
        // If the account was not in good standing when the trouble began, that may be the cause.
        let state = self.known.dependency(&host.id).and_then(|state| state.combined.held.as_ref());
        if state.is_none_or(|state| state.since > held.since) {
            return false;
        }
        let stated = shown.proven() == Some(Proves::Standing);
        stated && shown.shown() == Shown::Live && shown.verified_at.is_some_and(|at| at >= held.since)
    }
}
