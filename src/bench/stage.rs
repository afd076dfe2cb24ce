//! The program that plays a scenario: engine, store and dispatcher, in virtual time.

use super::begin::started;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use super::configuration::Files;
use super::mailbox::Mailbox;
use super::person::People;
use super::scenario::Scenario;
use super::score::Shows;
use super::step::{Does, Happens};
use super::{Finding, Scripted};
use crate::ask::Askers;
use crate::clock::Clock;
use crate::config::Config;
use crate::core::dependency::incident::Level;
use crate::core::time::{Time, human};
use crate::engine::{Dispatcher, Engine, EventLog, Logged};
use crate::ids::Ids;
use crate::store::Store;

/// More rounds than this in a minute of the scenario's time mean an endless loop.
const MOST_TICKS: u32 = 20_000;

/// Makes askers from the configuration and the virtual clock.
pub(super) type Asking<'a> = dyn Fn(&Config, &Clock) -> Askers + 'a;

/// A scenario that is being played.
pub(super) struct Stage<'a> {
    scenario: &'a Scenario,
    folder: PathBuf,
    script: Arc<Scripted>,
    askers: &'a Asking<'a>,
    clock: Clock,
    mailbox: Mailbox,
    people: People,
    /// The text of the configuration that is in force.
    text: String,
    program: Program,
    events: Option<EventLog>,
    /// When somebody acknowledges next, and how many messages were already considered for that.
    acknowledges: (Option<Time>, usize),
    /// The difference between the machine's clock and the scenario's own time, in milliseconds.
    shifted: i64,
    pub(super) shows: Shows,
    pub(super) wrong: Vec<Finding>,
}

struct Program {
    engine: Engine,
    dispatcher: Dispatcher,
    pub(super) store: Arc<Store>,
    config: Config,
    ids: Ids,
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl<'a> Stage<'a> {
    /// Starts the program half an hour before the scenario begins.
    ///
    /// # Errors
    /// Fails if the configuration is invalid, or the store fails.
    pub(super) async fn open(
        scenario: &'a Scenario,
        folder: &Path,
        script: Arc<Scripted>,
        askers: &'a Asking<'a>,
        events: Option<EventLog>,
    ) -> Result<Stage<'a>, String> {
        let clock = Clock::manual(started(scenario.begins));
        let mailbox = Mailbox::default();
        let files = Files::of(scenario);
        let config = files.configuration(&scenario.config, folder)?;
        script.compare(super::stand_in::all(&config.catalog));
        if let Some(events) = &events {
            events.note(&files.event());
            events.note(&Logged::Config { text: scenario.config.clone() });
        }
        let program = Program::start(config, folder, askers, (scenario.begins, &clock, &mailbox, &events)).await?;
        let (people, shows) = (People::default(), Shows::new());
        let (folder, text) = (folder.to_owned(), scenario.config.clone());
        let acknowledges = (None, 0);
        let wrong = Vec::new();
        let shifted = 0;
        let mut stage = Stage {
            scenario,
            folder,
            script,
            askers,
            clock,
            mailbox,
            people,
            text,
            program,
            events,
            acknowledges,
            shifted,
            shows,
            wrong,
        };
        for name in &scenario.attested {
            stage.act("ops", &Does::StillWithUs(name.clone())).await?;
        }
        Ok(stage)
    }

    /// The program's store.
    pub(super) fn store(&self) -> &Arc<Store> {
        &self.program.store
    }

    /// The scenario's channels, with the messages that arrived.
    pub(super) fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// A time of the scenario, as the machine's clock shows it.
    fn at(&self, since: Duration) -> Time {
        Time(self.scenario.begins.plus(since).0 + self.shifted)
    }

    /// How much of the scenario's own time has passed when the machine's clock shows `now`.
    fn since(&self, now: Time) -> Duration {
        Time(now.0 - self.shifted).since(self.scenario.begins)
    }

