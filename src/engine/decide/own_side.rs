//! Whose fault an outage is, if the dependencies tell: your side, if the site cannot be reached through its proxy and
//! the account at its host is in good standing; or a consequence of an earlier loss.

use std::time::Duration;

use super::decider::Decider;
use crate::config::Dependency;
use crate::core::dependency::shown::Shown;
use crate::core::dependency::state::Combined;
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Proves, Verdict};

/// The longest time by which a failure may be seen before the loss of something it needs.
const BEFORE: Duration = Duration::from_secs(300);
/// How long after something it needs is back a failure may still be a consequence: caches expire, and machines were
/// stopped. Google Cloud's suspension of Railway lasted ten minutes on 19 May 2026, its consequences eight hours.
const AFTERWARDS: Duration = Duration::from_secs(2 * 3_600);

/// Reasons of a website's check: the server behind its proxy, or behind its web server, does not answer.
const BEHIND: [&str; 2] = ["origin_unreachable", "gateway_error"];

impl Decider {
    /// The state with its fault, if the state of what it needs shows whose it is.
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
        let say = format!("{}; {} is in order", held.say, host.label);
        let hint =
            "Check your own server, its firewall and the application: the host's account is in order.".to_owned();
        let held = Held { fault: Fault::Ours, proof: Proof::Inferred, say, hint: Some(hint), ..held.clone() };
        Combined { held: Some(held), ..combined }
    }

    /// Whether something that it needs was lost and is back, and this failed with it or soon after.
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

    /// Since when something works again that was lost around `fell`.
    fn back_since(&self, need: &str, fell: Time) -> Option<Time> {
        let state = self.known.dependency(need)?;
        let lost = state.notified.lost_at?;
        let back = state.combined.held.as_ref().filter(|held| held.verdict == Verdict::Live)?.since;
        // A key that is refused now has not come back: it worked before that.
        let returned = back >= lost && state.combined.lost_access().is_none();
        (returned && fell.plus(BEFORE) >= lost && fell <= back.plus(AFTERWARDS)).then_some(back)
    }

    fn is_host(&self, dependency: &Dependency) -> bool {
        let vendor = dependency.vendors.first().and_then(|id| self.config.catalog.vendors.get(id));
        vendor.is_some_and(|vendor| vendor.category == "hosting" && vendor.parent != "own")
    }

    /// Whether its vendor said, after the trouble began, that the account is in good standing.
    fn is_in_order(&self, host: &Dependency, held: &Held) -> bool {
        let shown = self.view_dependency(host);
        // Something that was not in order when the trouble began may well be its cause.
        let state = self.known.dependency(&host.id).and_then(|state| state.combined.held.as_ref());
        if state.is_none_or(|state| state.since > held.since) {
            return false;
        }
        let stated = shown.proven() == Some(Proves::Standing);
        stated && shown.shown() == Shown::Live && shown.verified_at.is_some_and(|at| at >= held.since)
    }
}
