//! The current state, for people and programs.

use chrono_tz::Tz;
use minijinja::context;
use serde_json::{Value, json};

use super::{Format, render};
use crate::core::dependency::shown::Shown;
use crate::core::dependency::state::NOT_MONITORED;
use crate::core::platform::snapshot::{DependencySnapshot, ProbeSnapshot, Snapshot};
use crate::core::probe::standing::Held;
use crate::core::probe::witness::OwnNetwork;
use crate::core::time::{Time, human};
use crate::core::words::verdict::{Proves, Role, Verdict};

/// The version of `/status.json`, raised by each breaking change.
pub const SCHEMA: &str = "plugwatch.status/1";

/// The words for a state next to a name. A drop is in capitals, so that it is not overlooked.
pub fn words(shown: Shown) -> &'static str {
    match shown {
        Shown::Dropped => "DROPPED",
        Shown::NeverSeenLive => "never seen working (wrong id, or already gone)",
        other => super::tally::state(other),
    }
}

/// The word for a stored verdict: people read `working`, while files and programs use `live`.
pub fn verdict_words(verdict: &str) -> &str {
    if verdict == Verdict::Live.word() { "working" } else { verdict }
}

/// The word for a verdict in a message. A reader at night should not have to know what `degraded` means.
pub fn spoken(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Live => "working",
        Verdict::Degraded => "warning",
        other => other.word(),
    }
}

/// Names grouped by kind of evidence, strongest first: `A, B (in good standing)`.
pub fn by_proof(standing: &[(Option<Proves>, String)]) -> Vec<String> {
    let ways = [
        (Some(Proves::Standing), " (in good standing)"),
        (Some(Proves::Access), " (the key works)"),
        (Some(Proves::Presence), " (seen from outside)"),
        (Some(Proves::Reported), " (as reported)"),
        (None, ""),
    ];
    let group = |(way, words): (Option<Proves>, &str)| {
        let labels: Vec<&str> =
            standing.iter().filter(|(proven, _)| *proven == way).map(|(_, label)| label.as_str()).collect();
        (!labels.is_empty()).then(|| format!("{}{words}", labels.join(", ")))
    };
    ways.into_iter().filter_map(group).collect()
}

/// The symbol before a name. It is always accompanied by words.
pub fn mark(shown: Shown) -> &'static str {
    match shown {
        Shown::Live => "🟢",
        Shown::Degraded => "🟡",
        Shown::Outage => "🟠",
        Shown::Dropped => "🔴",
        _ => "⚪",
    }
}

/// The lines in the first message about a dependency that is not simply working.
pub fn first_lines(dependency: &DependencySnapshot, zone: Tz, now: Time) -> Vec<String> {
    let (shown, label) = (dependency.shown(), &dependency.label);
    let mut lines = Vec::new();
    let hint = |held: &Held| {
        let hint = held.hint.as_ref().filter(|_| held.reason != "needs_key");
        hint.map_or_else(String::new, |hint| format!(" {hint}"))
    };
    let explaining = dependency.explaining();
    if let Some(held) = explaining.filter(|_| shown.rank() < Shown::NotMonitored.rank()) {
        let doing = if shown == Shown::Checking { " (unconfirmed)" } else { "" };
        let since = match shown {
            Shown::Dropped | Shown::Outage | Shown::Degraded => format!(" (since {})", held.since.local(zone, now)),
            _ => String::new(),
        };
        lines.push(format!("{} {label}{doing}{since}: {}.{}", mark(shown), held.say, hint(held)));
    }
    // Every deciding check that cannot be read has a line, unless it was already listed.
    let others = dependency.state.unseen.iter().map(|unseen| &unseen.held);
    let others = others.filter(|held| Some(*held) != explaining && held.reason != NOT_MONITORED);
    lines.extend(others.map(|held| format!("⚪ {label}, {}: {}.{}", held.by, held.say, hint(held))));
    // A warning that cannot be read changes no state, so nobody would otherwise learn of it.
    let mute = |probe: &&ProbeSnapshot| probe.role == Role::Warning && probe.standing.unverified.is_some();
    for probe in dependency.probes.iter().filter(mute).filter(|_| shown.rank() > Shown::NeedsKey.rank()) {
        if let Some(unseen) = &probe.standing.unverified {
            lines.push(format!("⚪ {label}, {}: {}.{}", probe.title, unseen.held.say, hint(&unseen.held)));
        }
    }
    lines
}

/// The answer to `/status`, grouped, worst first.
pub fn text(snapshot: &Snapshot, format: Format, zone: Tz) -> String {
    let at = |at: Time| at.local(zone, snapshot.as_of);
    let dependencies: Vec<_> = snapshot
        .worst_first()
        .into_iter()
        .map(|d| {
            context! {
                mark => mark(d.shown()), label => d.label, words => words(d.shown()),
                since => d.since().map(at),
                checking => d.state.suspicion.as_deref().map(|held| verdict_words(held.verdict.word())), notes => d.notes,
            }
        })
        .collect();
    let blind = (snapshot.own_network == OwnNetwork::Blind).then(|| at(snapshot.own_network_since));
    let context = context! {
        platform => snapshot.platform, as_of => at(snapshot.as_of), counts => super::tally::counts(snapshot, super::tally::state),
        simulation => snapshot.simulation, dependencies, blind,
    };
    render("status", format, context)
}

