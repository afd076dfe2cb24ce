//! While nothing can be written (a full or broken disk), decisions continue in memory. They are written with their
//! true times once the disk can be written again. Flips, incidents and alerts are all kept. Routine checks beyond a
//! few thousand become sums, and raw answers beyond some megabytes are left out. People are notified once that
//! history is not being written, and once that it is again, with what is missing.

use std::time::Duration;

use super::shed::{Shed, shed};
use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::{Time, human};
use crate::engine::Engine;
use crate::engine::decide::decider::{Decider, Event};
use crate::store::Error;

use crate::engine::dispatch::Unsaid;

/// Delays in seconds between attempts to write; the last one repeats.
const BACKOFF: [u64; 5] = [1, 2, 5, 10, 30];
/// How long writing may fail before people are notified.
const TELL_AFTER: Duration = Duration::from_secs(30);
/// How often the log repeats the failure.
const LOG_EVERY: Duration = Duration::from_secs(600);

/// The state of writing.
#[derive(Debug, Default)]
pub(in crate::engine) struct Unwritten {
    /// Since when nothing could be written.
    pub(in crate::engine) since: Option<Time>,
    tries: usize,
    retry_at: Time,
    logged_at: Option<Time>,
    told: bool,
    shed: Shed,
}

impl Unwritten {
    /// Whether it is too early to retry.
    pub(in crate::engine) fn waits(&self, now: Time) -> bool {
        self.since.is_some() && now < self.retry_at
    }

    /// When writing is retried.
    pub(in crate::engine) fn due(&self) -> Option<Time> {
        self.since.map(|_| self.retry_at)
    }

    /// Handles a clock that was set back.
    pub(in crate::engine) fn clock_set_back(&mut self, now: Time) {
        self.retry_at = self.retry_at.min(now);
        self.since = self.since.map(|since| since.min(now));
        self.logged_at = self.logged_at.map(|at| at.min(now));
    }

    /// Records that nothing could be written. Returns when the failure began, and whether people must be notified
    /// now.
    fn note(&mut self, error: &Error, now: Time) -> (Time, bool) {
        let since = *self.since.get_or_insert(now);
        let step = self.tries.min(BACKOFF.len() - 1);
        self.tries += 1;
        self.retry_at = now.plus(Duration::from_secs(BACKOFF[step]));
        if self.logged_at.is_none_or(|at| now.since(at) >= LOG_EVERY) {
            self.logged_at = Some(now);
            tracing::error!(%error, "results cannot be written to the database: {error}; they are kept in memory, and writing is tried again");
        }
        let tell = now.since(since) >= TELL_AFTER && !self.told;
        self.told |= tell;
        (since, tell)
    }
}

impl Engine {
    /// Handles a failed write: decisions are kept in memory, and reduced.
    pub(in crate::engine) fn note_unwritten(&mut self, error: &Error, now: Time) {
        let (since, tell) = self.unwritten.note(error, now);
        self.apply(vec![Event::Unwritten(since, tell.then(|| error.to_string()))], now);
        self.unwritten.shed.add(shed(&mut self.writer.waiting));
        let unsaid = Unsaid { since: Some(since), alerts: self.writer.waiting.alerts.clone() };
        self.unsaid.send_replace(std::sync::Arc::new(unsaid));
        self.bell.notify_one();
    }

    /// Handles the first write that succeeds: everybody who was notified of the failure is notified of its end.
    pub(in crate::engine) fn note_written(&mut self, now: Time) {
        let Unwritten { since: Some(since), told, shed, .. } = std::mem::take(&mut self.unwritten) else { return };
        self.unsaid.send_replace(std::sync::Arc::default());
        let lasted = human(now.since(since));
        tracing::info!("results are written to the database again, after {lasted}{}", shed.sentence());
        self.apply(vec![Event::Written(told.then_some((since, shed)))], now);
    }
}

impl Decider {
    pub(in crate::engine) fn tell_unwritten(&mut self, since: Time, what: &str, now: Time) {
        let cure = match what.contains("full") {
            true => "Do now: make room on the disk with the database.",
            false => "Do now: check the disk with the database, and the log of its machine.",
        };
        let lines = vec![
            format!("Since {}. {what}.", since.short()),
            "Monitoring and alerts continue. plugwatch keeps what happens in memory and writes it later. A restart now would lose it."
                .to_owned(),
            cure.to_owned(),
        ];
        self.tell_note(
            Reason::Unwritten,
            Level::Warning,
            None,
            "HISTORY NOT WRITTEN: plugwatch keeps it in memory",
            lines,
            now,
        );
    }

    pub(in crate::engine) fn tell_written(&mut self, since: Time, shed: Shed, now: Time) {
        let lines = vec![
            format!("Nothing could be written for {}, since {}.", human(now.since(since)), since.short()),
            format!("Everything that changed is written now, with its true time{}.", shed.sentence()),
        ];
        self.tell_note(Reason::Written, Level::Info, None, "HISTORY WRITTEN AGAIN", lines, now);
    }
}
