//! The only place where all sides meet: looks start, answers are judged, the core
//! decides, one transaction remembers, and the outbox is told.
//!
//! Asking is parallel, deciding is serial. [`Engine::tick`] starts what is due and
//! never waits; `take` decides about one answer; [`Engine::flush`] commits,
//! and memory changes only after that. [`Engine::run`] is the loop around them.

mod adopt;
mod courier;
mod decide;
mod decider;
mod drill;
mod event_log;
mod evidence;
mod facts;
mod frozen;
mod glance;
mod heartbeat;
mod known;
mod listen;
mod look;
mod own_network;
mod people;
mod plan;
mod platform;
mod report;
mod run;
mod set_back;
mod shed;
mod situation;
mod start;
mod started;
mod tell;
mod telling;
mod unwritten;
mod view;
mod witnesses;

pub use courier::{Courier, Unsaid, Ways, note_message};
pub use event_log::{Event, EventLog, Finished, Replay};
pub use evidence::redacted;
pub use frozen::{alert_snapshot, alert_view, kept_report};
pub use glance::{glance, report_now};
pub use heartbeat::{ailing, beat};
pub use look::{Before, Looked, one_look};
pub use plan::Spec;
pub use run::Command;
pub use witnesses::Desk;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::ask::Askers;
use crate::clock::Clock;
use crate::config::Config;
use crate::core::anchors::Sign;
use crate::core::board::Board;
use crate::core::pace::Asking;
use crate::core::question::Secret;
use crate::core::standing::Look;
use crate::core::time::Time;
use crate::core::witness::OwnNetwork;
use crate::store::{self, Store};

use decider::Decider;
pub use report::Span;
use unwritten::Unwritten;

/// What changed by plain looks only is shown this often.
const SHOW_EVERY: Duration = Duration::from_secs(1);

/// A look that broke down is tried again after this.
const LOST: Duration = Duration::from_secs(5);

/// What a look needs besides its probe; shared with the tasks that ask.
pub struct Context {
    /// The configuration with its catalogue.
    pub config: Arc<Config>,
    /// Those who ask.
    pub askers: Askers,
    /// The clock.
    pub clock: Clock,
    /// Controls, second paths and anchors, asked once for all who want them.
    pub desk: Desk,
    /// All secrets of the configuration, which stand in nothing that is kept.
    pub secrets: Vec<Secret>,
}

impl Context {
    /// Everything around a configuration.
    pub fn new(config: Config, askers: Askers, clock: Clock) -> Context {
        let secrets = config.secrets();
        Context { config: Arc::new(config), askers, clock, desk: Desk::default(), secrets }
    }
}

/// What comes back from a task.
enum Flight {
    Looked(Box<Looked>),
    /// The task panicked: a look that did not happen.
    Lost(i64),
    Anchors(OwnNetwork, Sign),
}

/// The engine.
pub struct Engine {
    ctx: Arc<Context>,
    store: Arc<Store>,
    decider: Decider,
    flights: JoinSet<Flight>,
    /// How often the clock had been set back when everything was planned.
    set_back: u64,
    /// The latest time that counted.
    latest: Time,
    /// By how much the store is still planned by a clock that ran ahead.
    store_behind: Option<Duration>,
    /// A changed configuration that could not be taken up, for nothing could be written.
    reload_again: Option<Box<(Config, Askers)>>,
    /// When this run began, by the clock of then.
    began_at: Time,
    /// The last act that was heard.
    heard_act: i64,
    board: watch::Sender<Arc<Board>>,
    unwritten: Unwritten,
    shown_at: Time,
    bell: Arc<Notify>,
    unsaid: watch::Sender<Arc<Unsaid>>,
    /// Where everything that enters the decision is noted, if anywhere.
    events: Option<EventLog>,
}

/// How the outside follows the engine.
#[derive(Clone)]
pub struct Windows {
    /// The latest board.
    pub board: watch::Receiver<Arc<Board>>,
    /// Rings when there is something to deliver.
    pub bell: Arc<Notify>,
    /// What is to be told and could not be written down.
    pub unsaid: watch::Receiver<Arc<Unsaid>>,
}

impl Engine {
    /// The next instant at which something is to be started.
    pub fn next_due(&self) -> Option<Time> {
        self.decider.next_due()
    }

