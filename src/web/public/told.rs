//! Whether people were notified that publishing fails, and that it works again. This is stored in the database, so
//! that after a restart nothing is sent twice and the all-clear is not lost.

use std::sync::Arc;
use std::time::Duration;

use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::{Time, human};
use crate::engine::Dispatcher;
use crate::store::Store;

/// How long publishing must fail before people are notified; short network problems pass within this.
const HICCUP: Duration = Duration::from_secs(300);

/// The state of publishing, as people were notified of it.
pub(super) struct Told {
    dispatcher: Arc<Dispatcher>,
    store: Arc<Store>,
    failing_since: Option<Time>,
}

impl Told {
    pub(super) fn new(dispatcher: Arc<Dispatcher>, store: Arc<Store>) -> Told {
        Told { dispatcher, store, failing_since: None }
    }

    /// Publishing failed. People are notified once that has lasted.
    pub(super) async fn fails(&mut self, platform: &str, why: &str, succeeded_at: Time, run: &[String], now: Time) {
        let since = *self.failing_since.get_or_insert(now);
        if now.since(since) < HICCUP || self.told_since().await.is_some() {
            return;
        }
        let copy = match succeeded_at {
            Time(0) => "No copy was published since plugwatch started.".to_owned(),
            at => format!(
                "Visitors see the copy of {}. After two hours without an update, the copy says that it is out of date.",
                at.short()
            ),
        };
        let cure = match run.is_empty() {
            true => "Do now: check that plugwatch can write to the folder of [publish].".to_owned(),
            false => format!("Do now: run the command of [publish] by hand: {}", run.join(" ")),
        };
        let lines =
            vec![format!("Failing since {}. {why}.", since.short()), copy, cure, "plugwatch keeps trying.".to_owned()];
        let title = "🟠 PAGE NOT PUBLISHED: the copy elsewhere is getting old";
        if self.tell(platform, Reason::Unpublished, title, lines, now).await {
            self.keep(Some(since)).await;
        }
    }

    /// Publishing worked. If people were notified of the failure, they are notified of its end.
    pub(super) async fn works(&mut self, platform: &str, now: Time) {
        self.failing_since = None;
        let Some(since) = self.told_since().await else { return };
        let lines = vec![format!("Publishing had failed for {}, since {}.", human(now.since(since)), since.short())];
        let title = "🟢 PAGE PUBLISHED AGAIN: the copy elsewhere is up to date";
        if self.tell(platform, Reason::Published, title, lines, now).await {
            self.keep(None).await;
        }
    }

    /// Publishing was turned off.
    pub(super) async fn forget(&mut self) {
        self.failing_since = None;
        if self.told_since().await.is_some() {
            self.keep(None).await;
        }
    }

    /// Since when publishing had failed, as of the notification. While the database cannot be read, nothing is sent
    /// twice.
    async fn told_since(&self) -> Option<Time> {
        self.store.unpublished_since().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot read whether people were notified of failed publishing: {error}");
            Some(Time(0))
        })
    }

    async fn tell(&self, platform: &str, reason: Reason, title: &str, lines: Vec<String>, now: Time) -> bool {
        // Both messages have the same level, so that the same people get both.
        let told = self.dispatcher.tell_of_itself(platform, (reason, Level::Warning), title, lines, now).await;
        told.map_err(|error| tracing::error!(%error, "cannot notify people about publishing: {error}")).is_ok()
    }

    async fn keep(&self, since: Option<Time>) {
        if let Err(error) = self.store.note_unpublished(since).await {
            tracing::error!(%error, "cannot store that people were notified about publishing: {error}");
        }
    }
}
