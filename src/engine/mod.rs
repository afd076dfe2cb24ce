//! The only place where all parts meet: checks start, answers are judged, the core decides, one transaction stores
//! the result, and the dispatcher is notified.
//!
//! Requests run in parallel, but decisions are made one after another. [`Engine::tick`] starts what is due and never
//! waits. `take` decides about one answer. [`Engine::flush`] commits, and only then does memory change.
//! [`Engine::run`] is the loop around them.

mod check;
mod decide;
mod dispatch;
mod event_log;
mod listen;
mod renamed;
mod report;
mod run;
mod schedule;
mod set_back;
mod start;
mod view;
mod write;

use check::answer::HEAVY_AT_ONCE;
pub use check::evidence::Redactor;
use check::once::check_and_prepare;
pub use check::once::{Before, FinishedCheck, check_once};
pub use check::witnesses::WitnessCache;
pub use decide::rehearsal::Rehearsal;
pub use dispatch::heartbeat::{Beating, ailing, beat};
pub use dispatch::{Dispatcher, Unsaid, Ways, note_message};
pub use event_log::{EventLog, Finished, Logged, Replay};
pub use run::Command;
pub use schedule::plan::Spec;
pub use view::offline::{offline_status, report_now};
pub use write::documents::{alert_snapshot, alert_view, kept_report};

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;

use crate::ask::Askers;
use crate::clock::Clock;
use crate::config::Config;
use crate::core::platform::snapshot::{DependencySnapshot, Snapshot};
use crate::core::probe::pace::Asking;
use crate::core::time::Time;
use crate::store::{self, Store};
use crate::supervise::guarded;

use decide::decider::{Decider, Event};
pub use report::Span;
use write::unwritten::Unwritten;
use write::writer::Writer;

/// How often changes are shown that result only from routine checks.
const SHOW_EVERY: Duration = Duration::from_secs(1);

/// The maximum number of events decided together.
const BATCH: usize = 500;

/// What a check needs in addition to its probe. It is shared with the tasks that send requests.
pub struct Context {
    /// The configuration with its catalogue.
    pub config: Arc<Config>,
    /// The askers, which send requests.
    pub askers: Askers,
    /// The clock.
    pub clock: Clock,
    /// Controls, second paths and reference hosts, queried once for all checks that need them.
    pub witness_cache: WitnessCache,
    /// Removes secrets from everything that is stored.
    pub redactor: Arc<Redactor>,
    /// Limits how many large answers are judged at the same time.
    heavy: Semaphore,
}

impl Context {
    /// Creates the context of a configuration.
    pub fn new(config: Config, askers: Askers, clock: Clock) -> Context {
        let redactor = Arc::new(Redactor::new(&config.secrets()));
        Context {
            config: Arc::new(config),
            askers,
            clock,
            witness_cache: WitnessCache::default(),
            redactor,
            heavy: Semaphore::new(HEAVY_AT_ONCE),
        }
    }
}

/// The engine.
pub struct Engine {
    ctx: Arc<Context>,
    store: Arc<Store>,
    decider: Decider,
    flights: JoinSet<Event>,
    /// How many times the clock had been set back when everything was last planned.
    set_back: u64,
    /// The latest time processed so far.
    latest: Time,
    /// By how much the store's planned times must still be corrected, after a clock that was ahead.
    store_behind: Option<Duration>,
    /// A changed configuration that could not be adopted yet, because nothing could be written.
    reload_again: Option<Box<(Config, Askers)>>,
    /// When this run began, by the clock at that time.
    began_at: Time,
    /// The id of the last action that was read.
    heard_act: i64,
    snapshot: watch::Sender<Arc<Snapshot>>,
    /// What is shown of each dependency, in the order of the configuration.
    shown: Vec<Arc<DependencySnapshot>>,
    /// Whether anything shown has changed.
    changed: bool,
    shown_at: Time,
    writer: Writer,
    unwritten: Unwritten,
    bell: Arc<Notify>,
    unsaid: watch::Sender<Arc<Unsaid>>,
    /// The event log for all inputs of the decisions, if there is one.
    events: Option<EventLog>,
}

