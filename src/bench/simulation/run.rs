//! Runs the program in simulated time, and kills it again and again.

use std::future::{Future, poll_fn};
use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use fastrand::Rng;
use tokio::sync::Notify;

use super::check::{Report, Sent, check};
use super::truth::Truth;
use super::world::{Simulated, configuration};
use crate::ask::Askers;
use crate::clock::Clock;
use crate::config::Config;
use crate::core::alerting::route::Way;
use crate::core::time::Time;
use crate::engine::{Dispatcher, Engine, EventLog, Logged, Ways};
use crate::ids::Ids;
use crate::notify::{Message, Sender, Senders, Tried, Trying};
use crate::store::{BITE, Store};

/// Checks that are due within this time are decided and committed together.
const GROUP: Duration = Duration::from_secs(240);
const DAY: Duration = Duration::from_secs(86_400);
/// How long checks are kept; sums, incidents and alerts are kept for ever.
const KEEP: Duration = Duration::from_secs(7 * 86_400);
/// The maximum number of groups between two kills in a run of a week. In longer runs, kills are
/// less frequent, because every start checks the whole file.
const KILL_WITHIN: u32 = 250;
/// In a run of a week, the program is killed in one of this many deliveries.
const KILL_DELIVERY: u32 = 6;

/// The settings of a simulation.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The seed of all random choices.
    pub seed: u64,
    /// The simulated time in days.
    pub days: u64,
    /// The number of dependencies.
    pub dependencies: usize,
}

/// The deliveries, kept outside the program that is killed.
#[derive(Default)]
pub(super) struct Mailbox {
    sent: Mutex<Vec<Sent>>,
    /// The trouble with the next delivery, if any.
    trouble: Mutex<Option<Trouble>>,
    /// Notifies when a delivery has reached the point at which the program is killed.
    reached: Notify,
}

/// The ways in which a delivery can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// The program is killed before it is sent.
    Before,
    /// The program is killed after it arrived, before its success is stored.
    After,
    /// The channel does not answer once.
    Refused,
}

impl Sender for Mailbox {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take();
        let arrive = || {
            let repeat = message.plain.contains("This may be a repeat");
            let sent = Sent { id: message.id.clone(), repeat };
            self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
        };
        match trouble {
            Some(Trouble::Before) => {
                self.reached.notify_one();
                Box::pin(std::future::pending())
            }
            Some(Trouble::After) => {
                arrive();
                self.reached.notify_one();
                Box::pin(std::future::pending())
            }
            Some(Trouble::Refused) => Box::pin(async { Tried::Retry { after: None, why: "no answer".to_owned() } }),
            None => {
                arrive();
                Box::pin(async { Tried::Sent(None) })
            }
        }
    }

    fn reads_digests(&self) -> bool {
        false
    }
}

struct Program {
    engine: Engine,
    dispatcher: Dispatcher,
    store: Arc<Store>,
}

struct Simulation<'f> {
    settings: Settings,
    folder: &'f Path,
    clock: Clock,
    askers: Askers,
    mailbox: Arc<Mailbox>,
    rng: Rng,
    kills: u32,
    events: Option<EventLog>,
}

/// Runs a simulation and compares the result with the truth. All inputs of the decisions are
/// written to `events`, if given.
///
/// # Errors
/// Fails if the store is damaged or fails.
pub async fn simulate(settings: Settings, folder: &Path, events: Option<EventLog>) -> Result<Report, String> {
    let mut rng = Rng::with_seed(settings.seed);
    let begin = Time(1_772_524_800_000);
    let end = begin.plus(Duration::from_secs(settings.days * 86_400));
    let truth = Truth::draw(&mut rng, settings.dependencies, begin, end);
    let clock = Clock::manual(begin);
    let script = Arc::new(Simulated { truth, clock: clock.clone() });
    let askers = Askers::scripted(script.clone());
    let mailbox = Arc::new(Mailbox::default());
    let mut simulation =
        Simulation { settings, folder, clock, askers, mailbox: mailbox.clone(), rng, kills: 0, events };
    if let Some(events) = &simulation.events {
        events.note(&Logged::Simulation { dependencies: settings.dependencies });
        events.note(&Logged::Config { text: String::new() });
    }
    let program = simulation.pass(end).await?;
    let sent = std::mem::take(&mut *mailbox.sent.lock().unwrap_or_else(PoisonError::into_inner));
    check(&program.store, &script.truth, sent, simulation.kills).await
}

