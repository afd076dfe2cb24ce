//! `plugwatch check`: everything is checked once, as a table, and nothing is stored.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::{build, failed, load};
use crate::clock::Clock;
use crate::config::Config;
use crate::core::probe::weigh::weigh;
use crate::core::probe::witness::OwnNetwork;
use crate::core::words::verdict::Verdict;
use crate::engine::{Before, Context, FinishedCheck, Spec, check_once};
use crate::store::Store;

/// One line of the table.
struct Line {
    order: usize,
    name: String,
    check: String,
    says: String,
    why: String,
    live: bool,
}

pub(super) async fn check(path: &Path) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let ctx = match context(config).await {
        Ok(ctx) => ctx,
        Err(code) => return code,
    };
    let lines = look_at_all(&ctx).await;
    print(&lines);
    if lines.iter().all(|line| line.live) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What a single look needs; where `run` has kept reports, they are read, too.
pub(super) async fn context(config: Config) -> Result<Arc<Context>, ExitCode> {
    let clock = Clock::system();
    let mut askers = build::askers(&config, &clock, &build::gate(&clock)).map_err(|why| failed(1, why))?;
    if let Ok(store) = Store::view(&config.database).await {
        askers = askers.with_check_ins(Arc::new(store));
    }
    let ctx = Arc::new(Context::new(config, askers, clock));
    if ctx.witness_cache.anchors(&ctx, ctx.clock.now()).await == OwnNetwork::Blind {
        println!(
            "blind: plugwatch's own network is down. Most anchors do not answer, so no vendor can be checked ({})",
            silent_anchors(&ctx).await
        );
        return Err(ExitCode::FAILURE);
    }
    Ok(ctx)
}

/// Which reference hosts do not answer, and why: a wrong certificate is not a cut line.
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
        progress(lines.len(), total);
    }
    lines.sort_by_key(|line| line.order);
    lines
}

/// Only for a person at a terminal.
fn progress(done: usize, total: usize) {
    let mut err = std::io::stderr();
    if err.is_terminal() {
        let end = if done == total { "\r\x1b[K" } else { "" };
        // A progress line that cannot be written is no loss.
        let _ = write!(err, "\rchecked {done} of {total}{end}");
        let _ = err.flush();
    }
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
    Line { order, name, check, says, why: weighed.say, live: weighed.verdict == Verdict::Live }
}

fn print(lines: &[Line]) {
    let width = |of: fn(&Line) -> &str| lines.iter().map(|line| of(line).chars().count()).max().unwrap_or(0);
    let (names, checks, says) = (width(|line| &line.name), width(|line| &line.check), width(|line| &line.says));
    for line in lines {
        println!("{:names$}  {:checks$}  {:says$}  {}", line.name, line.check, line.says, line.why);
    }
    let live = lines.iter().filter(|line| line.live).count();
    println!(
        "\n{live} of {} working. A single check confirms nothing; `plugwatch run` checks again until it is sure.",
        lines.len()
    );
}