/// What other parts use to follow the engine.
#[derive(Clone)]
pub struct Windows {
    /// The latest snapshot.
    pub snapshot: watch::Receiver<Arc<Snapshot>>,
    /// Rings when there is something to deliver.
    pub bell: Arc<Notify>,
    /// Alerts that could not be written.
    pub unsaid: watch::Receiver<Arc<Unsaid>>,
}

impl Engine {
    /// The next time at which something must be started.
    pub fn next_due(&self) -> Option<Time> {
        self.decider.next_due()
    }

    /// Starts everything that is due at `now`. Never waits.
    pub fn tick(&mut self, now: Time) {
        let (own, due) = self.take_due(now);
        if own {
            let ctx = self.ctx.clone();
            self.flights.spawn(async move {
                let judged = guarded(ctx.witness_cache.anchors(&ctx, now)).await;
                // Without a result, the reference hosts would never be queried again, so their last result is kept.
                let judged = judged.unwrap_or_else(|what| {
                    tracing::error!("checking the reference hosts failed: {what}; {BUG}");
                    ctx.witness_cache.known_network(Time(0))
                });
                Event::SelfCheck(judged, ctx.witness_cache.sign())
            });
        }
        for (spec, asking) in due {
            let ctx = self.ctx.clone();
            let before = self.decider.before(spec.id, now);
            let id = spec.id;
            self.flights.spawn(async move {
                // The future is large. Without the box, each layer around it would move it.
                let look = Box::pin(check_and_prepare(&ctx, spec, before, asking.is_urgent()));
                let looked = guarded(look).await;
                looked.map_or_else(|what| lost(id, &what), |looked| Event::Check(Box::new(looked)))
            });
        }
        self.apply(Vec::new(), now);
    }

    /// Starts what is due if answers come from a log: no requests are sent.
    fn pass(&mut self, now: Time) {
        drop(self.take_due(now));
        self.apply(Vec::new(), now);
    }

    /// Whether the reference hosts must be queried, and which checks are due.
    fn take_due(&mut self, now: Time) -> (bool, Vec<(Arc<Spec>, Asking)>) {
        self.note_event(|| Logged::Time { at: now });
        self.ctx.clock.move_to(now);
        self.latest = self.latest.max(now);
        self.decider.take_due(now)
    }

    /// Decides about events and about everything due by `now`.
    fn apply(&mut self, events: Vec<Event>, now: Time) {
        let decided = self.decider.apply(events, now);
        self.take_decided(decided);
    }

    /// Decides about the answers that have arrived, a few hundred at a time, so that checks that are due do not wait
    /// long.
    fn take(&mut self, mut events: Vec<Event>, now: Time) {
        while !events.is_empty() {
            let rest = events.split_off(events.len().min(BATCH));
            let batch = std::mem::replace(&mut events, rest);
            batch.iter().for_each(|event| self.note_answer(event, now));
            self.note_event(|| Logged::Applied { at: now });
            self.apply(batch, now);
        }
    }

    /// Waits until all checks are finished, decides about everything, and commits.
    ///
    /// # Errors
    /// Fails if the store could not write; the decisions are kept.
    pub async fn settle(&mut self, now: Time) -> store::Result<()> {
        let mut events = Vec::new();
        while let Some(flight) = self.flights.join_next().await {
            events.extend(flight);
        }
        self.take(events, now);
        self.follow_clock(now).await?;
        self.apply_people(now).await?;
        self.gather_report(now).await?;
        self.flush(now).await
    }

    /// What other parts may follow.
    pub fn windows(&self) -> Windows {
        Windows { snapshot: self.snapshot.subscribe(), bell: self.bell.clone(), unsaid: self.unsaid.subscribe() }
    }
}

/// The text in the log after a panic.
const BUG: &str = "this is a bug in plugwatch, please report it";

/// The event for a check that panicked.
fn lost(id: i64, what: &str) -> Event {
    tracing::error!(id, "a check of probe {id} failed inside plugwatch: {what}; {BUG}");
    Event::Lost(id)
}