    /// Starts everything that is due at `now`. Never waits.
    pub fn tick(&mut self, now: Time) {
        let (own, due) = self.take_due(now);
        if own {
            let ctx = self.ctx.clone();
            self.flights.spawn(async move {
                let judged = ctx.desk.anchors(&ctx, now).await;
                Flight::Anchors(judged, ctx.desk.sign())
            });
        }
        for (spec, asking) in due {
            let ctx = self.ctx.clone();
            let before = self.decider.before(spec.id, now);
            let id = spec.id;
            let look = async move { one_look(&ctx, spec, before, asking.is_urgent()).await };
            self.flights.spawn(async move {
                let looked = AssertUnwindSafe(look).catch_unwind().await;
                looked.map_or(Flight::Lost(id), |looked| Flight::Looked(Box::new(looked)))
            });
        }
        self.decider.decide_by_time(now);
    }

    /// The same where answers come from a log: nobody is asked.
    fn pass(&mut self, now: Time) {
        drop(self.take_due(now));
        self.decider.decide_by_time(now);
    }

    /// Whether the reference hosts are to be asked, and which checks are due.
    fn take_due(&mut self, now: Time) -> (bool, Vec<(Arc<Spec>, Asking)>) {
        self.note_event(|| Event::Time { at: now });
        self.ctx.clock.move_to(now);
        self.latest = self.latest.max(now);
        self.decider.take_due(now)
    }

    /// Decides about whatever has come back, and waits for one if `wait`.
    fn take(&mut self, flight: Flight, now: Time) {
        self.note_flight(&flight, now);
        match flight {
            Flight::Looked(looked) => {
                // A look found our own network down: everybody else wants to know at once.
                if looked.witnesses.own_network == OwnNetwork::Blind && self.decider.own.judged != OwnNetwork::Blind {
                    self.decider.own.ask_at(now);
                }
                // What was answered before the clock was set back was answered now.
                let at = looked.look.at.min(now);
                self.decider.decide(Looked { look: Look { at, ..looked.look }, ..*looked });
            }
            Flight::Lost(id) => {
                tracing::error!(id, "a check of probe {id} failed inside plugwatch; this is a bug, please report it");
                self.decider.plan.done(id, now, &[(Asking::Routine, LOST)], None);
            }
            Flight::Anchors(judged, sign) => self.decider.judge_own_network(judged, sign, now),
        }
        self.decider.tell_start_if_ready(now);
    }

    /// Waits until nothing is under way, decides about everything, and commits.
    ///
    /// # Errors
    /// The store could not write; memory stays as it was.
    pub async fn settle(&mut self, now: Time) -> store::Result<()> {
        while let Some(flight) = self.flights.join_next().await {
            if let Ok(flight) = flight {
                self.take(flight, now);
            }
        }
        self.follow_clock(now).await?;
        self.hear_people(now).await?;
        self.gather_report(now).await?;
        self.flush(now).await
    }

    /// Commits what was decided. Memory changes only if that went well; otherwise the
    /// draft stays a draft, and is tried again with the next one.
    ///
    /// # Errors
    /// The store could not write; `unwritten` says what is kept of a long failure.
    pub async fn flush(&mut self, now: Time) -> store::Result<()> {
        if !self.decider.writes.is_empty() {
            self.decider.writes.watched_until = Some(now);
            let decided = self.decided(now);
            if let Err(error) = self.store.commit(&self.decider.writes).await {
                self.note_unwritten(&error, now);
                return Err(error);
            }
            if let Some(decided) = decided {
                self.note_event(|| decided);
            }
            let written = std::mem::take(&mut self.decider.writes);
            // A message that is to be changed is something to deliver, too.
            let tells = !written.alerts.is_empty() || written.situation.is_some();
            if written.is_urgent() || !written.dependencies.is_empty() {
                self.shown_at = Time(0);
            }
            self.decider.changed = true;
            if tells {
                self.bell.notify_one();
            }
            // What it tells of its end goes with the next commit.
            self.note_written(now);
        }
        self.show(now);
        Ok(())
    }

    /// What the outside may follow.
    pub fn windows(&self) -> Windows {
        Windows { board: self.board.subscribe(), bell: self.bell.clone(), unsaid: self.unsaid.subscribe() }
    }

    /// Sends the latest board to whoever watches: changes at once, plain looks once a second.
    fn show(&mut self, now: Time) {
        if self.decider.changed && now.since(self.shown_at) >= SHOW_EVERY {
            self.decider.changed = false;
            self.shown_at = now;
            let board = self.decider.view_board(now);
            self.board.send_replace(Arc::new(board));
        }
    }
}