    /// Lets one thing happen.
    ///
    /// # Errors
    /// Fails if the store fails, or a configuration is invalid.
    pub(super) async fn happens(mut self, happens: &Happens) -> Result<Stage<'a>, String> {
        let now = self.clock.now();
        match happens {
            Happens::Set(modes) => self.script.set(modes),
            Happens::Channel(name, takings) => self.mailbox.set(name, *takings),
            Happens::Restart(pause) => return self.restart(*pause).await,
            Happens::ClockAhead(by) => {
                self.shift(crate::core::time::millis(*by));
                self.clock.move_to(now.plus(*by));
            }
            Happens::ClockBack(by) => {
                self.shift(-crate::core::time::millis(*by));
                self.clock.set_back_to(Time(now.0 - crate::core::time::millis(*by)));
                // The running program checks its clock every two seconds.
                self.program.engine.settle(self.clock.now()).await.map_err(self::text)?;
            }
            Happens::Reload(text) => self.reload(text).await?,
            Happens::Reported(key, report) => {
                let report = crate::core::words::check_in::Report { at: now, ..report.clone() };
                self.program.store.hear(&[(key.clone(), report)]).await.map_err(self::text)?;
            }
            Happens::Person(who, does) => self.act(who, does).await?,
        }
        Ok(self)
    }

    fn shift(&mut self, by: i64) {
        self.shifted += by;
        self.mailbox.shift(by);
    }

    async fn act(&mut self, who: &str, does: &Does) -> Result<(), String> {
        let now = self.clock.now();
        let Program { store, config, ids, .. } = &self.program;
        if let Err(no) = self.people.act((store, config, ids), who, does, (self.scenario.begins, now)).await {
            self.wrong.push(Finding::new("script", format!("{who}'s act was refused: {no}")));
        }
        self.program.engine.settle(now).await.map_err(text)
    }

    /// Kills the program at this point, and starts it again from the files on disk.
    async fn restart(self, pause: Duration) -> Result<Stage<'a>, String> {
        let Stage { program: Program { engine, dispatcher, store, .. }, .. } = self;
        drop((engine, dispatcher));
        store.close().await;
        drop(store);
        self.clock.move_to(self.clock.now().plus(pause));
        let config = Files::of(self.scenario).configuration(&self.text, &self.folder)?;
        let outside = (self.scenario.begins, &self.clock, &self.mailbox, &self.events);
        let program = Program::start(config, &self.folder, self.askers, outside).await?;
        Ok(Stage { program, ..self })
    }

    async fn reload(&mut self, text: &str) -> Result<(), String> {
        let config = Files::of(self.scenario).configuration(text, &self.folder)?;
        if let Some(events) = &self.events {
            events.note(&Logged::Config { text: text.to_owned() });
        }
        let askers = (self.askers)(&config, &self.clock);
        self.program.dispatcher.replace(self.mailbox.ways(&config)).await;
        self.program.engine.reload(config.clone(), askers, self.clock.now()).await.map_err(self::text)?;
        self.program.config = config;
        self.text = text.to_owned();
        Ok(())
    }

    /// Lets time pass until `until`: the clock jumps to the time of each due action.
    ///
    /// # Errors
    /// Fails if the store fails, or the program loops endlessly.
    pub(super) async fn pass(&mut self, until: Duration) -> Result<(), String> {
        let until = self.at(until);
        let (mut minute, mut ticks) = (0, 0);
        while let Some(now) = self.next().await?.map(|due| due.max(self.clock.now())).filter(|due| *due < until) {
            (minute, ticks) = if now.0 / 60_000 == minute { (minute, ticks + 1) } else { (now.0 / 60_000, 0) };
            if ticks > MOST_TICKS {
                let at = human(self.since(now));
                return Err(format!("endless loop: after {at}, the program had work {ticks} times within a minute"));
            }
            self.program.engine.tick(now);
            self.program.engine.settle(now).await.map_err(text)?;
            if let Err(differs) = self.program.engine.check_rebuilt(now) {
                self.wrong.push(Finding::new("rebuilt", differs));
            }
            self.look_at_board(now);
            self.program.dispatcher.deliver(now).await.map_err(text)?;
            self.acknowledge(now).await?;
        }
        self.clock.move_to(until);
        Ok(())
    }

    /// The time of the next due action: a check, a decision, a delivery or an acknowledgement.
    async fn next(&self) -> Result<Option<Time>, String> {
        let delivery = self.program.store.next_delivery().await.map_err(text)?;
        Ok([self.program.engine.next_due(), delivery, self.acknowledges.0].into_iter().flatten().min())
    }

    /// Acknowledges critical alerts some time after they arrived.
    async fn acknowledge(&mut self, now: Time) -> Result<(), String> {
        let Some((who, after)) = &self.scenario.acknowledged else { return Ok(()) };
        if self.acknowledges.0.is_some_and(|at| at <= now) {
            self.acknowledges.0 = None;
            let Program { store, config, ids, .. } = &self.program;
            // An incident that is over by then needs no acknowledgement, and the act is refused.
            let all = Does::Acknowledge(None);
            drop(self.people.act((store, config, ids), who, &all, (self.scenario.begins, now)).await);
            self.program.engine.settle(now).await.map_err(text)?;
        }
        let arrived = self.mailbox.arrived_since(self.acknowledges.1);
        self.acknowledges.1 += arrived.len();
        let loud = arrived.iter().find(|one| one.level == Level::Critical && !one.reason.reminds());
        if let Some(loud) = loud {
            let at = Time(loud.at.0 + self.shifted);
            self.acknowledges.0.get_or_insert(at.plus(*after));
        }
        Ok(())
    }

    fn look_at_board(&mut self, now: Time) {
        let since = self.since(now);
        let snapshot = self.program.engine.windows().snapshot.borrow().clone();
        for dependency in snapshot.each() {
            let shown = dependency.shown();
            let known = self.shows.entry(dependency.id.clone()).or_default();
            if known.last().is_none_or(|(_, last)| *last != shown) {
                known.push((since, shown));
            }
        }
    }
}

impl Program {
    async fn start(
        config: Config,
        folder: &Path,
        askers: &Asking<'_>,
        (begins, clock, mailbox, events): (Time, &Clock, &Mailbox, &Option<EventLog>),
    ) -> Result<Program, String> {
        let store = Arc::new(Store::open_scratch(&folder.join("bench.db")).await.map_err(text)?);
        // The ids are the same in every run, and different after a restart.
        let seconds = clock.now().since(started(begins)).as_secs();
        let ids = Ids::Counting(Arc::new(AtomicU64::new(seconds * 1_000)));
        let askers = askers(&config, clock).with_check_ins(store.clone());
        let dispatcher = Dispatcher::new(store.clone(), mailbox.ways(&config), clock.clone(), ids.clone());
        let (own, file, time) = (config.clone(), store.clone(), clock.clone());
        let engine = match events {
            Some(log) => Engine::start_logged(own, askers, file, time, ids.clone(), log.clone()).await,
            None => Engine::start(own, askers, file, time, ids.clone()).await,
        };
        let dispatcher = match events {
            Some(log) => dispatcher.logged(log.clone()),
            None => dispatcher,
        };
        Ok(Program { engine: engine.map_err(text)?, dispatcher, store, config, ids })
    }
}
