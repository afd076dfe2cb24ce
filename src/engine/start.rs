//! Starting and reloading: restores the stored state and sends no message twice.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::decide::adopt::Remembered;
use super::decide::decider::Decider;
use super::write::unwritten::Unwritten;
use super::write::writer::Writer;
use super::{Context, Engine, EventLog, Logged, renamed};
use crate::ask::Askers;
use crate::clock::Clock;
use crate::config::Config;
use crate::core::platform::snapshot::Snapshot;
use crate::core::time::Time;
use crate::ids::Ids;
use crate::store::{Result, Store, WantedProbe};

/// Shorter gaps in monitoring are not recorded.
pub(super) const GAP: Duration = Duration::from_secs(300);

impl Engine {
    /// Continues where the last run ended.
    ///
    /// # Errors
    /// Fails if the store cannot be read or written.
    pub async fn start(config: Config, askers: Askers, store: Arc<Store>, clock: Clock, ids: Ids) -> Result<Engine> {
        Engine::begin(config, askers, store, clock, ids, None).await
    }

    /// Like [`Engine::start`]. All inputs of decisions are also written to `log`.
    ///
    /// # Errors
    /// Fails if the store cannot be read or written.
    pub async fn start_logged(
        config: Config,
        askers: Askers,
        store: Arc<Store>,
        clock: Clock,
        ids: Ids,
        log: EventLog,
    ) -> Result<Engine> {
        let (checks, alerts) = (store.looks().await?, store.alerts(0).await?.len());
        log.note(&Logged::Start { at: clock.now(), checks, alerts });
        Engine::begin(config, askers, store, clock, ids, Some(log)).await
    }

    async fn begin(
        config: Config,
        askers: Askers,
        store: Arc<Store>,
        clock: Clock,
        ids: Ids,
        events: Option<EventLog>,
    ) -> Result<Engine> {
        let now = clock.now();
        // If the clock was ahead and has been corrected since, this time lies in the future. Alerts must not wait for
        // it.
        let watched = store.watched_until().await?;
        store.plan_by(now, watched.map_or(Duration::ZERO, |until| until.since(now))).await?;
        let gap = watched.filter(|until| now.since(*until) >= GAP).map(|until| (until, now));
        if let Some((from, to)) = gap {
            store.add_gap(from, to).await?;
        }
        renamed::follow(&config, &store).await?;
        let next = store.next_incident().await?;
        let mut engine = Engine::bare(config, askers, store, clock, ids, next);
        engine.events = events;
        engine.decider.gap = gap;
        engine.decider.situation = engine.store.open_situation().await?;
        engine.adopt(engine.ctx.clone(), now).await?;
        engine.plan_reports(now).await?;
        engine.show(now);
        Ok(engine)
    }

    /// An engine without any stored state.
    pub(super) fn bare(
        config: Config,
        askers: Askers,
        store: Arc<Store>,
        clock: Clock,
        ids: Ids,
        next_incident: i64,
    ) -> Engine {
        let now = clock.now();
        let ctx = Arc::new(Context::new(config, askers, clock));
        let (snapshot, _) = watch::channel(Arc::new(Snapshot::default()));
        Engine {
            set_back: ctx.clock.times_set_back(),
            latest: now,
            store_behind: None,
            reload_again: None,
            began_at: now,
            decider: Decider::new(ctx.config.clone(), ctx.redactor.clone(), ids, next_incident, now),
            ctx,
            flights: JoinSet::new(),
            heard_act: 0,
            snapshot,
            shown: Vec::new(),
            changed: true,
            shown_at: Time(0),
            writer: Writer::default(),
            unwritten: Unwritten::default(),
            bell: Arc::new(Notify::new()),
            unsaid: watch::Sender::default(),
            events: None,
            store,
        }
    }

    /// Marks everything shown and every message as a demo.
    pub fn mark_simulation(&mut self) {
        self.decider.simulation = true;
    }

    /// Adopts a changed configuration. No suspicion is lost. What is no longer monitored is retired, and its incident
    /// is closed.
    ///
    /// # Errors
    /// Fails if the store cannot be read; the old configuration then stays in use. Also fails if the store cannot be
    /// written; the new configuration is then used from memory until it can be adopted.
    pub async fn reload(&mut self, config: Config, askers: Askers, now: Time) -> Result<()> {
        self.note_event(|| Logged::Reload { at: now });
        // Checks in progress are abandoned and repeated, so that a reload waits for nothing.
        self.flights.abort_all();
        while self.flights.join_next().await.is_some() {}
        self.decider.own.forget_asking();
        self.decider.plan.forget_flights();
        self.flush(now).await?;
        if renamed::follow(&config, &self.store).await? {
            self.decider.situation = self.store.open_situation().await?;
        }
        let fresh = Arc::new(Context::new(config, askers, self.ctx.clock.clone()));
        self.adopt(fresh, now).await?;
        self.plan_reports(now).await?;
        self.flush(now).await
    }

    /// Creates the store's probes and the decider for a configuration. None of it is used before all stored state has
    /// been read.
    async fn adopt(&mut self, fresh: Arc<Context>, now: Time) -> Result<()> {
        let config = fresh.config.clone();
        let wanted: Vec<WantedProbe> = config.probes().map(|(d, probe)| wanted(d, probe)).collect();
        let before = self.store.active_probes().await?;
        let known = before.len();
        let (ids, retired) = self.store.set_probes(&wanted, now).await?;
        let added = (ids.len() + retired.len()).saturating_sub(known);
        if known > 0 && (added > 0 || !retired.is_empty()) {
            tracing::info!("probes: {added} added, {} retired, {} in all", retired.len(), ids.len());
        }
        let remembered = Remembered {
            ids,
            active: before.iter().map(|probe| probe.id).collect(),
            standings: self.store.standings().await?,
            facts: self.store.facts().await?,
            stocks: self.store.stocks(now).await?,
            incidents: self.store.open_incidents().await?,
            unjudged: self.store.open_unjudged().await?,
            dependencies: self.store.dependencies().await?,
            people: self.read_people(now).await?.1,
        };
        let redactor = fresh.redactor.clone();
        self.ctx = fresh;
        let (forgotten, mut decided) = self.decider.adopt((config, redactor), remembered, now);
        // Changes that are waiting to be shown refer to positions in the old configuration.
        self.writer.forget_shown();
        self.shown = std::mem::take(&mut decided.shown).into_iter().map(|(_, dependency)| dependency).collect();
        self.take_decided(decided);
        self.store.forget(&forgotten).await?;
        self.flush(now).await
    }
}

fn wanted(dependency: &crate::config::Dependency, probe: &crate::config::Probe) -> WantedProbe {
    // If no check decides, the state is based on the warnings alone.
    let decides = probe.role.decides() || !dependency.probes.iter().any(|other| other.role.decides());
    WantedProbe {
        identity: probe.identity.clone(),
        dependency: probe.dependency.clone(),
        check: probe.check.clone(),
        country: probe.country.clone(),
        decides,
    }
}