impl Simulation<'_> {
    async fn start(&self) -> Result<Program, String> {
        let database = self.folder.join("simulation.db");
        let text = configuration(self.settings.dependencies, &database.display().to_string());
        let config = Config::read("simulation.toml", text).map_err(text_of)?;
        // Opening checks the whole file: if a kill damaged the store, the run ends here.
        let store = Arc::new(Store::open_scratch(&database).await.map_err(text_of)?);
        let sender: Arc<dyn Sender> = self.mailbox.clone();
        let senders = Senders::recorded([("log".to_owned(), sender)]);
        let ways = Ways { senders, everybody: vec![Way::plain("log", "log")], off: Vec::new() };
        let dispatcher = Dispatcher::new(store.clone(), ways, self.clock.clone(), Ids::Random);
        let (askers, file, clock) = (self.askers.clone(), store.clone(), self.clock.clone());
        let (engine, dispatcher) = match &self.events {
            Some(log) => {
                let engine = Engine::start_logged(config, askers, file, clock, Ids::Random, log.clone()).await;
                (engine, dispatcher.logged(log.clone()))
            }
            None => (Engine::start(config, askers, file, clock, Ids::Random).await, dispatcher),
        };
        Ok(Program { engine: engine.map_err(text_of)?, dispatcher, store })
    }

    /// Runs the program until `end`, and starts it again after each kill.
    async fn pass(&mut self, end: Time) -> Result<Program, String> {
        let mut program = self.start().await?;
        let mut left = self.rng.u32(1..self.rarely(KILL_WITHIN));
        let mut prune_at = self.clock.now().plus(DAY);
        while self.clock.now() < end {
            if self.clock.now() >= prune_at {
                prune_at = self.clock.now().plus(DAY);
                let before = Time(self.clock.now().0 - crate::core::time::millis(KEEP));
                while program.store.prune(before).await.map_err(text_of)? >= BITE {}
            }
            let due = program.engine.next_due().unwrap_or(end).max(self.clock.now());
            // The clock is set to the end of the group, so everything that became due within it is checked now.
            let now = due.plus(GROUP).min(end);
            left -= 1;
            if left == 0 {
                left = self.rng.u32(1..self.rarely(KILL_WITHIN));
                program = self.kill(program, now).await?;
                continue;
            }
            program.engine.tick(now);
            program.engine.settle(now).await.map_err(text_of)?;
            program.engine.check_rebuilt(now)?;
            if program.store.next_delivery().await.map_err(text_of)?.is_none_or(|due| due > now) {
                continue;
            }
            if self.rng.u32(0..self.rarely(KILL_DELIVERY)) == 0 {
                self.kills += 1;
                program = self.kill_delivering(program, now).await?;
                continue;
            }
            if self.rng.u8(0..40) == 0 {
                self.trouble(Trouble::Refused);
            }
            program.dispatcher.deliver(now).await.map_err(text_of)?;
        }
        // A delivery that failed is due again after about a minute.
        self.clock.move_to(end.plus(Duration::from_secs(7_200)));
        program.dispatcher.deliver(self.clock.now()).await.map_err(text_of)?;
        Ok(program)
    }

    /// `count` for a run of a week, and proportionally more for longer runs, limited so that some hundreds of kills
    /// remain.
    fn rarely(&self, count: u32) -> u32 {
        let weeks = u32::try_from(self.settings.days.div_ceil(7)).unwrap_or(u32::MAX);
        count.saturating_mul(weeks.clamp(1, 12))
    }

    fn trouble(&self, trouble: Trouble) {
        *self.mailbox.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble);
    }

    /// Kills the program at a random point of one round, and starts it again a little later.
    async fn kill(&mut self, mut program: Program, now: Time) -> Result<Program, String> {
        self.kills += 1;
        program.engine.tick(now);
        match self.rng.u8(0..4) {
            // While deciding or committing.
            0 => _ = some_polls(program.engine.settle(now), self.rng.u32(1..40)).await,
            // After the commit, before any delivery.
            1 => program.engine.settle(now).await.map_err(text_of)?,
            // During a delivery: before or after the message arrived.
            _ => {
                program.engine.settle(now).await.map_err(text_of)?;
                return self.kill_delivering(program, now).await;
            }
        }
        self.again(program, now).await
    }

    /// Kills the program during a delivery: before a message is sent, or after it arrived.
    async fn kill_delivering(&mut self, program: Program, now: Time) -> Result<Program, String> {
        let trouble = if self.rng.bool() { Trouble::Before } else { Trouble::After };
        self.trouble(trouble);
        tokio::select! {
            delivered = program.dispatcher.deliver(now) => { delivered.map_err(text_of)?; }
            () = self.mailbox.reached.notified() => {}
        }
        *self.mailbox.trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.again(program, now).await
    }

    /// Starts the killed program again a little later.
    async fn again(&mut self, program: Program, now: Time) -> Result<Program, String> {
        let Program { engine, dispatcher, store } = program;
        drop((engine, dispatcher));
        store.close().await;
        drop(store);
        let pause = if self.rng.u8(0..10) == 0 { 3 * 3_600 } else { self.rng.u64(1..300) };
        self.clock.move_to(now.plus(Duration::from_secs(pause)));
        self.start().await
    }
}

/// Polls a future this many times and then drops it, as a kill would interrupt it. The future must be
/// one that wakes itself.
async fn some_polls<T>(future: impl Future<Output = T>, polls: u32) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if let Poll::Ready(value) = future.as_mut().poll(context) {
            return Poll::Ready(Some(value));
        }
        left = left.saturating_sub(1);
        if left == 0 { Poll::Ready(None) } else { Poll::Pending }
    })
    .await
}

fn text_of(error: impl std::fmt::Display) -> String {
    error.to_string()
}
