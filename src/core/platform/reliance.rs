//! Who stands on whom: what each company holds, and what would stop without it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::naming;
use super::naming::Named;
use super::snapshot::{DependencySnapshot, Snapshot};
use crate::core::dependency::shown::Shown;
use crate::core::time::Time;
use crate::core::words::verdict::Criticality;

/// What one company holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Ids of what rides on it directly, the critical first.
    pub things: Vec<String>,
    /// Ids of what would stop with those.
    pub with_them: Vec<String>,
    /// How many critical things would stop.
    pub critical: usize,
}

/// What would stop without a company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The company's name.
    pub name: String,
    /// What stops.
    pub stops: Vec<Stopped>,
    /// Ids of what stands, the proven first.
    pub stands: Vec<String>,
    /// The least notice that a contract with it gives, in days.
    pub notice_days: Option<u32>,
    /// How many of its things have no contract's notice written down.
    pub notice_unknown: usize,
    /// How long moving takes at least: the things one beside the other, the steps of each in turn.
    pub moving: Option<Duration>,
    /// Labels of its things whose steps nobody wrote down, or not how long they take.
    pub moving_unknown: Vec<String>,
}

/// One thing that stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Its id.
    pub id: String,
    /// Labels of what it needs and stops, too; empty where it rides on the company itself.
    pub with: Vec<String>,
    /// What is known of its fallback.
    pub fallback: Fallback,
    /// When it was drilled last.
    pub drilled: Option<Time>,
}

/// What is known of a fallback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// None is written down.
    None,
    /// It stands on nothing that is watched.
    Unproven,
    /// What it stands on, by label, is live, and does not stop.
    Proven(String),
    /// What it stands on, by label, is not live now.
    NotLive(String, Shown),
    /// What it stands on, by label, stops, too.
    StopsToo(String),
}

/// All companies, those that hold most that is critical first.
pub fn shares(snapshot: &Snapshot) -> Vec<Share> {
    let mut companies: BTreeMap<&str, &str> = BTreeMap::new();
    for (slug, name) in snapshot.each().flat_map(|dependency| &dependency.companies) {
        companies.insert(slug, name);
    }
    let mut shares: Vec<Share> = companies.into_iter().map(|(slug, name)| share(snapshot, slug, name)).collect();
    shares.sort_by(|a, b| (b.critical, b.things.len(), &a.name).cmp(&(a.critical, a.things.len(), &b.name)));
    shares
}

/// How many things are critical at all.
pub fn critical(snapshot: &Snapshot) -> usize {
    snapshot.each().filter(|dependency| dependency.criticality == Criticality::Critical).count()
}

/// Things that ride on no company that is known, not even through others.
pub fn on_nobody(snapshot: &Snapshot) -> Vec<&DependencySnapshot> {
    let held: BTreeSet<String> =
        shares(snapshot).into_iter().flat_map(|share| share.things.into_iter().chain(share.with_them)).collect();
    snapshot.each().filter(|dependency| !held.contains(&dependency.id)).collect()
}

/// The company that a name means, as slug and name.
///
/// # Errors
/// A sentence with those that it may be.
pub fn company<'b>(snapshot: &'b Snapshot, name: &str) -> Result<&'b (String, String), String> {
    let mut all: Vec<&(String, String)> = snapshot.each().flat_map(|d| &d.companies).collect();
    all.sort();
    all.dedup();
    let list = |found: &[&(String, String)]| found.iter().map(|(slug, _)| slug.as_str()).collect::<Vec<_>>().join(", ");
    match naming::find(all.iter().map(|(slug, name)| (slug.as_str(), name.as_str())), name) {
        Named::One(index) => return Ok(all[index]),
        Named::Several(several) => {
            let several: Vec<_> = several.into_iter().map(|index| all[index]).collect();
            return Err(format!("which one? {}", list(&several)));
        }
        Named::Nothing => {}
    }
    // A thing, or its vendor, is as good a name where one company alone is behind it.
    let mut behind: Vec<&(String, String)> = Vec::new();
    for names in [|d: &DependencySnapshot| d.vendor.clone(), |d: &DependencySnapshot| d.label.clone()] {
        let all: Vec<(&str, String)> = snapshot.each().map(|d| (d.id.as_str(), names(d))).collect();
        let found = match naming::find(all.iter().map(|(id, name)| (*id, name.as_str())), name) {
            Named::One(index) => vec![index],
            Named::Several(several) => several,
            Named::Nothing => Vec::new(),
        };
        behind.extend(found.into_iter().flat_map(|index| &snapshot.dependencies[index].companies));
    }
    behind.sort();
    behind.dedup();
    match behind.as_slice() {
        [one] => Ok(one),
        [] if all.is_empty() => {
            Err("nothing that is watched rides on a company that is known: write `rides_on`".to_owned())
        }
        [] if name.trim().is_empty() => Err(format!("which company? There are: {}", list(&all))),
        [] => Err(format!("nothing that is watched rides on `{}`; there are: {}", name.trim(), list(&all))),
        several => Err(format!("several companies are behind it, which one? {}", list(several))),
    }
}

