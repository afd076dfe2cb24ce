//! Writes decisions, one commit at a time, while deciding continues. Only committed state is shown and delivered.
//! While nothing can be written, the state is shown from memory and marked as such.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::core::platform::snapshot::{DependencySnapshot, Snapshot};
use crate::core::time::Time;
use crate::engine::decide::decider::Decided;
use crate::engine::{Engine, Logged, SHOW_EVERY};
use crate::store::{Batch, Result, Store};

/// What is shown of dependencies, by position.
type Shown = BTreeMap<usize, Arc<DependencySnapshot>>;

/// Decisions that are not written yet.
#[derive(Default)]
pub(in crate::engine) struct Writer {
    /// The contents of the next commit.
    pub(in crate::engine) waiting: Batch,
    /// What is shown once `waiting` has been written.
    shown: Shown,
    under_way: Option<Commit>,
    /// The end of the monitored period, as last written.
    watched_until: Time,
}

/// How often the end of the monitored period is written. Each write costs a database page, and gaps shorter than
/// minutes do not count.
const WATCHED_EVERY: Duration = Duration::from_secs(10);

/// A commit in progress.
struct Commit {
    batch: Arc<Batch>,
    shown: Shown,
    /// The line for the event log, if there is one.
    decided: Option<Logged>,
    result: BoxFuture<'static, Result<()>>,
}

/// How a commit ended.
pub(in crate::engine) struct Committed {
    commit: Commit,
    result: Result<()>,
}

impl Writer {
    /// Adds decisions.
    pub(in crate::engine) fn add(&mut self, decided: Batch, shown: Vec<(usize, Arc<DependencySnapshot>)>) {
        self.waiting.append(decided);
        self.shown.extend(shown);
    }

    /// Discards pending changes to what is shown.
    pub(in crate::engine) fn forget_shown(&mut self) {
        self.shown.clear();
    }

    /// Makes the next commit record the end of the monitored period.
    pub(in crate::engine) fn watch_ends(&mut self) {
        self.watched_until = Time::default();
    }

    /// Whether a commit is in progress.
    pub(in crate::engine) fn is_busy(&self) -> bool {
        self.under_way.is_some()
    }

    /// Whether an alert was decided but may not be written yet.
    pub(in crate::engine) fn has_alert(&self, public_id: &str) -> bool {
        let under_way = self.under_way.iter().flat_map(|commit| &commit.batch.alerts);
        self.waiting.alerts.iter().chain(under_way).any(|alert| alert.public_id == public_id)
    }

    fn begin(&mut self, store: Arc<Store>, decided: Option<Logged>) {
        let batch = Arc::new(std::mem::take(&mut self.waiting));
        let written = batch.clone();
        let result = async move { store.commit(&written).await }.boxed();
        self.under_way = Some(Commit { batch, shown: std::mem::take(&mut self.shown), decided, result });
    }

    /// Waits for the commit in progress. Never returns if there is none.
    pub(in crate::engine) async fn done(&mut self) -> Committed {
        let Some(commit) = &mut self.under_way else { return std::future::pending().await };
        let result = (&mut commit.result).await;
        match self.under_way.take() {
            Some(commit) => Committed { commit, result },
            None => std::future::pending().await,
        }
    }

    /// Puts decisions that could not be written before those that were made since.
    fn put_back(&mut self, batch: Arc<Batch>, mut shown: Shown) {
        let since = std::mem::take(&mut self.waiting);
        // The commit has ended, so nothing else holds a reference.
        self.waiting = Arc::unwrap_or_clone(batch);
        self.waiting.append(since);
        shown.append(&mut self.shown);
        self.shown = shown;
    }
}

impl Engine {
    /// Adds the decisions to the next commit.
    pub(in crate::engine) fn take_decided(&mut self, decided: Decided) {
        let Decided { writes, shown, ids, changed } = decided;
        self.note_ids(ids);
        self.writer.add(writes, shown);
        self.changed |= changed;
    }

