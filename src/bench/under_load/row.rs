//! Measures one row: a number of checks of one kind, for a time.

use std::path::Path;
use std::time::Duration;

use tokio::time::sleep;

use super::called;
use super::configuration::{self, Place};
use super::lateness::{self, Late};
use super::load::Load;
use super::proof;
use super::server::Count;
use super::servers::Servers;
use super::subject::{Subject, Usage};
use crate::clock::Stopwatch;
use crate::store::Store;

/// The interval at which to look whether the first round is over.
const POLL: Duration = Duration::from_millis(20);
/// The interval at which more checks begin to fail.
const STEP: Duration = Duration::from_millis(100);

/// The result of a measurement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// The wall-clock time, and the CPU time in seconds, from the start until every check was answered once.
    pub start: (Duration, f64),
    /// The number of answers during the measurement.
    pub answers: u64,
    /// Seconds of CPU time for a thousand answers.
    pub cpu: f64,
    /// Bytes of memory at the end (PSS).
    pub memory: u64,
    /// How late checks began, in milliseconds.
    pub late: Late,
    /// Bytes by which the database grew, per check.
    pub stored: f64,
    /// Bytes that the program caused to be written to the disk, per check.
    pub written: f64,
    /// Bytes on the wire, in both directions, per check.
    pub wire: f64,
    /// Connections per check.
    pub connections: f64,
    /// The number of wrong answers, including the first round; each of them was noticed.
    pub wrong: u64,
    /// The median and the 99th percentile, over all places, of the time in microseconds from the last byte of the
    /// answer that confirms a drop to the first byte of the webhook call; `None` without places.
    pub called_us: Option<(i64, i64)>,
}

/// Measures a row with `program`.
///
/// # Errors
/// Fails if the program fails, or answers and stored checks differ; the row is then void.
pub async fn measure(load: &Load, program: &Path, servers: &mut Servers, folder: &Path) -> Result<Row, String> {
    let place = configuration::write(folder, load, &servers.ports);
    let place = place.map_err(|error| format!("the folder cannot be written: {error}"))?;
    servers.reset(load.wrong(0)).await?;
    servers.freeze(false).await?;
    let watch = Stopwatch::start();
    let config = place.config.display().to_string();
    let subject = Subject::start(program, &["run", "--config", &config], &folder.join("log"))?;
    first_round(load, servers, &watch).await.map_err(|why| format!("{why}{}", last_words(folder)))?;
    let start = (watch.elapsed(), subject.usage()?.cpu);
    proof::start_is_stored(servers, &place).await?;
    let before = Snapshot::take(&subject, servers, &place).await?;
    run(load, servers).await?;
    let after = Snapshot::take(&subject, servers, &place).await?;
    let measured = before.count.arrivals..after.count.arrivals;
    let memory = subject.memory()?;
    let called_us = called::measure(load, servers).await?;
    servers.freeze(true).await?;
    let noted = proof::everything_is_stored(servers, &place).await?;
    subject.end().await?;
    let wrong = noted.answers.iter().map(|answered| answered.wrong).sum();
    let late = lateness::of(&place, &noted, measured)?;
    Ok(Row { start, memory, late, wrong, called_us, ..after.since(&before) })
}

/// Waits for the duration of the measurement, and lets more and more checks fail if `load.fail` is set.
async fn run(load: &Load, servers: &mut Servers) -> Result<(), String> {
    let watch = Stopwatch::start();
    let mut failing = 0;
    while watch.elapsed() < load.lasts {
        let share = watch.elapsed().as_secs_f64() / load.within.as_secs_f64().max(f64::EPSILON);
        let now = (f64::from(load.fail) * share.min(1.0)) as u32;
        if now > failing {
            failing = now;
            servers.set_wrong(load.wrong(failing)).await?;
        }
        sleep(STEP.min(load.lasts.saturating_sub(watch.elapsed()))).await;
    }
    Ok(())
}

/// Waits until every check was answered once.
async fn first_round(load: &Load, servers: &mut Servers, watch: &Stopwatch) -> Result<(), String> {
    // The first checks run within a minute, or within their interval.
    let limit = Duration::from_secs(90) + load.every;
    loop {
        let Count { checks, .. } = servers.count().await?;
        if checks >= u64::from(load.checks) {
            return Ok(());
        }
        if watch.elapsed() > limit {
            return Err(format!("only {checks} checks ran within {} s", limit.as_secs()));
        }
        sleep(POLL).await;
    }
}

/// The last three lines of the program's log.
fn last_words(folder: &Path) -> String {
    let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
    let lines: Vec<&str> = log.lines().rev().take(3).collect();
    lines.into_iter().rev().map(|line| format!("\n    {line}")).collect()
}

/// The counts up to one moment.
struct Snapshot {
    count: Count,
    usage: Usage,
    stored: i64,
}

impl Snapshot {
    async fn take(subject: &Subject, servers: &mut Servers, place: &Place) -> Result<Snapshot, String> {
        let (count, usage) = (servers.count().await?, subject.usage()?);
        let store = Store::measured(&place.database).await.map_err(|error| error.to_string())?;
        let stored = store.bytes().await.map_err(|error| error.to_string());
        store.close().await;
        Ok(Snapshot { count, usage, stored: stored? })
    }

    fn since(&self, before: &Snapshot) -> Row {
        let answers = self.count.answers - before.count.answers;
        let each = |bytes: f64| if answers == 0 { 0.0 } else { bytes / answers as f64 };
        let wire = self.count.received + self.count.sent - before.count.received - before.count.sent;
        Row {
            answers,
            cpu: each((self.usage.cpu - before.usage.cpu) * 1_000.0),
            stored: each((self.stored - before.stored) as f64),
            written: each((self.usage.written - before.usage.written) as f64),
            wire: each(wire as f64),
            connections: each((self.count.connections - before.count.connections) as f64),
            ..Row::default()
        }
    }
}
