//! Starting and reloading: what was known is known again, nothing is said twice.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::draft::{DependencyState, Draft, ProbeState, State};
use super::own_network::OwnState;
use super::plan::{Plan, Spec};
use super::platform::Platform;
use super::tell::Concerning;
use super::unwritten::Unwritten;
use super::{Context, Engine, Event, EventLog};
use crate::ask::Askers;
use crate::clock::Clock;
use crate::config::Config;
use crate::core::act::People;
use crate::core::board::Board;
use crate::core::combine::{Combined, Unseen};
use crate::core::incident::{Incident, Level, Reason};
use crate::core::model::Proof;
use crate::core::standing::Standing;
use crate::core::time::{Time, human};
use crate::core::told::{LOSS_COUNTS, Told};
use crate::core::witness::OwnNetwork;
use crate::ids::Ids;
use crate::say::alert::{Body, Started};
use crate::say::{status, tally};
use crate::store::{IncidentChange, Result, Store, WantedProbe};

/// The first message waits this long for the first looks, not longer.
const START_WAIT: Duration = Duration::from_secs(120);
/// Not watching for less is no gap worth noting.
pub(super) const GAP: Duration = Duration::from_secs(300);

impl Engine {
    /// Takes up where the last run ended.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub async fn start(config: Config, askers: Askers, store: Arc<Store>, clock: Clock, ids: Ids) -> Result<Engine> {
        Engine::begin(config, askers, store, clock, ids, None).await
    }

    /// The same; everything that enters the decision is noted in `log`.
    ///
    /// # Errors
    /// The store cannot be read or written.
    pub async fn start_logged(
        config: Config,
        askers: Askers,
        store: Arc<Store>,
        clock: Clock,
        ids: Ids,
        log: EventLog,
    ) -> Result<Engine> {
        let (checks, alerts) = (store.looks().await?, store.alerts(0).await?.len());
        log.note(&Event::Start { at: clock.now(), checks, alerts });
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
        // A clock that ran ahead, and was set right since, must not silence anybody until its time.
        let watched = store.watched_until().await?;
        store.plan_by(now, watched.map_or(Duration::ZERO, |until| until.since(now))).await?;
        let gap = watched.filter(|until| now.since(*until) >= GAP).map(|until| (until, now));
        if let Some((from, to)) = gap {
            store.add_gap(from, to).await?;
        }
        let next = store.next_incident().await?;
        let mut engine = Engine::bare(config, askers, store, clock, ids, next);
        engine.events = events;
        engine.gap = gap;
        engine.situation = engine.store.open_situation().await?;
        engine.adopt(now).await?;
        engine.plan_reports(now).await?;
        engine.show(now);
        Ok(engine)
    }

    /// An engine that knows nothing yet.
    pub(super) fn bare(
        config: Config,
        askers: Askers,
        store: Arc<Store>,
        clock: Clock,
        ids: Ids,
        next_incident: i64,
    ) -> Engine {
        let now = clock.now();
        let report_at = config.report.next(now, 0);
        let ways = config.ways();
        let ctx = Arc::new(Context::new(config, askers, clock));
        let (board, _) = watch::channel(Arc::new(Board::default()));
        Engine {
            set_back: ctx.clock.times_set_back(),
            latest: now,
            store_behind: None,
            reload_again: None,
            began_at: now,
            ctx,
            ids,
            plan: Plan::default(),
            platform: Platform::default(),
            state: State::default(),
            draft: Draft::default(),
            flights: JoinSet::new(),
            own: OwnState::new(now),
            started_at: now,
            start_told: false,
            unchecked: HashSet::new(),
            gap: None,
            report_at,
            month_at: None,
            reports_wanted: Vec::new(),
            review_at: None,
            notice_at: None,
            ways,
            people: People::default(),
            heard_act: 0,
            fresh_since: now,
            gone: Vec::new(),
            situation: None,
            heightened_until: Time(0),
            next_incident,
            simulation: false,
            board,
            unwritten: Unwritten::default(),
            board_dirty: true,
            shown_at: Time(0),
            bell: Arc::new(Notify::new()),
            unsaid: watch::Sender::default(),
            events: None,
            store,
        }
    }

    /// Says everywhere that nothing here is real.
    pub fn mark_simulation(&mut self) {
        self.simulation = true;
    }

    /// Takes up a changed configuration. No suspicion is lost; what is no longer watched
    /// is retired and its incident closed.
    ///
    /// # Errors
    /// The store cannot be read or written; the old configuration goes on.
    pub async fn reload(&mut self, config: Config, askers: Askers, now: Time) -> Result<()> {
        self.note_event(|| Event::Reload { at: now });
        // Looks under way are given up and made anew: a reload waits for nobody.
        self.flights.abort_all();
        while self.flights.join_next().await.is_some() {}
        self.own.forget_asking();
        self.plan.forget_flights();
        self.flush(now).await?;
        let clock = self.ctx.clock.clone();
        let fresh = Arc::new(Context::new(config, askers, clock));
        let old = std::mem::replace(&mut self.ctx, fresh);
        if let Err(error) = self.adopt(now).await {
            // Nothing of the new one is in use until all of it is.
            self.ctx = old;
            self.see_platform();
            return Err(error);
        }
        self.plan_reports(now).await?;
        self.ways = self.ctx.config.ways();
        self.board_dirty = true;
        self.flush(now).await
    }

    /// Makes store, plan and memory those of the configuration.
    async fn adopt(&mut self, now: Time) -> Result<()> {
        let wanted: Vec<WantedProbe> = self.ctx.config.probes().map(|(d, probe)| wanted(d, probe)).collect();
        let before = self.store.active_probes().await?;
        let known = before.len();
        let active: HashSet<i64> = before.iter().map(|probe| probe.id).collect();
        let (ids, retired) = self.store.set_probes(&wanted, now).await?;
        let added = (ids.len() + retired.len()).saturating_sub(known);
        if known > 0 && (added > 0 || !retired.is_empty()) {
            tracing::info!("probes: {added} added, {} retired, {} in all", retired.len(), ids.len());
        }
        let standings = self.store.standings().await?;
        let mut facts = self.store.facts().await?;
        let mut stocks = self.store.stocks(now).await?;
        let specs: Vec<Arc<Spec>> = self
            .ctx
            .config
            .probes()
            .filter_map(|(_, probe)| Some(Arc::new(Spec { id: *ids.get(&probe.identity)?, probe: probe.clone() })))
            .collect();
        for spec in &specs {
            let mut standing = standings.get(&spec.id).cloned().unwrap_or_default();
            standing.not_after(now);
            if !active.contains(&spec.id) {
                // Nobody watched it meanwhile: all that is left is that it was there once.
                standing = Standing { last_live: standing.last_live, ..Standing::default() };
                self.state.probes.remove(&spec.id);
            }
            let own = facts.remove(&spec.id).unwrap_or_default();
            // What this run knows is newer than what was written down.
            self.state.probes.entry(spec.id).or_insert_with(|| ProbeState {
                standing,
                facts: own.into_iter().map(|fact| (fact.name.clone(), fact)).collect(),
                stocks: stocks.remove(&spec.id).unwrap_or_default(),
                ..ProbeState::default()
            });
        }
        let checked =
            |spec: &&Arc<Spec>| self.draft.probe(&self.state, spec.id).is_some_and(|state| state.last.is_some());
        self.unchecked = specs.iter().filter(|spec| !checked(spec)).map(|spec| spec.id).collect();
        self.plan = Plan::new(specs, std::mem::take(&mut self.plan), now);
        self.adopt_dependencies(!retired.is_empty(), now).await
    }

    async fn adopt_dependencies(&mut self, some_retired: bool, now: Time) -> Result<()> {
        // What an incident rests on may be a letter that somebody brought.
        self.read_people(now).await?;
        let mut incidents = self.store.open_incidents().await?;
        // In the order of the file: what is decided depends on no hash.
        let known: Vec<String> = self.ctx.config.dependencies.iter().map(|dependency| dependency.id.clone()).collect();
        let mut stored = self.store.dependencies().await?;
        let mut states = HashMap::new();
        for id in &known {
            let (combined, mut told) = stored.remove(id).unwrap_or_default();
            told.iter_mut().for_each(|told| told.not_after(now));
            // What an incident rests on may be watched no longer: that is no recovery.
            let rests = |incident: &&Incident| self.is_still_watched(id, &combined, incident);
            let incident = incidents.get(id).filter(rests).cloned();
            let told = told.unwrap_or_else(|| Told::of_older(incident.as_ref(), &combined));
            let told = if incidents.contains_key(id) && incident.is_none() { told.forgotten() } else { told };
            if incident.is_some() {
                incidents.remove(id);
            }
            states.insert(id.clone(), DependencyState { combined, incident, told });
        }
        // What was lost and taken out of the configuration is remembered while it counts.
        let lost = |told: &Option<Told>| told.as_ref()?.lost_at.filter(|at| now.since(*at) <= LOSS_COUNTS);
        self.gone = stored.iter().filter_map(|(id, (_, told))| Some((id.clone(), lost(told)?))).collect();
        let gone: Vec<String> =
            stored.into_iter().filter(|(_, (_, told))| lost(told).is_none()).map(|(id, _)| id).collect();
        self.store.forget(&gone).await?;
        self.state.dependencies = states;
        self.see_platform();
        // What is configured may have changed what it all comes to.
        for id in known {
            self.correlate(&id, now);
        }
        for (dependency, incident) in incidents.into_iter().collect::<BTreeMap<_, _>>() {
            self.retire(dependency, incident, now);
        }
        self.hear_notices(now);
        self.review(now);
        if some_retired || !self.draft.batch.is_empty() {
            self.flush(now).await?;
        }
        Ok(())
    }

    /// The platform of the configuration, as it stands.
    pub(super) fn see_platform(&mut self) {
        let config = &self.ctx.config;
        let company = |position: usize| {
            let dependency = &config.dependencies[position];
            self.parent(dependency).unwrap_or(&dependency.id).to_owned()
        };
        let mut platform = Platform::of(config, company);
        for dependency in &config.dependencies {
            if let Some(state) = self.draft.see_dependency(&self.state, &dependency.id) {
                platform.note(&dependency.id, state);
            }
        }
        self.platform = platform;
    }

    /// Whether the check, or the notice, that an incident rests on is still configured.
    fn is_still_watched(&self, id: &str, combined: &Combined, incident: &Incident) -> bool {
        if incident.proof == Proof::Told {
            let told = self.notices().any(|notice| notice.dependencies.iter().any(|other| other == id));
            let by = combined.held.as_ref().map_or("", |held| held.by.as_str());
            return told || self.plan.of(id).any(|spec| spec.probe.check == by);
        }
        let by = combined.held.as_ref().map_or("", |held| held.by.as_str());
        by.is_empty() || self.plan.of(id).any(|spec| spec.probe.check == by)
    }

    fn retire(&mut self, dependency: String, incident: Incident, now: Time) {
        tracing::info!(dependency, "{dependency}: no longer monitored, its incident is closed");
        let title = format!("⚪ NO LONGER MONITORED: {dependency}");
        let (verdict, since) = (incident.verdict, incident.began_at.short());
        let lines = vec![
            format!(
                "The configuration no longer has it, or its check. At the last check it was {verdict}, since {since}."
            ),
            format!("plugwatch sends nothing more about it, and closes incident {}.", incident.public_id),
            "Do now: If that was not intended, put it back.".to_owned(),
        ];
        self.tell_note(Reason::Retired, Level::Info, None, &title, lines, now);
        self.draft.batch.incidents.push(IncidentChange {
            incident,
            dependency,
            say: String::new(),
            ends: "; no longer monitored",
            opened_at: now,
            closed_at: Some(now),
        });
    }

    /// One message for each channel, once everything was looked at, or time is up.
    pub(super) fn tell_start_if_ready(&mut self, now: Time) {
        if self.start_told {
            return;
        }
        if !self.unchecked.is_empty() && now.since(self.started_at) < START_WAIT {
            return;
        }
        self.start_told = true;
        if self.own.judged == OwnNetwork::Blind {
            // The first message says it; another would say nothing new.
            self.own.mark_told();
        }
        let body = Body::Started(self.view_started(now));
        self.tell(Reason::Started, Level::Info, Concerning::default(), body, now);
        if self.own.judged != OwnNetwork::Blind {
            self.mark_listed(now);
        }
    }

    /// What the first message has listed as never seen is not told again a minute later.
    fn mark_listed(&mut self, now: Time) {
        const LISTED: [&str; 3] = ["never_seen_live", "credential_refused", "wrong_page"];
        let ids: Vec<String> = self.ctx.config.dependencies.iter().map(|dependency| dependency.id.clone()).collect();
        for id in ids {
            let mut state = self.draft.dependency(&self.state, &id);
            // What was there before it stopped is news, and is told as such.
            let proven = self.plan.of(&id).any(|spec| self.standing(spec.id).proven());
            let listed = |unseen: &&Unseen| !proven && LISTED.contains(&unseen.held.reason.as_str());
            let unseen = state.combined.unseen.iter().filter(listed);
            let listed: Vec<_> = unseen.map(|unseen| (unseen.group.clone(), unseen.held.reason.clone())).collect();
            if !listed.is_empty() {
                state.told.blind.extend(listed);
                self.note_dependency(&id, state, now);
            }
        }
    }

    fn view_started(&self, now: Time) -> Started {
        let board = self.view_board(now);
        let blind = self.own.judged == OwnNetwork::Blind;
        let mut lines = Vec::new();
        if blind {
            lines.push(
                "Can't check anything: plugwatch's own network is down. It makes no claim about any vendor until that is back.".to_owned(),
            );
        } else {
            let worst_first = board.worst_first();
            lines.extend(worst_first.iter().flat_map(|dependency| status::first_lines(dependency)));
        }
        let gap = self.gap.map(|(from, to)| {
            format!("Not monitored from {} to {} ({}).", from.short(), to.short(), human(to.since(from)))
        });
        let next = self.report_at.utc().with_timezone(&self.ctx.config.time_zone);
        Started {
            watched: board.dependencies.len(),
            counts: tally::counts(&board),
            lines,
            next_report: Some(next.format("%A %-H:%M %Z").to_string()),
            gap,
        }
    }
}

fn wanted(dependency: &crate::config::Dependency, probe: &crate::config::Probe) -> WantedProbe {
    // Where nothing decides, the warnings are all there is.
    let decides = probe.role.decides() || !dependency.probes.iter().any(|other| other.role.decides());
    WantedProbe {
        identity: probe.identity.clone(),
        dependency: probe.dependency.clone(),
        check: probe.check.clone(),
        country: probe.country.clone(),
        decides,
    }
}