/// The answer to `/why`: readings, suspicion, checks, and when the next check is due. `story` contains what people
/// and vendors reported, and the stored evidence.
pub fn why(dependency: &DependencySnapshot, story: &[String], now: Time, format: Format, zone: Tz) -> String {
    let probes: Vec<_> = dependency.probes.iter().map(|probe| why_probe(probe, now, zone)).collect();
    let shown = dependency.shown();
    let context = context! {
        d => minijinja::Value::from_serialize(dependency), mark => mark(shown), words => words(shown),
        since => dependency.since().map(|at| at.local(zone, now)), say => dependency.say(),
        verified => dependency.verified_at.map(|at| format!("{} ago", human(now.since(at)))), probes, story,
    };
    render("why", format, context)
}

fn why_probe(probe: &ProbeSnapshot, now: Time, zone: Tz) -> minijinja::Value {
    let standing = &probe.standing;
    let known = standing.verdict().map_or("never confirmed", |verdict| verdict_words(verdict.word()));
    let words = match &standing.unverified {
        Some(unseen) => {
            format!("{known}, not verified since {} ({})", unseen.held.since.local(zone, now), unseen.held.reason)
        }
        None => known.to_owned(),
    };
    let suspicion = standing.suspicion.as_deref().map(|suspicion| {
        let (verdict, times) = (suspicion.held.verdict, suspicion.reads);
        let checks = if times == 1 { "1 check".to_owned() } else { format!("{times} checks") };
        format!("{} in {checks} since {}", verdict_words(verdict.word()), suspicion.held.since.local(zone, now))
    });
    let last = probe.last.as_ref().map(|last| {
        context! {
            at => format!("{} ago", human(now.since(last.at))), verdict => verdict_words(last.verdict.word()), reason => last.reason,
            say => last.say, asked => last.asked, latency_ms => last.latency_ms,
        }
    });
    let next = human(probe.next_at.since(now));
    context! {
        title => probe.title, country => probe.country, words, proves => probe.proves, suspicion, last, next => (probe.next_at > Time(0)).then(|| format!("in {next}")),
    }
}

/// `/status.json`. Without `details`, it has only public labels and states.
pub fn json(snapshot: &Snapshot, details: bool) -> Value {
    let dependencies: Vec<Value> = snapshot
        .each()
        .filter(|dependency| details || dependency.public.is_some())
        .map(|dependency| dependency_json(dependency, details))
        .collect();
    json!({
        "schema": SCHEMA,
        "platform": snapshot.platform,
        "simulation": snapshot.simulation,
        "as_of": snapshot.as_of.rfc3339(),
        "watching_since": snapshot.started_at.rfc3339(),
        "blind": snapshot.own_network == OwnNetwork::Blind,
        "status": overall(snapshot, details).word(),
        "dependencies": dependencies,
    })
}

/// The worst state among monitored dependencies; an unverified dependency counts as unverified.
pub fn overall(snapshot: &Snapshot, details: bool) -> Shown {
    let shown = snapshot.each().filter(|d| details || d.public.is_some()).map(DependencySnapshot::shown);
    // Dependencies without a check do not affect the others; they are named separately.
    shown.min_by_key(|shown| (*shown == Shown::NotMonitored, shown.rank())).unwrap_or(Shown::Starting)
}

fn dependency_json(dependency: &DependencySnapshot, details: bool) -> Value {
    let mut out = json!({
        "label": dependency.label,
        "state": dependency.shown().word(),
        "since": dependency.since().map(Time::rfc3339),
        "verified_at": dependency.verified_at.map(Time::rfc3339),
    });
    if !details {
        return out;
    }
    let held = dependency.state.held.as_ref();
    out["id"] = json!(dependency.id);
    out["vendor"] = json!(dependency.vendor);
    out["parent"] = json!(dependency.parent);
    out["criticality"] = json!(dependency.criticality);
    out["verdict"] = json!(held.map(|held| held.verdict));
    out["reason"] = json!(held.map(|held| &held.reason));
    out["fault"] = json!(held.map(|held| held.fault));
    out["proof"] = json!(held.map(|held| held.proof));
    out["proven"] = json!(dependency.proven());
    out["say"] = json!(dependency.say());
    out["breaks"] = json!(dependency.breaks);
    out["fallback"] = json!(dependency.fallback);
    out["checking"] = json!(dependency.state.suspicion.as_deref().map(|held| held.verdict));
    out["unverified"] = json!(
        dependency
            .state
            .unverified()
            .map(|held| { json!({ "since": held.since.rfc3339(), "reason": held.reason, "say": held.say }) })
    );
    out["incident"] = json!(dependency.incident.as_ref().map(|incident| {
        json!({ "id": incident.public_id, "began_at": incident.began_at.rfc3339(), "worst": incident.worst })
    }));
    out
}