    /// Starts writing decisions, unless a commit is in progress.
    pub(in crate::engine) fn begin_write(&mut self, now: Time) {
        if self.writer.is_busy() || self.writer.waiting.is_empty() {
            return;
        }
        if now.since(self.writer.watched_until) >= WATCHED_EVERY || now < self.writer.watched_until {
            self.writer.watched_until = now;
            self.writer.waiting.watched_until = Some(now);
        }
        let decided = self.decided(now);
        self.writer.begin(self.store.clone(), decided);
    }

    /// Handles the end of a commit.
    ///
    /// # Errors
    /// Fails if nothing was written; the decisions wait for the next commit.
    pub(in crate::engine) fn end_write(&mut self, Committed { commit, result }: Committed, now: Time) -> Result<()> {
        let Commit { batch, shown, decided, .. } = commit;
        if let Err(error) = result {
            self.writer.put_back(batch, shown);
            self.note_unwritten(&error, now);
            // The state is shown from memory and marked as such.
            let shown = std::mem::take(&mut self.writer.shown);
            self.take_shown(shown);
            return Err(error);
        }
        if let Some(decided) = decided {
            self.note_event(|| decided);
        }
        self.take_shown(shown);
        if batch.is_urgent() || !batch.dependencies.is_empty() {
            self.shown_at = Time(0);
        }
        // A message that must be edited is also something to deliver.
        if !batch.alerts.is_empty() || batch.situation.is_some() {
            self.bell.notify_one();
        }
        // The note about the end of the failure is part of the next commit.
        self.note_written(now);
        Ok(())
    }

    /// Writes the decisions, and waits for the commit.
    ///
    /// # Errors
    /// Fails if the store could not write; the decisions are kept and written with the next commit.
    pub async fn flush(&mut self, now: Time) -> Result<()> {
        if self.writer.is_busy() {
            let committed = self.writer.done().await;
            self.end_write(committed, now)?;
        }
        self.begin_write(now);
        if self.writer.is_busy() {
            let committed = self.writer.done().await;
            self.end_write(committed, now)?;
        }
        self.show(now);
        Ok(())
    }

    /// Compares the incrementally updated state, the platform and everything shown with a state built from scratch.
    /// For the test bench and the simulation, after everything was committed.
    ///
    /// # Errors
    /// Fails if they differ.
    pub fn check_rebuilt(&self, now: Time) -> std::result::Result<(), String> {
        if let Some(differs) = self.decider.differs_from_rebuilt() {
            return Err(differs);
        }
        for (position, shown) in self.shown.iter().enumerate() {
            // Times that lie in the future since the clock was set back are shown as the current time, which keeps
            // changing.
            let Some(rebuilt) = self.decider.rebuilt_at(position, now) else { continue };
            let differs = shown.differing(&rebuilt);
            if !differs.is_empty() {
                return Err(format!(
                    "{}: the displayed state differs from a rebuilt one: {}",
                    rebuilt.id,
                    differs.join(", ")
                ));
            }
        }
        Ok(())
    }

    fn take_shown(&mut self, shown: Shown) {
        self.changed |= !shown.is_empty();
        for (position, dependency) in shown {
            if let Some(place) = self.shown.get_mut(position) {
                *place = dependency;
            }
        }
    }

    /// Sends the latest snapshot to all followers: changes at once, routine checks once a second.
    pub(in crate::engine) fn show(&mut self, now: Time) {
        if !self.writer.is_busy() && self.writer.waiting.is_empty() {
            // Nothing here needs to be written: a person's action, or a new time for the next check.
            let shown = std::mem::take(&mut self.writer.shown);
            self.take_shown(shown);
        }
        if self.changed && now.since(self.shown_at) >= SHOW_EVERY {
            self.changed = false;
            self.shown_at = now;
            let snapshot = Snapshot { dependencies: self.shown.clone(), ..self.decider.view_platform(now) };
            self.snapshot.send_replace(Arc::new(snapshot));
        }
    }
}
