//! Writes the public page as files at each change and every hour, and then runs a command. People are notified once if
//! this fails, and once when it works again.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use tokio::process::Command;
use tokio::sync::watch;

use super::files::{LASTS, files, mark, tidy, write};
use super::told::Told;
use crate::core::time::Time;
use crate::core::words::text::clean;
use crate::engine::Dispatcher;
use crate::say::public::View;
use crate::web::Pages;

/// How often the page is published without a change.
const HOURLY: Duration = Duration::from_secs(3_600);
/// How often changes are checked for, and the first pause before a retry.
const LOOKS: Duration = Duration::from_secs(10);
/// The longest pause before a retry: visitors may need the page on that very day.
const SLOWEST: Duration = Duration::from_secs(300);
/// The timeout of the command.
const PATIENCE: Duration = Duration::from_secs(300);
/// How many characters of the command's last line are quoted.
const REASON: usize = 200;

/// Where to publish.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The folder.
    pub folder: PathBuf,
    /// The command to run afterwards; none if empty.
    pub run: Vec<String>,
}

/// The configured target, and the results so far.
#[derive(Clone, Debug)]
pub struct Publishing {
    to: watch::Receiver<Option<Target>>,
    how: Arc<How>,
}

#[derive(Debug, Default)]
struct How {
    succeeded_at: AtomicI64,
    failed: AtomicU64,
}

/// The last published state, and the results of the attempts since then.
#[derive(Default)]
struct Course {
    target: Option<Target>,
    news: String,
    at: Option<Time>,
    failures: u32,
}

impl Course {
    /// Whether there is a change to publish, or it is time to publish anyway.
    fn wants(&self, news: &str, now: Time) -> bool {
        self.failures > 0 || news != self.news || self.at.is_none_or(|at| now.since(at) >= HOURLY || now < at)
    }

    /// The pause before the next check; it grows while publishing fails.
    fn pause(&self) -> Duration {
        LOOKS.saturating_mul(1 << self.failures.saturating_sub(1).min(10)).min(SLOWEST)
    }
}

impl Publishing {
    /// Publishes to the configured target; not at all while there is none.
    pub fn new(to: watch::Receiver<Option<Target>>) -> Publishing {
        Publishing { to, how: Arc::default() }
    }

    /// Whether a target is configured.
    pub fn is_wanted(&self) -> bool {
        self.to.borrow().is_some()
    }

    /// When publishing last succeeded; the epoch if it never did.
    pub fn succeeded_at(&self) -> Time {
        Time(self.how.succeeded_at.load(Ordering::Relaxed))
    }

    /// How often publishing failed.
    pub fn failed(&self) -> u64 {
        self.how.failed.load(Ordering::Relaxed)
    }

    /// Publishes for ever. A changed target applies at once.
    pub async fn run(&self, pages: Pages, dispatcher: Arc<Dispatcher>) {
        let mut to = self.to.clone();
        let mut publisher = Publisher::new(self.clone(), dispatcher, &pages);
        loop {
            to.mark_unchanged();
            let next = publisher.round(&pages).await;
            tokio::select! {
                Ok(()) = to.changed() => {}
                _ = pages.clock.sleep_until(next) => {}
            }
        }
    }

    /// Publishes one view.
    ///
    /// # Errors
    /// Fails if publishing failed: the reason, as a sentence without a full stop.
    pub async fn once(&self, view: &View, target: &Target, now: Time) -> Result<(), String> {
        let published = publish(view, target).await;
        match &published {
            Ok(()) => self.how.succeeded_at.store(now.0, Ordering::Relaxed),
            Err(why) => {
                self.how.failed.fetch_add(1, Ordering::Relaxed);
                tracing::error!("the public page could not be published: {why}");
            }
        }
        published
    }
}

/// Publishes, with state from one round to the next.
pub struct Publisher {
    publishing: Publishing,
    course: Course,
    told: Told,
}

impl Publisher {
    /// Creates one that has published nothing yet.
    pub fn new(publishing: Publishing, dispatcher: Arc<Dispatcher>, pages: &Pages) -> Publisher {
        Publisher { publishing, course: Course::default(), told: Told::new(dispatcher, pages.store.clone()) }
    }

    /// Publishes if there is a reason to, and notifies people of the result. Returns when to run again.
    pub async fn round(&mut self, pages: &Pages) -> Time {
        let now = pages.clock.now();
        let target = self.publishing.to.borrow().clone();
        if target != self.course.target {
            self.course = Course { target: target.clone(), ..Course::default() };
        }
        match target {
            Some(target) => self.publish(pages, &target).await,
            // If publishing was turned off, nobody waits for it to work again.
            None => self.told.forget().await,
        }
        now.plus(self.course.pause()).max(pages.clock.now())
    }

    async fn publish(&mut self, pages: &Pages, target: &Target) {
        let now = pages.clock.now();
        let view = pages.public.view(pages).await;
        let news = mark(&view);
        if !self.course.wants(&news, now) {
            return;
        }
        let platform = pages.snapshot.borrow().platform.clone();
        match self.publishing.once(&view, target, now).await {
            Ok(()) => {
                (self.course.news, self.course.at, self.course.failures) = (news, Some(now), 0);
                self.told.works(&platform, pages.clock.now()).await;
            }
            Err(why) => {
                self.course.failures = self.course.failures.saturating_add(1);
                let succeeded_at = self.publishing.succeeded_at();
                self.told.fails(&platform, &why, succeeded_at, &target.run, pages.clock.now()).await;
            }
        }
    }
}

async fn publish(view: &View, target: &Target) -> Result<(), String> {
    let view = View { lasts: LASTS, ..view.clone() };
    let folder = target.folder.clone();
    let written = tokio::task::spawn_blocking(move || {
        let all = files(&view, view.look.language);
        all.iter().try_for_each(|(path, text)| write(&folder, path, text))?;
        tidy(&folder, &all)
    });
    let written = written.await.map_err(|error| error.to_string())?;
    written.map_err(|error| format!("{} cannot be written: {error}", target.folder.display()))?;
    command(&target.run).await
}

async fn command(run: &[String]) -> Result<(), String> {
    let Some((program, arguments)) = run.split_first() else { return Ok(()) };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let ended = tokio::time::timeout(PATIENCE, command.output()).await;
    let ended = ended.map_err(|_| format!("{program} did not end within {} s", PATIENCE.as_secs()))?;
    let ended = ended.map_err(|error| format!("{program} cannot be run: {error}"))?;
    if ended.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ended.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it wrote nothing to standard error");
    Err(format!("{program} ended with {}: {}", ended.status, clean(last, REASON)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_tried_ever_more_rarely_and_never_later_than_in_five_minutes() {
        let after = |failures| Course { failures, ..Course::default() }.pause().as_secs();
        assert_eq!([0, 1, 2, 3, 4, 5, 6, 99].map(after), [10, 10, 20, 40, 80, 160, 300, 300]);
    }
}
