//! Compares a new discovery with an existing configuration: new entries, changed values, and what was no
//! longer found. The person's file is never changed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Domain;
use super::draft::{Entry, State, toml_value};
use super::file::entry_text;
use crate::config::Config;

/// The differences that a new discovery found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Entries that are not in the file.
    pub new: Vec<Proposal>,
    /// Values that differ from the file, one line each.
    pub other: Vec<String>,
    /// Entries of the file that were not found again, or do not work, one line each.
    pub missed: Vec<String>,
}

/// An entry that could be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The proposed id.
    pub id: String,
    /// The entry as TOML.
    pub text: String,
}

impl Changes {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.other.is_empty() && self.missed.is_empty()
    }
}

/// The identity of a probe, regardless of its name: its check, and its identifying parameters as JSON.
type Asked = (String, String);
/// The parameters that do not identify a probe.
type Values = BTreeMap<String, Value>;

/// Compares a file with the current findings. `text` is the file, `theirs` its configuration, `entries` the
/// findings, monitored or not, and `found` the configuration of all findings.
pub fn compare(text: &str, theirs: &Config, found: Option<&Config>, entries: &[Entry], domain: &Domain) -> Changes {
    let known = asked(theirs);
    let now = found.map(asked).unwrap_or_default();
    let mut changes = Changes::default();
    for entry in entries {
        let keys: Vec<(&Asked, &Values)> =
            now.iter().filter(|(_, (id, _))| *id == entry.id).map(|(key, (_, values))| (key, values)).collect();
        let theirs_of = keys.iter().find_map(|(key, _)| known.get(*key)).map(|(id, _)| id.clone());
        match theirs_of {
            Some(id) => differs(&mut changes, entry, &id, &keys, &known, theirs),
            None if !names(text, entry) => changes.new.push(proposal(theirs, entry)),
            None if entry.is_on() && is_unmonitored(theirs, &entry.id) => {
                let what = "can be monitored now: delete the line `not_monitored`";
                changes.other.push(format!("{}: {what}", entry.id));
            }
            None if entry.is_on() && !theirs.dependencies.iter().any(|other| other.id == entry.id) => {
                let what = "can be monitored now: it is in the file as a comment; remove the #";
                changes.other.push(format!("{}: {what}", entry.id));
            }
            None => {}
        }
    }
    let zone = entries.iter().any(|entry| entry.id == "dns" && entry.is_on());
    let mail = entries.iter().any(|entry| entry.id == "mail-in");
    let taken = known.iter().filter(|(key, _)| key.0 == "mail/mx" && key.1.contains(&format!("\"{}\"", domain.name)));
    for (_, (id, _)) in taken.filter(|_| zone && !mail) {
        changes.missed.push(format!("{id}: the zone no longer lists mail servers"));
    }
    changes
}

/// Whether the file lists it as a dependency without checks.
fn is_unmonitored(theirs: &Config, id: &str) -> bool {
    theirs.dependencies.iter().any(|other| other.id == id && other.not_monitored.is_some())
}

/// Lists what differs, or does not work, for something that the file has.
fn differs(
    changes: &mut Changes,
    entry: &Entry,
    id: &str,
    keys: &[(&Asked, &Values)],
    known: &BTreeMap<Asked, (String, Values)>,
    theirs: &Config,
) {
    if let (State::Off(why), true) = (&entry.state, entry.trouble) {
        changes.missed.push(format!("{id}: {why}"));
    }
    if !entry.is_on() {
        return;
    }
    for (key, values) in keys {
        let Some((id, before)) = known.get(*key) else {
            changes.other.push(format!("{id}: {} can also be checked", key.0));
            continue;
        };
        for (name, value) in *values {
            let was = before.get(name);
            if let Some(was) = was.filter(|was| !same(was, value)) {
                changes.other.push(format!(
                    "{id}: {name} = {} now; in the file it is {}",
                    toml_value(value),
                    toml_value(was)
                ));
            }
        }
    }
    let mine = theirs.dependencies.iter().find(|other| other.id == id);
    let there = |need: &&String| theirs.dependencies.iter().any(|other| other.id == **need);
    let lacks = |need: &&String| mine.is_some_and(|mine| !mine.needs.contains(need));
    let needs: Vec<&String> = entry.needs.iter().filter(there).filter(lacks).collect();
    if !needs.is_empty() && mine.is_some_and(|mine| mine.needs.is_empty()) {
        changes.other.push(format!("{id}: it needs {needs:?}, but the file does not say so"));
    }
}

fn proposal(theirs: &Config, entry: &Entry) -> Proposal {
    let id = free_id(theirs, &entry.id);
    let there = |need: &&String| theirs.dependencies.iter().any(|other| other.id == **need);
    let needs = entry.needs.iter().filter(there).cloned().collect();
    let taken = |label: &str| theirs.dependencies.iter().any(|other| other.label == label);
    let label = if taken(&entry.label) { format!("{} ({id})", entry.label) } else { entry.label.clone() };
    Proposal { text: entry_text(&Entry { id: id.clone(), needs, label, ..entry.clone() }), id }
}

/// Every probe by its identity, with its dependency and its other parameters.
fn asked(config: &Config) -> BTreeMap<Asked, (String, Values)> {
    let mut all = BTreeMap::new();
    // Further storefronts belong to the first one.
    for (dependency, probe) in config.probes().filter(|(_, probe)| probe.home) {
        let Some((_, check)) = config.catalog.check(&probe.check) else { continue };
        let other = |name: &String| check.param(name).is_some_and(|param| !param.identity);
        let values = probe.params.public.iter().filter(|(name, _)| other(name));
        let values = values.map(|(name, value)| (name.clone(), value.clone())).collect();
        all.insert(probe.about(&config.catalog), (dependency.id.clone(), values));
    }
    all
}

/// Whether the file already mentions it, even in a comment: by its vendor, its id, or what it is about.
fn names(text: &str, entry: &Entry) -> bool {
    let stands = |key: &str, value: &str| text.contains(&format!("{key} = {value}"));
    if text.contains(&format!("not mine: {}", entry.id)) {
        return true;
    }
    if let Some(vendor) = &entry.vendor {
        return stands("vendor", &format!("\"{vendor}\"")) || text.contains(&format!("check = \"{vendor}/"));
    }
    let telling = |name: &str| matches!(name, "url" | "package" | "bundle_id");
    let params = entry.probes.iter().flat_map(|probe| &probe.params);
    // An entry without a check is identified by its label.
    if entry.probes.is_empty() && stands("label", &toml_value(&entry.label.clone().into())) {
        return true;
    }
    let about = params.filter(|param| telling(&param.name)).any(|param| stands(&param.name, &param.value));
    about || stands("id", &format!("\"{}\"", entry.id))
}

/// An id that the file does not have: the given one, or with a number appended.
pub fn free_id(theirs: &Config, id: &str) -> String {
    let taken = |id: &str| theirs.dependencies.iter().any(|other| other.id == id);
    let more = (2..).map(|n| format!("{id}-{n}"));
    std::iter::once(id.to_owned()).chain(more).find(|id| !taken(id)).unwrap_or_else(|| id.to_owned())
}

/// Whether two values are equal; the order of lists does not matter.
fn same(one: &Value, other: &Value) -> bool {
    let sorted = |value: &Value| {
        let mut texts: Vec<String> = value.as_array().into_iter().flatten().map(Value::to_string).collect();
        texts.sort();
        texts
    };
    one == other || (one.is_array() && other.is_array() && sorted(one) == sorted(other))
}
