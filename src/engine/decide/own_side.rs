//! A breakdown that is one's own: the site cannot be reached through its proxy, and the account at its host is in
//! order.

use super::decider::Decider;
use crate::config::Dependency;
use crate::core::dependency::shown::Shown;
use crate::core::dependency::state::Combined;
use crate::core::probe::standing::Held;
use crate::core::words::verdict::{Fault, Proof, Proves, Verdict};

/// Reasons of a website's check that the server behind its proxy, or behind its web server, does not answer.
const BEHIND: [&str; 2] = ["origin_unreachable", "gateway_error"];

impl Decider {
    /// The state with its fault, where what it needs tells whose it is.
    pub(super) fn on_own_side(&self, id: &str, combined: Combined) -> Combined {
        let behind = |held: &&Held| {
            held.verdict == Verdict::Outage && held.fault == Fault::Unclear && BEHIND.contains(&held.reason.as_str())
        };
        let Some(held) = combined.held.as_ref().filter(behind) else { return combined };
        let Some(dependency) = self.dependency(id) else { return combined };
        let hosts = dependency.needs.iter().filter_map(|need| self.dependency(need));
        let Some(host) = hosts.filter(|host| self.is_host(host)).find(|host| self.is_in_order(host, held)) else {
            return combined;
        };
        let say = format!("{}; {} is in order", held.say, host.label);
        let hint =
            "Check your own server, its firewall and the application: the host's account is in order.".to_owned();
        let held = Held { fault: Fault::Ours, proof: Proof::Inferred, say, hint: Some(hint), ..held.clone() };
        Combined { held: Some(held), ..combined }
    }

    fn is_host(&self, dependency: &Dependency) -> bool {
        let vendor = dependency.vendors.first().and_then(|id| self.config.catalog.vendors.get(id));
        vendor.is_some_and(|vendor| vendor.category == "hosting" && vendor.parent != "own")
    }

    /// Its vendor said after the trouble began that the account is in good order.
    fn is_in_order(&self, host: &Dependency, held: &Held) -> bool {
        let shown = self.view_dependency(host);
        let stated = shown.proven() == Some(Proves::Standing);
        stated && shown.shown() == Shown::Live && shown.verified_at.is_some_and(|at| at >= held.since)
    }
}
