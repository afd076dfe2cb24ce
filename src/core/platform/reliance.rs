//! Dependence on companies: what depends on each company, and what would stop without it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::naming;
use super::naming::Named;
use super::snapshot::{DependencySnapshot, Snapshot};
use crate::core::dependency::shown::Shown;
use crate::core::time::Time;
use crate::core::words::verdict::Criticality;

/// What depends on one company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Ids of the dependencies that depend on it directly, critical ones first.
    pub things: Vec<String>,
    /// Ids of the dependencies that would stop as a consequence.
    pub with_them: Vec<String>,
    /// How many critical dependencies would stop.
    pub critical: usize,
}

/// What would stop without a company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The name of the company.
    pub name: String,
    /// The dependencies that stop.
    pub stops: Vec<Stopped>,
    /// Ids of the dependencies that keep working, those with the strongest evidence first.
    pub stands: Vec<String>,
    /// The shortest notice period in a contract with the company, in days.
    pub notice_days: Option<u32>,
    /// How many of its dependencies have no notice period on record.
    pub notice_unknown: usize,
    /// The minimum time to move away, if dependencies move in parallel and the steps of each one follow in sequence.
    pub moving: Option<Duration>,
    /// Labels of its dependencies without recorded steps, or with a step of unknown duration.
    pub moving_unknown: Vec<String>,
}

/// One dependency that stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Its id.
    pub id: String,
    /// Labels of the needed dependencies that stop, too; empty if it depends on the company directly.
    pub with: Vec<String>,
    /// What is known about its fallback.
    pub fallback: Fallback,
    /// When its fallback was last drilled.
    pub drilled: Option<Time>,
}

/// What is known about a fallback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// None is recorded.
    None,
    /// A fallback is recorded, but it does not name a monitored dependency.
    Unproven,
    /// The dependency it uses, by label, is working and does not stop.
    Proven(String),
    /// The dependency it uses, by label, is not working now.
    NotLive(String, Shown),
    /// The dependency it uses, by label, stops too.
    StopsToo(String),
}

/// All companies, those with the most critical dependencies first.
pub fn shares(snapshot: &Snapshot) -> Vec<Share> {
    let mut companies: BTreeMap<&str, &str> = BTreeMap::new();
    for (slug, name) in snapshot.each().flat_map(|dependency| &dependency.companies) {
        companies.insert(slug, name);
    }
    let mut shares: Vec<Share> = companies.into_iter().map(|(slug, name)| share(snapshot, slug, name)).collect();
    shares.sort_by(|a, b| (b.critical, b.things.len(), &a.name).cmp(&(a.critical, a.things.len(), &b.name)));
    shares
}

/// The number of critical dependencies.
pub fn critical(snapshot: &Snapshot) -> usize {
    snapshot.each().filter(|dependency| dependency.criticality == Criticality::Critical).count()
}

/// Dependencies that depend on no known company, directly or indirectly.
pub fn on_nobody(snapshot: &Snapshot) -> Vec<&DependencySnapshot> {
    let held: BTreeSet<String> =
        shares(snapshot).into_iter().flat_map(|share| share.things.into_iter().chain(share.with_them)).collect();
    snapshot.each().filter(|dependency| !held.contains(&dependency.id)).collect()
}

/// The company that a name refers to, as slug and name.
///
/// # Errors
/// Fails if the name matches no company or several. The error is a sentence that lists the candidates.
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
    // The name of a dependency or vendor is accepted too, if there is exactly one company behind it.
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
            Err("no monitored dependency depends on a company that plugwatch knows: set `rides_on`".to_owned())
        }
        [] if name.trim().is_empty() => Err(format!("name a company: {}", list(&all))),
        [] => Err(format!("no monitored dependency depends on `{}`; the companies are: {}", name.trim(), list(&all))),
        several => Err(format!("it depends on several companies; name one of: {}", list(several))),
    }
}

/// What would stop without a company, and what could replace it. `drilled` says when the fallback of each dependency
/// was last drilled, by id.
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

/// What stops without a company: ids, each with the ids of the needed dependencies that stop, too. That list is empty
/// if it depends on the company directly.
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

/// Critical dependencies first, otherwise in the order of the configuration.
fn ordered(snapshot: &Snapshot) -> Vec<&DependencySnapshot> {
    let mut all: Vec<&DependencySnapshot> = snapshot.each().collect();
    all.sort_by_key(|dependency| dependency.criticality);
    all
}

fn label(snapshot: &Snapshot, id: &str) -> String {
    snapshot.each().find(|other| other.id == id).map_or_else(|| id.to_owned(), |other| other.label.clone())
}
