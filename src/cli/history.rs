//! `plugwatch history`: what happened to one dependency, or all incidents.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::named::named;
use super::{failed, json, load};
use crate::clock::Clock;
use crate::config::{Config, Dependency};
use crate::core::probe::history::{Counts, DAY};
use crate::core::time::{Time, human, millis};
use crate::core::words::verdict::Verdict;
use crate::say::status::verdict_words;
use crate::say::tally::uptime;
use crate::store::{FlipRow, IncidentRow, Result, RollupRow, Store};

const MONTH: Duration = Duration::from_secs(30 * 86_400);

pub(super) async fn history(path: &Path, name: Option<&str>, json: bool) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let now = Clock::system().now();
    let printed = match name {
        None if json => incidents_json(&config, now).await,
        Some(name) if json => match named(&config, name) {
            Ok(dependency) => as_json(&config, dependency, now).await,
            Err(why) => return failed(2, why),
        },
        None => print_incidents(&config, now).await,
        Some(name) => match named(&config, name) {
            Ok(dependency) => print(&config, dependency, now).await,
            Err(why) => return failed(2, why),
        },
    };
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(1, error),
    }
}

async fn print_incidents(config: &Config, now: Time) -> Result<()> {
    let store = Store::view(&config.database).await?;
    println!("Incidents of the last 30 days, newest first");
    let incidents = with_unjudged(&store, None, Time(now.0 - millis(MONTH))).await?;
    if incidents.is_empty() {
        println!("  none");
    }
    for row in &incidents {
        println!("  {}  {}", row.dependency, incident_text(row, config.time_zone, now));
    }
    store.close().await;
    Ok(())
}

/// Incidents and periods that could not be judged, newest first.
async fn with_unjudged(store: &Store, dependency: Option<&str>, since: Time) -> Result<Vec<IncidentRow>> {
    let mut rows = store.incidents(dependency, since).await?;
    rows.extend(store.unjudged(dependency, since).await?);
    rows.sort_by_key(|row| std::cmp::Reverse(row.incident.id));
    Ok(rows)
}

fn incident_text(row: &IncidentRow, zone: Tz, now: Time) -> String {
    let end = row.closed_at.map_or_else(
        || format!("still open after {}", human(now.since(row.incident.began_at))),
        |closed| format!("for {}", human(closed.since(row.incident.began_at))),
    );
    let began = row.incident.began_at.local(zone, now);
    let worst = match row.incident.worst {
        Verdict::Unknown => "could not be checked",
        worst => verdict_words(worst.word()),
    };
    format!("{began}  {worst} {end}: {} [{}]", row.say, row.incident.public_id)
}

async fn print(config: &Config, dependency: &Dependency, now: Time) -> Result<()> {
    let store = Store::view(&config.database).await?;
    let since = Time(now.0 - millis(MONTH));
    println!("{} ({})", dependency.label, dependency.id);
    let days = store.rollups(&dependency.id, DAY, since).await?;
    println!("\nThe last 30 days");
    if days.is_empty() {
        println!("  {}", without_looks(dependency));
    }
    for day in &days {
        println!("  {}  {}", day.starts_at.utc().format("%Y-%m-%d"), day_text(&day.counts));
    }
    println!("\nIncidents");
    let incidents = with_unjudged(&store, Some(&dependency.id), Time(0)).await?;
    if incidents.is_empty() {
        println!("  none");
    }
    for row in &incidents {
        println!("  {}", incident_text(row, config.time_zone, now));
    }
    println!("\nChanges, newest first");
    let flips = store.flips(&dependency.id, 30).await?;
    for flip in &flips {
        println!("  {}", flip_text(flip, config.time_zone, now));
    }
    if flips.is_empty() {
        println!("  none");
    }
    for (from, to) in store.gaps(since).await? {
        println!("  not monitored from {} to {}", from.local(config.time_zone, now), to.local(config.time_zone, now));
    }
    store.close().await;
    Ok(())
}

