//! `plugwatch bench drops`: scenarios with a known truth, played and judged.

use std::path::Path;
use std::process::ExitCode;

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
    let mut played = Vec::new();
    for some in wanted.chunks(AT_ONCE) {
        played.extend(futures_util::future::join_all(some.iter().map(play_one)).await);
    }
    let right = report(&wanted, &played, show);
    println!("played in {:.1} s", watch.elapsed().as_secs_f64());
    if right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn play_one(scenario: &Scenario) -> Result<Played, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    play(scenario, folder.path()).await
}

/// A line for each scenario, and the sum; whether all is right.
fn report(scenarios: &[Scenario], played: &[Result<Played, String>], show: bool) -> bool {
    let (mut score, mut right, mut alerts, mut looks) = (Score::default(), 0, 0, 0);
    for (scenario, played) in scenarios.iter().zip(played) {
        match played {
            Ok(played) => {
                score.add(&played.marks);
                alerts += played.alerts;
                looks += played.looks;
                right += usize::from(played.wrong.is_empty());
                line(scenario, played);
                for text in played.texts.iter().filter(|_| show) {
                    println!("\n{text}");
                }
            }
            Err(why) => println!("FAIL  {:12} {}: {why}", scenario.family.word(), scenario.name),
        }
    }
    let took = score.took().map_or_else(String::new, |(middle, longest)| {
        format!(", told after {} (median) to {} (longest)", human(middle), human(longest))
    });
    println!("\n{right} of {} scenarios right", scenarios.len());
    println!(
        "drops: {} true ones, precision {:.2}, recall {:.2}{took}",
        score.drops(),
        score.precision(),
        score.recall()
    );
    println!("{alerts} alerts, {looks} looks");
    right == scenarios.len()
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
