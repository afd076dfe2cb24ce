//! `plugwatch config check`: lists what is wrong, and what a reload would add and retire.

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::{failed, json};
use crate::config::{Config, Probe};
use crate::read::{Problem, Problems};
use crate::store::{ProbeRow, Store};

pub(super) async fn check(path: &Path, json: bool) -> ExitCode {
    let config = match Config::load(path) {
        Ok(config) => config,
        Err(problems) if json => {
            json::print(&problems_json(path, &problems));
            return ExitCode::from(2);
        }
        Err(problems) => return failed(2, super::wrong(&problems)),
    };
    let change = match Change::of(&config).await {
        Ok(change) => change,
        Err(error) => return failed(1, error),
    };
    if json {
        return json::print(&as_json(path, &config, &change));
    }
    println!("{} is fine: {}", path.display(), sizes(&config));
    for note in config.notes().iter().chain(&change.note) {
        println!("  note: {note}");
    }
    change.print(&config);
    ExitCode::SUCCESS
}

/// The difference that a reload would make.
#[derive(Default)]
struct Change {
    /// Whether nothing was monitored before.
    all_new: bool,
    note: Option<String>,
    /// Renamed dependencies: the old id and the new id.
    renames: Vec<(String, String)>,
    adds: Vec<Named>,
    retires: Vec<Named>,
}

/// A probe, as people name it.
struct Named {
    dependency: String,
    check: String,
    country: Option<String>,
}

impl Named {
    fn words(&self) -> String {
        let country = self.country.as_ref().map_or_else(String::new, |country| format!(" {country}"));
        format!("{}: {}{country}", self.dependency, self.check)
    }

    fn json(&self) -> Value {
        json!({ "dependency": self.dependency, "check": self.check, "country": self.country })
    }
}

impl Change {
    async fn of(config: &Config) -> crate::store::Result<Change> {
        if !Store::exists(&config.database) {
            let what = "the public page shows nothing: no dependency has `public`";
            let note = (!config.says_public()).then(|| what.to_owned());
            return Ok(Change { all_new: true, note, ..Change::default() });
        }
        let wanted: HashSet<&str> = config.probes().map(|(_, probe)| probe.identity.as_str()).collect();
        let (stored, note) = stored(config, &wanted).await?;
        let (renames, goes_on) = renames(config, &stored);
        let known: HashSet<&str> = stored.iter().map(|probe| probe.identity.as_str()).collect();
        let is_new = |identity: &str| !known.contains(identity) && !goes_on.iter().any(|(_, now)| now == identity);
        let is_old = |identity: &str| !wanted.contains(identity) && !goes_on.iter().any(|(was, _)| was == identity);
        let new = config.probes().filter(|(_, probe)| is_new(&probe.identity));
        let old = stored.iter().filter(|probe| is_old(&probe.identity));
        Ok(Change {
            all_new: false,
            note,
            renames,
            adds: new.map(|(_, probe)| name(probe)).collect(),
            retires: old.map(stored_name).collect(),
        })
    }

    fn print(&self, config: &Config) {
        self.renames.iter().for_each(|(from, to)| println!("  renames  {from} to {to}"));
        self.adds.iter().for_each(|probe| println!("  adds     {}", probe.words()));
        self.retires.iter().for_each(|probe| println!("  retires  {}", probe.words()));
        let database = config.database.display();
        let same = self.renames.is_empty() && self.adds.is_empty() && self.retires.is_empty();
        match (self.all_new, same) {
            (true, _) => println!("  {database} does not exist yet: everything is new"),
            (false, true) => println!("  the same probes as in {database}"),
            (false, false) => {}
        }
    }
}

fn as_json(path: &Path, config: &Config, change: &Change) -> Value {
    let on = config.channels.iter().filter(|channel| channel.off().is_none()).count();
    let notes: Vec<String> = config.notes().into_iter().chain(change.note.clone()).collect();
    let named = |all: &[Named]| all.iter().map(Named::json).collect::<Vec<_>>();
    json!({
        "schema": "plugwatch.config/1", "file": path.display().to_string(), "valid": true, "problems": [],
        "dependencies": config.dependencies.len(), "probes": config.probes().count(), "channels": on, "notes": notes,
        "nothing_monitored_yet": change.all_new, "adds": named(&change.adds), "retires": named(&change.retires),
        "renames": change.renames.iter().map(|(from, to)| json!({ "from": from, "to": to })).collect::<Vec<_>>(),
    })
}

fn problems_json(path: &Path, problems: &Problems) -> Value {
    let problem = |one: &Problem| json!({ "file": one.file, "line": one.line, "column": one.column, "what": one.what, "to_do": one.cure });
    json!({
        "schema": "plugwatch.config/1", "file": path.display().to_string(), "valid": false,
        "problems": problems.0.iter().map(problem).collect::<Vec<_>>(), "dependencies": 0, "probes": 0, "channels": 0,
        "notes": [], "nothing_monitored_yet": false, "adds": [], "retires": [], "renames": [],
    })
}

/// `4 dependencies, 6 probes, 1 channel`.
pub(super) fn sizes(config: &Config) -> String {
    let count = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let on = config.channels.iter().filter(|channel| channel.off().is_none()).count();
    [
        count(config.dependencies.len(), "dependency", "dependencies"),
        count(config.probes().count(), "probe", "probes"),
        count(on, "channel", "channels"),
    ]
    .join(", ")
}

/// The probes in the database.
///
/// # Errors
///
/// Fails if the database belongs to another platform, or cannot be read.
async fn stored(config: &Config, wanted: &HashSet<&str>) -> crate::store::Result<(Vec<ProbeRow>, Option<String>)> {
    let store = Store::view(&config.database).await?;
    match store.other_platform(&config.platform, wanted).await? {
        Some(other) => Err(crate::store::Error::OtherPlatform { platform: config.platform.clone(), other }),
        None => Ok((store.active_probes().await?, super::public::settle(&mut config.clone(), &store).await?)),
    }
}

/// The old and the new value of the same thing.
type Pair = (String, String);

/// Changed ids and, for each probe that continues under a new id, its old and new identity.
fn renames(config: &Config, stored: &[ProbeRow]) -> (Vec<Pair>, Vec<Pair>) {
    let (mut renames, mut goes_on) = (Vec::new(), Vec::new());
    for dependency in &config.dependencies {
        let Some(was) = &dependency.was else { continue };
        if !stored.iter().any(|probe| probe.dependency == *was) {
            continue;
        }
        renames.push((was.clone(), dependency.id.clone()));
        let before = |probe: &std::sync::Arc<Probe>| {
            let (identity, _) = probe.identities_under(was, &config.catalog)?;
            Some((identity, probe.identity.clone()))
        };
        goes_on.extend(dependency.probes.iter().filter_map(before));
    }
    (renames, goes_on)
}

fn stored_name(probe: &ProbeRow) -> Named {
    let ProbeRow { dependency, check, country, .. } = probe.clone();
    Named { dependency, check, country }
}

fn name(probe: &Probe) -> Named {
    let (dependency, check) = (probe.dependency.clone(), probe.check.clone());
    Named { dependency, check, country: probe.country.clone() }
}
