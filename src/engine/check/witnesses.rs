//! The witness cache: controls, second paths and reference hosts, queried once for all checks that need them.
//!
//! An answer is reused if it is not older than the caller allows. Concurrent callers wait for the same answer.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::answer::ask;
use super::same_page::SamePage;
use crate::catalog::{Check, Control, Params};
use crate::config::Probe;
use crate::core::probe::reference_hosts;
use crate::core::probe::witness::{FRESH, OwnNetwork, Witnessed};
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;
use crate::engine::Context;

/// The minimum interval between queries of the controls of a probe that is live.
pub const SLOW: Duration = Duration::from_secs(3_600);
/// The reference hosts belong to third parties, so they are queried at most once a second, however many checks fail.
const ANCHORS_GAP: Duration = Duration::from_secs(1);

type Slot = Arc<tokio::sync::Mutex<Option<Witnessed>>>;

/// The witness cache.
#[derive(Default)]
pub struct WitnessCache {
    slots: Mutex<HashMap<String, Slot>>,
    /// Unexpected pages that were served in place of several companies' pages.
    pub same_page: SamePage,
    network: tokio::sync::Mutex<()>,
    judged: Mutex<Option<(Time, OwnNetwork)>>,
    /// What the failures of the reference hosts have in common.
    sign: Mutex<reference_hosts::Sign>,
}

impl WitnessCache {
    /// The positive control of a probe's check, in the probe's storefront.
    pub async fn positive(&self, ctx: &Arc<Context>, probe: &Probe, within: Duration) -> Option<Witnessed> {
        let (_, check) = ctx.config.catalog.check(&probe.check)?;
        self.pool(ctx, check, probe, within).await
    }

    /// The negative control of a probe's check, in the probe's storefront.
    pub async fn negative(&self, ctx: &Arc<Context>, probe: &Probe, within: Duration) -> Option<Witnessed> {
        let (_, check) = ctx.config.catalog.check(&probe.check)?;
        Some(self.control(ctx, check, check.negative_control.as_ref()?, probe, within).await)
    }

    /// The same thing checked over a second path. If that path's own control is gone, too, the result is ignored.
    pub async fn second_path(&self, ctx: &Arc<Context>, probe: &Probe) -> Option<Witnessed> {
        let (vendor, check) = ctx.config.catalog.check(&probe.check)?;
        let second = vendor.checks.get(check.second_path.as_ref()?)?;
        let params = carried(second, probe);
        let seen = self.witness(ctx, second, params, FRESH).await;
        if second.positive_controls.is_empty() || seen.verdict != Verdict::Dropped {
            return Some(seen);
        }
        let control = self.pool(ctx, second, probe, FRESH).await?;
        if matches!(control.verdict, Verdict::Live | Verdict::Degraded) {
            return Some(seen);
        }
        Some(Witnessed { verdict: Verdict::Unknown, reason: "control_of_second_path".to_owned(), ..seen })
    }

    /// The state on the vendor's status page. A page that cannot be read is ignored.
    pub async fn vendor_status(&self, ctx: &Arc<Context>, probe: &Probe) -> Option<Witnessed> {
        let (vendor, _) = ctx.config.catalog.check(&probe.check)?;
        let page = vendor.status_page.as_ref()?;
        let (_, check) = ctx.config.catalog.check(&format!("status/{}", page.format))?;
        let mut params = Params::default();
        params.public.insert("url".to_owned(), Value::from(page.url.as_str()));
        if let Some(component) = &page.component {
            params.public.insert("component".to_owned(), Value::from(component.as_str()));
        }
        // If the page lists regions, only the configured one is read.
        if let Some(region) = probe.params.public.get("region").filter(|_| check.param("region").is_some()) {
            params.public.insert("region".to_owned(), region.clone());
        }
        let seen = self.witness(ctx, check, params, FRESH).await;
        if seen.reason.starts_with("status_") {
            return Some(seen);
        }
        Some(Witnessed { verdict: Verdict::Unknown, ..seen })
    }

    async fn control(
        &self,
        ctx: &Arc<Context>,
        check: &Check,
        known: &BTreeMap<String, Value>,
        probe: &Probe,
        within: Duration,
    ) -> Witnessed {
        let mut params = carried(check, probe);
        params.public.extend(known.clone());
        self.witness(ctx, check, params, within).await
    }

