//! `plugwatch bench`: scenarios with a known outcome, played and judged.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use futures_util::StreamExt;

use super::failed;
use crate::bench::{Cost, Crowd, Played, Report, Scenario, Score, Settings, cost, crowd, load, play_logged, simulate};
use crate::clock::Stopwatch;
use crate::core::time::human;
use crate::engine::EventLog;

/// The benchmarks.
#[derive(Subcommand)]
pub(super) enum BenchCommand {
    /// Simulate a platform for several days, and kill plugwatch at random steps
    Simulate {
        /// The random seed; the same seed gives the same run
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How many seeds to run, starting with that one
        #[arg(long, default_value_t = 1)]
        runs: u64,
        /// How many days to simulate
        #[arg(long, default_value_t = 7)]
        days: u64,
        /// How many dependencies to simulate
        #[arg(long, default_value_t = 60)]
        dependencies: usize,
        /// Write an event log of each seed into this folder
        #[arg(long, value_name = "FOLDER")]
        events: Option<PathBuf>,
    },
    /// Feed event logs to a plugwatch that sends no requests: each decision must be identical, byte for byte
    Replay {
        /// Logs, or folders with logs
        #[arg(required = true)]
        logs: Vec<PathBuf>,
    },
    /// Measure what one decision costs while many other dependencies are idle
    Decide {
        /// How many other dependencies are idle
        #[arg(long, value_delimiter = ',', default_values_t = [10, 1_000, 10_000])]
        idle: Vec<usize>,
        /// How many further dependencies fail within a minute
        #[arg(long, default_value_t = 0)]
        failing: usize,
    },
    /// Measure CPU time, memory, disk writes and lateness of `run` under load, with servers on this machine
    Load(super::bench_load::Loads),
    /// Measure the cost of the public page, drawn from ninety days of hourly sums
    Page {
        /// How many dependencies are public
        #[arg(long, default_value_t = 500)]
        dependencies: usize,
    },
    /// Play 28 real drops of 2021 to 2026: what plugwatch would have sent, and when
    History {
        /// A folder with your own cases instead of the shipped ones
        folder: Option<PathBuf>,
        /// Only this case, with every message that would have been sent
        #[arg(long, value_name = "N")]
        show: Option<u32>,
    },
    /// Play drops, outages, store errors and faults on your side, in virtual time
    Drops {
        /// A folder with your own scenarios instead of the shipped ones
        folder: Option<PathBuf>,
        /// Only scenarios whose name contains this text
        #[arg(long, value_name = "TEXT")]
        only: Option<String>,
        /// Also print every message that would have been sent
        #[arg(long)]
        show: bool,
        /// Write an event log of each scenario into this folder
        #[arg(long, value_name = "FOLDER")]
        events: Option<PathBuf>,
    },
}

