//! A glance at how things stand, from what was written down: for a terminal beside a program that
//! runs, or after one that does not. Nothing is asked, nothing is written.

use std::sync::Arc;

use super::draft::{DependencyState, ProbeState};
use super::plan::{Plan, Spec};
use super::{Engine, Span, own_network};
use crate::ask::Askers;
use crate::clock::Clock;
use crate::config::Config;
use crate::core::board::{Board, LastLook};
use crate::core::time::Time;
use crate::core::weigh::OWN_NETWORK;
use crate::core::witness::OwnNetwork;
use crate::ids::Ids;
use crate::say::report::Report;
use crate::store::{Result, Store};

/// How things stand, as far as it was written down.
///
/// # Errors
/// The store cannot be read.
pub async fn glance(config: Config, askers: Askers, store: Arc<Store>, clock: Clock) -> Result<Board> {
    let now = clock.now();
    let engine = read(config, askers, store, clock).await?;
    let mut board = engine.view_board(now);
    // Nothing is known of what a running program plans next.
    for probe in board.dependencies.iter_mut().flat_map(|dependency| &mut dependency.probes) {
        probe.next_at = Time(0);
    }
    board.as_of = engine.store.watched_until().await?.unwrap_or(now);
    Ok(board)
}

/// What the report would say now, from what was written down.
///
/// # Errors
/// The store cannot be read.
pub async fn report_now(config: Config, askers: Askers, store: Arc<Store>, clock: Clock, span: Span) -> Result<Report> {
    let now = clock.now();
    read(config, askers, store, clock).await?.report(span, now).await
}

/// An engine that knows what was written down, and does nothing.
async fn read(config: Config, askers: Askers, store: Arc<Store>, clock: Clock) -> Result<Engine> {
    let now = clock.now();
    let mut engine = Engine::bare(config, askers, store, clock, Ids::Random, 0);
    let rows = engine.store.active_probes().await?;
    let number = |identity: &str| rows.iter().find(|row| row.identity == identity).map(|row| row.id);
    let probes = engine.ctx.config.probes();
    let specs: Vec<Arc<Spec>> = probes
        .filter_map(|(_, probe)| Some(Arc::new(Spec { id: number(&probe.identity)?, probe: probe.clone() })))
        .collect();
    let standings = engine.store.standings().await?;
    let looks = engine.store.last_looks().await?;
    let mut facts = engine.store.facts().await?;
    for spec in &specs {
        let look = looks.iter().find(|look| look.probe == spec.id);
        let last = look.map(|look| LastLook {
            at: look.at,
            asked: String::new(),
            verdict: look.verdict,
            reason: look.reason.clone(),
            say: look.reason.replace('_', " "),
            latency_ms: look.latency_ms,
        });
        let standing = standings.get(&spec.id).cloned().unwrap_or_default();
        let known = facts.remove(&spec.id).unwrap_or_default();
        let known = known.into_iter().map(|fact| (fact.name.clone(), fact)).collect();
        engine.state.probes.insert(spec.id, ProbeState { standing, last, facts: known, ..ProbeState::default() });
    }
    engine.plan = Plan::new(specs, Plan::default(), now);
    let incidents = engine.store.open_incidents().await?;
    for (id, (combined, told)) in engine.store.dependencies().await? {
        let incident = incidents.get(&id).cloned();
        let told = told.unwrap_or_default();
        engine.state.dependencies.insert(id, DependencyState { combined, incident, told });
    }
    engine.read_people(now).await?;
    engine.own = own_network::OwnState::new(now);
    if let Some(since) = blind_since(&engine) {
        (engine.own.judged, engine.own.since) = (OwnNetwork::Blind, since);
    }
    Ok(engine)
}

/// Since when our own network was down, if the last look of all found it so.
fn blind_since(engine: &Engine) -> Option<Time> {
    let newest = engine.state.probes.values().filter_map(|state| state.last.as_ref()).max_by_key(|last| last.at)?;
    let unseen = engine.state.probes.values().filter_map(|state| state.standing.unverified.as_ref());
    let blind = unseen.filter(|unseen| unseen.held.reason == OWN_NETWORK).map(|unseen| unseen.held.since);
    blind.min().filter(|_| newest.reason == OWN_NETWORK)
}
