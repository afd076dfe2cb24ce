//! `plugwatch bench load`: measures plugwatch itself under load, with one line for each kind of check and
//! each count.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::failed;
use crate::bench::under_load::{Kind, Late, Load, Row, Servers, measure, serve, synced};

/// Upper limits of a benchmark, because the machine is shared: checks, and seconds.
const MOST_CHECKS: u32 = 20_000;
const LONGEST: u64 = 3_600;

/// The settings of a measurement.
#[derive(Args)]
pub(super) struct Loads {
    /// How many checks to run
    #[arg(long, value_delimiter = ',', default_values_t = [100, 1_000, 5_000, 20_000], value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_CHECKS)))]
    checks: Vec<u32>,
    /// The kinds of checks: json, json-new, https, http2, words, words-https, selectors, dns
    #[arg(long, value_delimiter = ',', default_value = "json")]
    kinds: Vec<Kind>,
    /// Seconds between two checks of the same target
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=LONGEST))]
    every: u64,
    /// Seconds to measure, after every check has run once
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=LONGEST))]
    lasts: u64,
    /// How many answers in a thousand are wrong; plugwatch must detect each of them
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(0..=1_000))]
    wrong: u64,
    /// The random seed that decides which answers are wrong
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many webhooks plugwatch calls about a drop; after each measurement, one check drops, and the
    /// calls are timed
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=100))]
    places: u32,
    /// How many checks begin to fail during the measurement; only the lateness of the others is measured
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=i64::from(MOST_CHECKS)))]
    fail: u32,
    /// The time in seconds within which these checks begin to fail
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=LONGEST))]
    within: u64,
    /// Measure this plugwatch program instead of the running one
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Run the test servers instead of a measurement
    #[arg(long, hide = true)]
    serve: bool,
}

pub(super) async fn load(loads: Loads) -> ExitCode {
    if loads.serve {
        return serve().await.map_or_else(|why| failed(1, why), |()| ExitCode::SUCCESS);
    }
    match all(&loads).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => failed(1, why),
    }
}

/// Measures every kind with every count. Returns whether all measurements are valid.
async fn all(loads: &Loads) -> Result<bool, String> {
    let own = std::env::current_exe().map_err(|error| format!("the program file cannot be found: {error}"))?;
    let program = loads.program.as_ref().unwrap_or(&own);
    let mut servers = Servers::start(&own).await?;
    let mut fine = true;
    if loads.places > 0 {
        let synced = synced(&std::env::temp_dir()).map_err(|error| format!("the disk cannot be written: {error}"))?;
        println!("the disk stores a page in {:.2} ms (median)", synced.as_secs_f64() * 1e3);
    }
    for kind in &loads.kinds {
        println!("\n{}: {}, every {} s\n{HEAD}", kind.word(), kind.about(), loads.every);
        for checks in &loads.checks {
            let load = Load {
                kind: *kind,
                checks: *checks,
                every: Duration::from_secs(loads.every),
                lasts: Duration::from_secs(loads.lasts),
                wrong_per_mille: loads.wrong,
                seed: loads.seed,
                places: loads.places,
                fail: loads.fail.min(*checks),
                within: Duration::from_secs(loads.within),
            };
            let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
            let measured = measure(&load, program, &mut servers, folder.path()).await;
            fine &= measured.is_ok();
            match measured {
                Ok(row) => println!("{}", line(*checks, &row)),
                Err(why) => println!("{checks:>6}  void: {why}"),
            }
        }
    }
    Ok(fine)
}

const HEAD: &str = "checks  answers  CPU s/1,000    PSS MiB   late p50/p99/max ms  stored B  written B   wire B  conn.  wrong  start s (CPU s)";

fn line(checks: u32, row: &Row) -> String {
    let Row { answers, cpu, stored, written, wire, connections, wrong, .. } = row;
    let memory = row.memory as f64 / f64::from(1 << 20);
    let Late { median, p99, most } = row.late;
    let late = format!("{median}/{p99}/{most}");
    let called = row.called_us.map_or_else(String::new, |(median, worst)| {
        format!("  called after {:.1}/{:.1} ms", median as f64 / 1e3, worst as f64 / 1e3)
    });
    let start = format!("{:.1} ({:.2})", row.start.0.as_secs_f64(), row.start.1);
    format!(
        "{checks:>6}  {answers:>7}  {cpu:>11.3}  {memory:>9.1}  {late:>20}  {stored:>8.0}  {written:>9.0}  {wire:>7.0}  {connections:>5.2}  {wrong:>5}  {start:>15}{called}"
    )
}
