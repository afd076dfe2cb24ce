//! `plugwatch history`: what happened to a dependency.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use super::failed;
use crate::clock::Clock;
use crate::config::{Config, Dependency};
use crate::core::history::{Counts, DAY};
use crate::core::time::{Time, human, millis};
use crate::store::{FlipRow, Result, Store};

const MONTH: Duration = Duration::from_secs(30 * 86_400);

pub(super) async fn history(path: &Path, name: &str) -> ExitCode {
    let config = match Config::load(path) {
        Ok(config) => config,
        Err(problems) => return failed(2, format!("the configuration is wrong\n\n{problems}")),
    };
    let wanted = name.to_lowercase();
    let known =
        |d: &&Dependency| d.id == wanted || d.id.starts_with(&wanted) || d.label.to_lowercase().contains(&wanted);
    let Some(dependency) = config.dependencies.iter().find(known) else {
        let ids: Vec<&str> = config.dependencies.iter().map(|dependency| dependency.id.as_str()).collect();
        return failed(2, format!("`{name}` is not watched; these are: {}", ids.join(", ")));
    };
    match print(&config, dependency, Clock::System.now()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(1, error),
    }
}

async fn print(config: &Config, dependency: &Dependency, now: Time) -> Result<()> {
    let store = Store::view(&config.database).await?;
    let since = Time(now.0 - millis(MONTH));
    println!("{} ({})", dependency.label, dependency.id);
    let days = store.rollups(&dependency.id, DAY, since).await?;
    println!("\nThe last 30 days");
    if days.is_empty() {
        println!("  no look yet");
    }
    for day in &days {
        println!("  {}  {}", day.starts_at.utc().format("%Y-%m-%d"), day_text(&day.counts));
    }
    println!("\nIncidents");
    let incidents = store.incidents(Some(&dependency.id), Time(0)).await?;
    if incidents.is_empty() {
        println!("  none");
    }
    for row in &incidents {
        let end = row.closed_at.map_or_else(
            || format!("still open after {}", human(now.since(row.incident.began_at))),
            |closed| format!("for {}", human(closed.since(row.incident.began_at))),
        );
        let (began, worst) = (row.incident.began_at.short(), row.incident.worst);
        println!("  {began}  {worst} {end}: {} [{}]", row.say, row.incident.public_id);
    }
    println!("\nChanges, newest first");
    for flip in store.flips(&dependency.id, 30).await? {
        println!("  {}", flip_text(&flip));
    }
    for (from, to) in store.gaps(since).await? {
        println!("  not watched from {} to {}", from.short(), to.short());
    }
    store.close().await;
    Ok(())
}

fn day_text(counts: &Counts) -> String {
    let share =
        counts.uptime().map_or_else(|| "not seen".to_owned(), |share| format!("served {:5.1} %", share * 100.0));
    let looks = counts.live + counts.degraded + counts.outage + counts.dropped + counts.unknown;
    let mean = if looks > 0 { counts.latency_ms / looks } else { 0 };
    format!("{share} of {looks} looks, {} unreadable, {mean} ms", counts.unknown)
}

fn flip_text(flip: &FlipRow) -> String {
    let place = flip.country.as_ref().map_or_else(String::new, |country| format!(" {country}"));
    let what = match (flip.change.as_str(), &flip.from) {
        ("blind", _) => "cannot be seen".to_owned(),
        ("sighted", _) => "seen again".to_owned(),
        (_, Some(from)) => format!("{from} -> {}", flip.to),
        (_, None) => format!("first seen {}", flip.to),
    };
    format!("{}  {}{place}: {what} ({}): {}", flip.at.short(), flip.check, flip.reason, flip.say)
}