pub(super) async fn drops(folder: Option<&Path>, only: Option<&str>, show: bool, events: Option<&Path>) -> ExitCode {
    let scenarios = match load(folder) {
        Ok(scenarios) => scenarios,
        Err(problems) => return failed(2, format!("the scenarios have errors\n\n{problems}")),
    };
    let named = |scenario: &Scenario| only.is_none_or(|only| scenario.name.contains(only));
    let wanted: Vec<Arc<Scenario>> = scenarios.into_iter().filter(named).map(Arc::new).collect();
    if wanted.is_empty() {
        return failed(2, "no scenario has a matching name");
    }
    let watch = Stopwatch::start();
    // Each result is printed as soon as it is there, so one scenario that hangs does not hide the others.
    let mut playing = futures_util::stream::iter(wanted).map(|one| play_one(one, events)).buffer_unordered(at_once());
    let mut sum = Sum::default();
    while let Some((scenario, played)) = playing.next().await {
        sum.add(&scenario, &played, show);
    }
    let right = sum.report();
    println!("played in {:.1} s", watch.elapsed().as_secs_f64());
    if right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

pub(super) fn decide(idle: &[usize], failing: usize) -> ExitCode {
    if failing > 0 {
        return decide_crowds(idle, failing);
    }
    println!("{:>8}  {:>14}  {:>22}", "idle", "check as before", "drop, with its alert");
    for idle in idle {
        match cost(*idle) {
            Ok(Cost { idle, same, drop }) => {
                let micros = |took: std::time::Duration| format!("{:.1} µs", took.as_secs_f64() * 1e6);
                println!("{idle:>8}  {:>14}  {:>22}", micros(same), micros(drop));
            }
            Err(why) => return failed(1, why),
        }
    }
    ExitCode::SUCCESS
}

fn decide_crowds(all: &[usize], failing: usize) -> ExitCode {
    println!(
        "{:>8}  {:>8}  {:>9}  {:>6}  {:>30}  {:>8}",
        "of", "failing", "decisions", "alerts", "p50/p99/most µs", "CPU s"
    );
    for all in all {
        match crowd(*all, failing.min(*all)) {
            Ok(Crowd { decisions, median, p99, most, all: took, alerts }) => {
                let micros = [median, p99, most].map(|took| format!("{:.1}", took.as_secs_f64() * 1e6)).join("/");
                let took = took.as_secs_f64();
                println!("{all:>8}  {failing:>8}  {decisions:>9}  {alerts:>6}  {micros:>30}  {took:>8.2}");
            }
            Err(why) => return failed(1, why),
        }
    }
    ExitCode::SUCCESS
}

/// How many scenarios run at once: one per processor.
pub(super) fn at_once() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// Plays a scenario on its own single-threaded runtime, so that concurrent requests are answered in the same
/// order each time.
pub(super) async fn play_one(
    scenario: Arc<Scenario>,
    events: Option<&Path>,
) -> (Arc<Scenario>, Result<Played, String>) {
    let (played, log) = (scenario.clone(), event_log(events, &scenario.name));
    let playing = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(text)?;
        let folder = tempfile::tempdir().map_err(text)?;
        let log = log?;
        let result = runtime.block_on(play_logged(&played, folder.path(), log.clone()))?;
        log.map_or(Ok(()), |log| log.close()).map(|()| result)
    });
    // A panic has already printed what happened; the other scenarios continue.
    let played = playing.await.unwrap_or_else(|broken| Err(broken.to_string()));
    (scenario, played)
}

/// An event log with this name in the folder, if a folder is given.
fn event_log(folder: Option<&Path>, name: &str) -> Result<Option<EventLog>, String> {
    let Some(folder) = folder else { return Ok(None) };
    std::fs::create_dir_all(folder).map_err(text)?;
    let file = std::fs::File::create(folder.join(format!("{name}.jsonl"))).map_err(text)?;
    Ok(Some(EventLog::written(std::io::BufWriter::new(file))))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// The totals of all scenarios.
#[derive(Default)]
struct Sum {
    score: Score,
    played: usize,
    right: usize,
    /// Scenarios that went wrong and are marked as a known fault.
    known: usize,
    alerts: usize,
    looks: i64,
    /// How many messages each event caused.
    messages: Vec<usize>,
}

impl Sum {
    /// Adds the result of one scenario, and prints its line.
    fn add(&mut self, scenario: &Scenario, played: &Result<Played, String>, show: bool) {
        self.played += 1;
        let played = match played {
            Ok(played) => played,
            Err(why) => return println!("FAIL  {:12} {}: {why}", scenario.family.word(), scenario.name),
        };
        self.score.add(&played.marks);
        self.alerts += played.alerts;
        self.looks += played.looks;
        self.messages.extend(&played.messages);
        let mark = mark(scenario, played);
        self.right += usize::from(mark == Mark::Right);
        self.known += usize::from(mark == Mark::Known);
        line(scenario, played, mark);
        for text in played.texts.iter().filter(|_| show) {
            println!("\n{text}");
        }
    }

    /// Prints the totals. Returns whether nothing is wrong except known faults.
    fn report(mut self) -> bool {
        let took = self.score.took().map_or_else(String::new, |(middle, longest)| {
            format!(", alerted after {} (median) to {} (longest)", human(middle), human(longest))
        });
        println!("\n{} of {} scenarios right", self.right, self.played);
        if self.known > 0 {
            println!("{} wrong and marked as a known fault", self.known);
        }
        println!(
            "drops: {} true ones, precision {:.2}, recall {:.2}{took}",
            self.score.drops(),
            self.score.precision(),
            self.score.recall()
        );
        self.messages.sort_unstable();
        let (median, worst) = (self.messages.get(self.messages.len() / 2), self.messages.last());
        println!(
            "{} alerts; per event: {} (median), {} at most; {} checks",
            self.alerts,
            median.copied().unwrap_or(0),
            worst.copied().unwrap_or(0),
            self.looks
        );
        self.right + self.known == self.played
    }
}

/// The result of a scenario, compared with what its file expects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Right,
    Wrong,
    Known,
    /// Marked as a known fault, but it passes now.
    Mended,
}

