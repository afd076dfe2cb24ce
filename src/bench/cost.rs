//! What one decision costs, beside how many dependencies that are idle.

use std::fmt::Write;
use std::time::Duration;

use crate::clock::Stopwatch;
use crate::config::Config;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;
use crate::engine::Rehearsal;

/// How often each kind of decision is made: often enough that one interruption does not show in the median.
const TIMES: usize = 200;

/// What decisions cost beside so many others.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Dependencies that are idle beside it.
    pub idle: usize,
    /// A check that reads as before: the median.
    pub same: Duration,
    /// The check that confirms a drop, with its alert: the median.
    pub drop: Duration,
}

/// Measures decisions about one dependency beside `idle` others.
///
/// # Errors
/// The configuration was not understood: a bug.
pub fn cost(idle: usize) -> Result<Cost, String> {
    let config = Config::read("cost.toml", configuration(idle)).map_err(|problems| problems.to_string())?;
    let mut rehearsal = Rehearsal::new(config);
    let mut now = Time(1_000_000_000);
    rehearsal.all_live(now);
    let (mut same, mut drops) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        // A week lies between two drops, so that each is told as the first.
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

/// One thing, and many that have nothing to do with it.
pub(super) fn configuration(idle: usize) -> String {
    let mut text = "platform = \"Cost\"\ndatabase = \"cost.db\"\n".to_owned();
    for n in 0..=idle {
        // Writing to a text cannot fail.
        let _ = write!(
            text,
            "[[dependency]]\nid = \"d{n}\"\ncheck = \"website/page\"\nurl = \"https://d{n}.example/\"\n\
             words = [\"Welcome\"]\n"
        );
    }
    text
}
