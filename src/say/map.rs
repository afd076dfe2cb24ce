//! Which company each dependency depends on, as text and as Mermaid; and what would stop without one
//! company.

mod loss;
mod picture;

use std::collections::BTreeMap;

use minijinja::context;

pub use loss::{loss_svg, loss_words};
pub use picture::svg;

use super::{Format, render, status, tally};
use crate::core::platform::reliance;
use crate::core::platform::reliance::{Fallback, Loss, Share};
use crate::core::platform::snapshot::{DependencySnapshot, Snapshot};
use crate::core::time::human;
use crate::core::words::verdict::{Criticality, Proves};

fn title(snapshot: &Snapshot) -> String {
    format!("{}: dependencies by company", snapshot.platform)
}

/// The map as text.
pub fn text(snapshot: &Snapshot, format: Format) -> String {
    let shares = reliance::shares(snapshot);
    let of = reliance::critical(snapshot);
    let companies: Vec<_> = shares
        .iter()
        .map(|share| {
            context! {
                name => share.name, share => words(share, of),
                things => share.things.iter().filter_map(|id| thing(snapshot, id)).collect::<Vec<_>>(),
                with_them => labels(snapshot, &share.with_them),
            }
        })
        .collect();
    let nobody: Vec<&str> = reliance::on_nobody(snapshot).iter().map(|dependency| dependency.label.as_str()).collect();
    let blind = tally::not_monitored(&snapshot.not_monitored());
    let context = context! { title => title(snapshot), companies, nobody, blind };
    render("map", format, context)
}

/// What would stop without a company.
pub fn whatif(snapshot: &Snapshot, loss: &Loss, now: crate::core::time::Time, format: Format) -> String {
    let find = |id: &str| snapshot.each().find(|dependency| dependency.id == id);
    let stops: Vec<_> = loss
        .stops
        .iter()
        .filter_map(|stopped| {
            let dependency = find(&stopped.id)?;
            let drilled = stopped.drilled.map(|at| format!("{} ago", human(now.since(at))));
            Some(context! {
                label => dependency.label, critical => dependency.criticality == Criticality::Critical, breaks => dependency.breaks,
                with => stopped.with, fallback => dependency.fallback, proof => proof(&stopped.fallback), drilled,
                contact => dependency.contact, blind => blind(dependency),
            })
        })
        .collect();
    let stands: Vec<(Option<Proves>, String)> = loss
        .stands
        .iter()
        .filter_map(|id| find(id))
        .map(|dependency| (dependency.proven(), dependency.label.clone()))
        .collect();
    let proven: Vec<(Option<Proves>, String)> = stands.iter().filter(|(proven, _)| proven.is_some()).cloned().collect();
    let named = snapshot.not_monitored();
    let blind = |label: &String| named.iter().any(|(other, _)| other == label);
    let unproven: Vec<&str> = stands
        .iter()
        .filter(|(proven, label)| proven.is_none() && !blind(label))
        .map(|(_, label)| label.as_str())
        .collect();
    let others: Vec<(&str, String)> =
        named.iter().filter(|(label, _)| stands.iter().any(|(_, other)| other == label)).cloned().collect();
    let context = context! {
        name => loss.name, platform => snapshot.platform, stops, stands => status::by_proof(&proven), unproven,
        blind => tally::not_monitored(&others),
        notice_days => loss.notice_days, notice_unknown => loss.notice_unknown, moving => loss.moving.map(human),
        moving_unknown => loss.moving_unknown,
        short => loss.notice_days.zip(loss.moving).is_some_and(|(days, moving)| moving.as_secs() > u64::from(days) * 86_400),
    };
    render("whatif", format, context)
}

/// A share in words, such as `3 of 5 critical (60 %)`.
fn words(share: &Share, of: usize) -> String {
    match (share.critical, of) {
        (_, 0) | (0, _) => "nothing critical".to_owned(),
        (some, of) => format!("{some} of {of} critical ({} %)", (some * 200 + of) / (of * 2)),
    }
}

fn thing(snapshot: &Snapshot, id: &str) -> Option<minijinja::Value> {
    let dependency = snapshot.each().find(|dependency| dependency.id == id)?;
    Some(context! {
        label => dependency.label, criticality => dependency.criticality.word(), breaks => dependency.breaks,
        fallback => dependency.fallback, blind => blind(dependency),
    })
}

/// Why the dependency is not monitored; `None` if it is monitored.
fn blind(dependency: &DependencySnapshot) -> Option<String> {
    (!dependency.is_monitored()).then(|| dependency.blind_reason())
}

fn labels(snapshot: &Snapshot, ids: &[String]) -> Vec<String> {
    let label = |id: &String| snapshot.each().find(|d| d.id == *id).map(|d| d.label.clone());
    ids.iter().filter_map(label).collect()
}

fn proof(fallback: &Fallback) -> String {
    match fallback {
        Fallback::None => "no fallback is configured".to_owned(),
        Fallback::Unproven => "plugwatch does not monitor it".to_owned(),
        Fallback::Proven(on) => format!("depends on {on}, which works"),
        Fallback::NotLive(on, shown) => format!("depends on {on}; {on} now: {}", tally::state(*shown)),
        Fallback::StopsToo(on) => format!("no help: depends on {on}, which would stop, too"),
    }
}

/// The map for Mermaid (mermaid.js.org, flowcharts): companies, what depends on them directly, and what depends on
/// that.
pub fn mermaid(snapshot: &Snapshot) -> String {
    let mut lines = vec!["flowchart LR".to_owned()];
    let companies: BTreeMap<&str, &str> = snapshot
        .each()
        .flat_map(|dependency| &dependency.companies)
        .map(|(slug, name)| (slug.as_str(), name.as_str()))
        .collect();
    for (slug, name) in &companies {
        lines.push(format!("  c_{slug}[[\"{}\"]]", quoted(name)));
    }
    let node = |id: &str| format!("d_{}", id.replace('-', "_"));
    for dependency in snapshot.each() {
        let (open, close) = if dependency.criticality == Criticality::Critical { ("([", "])") } else { ("(", ")") };
        let blind = if dependency.is_monitored() { "" } else { ", not monitored" };
        let class = if dependency.is_monitored() { "" } else { ":::blind" };
        let label = format!("{}{blind}", quoted(&dependency.label));
        lines.push(format!("  {}{open}\"{label}\"{close}{class}", node(&dependency.id)));
    }
    for dependency in snapshot.each() {
        for (slug, _) in &dependency.companies {
            lines.push(format!("  {} --> c_{slug}", node(&dependency.id)));
        }
        for need in &dependency.needs {
            lines.push(format!("  {} -.-> {}", node(&dependency.id), node(need)));
        }
    }
    if snapshot.each().any(|dependency| !dependency.is_monitored()) {
        lines.push("  classDef blind stroke-dasharray: 5 5,color:#888".to_owned());
    }
    lines.join("\n")
}

/// A label within Mermaid quotes, with Mermaid's entities for characters that would end them.
fn quoted(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .collect::<String>()
        .replace('#', "#35;")
        .replace('"', "#quot;")
        .replace('<', "#lt;")
        .replace('>', "#gt;")
}
