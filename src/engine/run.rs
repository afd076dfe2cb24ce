//! The loop around the engine: sleeps until something is due, decides, commits.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::report::gather;
use super::{Engine, Event, Span};
use crate::ask::Askers;
use crate::clock::Stopwatch;
use crate::config::Config;
use crate::core::time::{Time, millis};
use crate::say::report::Report;
use crate::store::Result;

/// The maximum time after which check results that nothing waits for are committed together.
const GROUP: Duration = Duration::from_millis(500);
/// The number of check results that are committed even before that time.
const MOST: usize = 200;
/// How often old check results are deleted.
const PRUNE: Duration = Duration::from_secs(3_600);

/// How often plugwatch looks for actions entered in a terminal.
const LISTEN: Duration = Duration::from_secs(2);

/// The program wakes at multiples of this interval, so that several checks start together, which costs less than one
/// wake-up for each. A check begins within 10 ms of its scheduled time. Longer intervals would create bursts that
/// need just as many connections.
const BEAT: Duration = Duration::from_millis(5);

/// The first wake-up at or after `at`.
fn on_beat(at: Time) -> Time {
    let beat = millis(BEAT);
    Time((at.0 + beat - 1).div_euclid(beat) * beat)
}

/// Requests to a running engine.
pub enum Command {
    /// Adopt a changed configuration.
    Reload(Box<(Config, Askers)>),
    /// A person acted: read the action now.
    Hear,
    /// Return what the report would say now.
    Report(Span, oneshot::Sender<Report>),
    /// End cleanly.
    Stop,
}

impl Engine {
    /// Runs until it is stopped. `alive` is called in each round, at least every two seconds; if the calls stop,
    /// monitoring has stalled.
    ///
    /// # Errors
    /// Fails if the store failed while the engine was stopping.
    pub async fn run(mut self, mut commands: mpsc::Receiver<Command>, alive: impl Fn()) -> Result<()> {
        let mut waiting: Option<Stopwatch> = None;
        let mut prune_at = self.ctx.clock.now().plus(PRUNE);
        let mut listen_at = self.ctx.clock.now();
        loop {
            alive();
            let now = self.ctx.clock.now();
            self.tick(now);
            if self.writer.waiting.is_urgent() {
                self.try_write(now);
            }
            let wake = self.wake_at(now, waiting.as_ref()).min(listen_at);
            // Only waiting happens in the `select`. Store operations run to completion.
            tokio::select! {
                command = commands.recv() => match command {
                    Some(Command::Reload(fresh)) => self.take_reload(*fresh).await,
                    Some(Command::Report(span, to)) => self.say_report(span, to).await,
                    Some(Command::Hear) => listen_at = self.ctx.clock.now(),
                    Some(Command::Stop) | None => break,
                },
                Some(first) = self.flights.join_next() => self.take_flights(first, &mut waiting),
                committed = self.writer.done() => {
                    // If the commit failed, nothing is lost. It is retried at growing intervals, and the log reports
                    // it.
                    drop(self.end_write(committed, self.ctx.clock.now()));
                }
                _ = self.ctx.clock.sleep_until(wake) => {}
            }
            let now = self.ctx.clock.now();
            if let Err(error) = self.follow_clock(now).await {
                tracing::error!(%error, "the schedule cannot follow the clock yet: {error}; plugwatch tries again");
            }
            self.note_pause(wake, now).await;
            if now >= listen_at {
                listen_at = now.plus(LISTEN);
                self.listen_or_log(now).await;
            }
            if let Err(error) = self.gather_report(now).await {
                tracing::error!(%error, "the weekly report could not be prepared: {error}");
            }
            let ripe = waiting.as_ref().is_some_and(|watch| watch.elapsed() >= GROUP);
            let again = self.unwritten.due().is_some_and(|at| at <= now);
            let full = self.writer.waiting.looks.len() >= MOST;
            if (self.writer.waiting.is_urgent() || full || ripe || again) && self.try_write(now) {
                waiting = None;
            }
            if self.unwritten.since.is_none()
                && let Some(again) = self.reload_again.take()
            {
                self.take_reload(*again).await;
            }
            self.show(now);
            if now >= prune_at {
                prune_at = now.plus(self.prune(now).await);
            }
        }
        self.stop().await
    }