/// What would stop without a company, and what could be done. `drilled` is when each thing was drilled
/// last.
pub fn without(snapshot: &Snapshot, company: &(String, String), drilled: &BTreeMap<String, Time>) -> Loss {
    let stops = stopping(snapshot, &company.0);
    let stopped = |dependency: &DependencySnapshot| Stopped {
        id: dependency.id.clone(),
        with: stops[&dependency.id].iter().map(|id| label(snapshot, id)).collect(),
        fallback: fallback(snapshot, dependency, &stops),
        drilled: drilled.get(&dependency.id).copied(),
    };
    let all = ordered(snapshot);
    let own = || all.iter().filter(|dependency| stops.get(&dependency.id).is_some_and(Vec::is_empty));
    let mut standing: Vec<&&DependencySnapshot> =
        all.iter().filter(|dependency| !stops.contains_key(&dependency.id)).collect();
    standing.sort_by_key(|dependency| (dependency.shown() != Shown::Live, dependency.proven()));
    let takes = |dependency: &DependencySnapshot| -> Option<Duration> {
        let all: Option<Vec<Duration>> = dependency.leave.iter().map(|(_, takes)| *takes).collect();
        all.filter(|all| !all.is_empty()).map(|all| all.iter().sum())
    };
    Loss {
        name: company.1.clone(),
        stops: all.iter().filter(|dependency| stops.contains_key(&dependency.id)).map(|d| stopped(d)).collect(),
        stands: standing.into_iter().map(|dependency| dependency.id.clone()).collect(),
        notice_days: own().filter_map(|dependency| dependency.contract_notice_days).min(),
        notice_unknown: own().filter(|dependency| dependency.contract_notice_days.is_none()).count(),
        moving: own().filter_map(|dependency| takes(dependency)).max(),
        moving_unknown: own().filter(|d| takes(d).is_none()).map(|d| d.label.clone()).collect(),
    }
}

fn share(snapshot: &Snapshot, slug: &str, name: &str) -> Share {
    let stops = stopping(snapshot, slug);
    let of = |direct: bool| {
        let all = ordered(snapshot).into_iter();
        all.filter(|d| stops.get(&d.id).is_some_and(|with| with.is_empty() == direct)).map(|d| d.id.clone()).collect()
    };
    let critical = snapshot.each().filter(|d| d.criticality == Criticality::Critical && stops.contains_key(&d.id));
    Share {
        slug: slug.to_owned(),
        name: name.to_owned(),
        critical: critical.count(),
        things: of(true),
        with_them: of(false),
    }
}

/// What stops without a company: by id, with what it needs that stops; nothing, where it rides on the
/// company itself.
fn stopping(snapshot: &Snapshot, slug: &str) -> BTreeMap<String, Vec<String>> {
    let rides = |d: &&DependencySnapshot| d.companies.iter().any(|(company, _)| company == slug);
    let mut stops: BTreeMap<String, Vec<String>> =
        snapshot.each().filter(rides).map(|d| (d.id.clone(), Vec::new())).collect();
    loop {
        let known: BTreeSet<String> = stops.keys().cloned().collect();
        for dependency in snapshot.each().filter(|d| !known.contains(&d.id)) {
            let with: Vec<String> = dependency.needs.iter().filter(|need| known.contains(*need)).cloned().collect();
            if !with.is_empty() {
                stops.insert(dependency.id.clone(), with);
            }
        }
        if stops.len() == known.len() {
            return stops;
        }
    }
}

fn fallback(snapshot: &Snapshot, dependency: &DependencySnapshot, stops: &BTreeMap<String, Vec<String>>) -> Fallback {
    let on = dependency.fallback_on.as_ref().and_then(|id| snapshot.each().find(|other| other.id == *id));
    match (on, &dependency.fallback) {
        (Some(on), _) if stops.contains_key(&on.id) => Fallback::StopsToo(on.label.clone()),
        (Some(on), _) if on.shown() == Shown::Live => Fallback::Proven(on.label.clone()),
        (Some(on), _) => Fallback::NotLive(on.label.clone(), on.shown()),
        (None, Some(_)) => Fallback::Unproven,
        (None, None) => Fallback::None,
    }
}

/// The critical first, else in the order of the file.
fn ordered(snapshot: &Snapshot) -> Vec<&DependencySnapshot> {
    let mut all: Vec<&DependencySnapshot> = snapshot.each().collect();
    all.sort_by_key(|dependency| dependency.criticality);
    all
}

fn label(snapshot: &Snapshot, id: &str) -> String {
    snapshot.each().find(|other| other.id == id).map_or_else(|| id.to_owned(), |other| other.label.clone())
}
