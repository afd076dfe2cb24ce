//! `plugwatch coverage`: lists how each dependency is monitored, and which ones are not.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use super::map::known;
use super::{failed, json, load, terminal};
use crate::catalog::Vendor;
use crate::clock::Clock;
use crate::config::{Config, Dependency, KeyOwner};
use crate::core::platform::snapshot::Snapshot;
use crate::core::time::Time;
use crate::core::words::check_in::Takes;
use crate::discover::{NEEDS_KEY, main_check};
use crate::say::coverage::{self, Covered, Way};

/// The output format.
#[derive(Args)]
pub(super) struct How {
    /// Print as CSV, for spreadsheets
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn coverage(path: &Path, how: How) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let (snapshot, letters) = match known(config.clone(), &Clock::system()).await {
        Ok((snapshot, people)) => (snapshot, people.letters),
        Err(why) => return failed(1, why),
    };
    let of_letters = letters.iter().map(|letter| &letter.notice);
    let told: BTreeSet<&String> =
        config.notices.iter().chain(of_letters).flat_map(|notice| &notice.dependencies).collect();
    let mut all: Vec<Covered> = config
        .dependencies
        .iter()
        .map(|dependency| covered(&config, dependency, &snapshot, told.contains(&dependency.id)))
        .collect();
    coverage::sort(&mut all);
    if how.json {
        return json::print(&coverage::json(&config.platform, &all));
    }
    let text = if how.csv { csv(&all) } else { Ok(coverage::text(&all, terminal::width())) };
    match text {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(why) => failed(1, why),
    }
}

fn covered(config: &Config, dependency: &Dependency, snapshot: &Snapshot, letter: bool) -> Covered {
    let shown = snapshot.each().find(|other| other.id == dependency.id);
    let vendor = dependency.vendors.first().and_then(|id| config.catalog.vendors.get(id));
    let (ways, why, cure) = known_by(config, dependency, vendor, letter);
    Covered {
        id: dependency.id.clone(),
        label: dependency.label.clone(),
        vendor: vendor.map(|vendor| vendor.name.clone()).unwrap_or_default(),
        criticality: dependency.criticality,
        ways,
        why,
        cure,
        shown: shown.map_or(crate::core::dependency::shown::Shown::Starting, |shown| shown.shown()),
        checked_at: shown.and_then(|shown| shown.verified_at),
    }
}

/// How a dependency is monitored. If it is not, or only partly monitored: also why, and what to do.
fn known_by(
    config: &Config,
    dependency: &Dependency,
    vendor: Option<&Vendor>,
    letter: bool,
) -> (Vec<Way>, Option<String>, Option<String>) {
    let mut ways = BTreeSet::new();
    for probe in dependency.probes.iter().filter(|probe| !probe.waits_for_key()) {
        ways.insert(match config.takes(probe) {
            Some(Takes::Words) => Way::Word,
            Some(_) => Way::Reports,
            None if probe.params.secret.is_empty() => Way::Outside,
            None => Way::Api,
        });
    }
    if letter {
        ways.insert(Way::Letters);
    }
    let monitored = ways.iter().any(|way| *way != Way::Letters);
    let missing = missing(config, dependency);
    let why = match (&dependency.not_monitored, missing.is_empty()) {
        (Some(why), _) => Some(why.clone()),
        (None, false) if monitored => Some(format!("some checks need a key: {}", missing.join(", "))),
        (None, false) => Some(NEEDS_KEY.to_owned()),
        (None, true) => None,
    };
    if !monitored {
        ways.insert(Way::Not);
    }
    let cure = why.as_ref().map(|_| cure(dependency, vendor, &missing));
    (ways.into_iter().collect(), why, cure)
}

/// The variables and files that should hold a key of this dependency but do not.
fn missing(config: &Config, dependency: &Dependency) -> Vec<String> {
    let own = |owner: &KeyOwner| matches!(owner, KeyOwner::Dependency(id) if *id == dependency.id);
    let unset = config.keys.iter().filter(|key| own(&key.owner) && !key.source.is_set());
    let names: BTreeSet<String> = unset.map(|key| key.source.name()).collect();
    names.into_iter().collect()
}

/// The next steps, in order, separated by commas.
fn cure(dependency: &Dependency, vendor: Option<&Vendor>, missing: &[String]) -> String {
    if vendor.is_none() && missing.is_empty() {
        return "report it yourself: a person's word (attest/word) or your own counts (outcome/feed)".to_owned();
    }
    let least = vendor.and_then(main_check).and_then(|check| check.least_key.as_ref());
    let least = least.map_or_else(String::new, |key| format!(" ({key})"));
    let mut steps = Vec::new();
    if !missing.is_empty() {
        steps.push(format!("set {}{least}", missing.join(" and ")));
    }
    if dependency.not_monitored.is_some() {
        steps.push("complete its entry in the configuration".to_owned());
        steps.push("delete its line `not_monitored`".to_owned());
    }
    steps.join(", ")
}

fn csv(all: &[Covered]) -> Result<String, String> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let head = ["id", "label", "vendor", "criticality", "monitored", "known_by", "why", "to_do", "state", "checked_at"];
    let rows = all.iter().map(|one| {
        let ways: Vec<&str> = one.ways.iter().map(|way| way.word()).collect();
        [
            one.id.clone(),
            one.label.clone(),
            one.vendor.clone(),
            one.criticality.word().to_owned(),
            if one.is_monitored() { "yes" } else { "no" }.to_owned(),
            ways.join(" "),
            one.why.clone().unwrap_or_default(),
            one.cure.clone().unwrap_or_default(),
            one.shown.word().to_owned(),
            one.checked_at.map(Time::rfc3339).unwrap_or_default(),
        ]
    });
    let written = out.write_record(head).and_then(|()| rows.into_iter().try_for_each(|row| out.write_record(row)));
    written.map_err(|error| error.to_string())?;
    let bytes = out.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}
