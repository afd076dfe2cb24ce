//! Writes the public page as files at each change and every hour, and runs a command after it.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use tokio::process::Command;

use super::files::{LASTS, files, mark, write};
use crate::core::time::Time;
use crate::say::public::View;
use crate::web::Pages;

/// Without any change, so often.
const HOURLY: Duration = Duration::from_secs(3_600);
/// Changes are looked for so often.
const LOOKS: Duration = Duration::from_secs(10);
/// A command that hangs is ended.
const PATIENCE: Duration = Duration::from_secs(300);

/// Where to, and how it went.
#[derive(Clone, Debug, Default)]
pub struct Publishing {
    /// The folder.
    pub folder: PathBuf,
    /// What is run after it; nothing if empty.
    pub run: Vec<String>,
    how: Arc<How>,
}

#[derive(Debug, Default)]
struct How {
    succeeded_at: AtomicI64,
    failed: AtomicU64,
}

impl Publishing {
    /// Into this folder, then this command.
    pub fn new(folder: PathBuf, run: Vec<String>) -> Publishing {
        Publishing { folder, run, how: Arc::default() }
    }

    /// When it succeeded last; the epoch if it never did.
    pub fn succeeded_at(&self) -> Time {
        Time(self.how.succeeded_at.load(Ordering::Relaxed))
    }

    /// How often it failed.
    pub fn failed(&self) -> u64 {
        self.how.failed.load(Ordering::Relaxed)
    }

    /// Publishes for ever.
    pub async fn run(&self, pages: Pages) {
        let (mut last, mut at) = (String::new(), None);
        loop {
            let now = pages.clock.now();
            let view = pages.public.view(&pages).await;
            let news = mark(&view);
            if news != last || at.is_none_or(|at| now.since(at) >= HOURLY) {
                // What failed is tried again when it is looked at next.
                (last, at) = if self.once(&view, now).await { (news, Some(now)) } else { (String::new(), None) };
            }
            pages.clock.sleep_until(pages.clock.now().plus(LOOKS)).await;
        }
    }

    /// Publishes one view; whether that went well.
    pub async fn once(&self, view: &View, now: Time) -> bool {
        match self.publish(view).await {
            Ok(()) => {
                self.how.succeeded_at.store(now.0, Ordering::Relaxed);
                true
            }
            Err(why) => {
                self.how.failed.fetch_add(1, Ordering::Relaxed);
                tracing::error!("the public page could not be published: {why}");
                false
            }
        }
    }

    async fn publish(&self, view: &View) -> Result<(), String> {
        let view = View { lasts: LASTS, ..view.clone() };
        let folder = self.folder.clone();
        let written = tokio::task::spawn_blocking(move || {
            let all = files(&view, view.look.language);
            all.iter().try_for_each(|(path, text)| write(&folder, path, text))
        });
        let written = written.await.map_err(|error| error.to_string())?;
        written.map_err(|error| format!("{} cannot be written: {error}", self.folder.display()))?;
        self.command().await
    }

    async fn command(&self) -> Result<(), String> {
        let Some((program, arguments)) = self.run.split_first() else { return Ok(()) };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let ended = tokio::time::timeout(PATIENCE, command.output()).await;
        let ended = ended.map_err(|_| format!("{program} did not end within {} s", PATIENCE.as_secs()))?;
        let ended = ended.map_err(|error| format!("{program} cannot be run: {error}"))?;
        if ended.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&ended.stderr);
        Err(format!("{program} ended with {}: {}", ended.status, said.lines().last().unwrap_or("no word")))
    }
}