fn mark(scenario: &Scenario, played: &Played) -> Mark {
    match (played.wrong.is_empty(), scenario.known_fault.is_some()) {
        (true, false) => Mark::Right,
        (true, true) => Mark::Mended,
        (false, true) => Mark::Known,
        (false, false) => Mark::Wrong,
    }
}

fn line(scenario: &Scenario, played: &Played, mark: Mark) {
    let word = match mark {
        Mark::Right => "ok   ",
        Mark::Known => "known",
        Mark::Wrong | Mark::Mended => "FAIL ",
    };
    let took: Vec<String> = played.marks.took.iter().map(|took| human(*took)).collect();
    let took = if took.is_empty() { String::new() } else { format!(", alerted after {}", took.join(" and ")) };
    println!("{word} {:12} {}: {} alerts{took}", scenario.family.word(), scenario.name, played.alerts);
    if let Some(why) = &scenario.known_fault {
        println!("        known: {why}");
    }
    if mark == Mark::Mended {
        println!("        fixed: the scenario passes now; remove `known_fault` from the file");
    }
    for finding in &played.wrong {
        println!("        {}: {}", finding.kind, finding.what);
    }
}

/// `plugwatch bench simulate`: runs as many seeds at once as there are processors.
pub(super) async fn simulation(settings: Settings, runs: u64, events: Option<&Path>) -> ExitCode {
    let seeds = settings.seed..settings.seed.saturating_add(runs);
    let all = seeds.map(|seed| Settings { seed, ..settings });
    let mut simulating = futures_util::stream::iter(all).map(|one| simulate_one(one, events)).buffered(at_once());
    let mut right = true;
    while let Some((seed, report, took)) = simulating.next().await {
        right &= report.wrong.is_empty();
        simulated(seed, settings.days, &report, took);
    }
    if right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Simulates one seed on its own thread. Returns the seed, its report, and how long it took in seconds.
async fn simulate_one(settings: Settings, events: Option<&Path>) -> (u64, Report, f64) {
    let watch = Stopwatch::start();
    let log = event_log(events, &format!("seed_{}", settings.seed));
    let running = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(text)?;
        let folder = tempfile::tempdir().map_err(text)?;
        let log = log?;
        let result = runtime.block_on(simulate(settings, folder.path(), log.clone()))?;
        log.map_or(Ok(()), |log| log.close()).map(|()| result)
    });
    let report = running.await.unwrap_or_else(|broken| Err(broken.to_string()));
    let report = report.unwrap_or_else(|why| Report { wrong: vec![why], ..Report::default() });
    (settings.seed, report, watch.elapsed().as_secs_f64())
}

fn simulated(seed: u64, days: u64, report: &Report, took: f64) {
    let mark = if report.wrong.is_empty() { "ok  " } else { "FAIL" };
    println!(
        "{mark}  seed {seed}: {days} days, {} checks, {} changes in the truth, {} incidents, {} alerts, {} repeats for {} kills, {took:.1} s",
        report.looks, report.flips, report.incidents, report.alerts, report.repeats, report.kills,
    );
    for what in &report.wrong {
        println!("        {what}");
    }
}
