//! Measures how long decisions take while many dependencies fail at once.

use std::time::Duration;

use super::cost::configuration;
use crate::clock::Stopwatch;
use crate::config::Config;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;
use crate::engine::Rehearsal;

/// The interval at which each dependency is checked.
const EVERY: Duration = Duration::from_secs(20);
/// The time within which all of `failing` begin to fail.
const WITHIN: Duration = Duration::from_secs(60);
/// The duration of the measurement: by its end, every drop is confirmed and announced.
const LASTS: Duration = Duration::from_secs(600);

/// How long the decisions of ten minutes took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Crowd {
    /// The number of decisions.
    pub decisions: usize,
    /// The median time for a decision.
    pub median: Duration,
    /// The 99th percentile of the time for a decision.
    pub p99: Duration,
    /// The longest time for a decision: everything else waits that long.
    pub most: Duration,
    /// The total time of all decisions.
    pub all: Duration,
    /// The number of resulting alerts.
    pub alerts: usize,
}

/// Measures the decisions about `all` unrelated dependencies, of which `failing` are dropped within a minute.
///
/// # Errors
/// Fails if the generated configuration is invalid, which is a bug.
pub fn crowd(all: usize, failing: usize) -> Result<Crowd, String> {
    let config = Config::read("crowd.toml", configuration(all)).map_err(|problems| problems.to_string())?;
    let mut rehearsal = Rehearsal::new(config);
    let begin = Time(1_000_000_000);
    rehearsal.all_live(begin);
    let (rounds, mut took, mut alerts) = (LASTS.as_secs() / EVERY.as_secs(), Vec::new(), 0);
    for round in 0..u32::try_from(rounds).unwrap_or(u32::MAX) {
        for n in 0..all {
            let since = EVERY * round + EVERY.mul_f64(n as f64 / all as f64);
            let begun = failing as f64 * (since.as_secs_f64() / WITHIN.as_secs_f64()).min(1.0);
            // The failing ones are spread evenly over all, and therefore over each round.
            let turn = n * failing / all.max(1);
            let fails = (n + 1) * failing / all.max(1) > turn && turn < begun as usize;
            let verdict = if fails { Verdict::Dropped } else { Verdict::Live };
            let watch = Stopwatch::start();
            alerts += rehearsal.one(n, verdict, begin.plus(EVERY + since));
            took.push(watch.elapsed());
        }
    }
    took.sort_unstable();
    let at = |share: usize| took.get((took.len() * share / 100).min(took.len().saturating_sub(1))).copied();
    Ok(Crowd {
        decisions: took.len(),
        median: at(50).unwrap_or_default(),
        p99: at(99).unwrap_or_default(),
        most: took.last().copied().unwrap_or_default(),
        all: took.iter().sum(),
        alerts,
    })
}