    /// The first of a check's positive controls that still exists. Its owner may remove a control, so the path is
    /// inconclusive only if all of them are gone.
    async fn pool(&self, ctx: &Arc<Context>, check: &Check, probe: &Probe, within: Duration) -> Option<Witnessed> {
        let country = probe.params.public.get("country").and_then(Value::as_str);
        let offered = |control: &&Control| !control.not_in.iter().any(|other| Some(other.as_str()) == country);
        let mut gone: Option<Witnessed> = None;
        for control in check.positive_controls.iter().filter(offered) {
            let seen = self.control(ctx, check, &control.params, probe, within).await;
            gone = match (seen.verdict, gone) {
                (Verdict::Live | Verdict::Degraded, _) => return Some(seen),
                (Verdict::Dropped, None) => Some(seen),
                // The last control existed until now.
                (Verdict::Dropped, Some(gone)) => Some(Witnessed { began: gone.began.max(seen.began), ..gone }),
                // An unreadable answer does not restore a control that is gone.
                (_, Some(gone)) => Some(gone),
                (_, None) => return Some(seen),
            };
        }
        gone
    }

    /// Queries a witness, or reuses an answer that is at most `within` old.
    async fn witness(&self, ctx: &Arc<Context>, check: &Check, params: Params, within: Duration) -> Witnessed {
        let key = format!("{} {}", check.id, serde_json::json!(params.public));
        let slot = self.slots.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().clone();
        let mut slot = slot.lock().await;
        let now = ctx.clock.now();
        // Only a control that exists is cached for longer.
        let within = |seen: &Witnessed| if seen.verdict == Verdict::Live { within } else { within.min(FRESH) };
        if let Some(seen) = slot.as_ref().filter(|seen| seen.at <= now && now.since(seen.at) < within(seen)) {
            return seen.clone();
        }
        let (_, reading, at) = ask(ctx, &check.id, &params, Some(now.0), true).await;
        let before = slot.as_ref().filter(|before| before.verdict == reading.verdict);
        let began = before.map_or(at, |before| before.began);
        if reading.verdict == Verdict::Dropped && before.is_none() {
            tracing::warn!(check = %check.id, params = %serde_json::json!(params.public), "a control is gone: plugwatch uses others");
        }
        let seen = Witnessed { verdict: reading.verdict, reason: reading.reason, at, began };
        *slot = Some(seen.clone());
        seen
    }

    /// What is known about plugwatch's own network since `since`, without a query. That the network worked before a
    /// request failed does not explain that failure.
    pub fn known_network(&self, since: Time) -> OwnNetwork {
        let judged = self.judged();
        judged.filter(|(at, _)| *at >= since).map_or(OwnNetwork::Unasked, |(_, judged)| judged)
    }

    fn judged(&self) -> Option<(Time, OwnNetwork)> {
        *self.judged.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Handles a clock that was set back: results are judged again by the new time.
    pub fn clock_set_back(&self) {
        *self.judged.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What the most recent failures of the reference hosts have in common.
    pub fn sign(&self) -> reference_hosts::Sign {
        *self.sign.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queries the reference hosts, unless that was done since `since`.
    pub async fn anchors(&self, ctx: &Arc<Context>, since: Time) -> OwnNetwork {
        let _one_at_a_time = self.network.lock().await;
        let known = self.known_network(since);
        if known != OwnNetwork::Unasked {
            return known;
        }
        // A time in the future was recorded before the clock was set back.
        if let Some((at, _)) = self.judged().filter(|(at, _)| *at <= ctx.clock.now()) {
            ctx.clock.sleep_until(at.plus(ANCHORS_GAP)).await;
        }
        let answered = ctx.askers.anchors().await;
        let judged = reference_hosts::judge(&answered);
        *self.sign.lock().unwrap_or_else(PoisonError::into_inner) = reference_hosts::Sign::of(&answered);
        *self.judged.lock().unwrap_or_else(PoisonError::into_inner) = Some((ctx.clock.now(), judged));
        judged
    }
}

/// The parameters of the probe that `check` accepts.
fn carried(check: &Check, probe: &Probe) -> Params {
    let mut params = Params::default();
    for param in &check.params {
        let own = probe.params.public.get(&param.name).cloned().or_else(|| param.default.clone());
        if let Some(value) = own {
            params.public.insert(param.name.clone(), value);
        }
        if let Some(secret) = probe.params.secret.get(&param.name) {
            params.secret.insert(param.name.clone(), secret.clone());
        }
    }
    params
}
