//! Parts that are to run for as long as the program does. One that panics or ends is seen, logged,
//! and started again, ever more slowly; one without which the program makes no sense ends it when it
//! fails too often.
//!
//! A panic is a bug. Whatever a part holds across its runs must stand one at any point: what is kept
//! in the database does, for only whole commits are written.

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
    /// What cannot be done without it; then the program ends.
    vital: Option<&'static str>,
}

impl Part {
    /// One that is started again however often it fails.
    pub fn new(name: impl Into<String>) -> Part {
        Part { name: name.into(), vital: None }
    }

    /// One that ends the program if it fails too often: `lack` says what cannot be done then.
    pub fn vital(name: impl Into<String>, lack: &'static str) -> Part {
        Part { name: name.into(), vital: Some(lack) }
    }

    /// Why the program ends, if it does.
    fn too_often(&self, what: &str) -> String {
        format!(
            "{} failed {MOST} times within {}, at last with: {what}; this is a bug in plugwatch, please report it. \
             Without it {}, so plugwatch ends. Start it again; nothing is lost",
            self.name,
            human(WITHIN),
            self.vital.unwrap_or("plugwatch is of no use"),
        )
    }
}

/// How often each part has failed.
#[derive(Clone, Debug, Default)]
pub struct Failures(Arc<Mutex<BTreeMap<String, u64>>>);

impl Failures {
    /// By the name of the part; 0 for those that never did.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, part: &Part, more: u64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(part.name.clone()).or_insert(0) += more;
    }
}

/// How it came to an end.
#[derive(Debug)]
pub enum Ended<T> {
    /// What the others run beside is done.
    Done(T),
    /// It panicked, with this message. It must not be polled any more.
    Panicked(String),
    /// A vital part failed too often; a sentence for the operator.
    GaveUp(String),
}

/// Runs parts beside the program's main loop.
pub struct Supervisor {
    clock: Clock,
    failures: Failures,
    /// Each ends only with a reason to end the program.
    parts: JoinSet<String>,
}

impl Supervisor {
    /// No part runs yet.
    pub fn new(clock: Clock) -> Supervisor {
        Supervisor { clock, failures: Failures::default(), parts: JoinSet::new() }
    }

    /// How often each part has failed, as long as the program runs.
    pub fn failures(&self) -> Failures {
        self.failures.clone()
    }

    /// Starts a part; `make` makes it anew for each time.
    pub fn start<F>(&mut self, part: Part, make: impl FnMut() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.parts.spawn(keep(part, make, self.clock.clone(), self.failures.clone()));
    }

    /// The same on another runtime: there it is watched, too, however busy this one is.
    pub fn start_on<F>(&mut self, runtime: &Handle, part: Part, make: impl FnMut() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.parts.spawn_on(keep(part, make, self.clock.clone(), self.failures.clone()), runtime);
    }

    /// Runs `main` until it is done, it panics, or a vital part failed too often; then `main` can go on.
    pub async fn beside<M: Future>(&mut self, main: Pin<&mut M>) -> Ended<M::Output> {
        tokio::select! {
            ran = guarded(main) => ran.map_or_else(Ended::Panicked, Ended::Done),
            why = gave_up(&mut self.parts) => Ended::GaveUp(why),
        }
    }

    /// Ends all parts, and waits until they have ended.
    pub async fn shutdown(&mut self) {
        self.parts.shutdown().await;
    }
}

async fn gave_up(parts: &mut JoinSet<String>) -> String {
    loop {
        match parts.join_next().await {
            Some(Ok(why)) => return why,
            // Keeping a part does not panic, and nobody aborts it before the end.
            Some(Err(_)) => {}
            None => return std::future::pending().await,
        }
    }
}

/// Keeps a part running; returns why the program is to end.
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
            "{name} failed: {what}; this is a bug in plugwatch, please report it; it is started again in {}",
            human(pause)
        );
        clock.sleep_until(now.plus(pause)).await;
        // Where a clock is moved by hand nothing has waited.
        tokio::task::yield_now().await;
    }
}