    /// Decides about everything that has arrived so far.
    fn take_flights(
        &mut self,
        first: std::result::Result<Event, tokio::task::JoinError>,
        waiting: &mut Option<Stopwatch>,
    ) {
        let (mut next, mut events) = (Some(first), Vec::new());
        while let Some(flight) = next {
            match flight {
                Ok(event) => events.push(event),
                // Only aborted tasks end like this, and they belong to a run that is stopping.
                Err(error) => tracing::debug!(%error, "a check was stopped"),
            }
            next = self.flights.try_join_next();
        }
        self.take(events, self.ctx.clock.now());
        if !self.writer.waiting.is_empty() && waiting.is_none() {
            *waiting = Some(Stopwatch::start());
        }
    }

    fn wake_at(&self, now: Time, waiting: Option<&Stopwatch>) -> Time {
        let due = self.decider.next_due().map_or_else(|| now.plus(Duration::from_secs(60)), on_beat);
        // If a commit is in progress, wait for its end.
        let idle = || !self.writer.is_busy();
        let flush = waiting.filter(|_| idle());
        let flush = flush.map(|watch| now.plus(GROUP.saturating_sub(watch.elapsed()) + Duration::from_millis(1)));
        let again = self.unwritten.due().filter(|_| idle()).map(|at| at.max(now));
        [flush, again].into_iter().flatten().fold(due, Time::min)
    }

    /// While the machine slept, nothing was monitored. That gap is recorded; what happened during it is never
    /// guessed.
    async fn note_pause(&mut self, wake: Time, now: Time) {
        if now.since(wake) < super::start::GAP {
            return;
        }
        tracing::warn!(
            "nothing was monitored from {} to {}: the machine slept, or its clock was changed",
            wake.short(),
            now.short()
        );
        self.apply(vec![Event::Woke], now);
        if let Err(error) = self.store.add_gap(wake, now).await {
            tracing::error!(%error, "could not record that nothing was monitored: {error}");
        }
    }

    async fn say_report(&self, span: Span, to: oneshot::Sender<Report>) {
        match gather(&self.decider, &self.store, span, self.ctx.clock.now()).await {
            // The requester may be gone by now.
            Ok(report) => drop(to.send(report)),
            Err(error) => tracing::error!(%error, "the report could not be prepared: {error}"),
        }
    }

    async fn listen_or_log(&mut self, now: Time) {
        if let Err(error) = self.listen(now).await {
            tracing::warn!(%error, "people's actions cannot be read now: {error}; plugwatch tries again");
        }
    }

    async fn take_reload(&mut self, (config, askers): (Config, Askers)) {
        let now = self.ctx.clock.now();
        let again = (config.clone(), askers.clone());
        match self.reload(config, askers, now).await {
            Ok(()) => {
                self.reload_again = None;
                tracing::info!("the changed configuration is in use, except for what needs a restart");
            }
            Err(error) => {
                tracing::error!(%error, "the changed configuration will be loaded as soon as the database can be written");
                self.reload_again = Some(Box::new(again));
            }
        }
    }

    /// Starts writing decisions, unless it is too early to retry. Returns whether a write is in progress.
    fn try_write(&mut self, now: Time) -> bool {
        if !self.unwritten.waits(now) && !self.writer.is_busy() {
            self.begin_write(now);
            return true;
        }
        false
    }

    /// Returns when to prune again: soon, if more than one batch was left.
    async fn prune(&self, now: Time) -> Duration {
        let before = Time(now.0 - crate::core::time::millis(self.ctx.config.keep_raw));
        match self.store.prune(before).await {
            Ok(count) if count >= crate::store::BITE => return Duration::from_secs(2),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "old checks could not be deleted: {error}"),
        }
        PRUNE
    }

    async fn stop(mut self) -> Result<()> {
        self.flights.abort_all();
        let now = self.ctx.clock.now();
        self.writer.watch_ends();
        self.flush(now).await
    }
}
