//! `plugwatch doctor`: checks plugwatch itself, and says what to do about each problem.

mod catalogue;
mod channels;
mod finding;
mod history;
mod keys;
mod network;
mod system;

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use finding::{Finding, Level};

use super::keys::Written;
use super::{failed, json, load, terminal};
use crate::clock::Clock;
use crate::config::Config;
use crate::say::table::table;

/// The output format.
#[derive(Args)]
pub(super) struct How {
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn doctor(path: &Path, how: How) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let platform = config.platform.clone();
    let findings = match examine(path, config).await {
        Ok(findings) => findings,
        Err(why) => return failed(1, why),
    };
    if how.json {
        json::print(&as_json(&platform, &findings));
    } else {
        print!("{}", text(&findings, terminal::width()));
    }
    if findings.iter().any(|finding| finding.level == Level::Mend) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// All findings, with those that must be fixed first at the top.
async fn examine(path: &Path, config: Config) -> Result<Vec<Finding>, String> {
    let clock = Clock::system();
    let written = Written::of(&config).await?;
    let mut findings = system::findings(path, &config);
    {
        let _working = terminal::Working::on("checking the network");
        findings.extend(network::findings(&config, &clock).await?);
    }
    findings.extend(keys::findings(&config, &written));
    findings.extend(channels::findings(&config, &written.places, clock.now()));
    findings.extend(catalogue::findings(&config, clock.now()));
    findings.extend(history::findings(config, &clock).await?);
    findings.sort_by_key(|finding| finding.level);
    Ok(findings)
}

fn text(findings: &[Finding], width: Option<usize>) -> String {
    let row = |finding: &Finding| {
        let cure = finding.cure.as_ref().map_or_else(String::new, |cure| format!(" To do: {cure}."));
        let says = format!("{}.{cure}", finding.says);
        vec![finding.level.words().to_owned(), finding.about.to_owned(), says]
    };
    let rows: Vec<Vec<String>> = findings.iter().map(row).collect();
    let sum = match findings.iter().filter(|finding| finding.level == Level::Mend).count() {
        0 => "Nothing must be fixed.".to_owned(),
        1 => "1 thing must be fixed.".to_owned(),
        many => format!("{many} things must be fixed."),
    };
    format!("{}\n{sum}\n", table(&rows, width))
}

fn as_json(platform: &str, findings: &[Finding]) -> Value {
    let one = |finding: &Finding| json!({ "about": finding.about, "level": finding.level.word(), "says": finding.says, "to_do": finding.cure });
    let count = |level: &Level| findings.iter().filter(|finding| finding.level == *level).count();
    let counts: Value = Level::ALL.iter().map(|level| (level.word().to_owned(), json!(count(level)))).collect();
    json!({
        "schema": "plugwatch.doctor/1", "platform": platform, "counts": counts,
        "well": findings.iter().all(|finding| finding.level != Level::Mend),
        "findings": findings.iter().map(one).collect::<Vec<_>>(),
    })
}
