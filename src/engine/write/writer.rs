//! Writes decisions, one commit at a time, while deciding continues. Only committed state is shown and delivered; while
//! nothing can be written, it is shown from memory, and marked.

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

/// Views by position.
type Shown = BTreeMap<usize, Arc<DependencySnapshot>>;

/// Decisions that are not written yet.
#[derive(Default)]
pub(in crate::engine) struct Writer {
    /// The contents of the next commit.
    pub(in crate::engine) waiting: Batch,
    /// What is shown once that is written.
    shown: Shown,
    under_way: Option<Commit>,
    /// The end of the monitored time, as last written.
    watched_until: Time,
}

/// How often the end of the monitored time is written: each write costs a disk page, and gaps count from minutes on.
const WATCHED_EVERY: Duration = Duration::from_secs(10);

/// A commit in progress.
struct Commit {
    batch: Arc<Batch>,
    shown: Shown,
    /// For the event log, where one is kept.
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

    /// What was decided so far is no longer shown.
    pub(in crate::engine) fn forget_shown(&mut self) {
        self.shown.clear();
    }

    /// The next commit records the end of the monitored time.
    pub(in crate::engine) fn watch_ends(&mut self) {
        self.watched_until = Time::default();
    }

    /// Whether a commit is in progress.
    pub(in crate::engine) fn is_busy(&self) -> bool {
        self.under_way.is_some()
    }

    /// Whether an alert is decided and not known to be written.
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

    /// Waits for the commit in progress; forever if there is none.
    pub(in crate::engine) async fn done(&mut self) -> Committed {
        let Some(commit) = &mut self.under_way else { return std::future::pending().await };
        let result = (&mut commit.result).await;
        match self.under_way.take() {
            Some(commit) => Committed { commit, result },
            None => std::future::pending().await,
        }
    }

    /// What could not be written is placed before what was decided since.
    fn put_back(&mut self, batch: Arc<Batch>, mut shown: Shown) {
        let since = std::mem::take(&mut self.waiting);
        // The commit is over: nothing else holds a reference.
        self.waiting = Arc::unwrap_or_clone(batch);
        self.waiting.append(since);
        shown.append(&mut self.shown);
        self.shown = shown;
    }
}

impl Engine {
    /// Adds decisions.
    pub(in crate::engine) fn take_decided(&mut self, decided: Decided) {
        let Decided { writes, shown, ids, changed } = decided;
        self.note_ids(ids);
        self.writer.add(writes, shown);
        self.changed |= changed;
    }

    /// Begins to write decisions, unless a commit is in progress.
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
    /// If nothing was written; the decisions wait for the next commit.
    pub(in crate::engine) fn end_write(&mut self, Committed { commit, result }: Committed, now: Time) -> Result<()> {
        let Commit { batch, shown, decided, .. } = commit;
        if let Err(error) = result {
            self.writer.put_back(batch, shown);
            self.note_unwritten(&error, now);
            // It is shown from memory, and marked.
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
        // A message that must be edited is something to deliver, too.
        if !batch.alerts.is_empty() || batch.situation.is_some() {
            self.bell.notify_one();
        }
        // The note about the end of the failure goes with the next commit.
        self.note_written(now);
        Ok(())
    }

    /// Writes the decisions, and waits for the commit.
    ///
    /// # Errors
    /// If the store could not write; the decisions are kept, and written with the next commit.
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

    /// Compares the incrementally updated state, the platform and the views, with one built from scratch. For bench and
    /// simulation, after everything was committed.
    ///
    /// # Errors
    /// If they differ.
    pub fn check_rebuilt(&self, now: Time) -> std::result::Result<(), String> {
        if let Some(differs) = self.decider.differs_from_rebuilt() {
            return Err(differs);
        }
        for (position, shown) in self.shown.iter().enumerate() {
            // What a clock that was set back left ahead of it is shown as now, and now passes.
            let Some(rebuilt) = self.decider.rebuilt_at(position, now) else { continue };
            let differs = shown.differing(&rebuilt);
            if !differs.is_empty() {
                return Err(format!("{} is shown otherwise than it stands: {}", rebuilt.id, differs.join(", ")));
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

    /// Sends the latest snapshot to all followers: changes at once, plain checks once a second.
    pub(in crate::engine) fn show(&mut self, now: Time) {
        if !self.writer.is_busy() && self.writer.waiting.is_empty() {
            // None of this is written: a person's act, or another time for the next check.
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
