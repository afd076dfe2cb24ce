//! Feeds an event log to an engine that sends no requests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{EventLog, Finished, Logged};
use crate::ask::{Askers, Script};
use crate::clock::Clock;
use crate::config::Config;
use crate::core::probe::standing::CheckResult;
use crate::core::time::Time;
use crate::core::words::answer::{Answer, Failure};
use crate::core::words::question::Question;
use crate::engine::Engine;
use crate::engine::check::once::FinishedCheck;
use crate::engine::decide::decider::Event;
use crate::engine::schedule::plan::Spec;
use crate::ids::Ids;
use crate::store::Store;

/// An asker that sends no requests, because answers come from the log.
struct Silence;

impl Script for Silence {
    fn answer(&self, question: &Question, _now: Time) -> Answer {
        Answer::failed(question.shown(), Failure::NotAsked, "a replay sends no requests")
    }

    fn anchors(&self) -> Vec<Result<(), Failure>> {
        Vec::new()
    }
}

/// An engine that is fed from a log.
pub struct Replay {
    database: PathBuf,
    ids: Ids,
    clock: Clock,
    decided: EventLog,
    /// The configuration that the next start or reload uses.
    config: Option<Config>,
    running: Option<(Engine, Arc<Store>)>,
    /// Events that arrived and will be decided together.
    came: Vec<Event>,
    /// The number of decisions compared so far.
    pub compared: usize,
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl Replay {
    /// Creates a replay with a database in `folder`. `ids` are the log's public ids, in order.
    pub fn new(folder: &Path, ids: Vec<String>) -> Replay {
        Replay {
            database: folder.join("bench.db"),
            ids: Ids::given(ids),
            clock: Clock::manual(Time(0)),
            decided: EventLog::compared(),
            config: None,
            running: None,
            came: Vec::new(),
            compared: 0,
        }
    }

    /// Sets the configuration that the next start or reload uses.
    pub fn configure(&mut self, config: Config) {
        self.config = Some(config);
    }

    /// Feeds one event.
    ///
    /// # Errors
    /// Fails if the decisions differ (the error contains both), or if the log is inconsistent.
    pub async fn feed(&mut self, event: Logged) -> Result<(), String> {
        match event {
            Logged::Start { at, checks, alerts } => return self.start(at, checks, alerts).await,
            Logged::Decided { at, .. } => return self.compare(event, at).await,
            _ => {}
        }
        let config = self.config.clone();
        let Some((engine, store)) = &mut self.running else {
            // The log's origin and ids were read before.
            return Ok(());
        };
        match event {
            Logged::Time { at } => engine.pass(at),
            Logged::Check(finished) => self.came.push(looked(engine, *finished)?),
            Logged::Lost { probe, .. } => self.came.push(Event::Lost(probe)),
            Logged::SelfCheck { judged, sign, .. } => self.came.push(Event::SelfCheck(judged, sign)),
            Logged::Applied { at } => engine.take(std::mem::take(&mut self.came), at),
            Logged::People { at, acts, letters } => {
                store.replace_people(&acts, &letters).await.map_err(text)?;
                engine.take_people(at).await.map_err(text)?;
            }
            Logged::Reload { at } => {
                let config = config.ok_or("a reload without a configuration")?;
                engine.reload(config, Askers::scripted(Arc::new(Silence)), at).await.map_err(text)?;
            }
            Logged::ClockBack { at } => {
                self.clock.set_back_to(at);
                engine.follow_clock(at).await.map_err(text)?;
            }
            Logged::Report { at } => engine.gather_report(at).await.map_err(text)?,
            _ => {}
        }
        Ok(())
    }

    /// Starts after the previous run was killed. Its last commit may have been complete, although that was not
    /// recorded.
    async fn start(&mut self, at: Time, checks: i64, alerts: usize) -> Result<(), String> {
        if let Some((mut engine, store)) = self.running.take() {
            if store.looks().await.map_err(text)? < checks || store.alerts(0).await.map_err(text)?.len() < alerts {
                engine.flush(self.clock.now()).await.map_err(text)?;
                drop(self.decided.take());
            }
            drop(engine);
            store.close().await;
        }
        self.clock.move_to(at);
        let config = self.config.clone().ok_or("a start without a configuration")?;
        let store = Arc::new(Store::open_scratch(&self.database).await.map_err(text)?);
        let askers = Askers::scripted(Arc::new(Silence));
        let (clock, ids, log) = (self.clock.clone(), self.ids.clone(), self.decided.clone());
        let engine = Engine::start_logged(config, askers, store.clone(), clock, ids, log).await.map_err(text)?;
        self.running = Some((engine, store));
        Ok(())
    }

    /// Commits, unless an event has already done so, and compares the decisions.
    async fn compare(&mut self, recorded: Logged, at: Time) -> Result<(), String> {
        let Some((engine, _)) = &mut self.running else { return Err("a decision before the start".to_owned()) };
        let decided = match self.decided.take() {
            Some(decided) => decided,
            None => {
                engine.flush(at).await.map_err(text)?;
                self.decided.take().ok_or("nothing was decided here")?
            }
        };
        let recorded = serde_json::to_string(&recorded).map_err(text)?;
        self.compared += 1;
        if decided == recorded { Ok(()) } else { Err(differs(&recorded, &decided)) }
    }

    /// Ends the replay.
    ///
    /// # Errors
    /// Fails if any decision is not in the log.
    pub async fn end(mut self) -> Result<usize, String> {
        if let Some((engine, store)) = self.running.take() {
            drop(engine);
            store.close().await;
        }
        match self.decided.take() {
            Some(more) => Err(format!("decided, and not in the log: {}", cut(&more, 0))),
            None => Ok(self.compared),
        }
    }
}

fn looked(engine: &Engine, finished: Finished) -> Result<Event, String> {
    let Finished { probe, answered, reading, answer, witnesses, .. } = finished;
    let spec: Option<&Arc<Spec>> = engine.decider.plan.specs().find(|spec| spec.probe.identity == probe);
    let spec = spec.ok_or_else(|| format!("there is no probe {probe}"))?.clone();
    Ok(Event::Check(Box::new(FinishedCheck {
        spec,
        look: CheckResult { at: answered, reading },
        answer,
        witnesses,
        evidence: None,
    })))
}

/// Both texts, from shortly before the first difference.
fn differs(recorded: &str, decided: &str) -> String {
    let same = recorded.bytes().zip(decided.bytes()).take_while(|(a, b)| a == b).count();
    format!("the decision differs\n  in the log: {}\n  now:        {}", cut(recorded, same), cut(decided, same))
}

/// Three hundred characters around a position.
fn cut(text: &str, at: usize) -> String {
    let from = text.floor_char_boundary(at.saturating_sub(100));
    text[from..].chars().take(300).collect()
}
