//! The stored state, for a terminal while plugwatch is running or after it has stopped. Nothing is requested or
//! written.

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::{Config, Dependency};
use crate::core::dependency::state::Combined;
use crate::core::people::action::People;
use crate::core::platform::snapshot::{LastCheck, Snapshot};
use crate::core::probe::weigh::OWN_NETWORK;
use crate::core::probe::witness::OwnNetwork;
use crate::core::time::Time;
use crate::engine::check::evidence::Redactor;
use crate::engine::decide::decider::Decider;
use crate::engine::decide::known::{DependencyState, Known, ProbeState};
use crate::engine::report::{Span, gather};
use crate::engine::schedule::plan::{Plan, Spec};
use crate::ids::Ids;
use crate::say::report::Report;
use crate::store::{Result, Store};

/// The state of everything, as stored.
///
/// # Errors
/// Fails if the store cannot be read.
pub async fn offline_status(config: Config, store: &Store, now: Time) -> Result<Snapshot> {
    let mut snapshot = read(config, store, now).await?.view_snapshot(now);
    // The planned checks of a running program are not stored.
    for dependency in &mut snapshot.dependencies {
        Arc::make_mut(dependency).probes.iter_mut().for_each(|probe| probe.next_at = Time(0));
    }
    snapshot.as_of = store.watched_until().await?.unwrap_or(now);
    Ok(snapshot)
}

/// The report as it would be now, from the stored state.
///
/// # Errors
/// Fails if the store cannot be read.
pub async fn report_now(config: Config, store: &Store, span: Span, now: Time) -> Result<Report> {
    gather(&read(config, store, now).await?, store, span, now).await
}

/// A decider with the stored state, which makes no decisions.
async fn read(config: Config, store: &Store, now: Time) -> Result<Decider> {
    let redactor = Arc::new(Redactor::new(&[]));
    let mut decider = Decider::new(Arc::new(config), redactor, Ids::Random, 0, now);
    let rows = store.active_probes().await?;
    let numbers: HashMap<&str, i64> = rows.iter().map(|row| (row.identity.as_str(), row.id)).collect();
    let number = |identity: &str| numbers.get(identity).copied();
    let probes = decider.config.probes();
    let specs: Vec<Arc<Spec>> = probes
        .filter_map(|(_, probe)| Some(Arc::new(Spec { id: number(&probe.identity)?, probe: probe.clone() })))
        .collect();
    let standings = store.standings().await?;
    let looks = store.last_looks().await?;
    let looks: HashMap<i64, _> = looks.iter().map(|look| (look.probe, look)).collect();
    let mut facts = store.facts().await?;
    for spec in &specs {
        let look = looks.get(&spec.id);
        let last = look.map(|look| {
            Arc::new(LastCheck {
                at: look.at,
                asked: String::new(),
                verdict: look.verdict,
                reason: look.reason.clone(),
                say: look.reason.replace('_', " "),
                latency_ms: look.latency_ms,
            })
        });
        let standing = standings.get(&spec.id).cloned().unwrap_or_default();
        let known = facts.remove(&spec.id).unwrap_or_default();
        *decider.known.probe_mut(spec.id) =
            ProbeState { standing: Arc::new(standing), last, facts: known, ..ProbeState::default() };
    }
    decider.plan = Plan::new(specs, Plan::default(), now);
    let incidents = store.open_incidents().await?;
    for (id, (combined, notified)) in store.dependencies().await? {
        let incident = incidents.get(&id).cloned().map(Box::new);
        let notified = notified.unwrap_or_default().into();
        decider.known.set_dependency(&id, DependencyState { combined, incident, unjudged: None, notified });
    }
    decider.people = People::of(&store.acts().await?, store.letters().await?, now);
    word_anew(&mut decider, now);
    if let Some(since) = blind_since(&decider.known) {
        (decider.own.judged, decider.own.since) = (OwnNetwork::Blind, since);
    }
    Ok(decider)
}

/// Updates the wording of states from the standings of probes. Changed wording decides nothing, so it is stored only
/// with the probes.
fn word_anew(decider: &mut Decider, now: Time) {
    for dependency in decider.config.clone().dependencies.iter() {
        let known = decider.known.dependency(&dependency.id).is_some();
        if let Some(combined) = unmonitored(dependency, known) {
            let old = decider.known.dependency_or_rest(&dependency.id);
            let combined = decider.with_notices(&dependency.id, combined, old.incident.as_deref(), now);
            decider.known.set_dependency(&dependency.id, DependencyState { combined, ..old });
            continue;
        }
        let Some(old) = decider.known.dependency(&dependency.id).cloned() else { continue };
        let combined = decider.combined(&dependency.id, decider.is_worked_on(&dependency.id, &old, now), now);
        let combined = decider.with_notices(&dependency.id, combined, old.incident.as_deref(), now);
        if combined.decides_like(&old.combined) {
            decider.known.set_dependency(&dependency.id, DependencyState { combined, ..old });
        }
    }
}

/// The state of a dependency without a check, whatever is stored; or, if nothing is stored, that of a dependency
/// whose key is missing.
fn unmonitored(dependency: &Dependency, known: bool) -> Option<Combined> {
    if let Some(why) = &dependency.not_monitored {
        return Some(Combined::not_monitored(why));
    }
    let waits = !known && !dependency.probes.is_empty() && dependency.probes.iter().all(|probe| probe.waits_for_key());
    waits.then(|| Combined::never_seen("needs_key", "its key is not set"))
}

/// Since when plugwatch's own network has been down, according to the most recent check.
fn blind_since(known: &Known) -> Option<Time> {
    let newest = known.probes().filter_map(|state| state.last.as_ref()).max_by_key(|last| last.at)?;
    let unseen = known.probes().filter_map(|state| state.standing.unverified.as_deref());
    let blind = unseen.filter(|unseen| unseen.held.reason == OWN_NETWORK).map(|unseen| unseen.held.since);
    blind.min().filter(|_| newest.reason == OWN_NETWORK)
}
