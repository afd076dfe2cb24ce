//! `plugwatch bench drops`: scenarios with a known truth, played and judged.

use std::path::Path;
use std::process::ExitCode;

use futures_util::StreamExt;

use super::failed;
use crate::bench::{Played, Report, Scenario, Score, Settings, load, play, simulate};
use crate::clock::Stopwatch;
use crate::core::time::human;

/// So many scenarios are played at once: each waits for its own database now and then.
const AT_ONCE: usize = 4;

pub(super) async fn drops(folder: Option<&Path>, only: Option<&str>, show: bool) -> ExitCode {
    let scenarios = match load(folder) {
        Ok(scenarios) => scenarios,
        Err(problems) => return failed(2, format!("the scenarios are wrong\n\n{problems}")),
    };
    let wanted: Vec<Scenario> =
        scenarios.into_iter().filter(|scenario| only.is_none_or(|only| scenario.name.contains(only))).collect();
    if wanted.is_empty() {
        return failed(2, "no scenario has such a name");
    }
    let watch = Stopwatch::start();
    // Each result is printed as it ends: one that hangs hides none of the others.
    let mut playing = futures_util::stream::iter(&wanted).map(play_one).buffer_unordered(AT_ONCE);
    let mut sum = Sum::default();
    while let Some((scenario, played)) = playing.next().await {
        sum.add(scenario, &played, show);
    }
    let right = sum.report(wanted.len());
    println!("played in {:.1} s", watch.elapsed().as_secs_f64());
    if right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn play_one(scenario: &Scenario) -> (&Scenario, Result<Played, String>) {
    let played = match tempfile::tempdir() {
        Ok(folder) => play(scenario, folder.path()).await,
        Err(error) => Err(error.to_string()),
    };
    (scenario, played)
}

/// What all scenarios came to.
#[derive(Default)]
struct Sum {
    score: Score,
    right: usize,
    alerts: usize,
    looks: i64,
}

impl Sum {
    /// A line for a scenario that ended.
    fn add(&mut self, scenario: &Scenario, played: &Result<Played, String>, show: bool) {
        let played = match played {
            Ok(played) => played,
            Err(why) => return println!("FAIL  {:12} {}: {why}", scenario.family.word(), scenario.name),
        };
        self.score.add(&played.marks);
        self.alerts += played.alerts;
        self.looks += played.looks;
        self.right += usize::from(played.wrong.is_empty());
        line(scenario, played);
        for text in played.texts.iter().filter(|_| show) {
            println!("\n{text}");
        }
    }

    /// The sum; whether all is right.
    fn report(&self, scenarios: usize) -> bool {
        let Sum { score, right, alerts, looks } = self;
        let took = score.took().map_or_else(String::new, |(middle, longest)| {
            format!(", told after {} (median) to {} (longest)", human(middle), human(longest))
        });
        println!("\n{right} of {scenarios} scenarios right");
        println!(
            "drops: {} true ones, precision {:.2}, recall {:.2}{took}",
            score.drops(),
            score.precision(),
            score.recall()
        );
        println!("{alerts} alerts, {looks} looks");
        *right == scenarios
    }
}

fn line(scenario: &Scenario, played: &Played) {
    let mark = if played.wrong.is_empty() { "ok  " } else { "FAIL" };
    let took: Vec<String> = played.marks.took.iter().map(|took| human(*took)).collect();
    let took = if took.is_empty() { String::new() } else { format!(", told after {}", took.join(" and ")) };
    println!("{mark}  {:12} {}: {} alerts{took}", scenario.family.word(), scenario.name, played.alerts);
    for finding in &played.wrong {
        println!("        {}: {}", finding.kind, finding.what);
    }
}

/// `plugwatch bench simulate`.
pub(super) async fn simulation(settings: Settings, runs: u64) -> ExitCode {
    let mut right = true;
    for seed in settings.seed..settings.seed.saturating_add(runs) {
        let watch = Stopwatch::start();
        let simulated = match tempfile::tempdir() {
            Ok(folder) => simulate(Settings { seed, ..settings }, folder.path()).await,
            Err(error) => Err(error.to_string()),
        };
        let report = simulated.unwrap_or_else(|why| Report { wrong: vec![why], ..Report::default() });
        right &= report.wrong.is_empty();
        let mark = if report.wrong.is_empty() { "ok  " } else { "FAIL" };
        println!(
            "{mark}  seed {seed}: {} days, {} looks, {} flips in the truth, {} incidents, {} alerts, {} repeats for {} kills, {:.1} s",
            settings.days,
            report.looks,
            report.flips,
            report.incidents,
            report.alerts,
            report.repeats,
            report.kills,
            watch.elapsed().as_secs_f64()
        );
        for what in &report.wrong {
            println!("        {what}");
        }
    }
    if right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
