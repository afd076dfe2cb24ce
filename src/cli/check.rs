//! `plugwatch check`: checks everything once and prints a table; nothing is stored.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{build, failed, json, load, terminal};
use crate::clock::Clock;
use crate::config::Config;
use crate::core::probe::weigh::weigh;
use crate::core::probe::witness::OwnNetwork;
use crate::core::words::verdict::Verdict;
use crate::engine::{Before, Context, FinishedCheck, Spec, check_once};
use crate::say::table::table;
use crate::say::tally::not_monitored;
use crate::store::Store;

/// One line of the table.
struct Line {
    order: usize,
    name: String,
    check: String,
    says: String,
    why: String,
    id: String,
    of: String,
    country: Option<String>,
    verdict: Verdict,
    reason: String,
}

impl Line {
    fn live(&self) -> bool {
        self.verdict == Verdict::Live
    }
}

pub(super) async fn check(path: &Path, json: bool) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let platform = config.platform.clone();
    let blind = config.dependencies.iter().filter_map(|one| Some((one.label.clone(), one.not_monitored.clone()?)));
    let blind: Vec<(String, String)> = blind.collect();
    let ctx = match context(config).await {
        Ok(ctx) => ctx,
        Err(code) => return code,
    };
    let lines = look_at_all(&ctx).await;
    if json {
        json::print(&as_json(&platform, &lines));
    } else {
        print(&lines, terminal::width());
        let blind: Vec<(&str, String)> = blind.iter().map(|(label, why)| (label.as_str(), why.clone())).collect();
        if let Some(blind) = not_monitored(&blind) {
            println!("Not monitored: {blind}.");
        }
    }
    if lines.iter().all(Line::live) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The parts that a single check needs. It also reads the check-ins that `run` has stored.
pub(super) async fn context(config: Config) -> Result<Arc<Context>, ExitCode> {
    let clock = Clock::system();
    let mut askers = build::askers(&config, &clock, &build::gate(&clock)).map_err(|why| failed(1, why))?;
    if let Ok(store) = Store::view(&config.database).await {
        askers = askers.with_check_ins(Arc::new(store));
    }
    let ctx = Arc::new(Context::new(config, askers, clock));
    if ctx.witness_cache.anchors(&ctx, ctx.clock.now()).await == OwnNetwork::Blind {
        eprintln!(
            "blind: plugwatch's own network is down. Most anchors do not answer, so no vendor can be checked ({})",
            silent_anchors(&ctx).await
        );
        return Err(ExitCode::FAILURE);
    }
    Ok(ctx)
}

/// The reference hosts that do not answer, and why: a wrong certificate is not a lost connection.
async fn silent_anchors(ctx: &Context) -> String {
    let answers = ctx.askers.anchors().await;
    let silent = ctx.config.network.anchors.iter().zip(answers).filter_map(|(anchor, answer)| {
        let name = anchor.name.clone().unwrap_or_else(|| anchor.address.to_string());
        answer.err().map(|failure| format!("{name}: {}", failure.words()))
    });
    silent.collect::<Vec<_>>().join("; ")
}

async fn look_at_all(ctx: &Arc<Context>) -> Vec<Line> {
    let mut looks = JoinSet::new();
    for (order, (dependency, probe)) in ctx.config.probes().enumerate() {
        let (ctx, name) = (ctx.clone(), dependency.label.clone());
        let spec = Arc::new(Spec { id: 0, probe: probe.clone() });
        looks.spawn(async move { (order, name, check_once(&ctx, spec, Before::single(), false).await) });
    }
    let total = looks.len();
    let mut lines = Vec::new();
    while let Some(looked) = looks.join_next().await {
        if let Ok((order, name, looked)) = looked {
            lines.push(line(order, name, &looked));
        }
        terminal::progress("checked", lines.len(), total);
    }
    lines.sort_by_key(|line| line.order);
    lines
}

fn line(order: usize, name: String, looked: &FinishedCheck) -> Line {
    let FinishedCheck { spec, look, witnesses, .. } = looked;
    let weighed = weigh(&look.reading, witnesses, &spec.probe.policy, true, look.at);
    let says = match weighed.verdict {
        Verdict::Live => "working".to_owned(),
        Verdict::Unknown if weighed.reason == "needs_key" => "needs a key".to_owned(),
        Verdict::Unknown => format!("unknown ({})", weighed.reason),
        verdict => format!("says {verdict} (unconfirmed)"),
    };
    let check = match &spec.probe.country {
        Some(country) => format!("{} {country}", spec.probe.check),
        None => spec.probe.check.clone(),
    };
    Line {
        order,
        name,
        check,
        says,
        why: weighed.say,
        id: spec.probe.dependency.clone(),
        of: spec.probe.check.clone(),
        country: spec.probe.country.clone(),
        verdict: weighed.verdict,
        reason: weighed.reason,
    }
}

fn print(lines: &[Line], width: Option<usize>) {
    let row = |line: &Line| vec![line.name.clone(), line.check.clone(), line.says.clone(), line.why.clone()];
    print!("{}", table(&lines.iter().map(row).collect::<Vec<_>>(), width));
    let live = lines.iter().filter(|line| line.live()).count();
    println!(
        "\n{live} of {} working. A single check confirms nothing; `plugwatch run` checks again until it is sure.",
        lines.len()
    );
}

fn as_json(platform: &str, lines: &[Line]) -> Value {
    let one = |line: &Line| {
        json!({
            "dependency": line.id, "label": line.name, "check": line.of, "country": line.country,
            "verdict": line.verdict, "reason": line.reason, "says": line.why,
        })
    };
    json!({
        "schema": "plugwatch.check/1", "platform": platform, "total": lines.len(),
        "working": lines.iter().filter(|line| line.live()).count(), "checks": lines.iter().map(one).collect::<Vec<_>>(),
    })
}