async fn incidents_json(config: &Config, now: Time) -> Result<()> {
    let store = Store::view(&config.database).await?;
    let incidents = with_unjudged(&store, None, Time(now.0 - millis(MONTH))).await;
    store.close().await;
    let incidents: Vec<Value> = incidents?.iter().map(incident_json).collect();
    json::print(&json!({ "schema": "plugwatch.incidents/1", "platform": config.platform, "incidents": incidents }));
    Ok(())
}

async fn as_json(config: &Config, dependency: &Dependency, now: Time) -> Result<()> {
    let store = Store::view(&config.database).await?;
    let since = Time(now.0 - millis(MONTH));
    let days: Vec<Value> = store.rollups(&dependency.id, DAY, since).await?.iter().map(day_json).collect();
    let incidents = with_unjudged(&store, Some(&dependency.id), Time(0)).await?;
    let incidents: Vec<Value> = incidents.iter().map(incident_json).collect();
    let changes: Vec<Value> = store.flips(&dependency.id, 30).await?.iter().map(flip_json).collect();
    let gap = |(from, to): &(Time, Time)| json!({ "from": from.rfc3339(), "to": to.rfc3339() });
    let gaps: Vec<Value> = store.gaps(since).await?.iter().map(gap).collect();
    store.close().await;
    json::print(&json!({
        "schema": "plugwatch.history/1", "id": dependency.id, "label": dependency.label, "days": days,
        "incidents": incidents, "changes": changes, "not_monitored": gaps,
    }));
    Ok(())
}

fn incident_json(row: &IncidentRow) -> Value {
    let incident = &row.incident;
    json!({
        "id": incident.public_id, "dependency": row.dependency, "verdict": incident.verdict, "worst": incident.worst,
        "reason": incident.reason, "fault": incident.fault, "proof": incident.proof, "says": row.say,
        "began_at": incident.began_at.rfc3339(), "closed_at": row.closed_at.map(Time::rfc3339),
    })
}

fn day_json(row: &RollupRow) -> Value {
    let Counts { live, degraded, outage, dropped, unknown, .. } = row.counts;
    json!({
        "date": row.starts_at.utc().format("%Y-%m-%d").to_string(), "live": live, "degraded": degraded,
        "outage": outage, "dropped": dropped, "unknown": unknown,
    })
}

fn flip_json(flip: &FlipRow) -> Value {
    json!({
        "check": flip.check, "country": flip.country, "change": flip.change, "from": flip.from, "to": flip.to,
        "reason": flip.reason, "says": flip.say, "at": flip.at.rfc3339(), "confirmed_at": flip.confirmed_at.rfc3339(),
    })
}

fn without_looks(dependency: &Dependency) -> &'static str {
    if dependency.not_monitored.is_some() {
        "not monitored (see plugwatch coverage)"
    } else if dependency.probes.iter().all(|probe| probe.waits_for_key()) {
        "never checked: it needs a key"
    } else {
        "not checked yet"
    }
}

fn day_text(counts: &Counts) -> String {
    let looks = counts.looks();
    let mean = if looks > 0 { counts.latency_ms / looks } else { 0 };
    format!("{}, {mean} ms on average", uptime(counts))
}

fn flip_text(flip: &FlipRow, zone: Tz, now: Time) -> String {
    let place = flip.country.as_ref().map_or_else(String::new, |country| format!(" {country}"));
    let what = match (flip.change.as_str(), &flip.from) {
        ("blind", _) => "cannot be checked".to_owned(),
        ("sighted", _) => "can be checked again".to_owned(),
        (_, Some(from)) => format!("{} -> {}", verdict_words(from), verdict_words(&flip.to)),
        (_, None) => format!("first seen, {}", verdict_words(&flip.to)),
    };
    // A change carries the time of its confirmation. Its beginning is added only if that was at least a
    // minute earlier.
    let began = flip.change == "verdict" && flip.confirmed_at.since(flip.at) >= Duration::from_secs(60);
    let since = if began { format!(", since {}", flip.at.local(zone, now)) } else { String::new() };
    format!(
        "{}  {}{place}: {what} ({}){since}: {}",
        flip.confirmed_at.local(zone, now),
        flip.check,
        flip.reason,
        flip.say
    )
}
