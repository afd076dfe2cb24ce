//! Parts of plugwatch that should run for as long as the program does. If one panics or ends, that is logged and the
//! part is restarted, with growing pauses. If a vital part fails too often, the program ends.
//!
//! A panic is a bug. State that a part keeps across its runs must survive a panic at any point: the database does,
//! because only whole commits are written.

mod guard;
mod restart;

pub use guard::{guarded, panic_text};

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::core::time::human;

use restart::{MOST, Pauses, WITHIN};

/// A part of the program.
#[derive(Clone, Debug)]
pub struct Part {
    name: String,
    /// What cannot be done without the part; if it fails too often, the program ends.
    vital: Option<&'static str>,
}

impl Part {
    /// A part that is restarted however often it fails.
    pub fn new(name: impl Into<String>) -> Part {
        Part { name: name.into(), vital: None }
    }

    /// A part that ends the program if it fails too often; `lack` says what cannot be done without it.
    pub fn vital(name: impl Into<String>, lack: &'static str) -> Part {
        Part { name: name.into(), vital: Some(lack) }
    }

    /// Why the program ends, if this part makes it end.
    fn too_often(&self, what: &str) -> String {
        format!(
            "{} failed {MOST} times within {}, last error: {what}; this is a bug in plugwatch, please report it. \
             Without it {}, so plugwatch ends. Start it again; nothing is lost",
            self.name,
            human(WITHIN),
            self.vital.unwrap_or("plugwatch cannot work"),
        )
    }
}

/// How often each part has failed.
#[derive(Clone, Debug, Default)]
pub struct Failures(Arc<Mutex<BTreeMap<String, u64>>>);

impl Failures {
    /// The number of failures by the part's name; parts without one are left out.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, part: &Part, more: u64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(part.name.clone()).or_insert(0) += more;
    }
}

/// How the program's main future ended.
#[derive(Debug)]
pub enum Ended<T> {
    /// It completed.
    Done(T),
    /// It panicked, with this message. It must not be polled again.
    Panicked(String),
    /// A vital part failed too often; with a sentence for the operator.
    GaveUp(String),
}

/// Runs parts alongside the program's main future.
pub struct Supervisor {
    clock: Clock,
    failures: Failures,
    /// Each one ends only with a reason to end the program.
    parts: JoinSet<String>,
}

impl Supervisor {
    /// Creates one without parts.
    pub fn new(clock: Clock) -> Supervisor {
        Supervisor { clock, failures: Failures::default(), parts: JoinSet::new() }
    }

    /// How often each part has failed since the program started.
    pub fn failures(&self) -> Failures {
        self.failures.clone()
    }

    /// Starts a part; `make` creates its future for each run.
    pub fn start<F>(&mut self, part: Part, make: impl FnMut() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.parts.spawn(keep(part, make, self.clock.clone(), self.failures.clone()));
    }

    /// The same on another runtime: the part is supervised even if this runtime is busy.
    pub fn start_on<F>(&mut self, runtime: &Handle, part: Part, make: impl FnMut() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.parts.spawn_on(keep(part, make, self.clock.clone(), self.failures.clone()), runtime);
    }

    /// Runs `main` until it completes, it panics, or a vital part failed too often; in the last case, `main` can
    /// continue.
    pub async fn beside<M: Future>(&mut self, main: Pin<&mut M>) -> Ended<M::Output> {
        tokio::select! {
            ran = guarded(main) => ran.map_or_else(Ended::Panicked, Ended::Done),
            why = gave_up(&mut self.parts) => Ended::GaveUp(why),
        }
    }

    /// Ends all parts, and waits for them.
    pub async fn shutdown(&mut self) {
        self.parts.shutdown().await;
    }
}

async fn gave_up(parts: &mut JoinSet<String>) -> String {
    loop {
        match parts.join_next().await {
            Some(Ok(why)) => return why,
            // `keep` does not panic, and nobody aborts it before the end.
            Some(Err(_)) => {}
            None => return std::future::pending().await,
        }
    }
}

/// Keeps a part running; returns the reason to end the program.
async fn keep<F>(part: Part, mut make: impl FnMut() -> F + Send, clock: Clock, failures: Failures) -> String
where
    F: Future<Output = ()> + Send,
{
    failures.add(&part, 0);
    let mut pauses = Pauses::new(part.vital.is_some());
    loop {
        let began = clock.now();
        let ran = guarded(async { make().await }).await;
        let what = ran.err().unwrap_or_else(|| "it ended by itself".to_owned());
        failures.add(&part, 1);
        let (name, now) = (&part.name, clock.now());
        let Some(pause) = pauses.after(began, now) else {
            tracing::error!(part = name, "{name} failed: {what}; this is a bug in plugwatch, please report it");
            return part.too_often(&what);
        };
        tracing::error!(
            part = name,
            "{name} failed: {what}; this is a bug in plugwatch, please report it; it restarts in {}",
            human(pause)
        );
        clock.sleep_until(now.plus(pause)).await;
        // If a clock is moved by hand, the pause above did not wait.
        tokio::task::yield_now().await;
    }
}
