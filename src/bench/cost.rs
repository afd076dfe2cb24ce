//! Measures how long one decision takes, for a given number of idle dependencies.

use std::fmt::Write;
use std::time::Duration;

use crate::clock::Stopwatch;
use crate::config::Config;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;
use crate::engine::Rehearsal;

/// How many times each kind of decision is made: so many that one interruption does not affect the median.
const TIMES: usize = 200;

/// How long decisions about one dependency take while others are idle.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// The number of idle dependencies.
    pub idle: usize,
    /// The median time for a check with an unchanged result.
    pub same: Duration,
    /// The median time for the check that confirms a drop, including its alert.
    pub drop: Duration,
}

/// Measures decisions about one dependency while `idle` others do nothing.
///
/// # Errors
/// Fails if the generated configuration is invalid, which is a bug.
pub fn cost(idle: usize) -> Result<Cost, String> {
    let config = Config::read("cost.toml", configuration(idle)).map_err(|problems| problems.to_string())?;
    let mut rehearsal = Rehearsal::new(config);
    let mut now = Time(1_000_000_000);
    rehearsal.all_live(now);
    let (mut same, mut drops) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        // Two drops are a week apart, so that none of them counts as part of a cascade.
        now = now.plus(Duration::from_secs(7 * 86_400));
        for verdict in [Verdict::Live; 3] {
            now = now.plus(Duration::from_secs(300));
            same.push(timed(&mut rehearsal, verdict, now).0);
        }
        let mut told = 0;
        while told == 0 {
            now = now.plus(Duration::from_secs(300));
            let (took, alerts) = timed(&mut rehearsal, Verdict::Dropped, now);
            told = alerts;
            if told > 0 {
                drops.push(took);
            }
        }
        for verdict in [Verdict::Live; 12] {
            now = now.plus(Duration::from_secs(300));
            rehearsal.one(0, verdict, now);
        }
    }
    Ok(Cost { idle, same: median(&mut same), drop: median(&mut drops) })
}

fn timed(rehearsal: &mut Rehearsal, verdict: Verdict, now: Time) -> (Duration, usize) {
    let watch = Stopwatch::start();
    let alerts = rehearsal.one(0, verdict, now);
    (watch.elapsed(), alerts)
}

fn median(all: &mut [Duration]) -> Duration {
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// The text of a configuration with one dependency and `idle` unrelated ones.
pub(super) fn configuration(idle: usize) -> String {
    let mut text = "platform = \"Cost\"\ndatabase = \"cost.db\"\n".to_owned();
    for n in 0..=idle {
        // Writing to a `String` cannot fail.
        let _ = write!(
            text,
            "[[dependency]]\nid = \"d{n}\"\ncheck = \"website/page\"\nurl = \"https://d{n}.example/\"\n\
             words = [\"Welcome\"]\n"
        );
    }
    text
}
