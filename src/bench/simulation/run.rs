//! Runs the program through simulated time, and kills it.

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

/// Looks that are due within this are decided and committed together.
const GROUP: Duration = Duration::from_secs(240);
const DAY: Duration = Duration::from_secs(86_400);
/// Looks are kept for so long; sums, incidents and alerts for ever.
const KEEP: Duration = Duration::from_secs(7 * 86_400);
/// Between two kills, at most so many groups in a week; longer runs are killed more rarely,
/// because every start checks the whole file.
const KILL_WITHIN: u32 = 250;
/// In a week, one of so many deliveries is killed.
const KILL_DELIVERY: u32 = 6;

/// How to simulate.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Everything is drawn from this.
    pub seed: u64,
    /// How many days.
    pub days: u64,
    /// How many dependencies.
    pub dependencies: usize,
}

/// What was delivered, kept outside the program that is killed.
#[derive(Default)]
pub(super) struct Mailbox {
    sent: Mutex<Vec<Sent>>,
    /// How the next delivery ends, if not well.
    trouble: Mutex<Option<Trouble>>,
    /// Rings when a delivery has come to the point where the program is killed.
    reached: Notify,
}

/// What happens to a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// Killed before it went out.
    Before,
    /// Killed after it arrived, before anybody knew.
    After,
    /// The channel does not answer for once.
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

/// Simulates, and holds what came of it against the truth. Everything that enters the decision is
/// noted in `events`, if there is such a log.
///
/// # Errors
/// The store was found damaged, or did not answer.
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
        // Opening checks the whole file: a store that a kill left damaged ends the run here.
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

    /// Lives until `end`, through all kills.
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
            // The clock stands at the end of the group; what fell due within it is asked now.
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
        // Whatever a refused delivery left is due again within a minute or so.
        self.clock.move_to(end.plus(Duration::from_secs(7_200)));
        program.dispatcher.deliver(self.clock.now()).await.map_err(text_of)?;
        Ok(program)
    }

    /// `count` in a week, and in proportion more in a longer run, up to what keeps some hundreds of kills.
    fn rarely(&self, count: u32) -> u32 {
        let weeks = u32::try_from(self.settings.days.div_ceil(7)).unwrap_or(u32::MAX);
        count.saturating_mul(weeks.clamp(1, 12))
    }

    fn trouble(&self, trouble: Trouble) {
        *self.mailbox.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble);
    }

    /// Kills the program somewhere within one round, and starts it again a little later.
    async fn kill(&mut self, mut program: Program, now: Time) -> Result<Program, String> {
        self.kills += 1;
        program.engine.tick(now);
        match self.rng.u8(0..4) {
            // While deciding or committing.
            0 => _ = some_polls(program.engine.settle(now), self.rng.u32(1..40)).await,
            // Committed, and nothing delivered.
            1 => program.engine.settle(now).await.map_err(text_of)?,
            // While delivering: before, or after it arrived.
            _ => {
                program.engine.settle(now).await.map_err(text_of)?;
                return self.kill_delivering(program, now).await;
            }
        }
        self.again(program, now).await
    }

    /// Kills the program while it delivers: before a message went out, or after it arrived.
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

    /// The program is gone; it is started again a little later.
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

/// Polls a future so often, and drops it then: a kill in the middle. The future must be one
/// that goes on by itself.
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
