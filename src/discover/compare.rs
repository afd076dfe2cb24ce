//! Another look at a platform whose configuration a person has made theirs: what is new, what is
//! another value now, what is no longer found. Nothing of theirs is ever changed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Domain;
use super::draft::Entry;
use super::file::entry_text;
use crate::config::Config;

/// What another look found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Entries that are not in the file.
    pub new: Vec<Proposal>,
    /// What is another value now, a line each.
    pub other: Vec<String>,
    /// What is in the file, and was not found again, a line each.
    pub missed: Vec<String>,
}

/// An entry that could be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Its id.
    pub id: String,
    /// Its text.
    pub text: String,
}

impl Changes {
    /// Whether everything is as it was.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.other.is_empty() && self.missed.is_empty()
    }
}

/// Which thing a probe is about, whoever named it: the check, and what makes it another one, as JSON.
type Asked = (String, String);

/// Compares a file with what was found now. `text` is the file, `theirs` what it says, `found` what the
/// new entries would say, `entries` the new entries themselves.
pub fn compare(text: &str, theirs: &Config, found: Option<&Config>, entries: &[Entry], domain: &Domain) -> Changes {
    let known = asked(theirs);
    let now = found.map(asked).unwrap_or_default();
    let mut changes = Changes::default();
    for entry in entries {
        let keys: Vec<&Asked> = now.iter().filter(|(_, (id, _))| *id == entry.id).map(|(key, _)| key).collect();
        let there = keys.iter().any(|key| known.contains_key(*key)) || names(text, entry);
        if !there {
            let id = free_id(text, theirs, &entry.id);
            let there = |need: &&String| theirs.dependencies.iter().any(|other| other.id == **need);
            let needs = entry.needs.iter().filter(there).cloned().collect();
            let text = entry_text(&Entry { id: id.clone(), needs, ..entry.clone() });
            changes.new.push(Proposal { id, text });
            continue;
        }
        for key in keys.iter().filter(|key| !known.contains_key(**key)) {
            changes.other.push(format!("{}: {} is not in the file for {}", entry.id, key.0, key.1));
        }
    }
    for (key, (_, values)) in &now {
        let Some((id, before)) = known.get(key) else { continue };
        for (name, value) in values {
            let was = before.get(name);
            if let Some(was) = was.filter(|was| !same(was, value)) {
                changes.other.push(format!("{id}: {name} of {} is {value} now, in the file it is {was}", key.0));
            }
        }
    }
    let checks: BTreeSet<&str> =
        ["mail/mx", "mail/spf", "website/network", "apple/listing", "google_play/listing"].into();
    // Only what belongs to this domain was looked for; an app is looked for wherever it is named.
    let ours = |key: &Asked| {
        !matches!(key.0.as_str(), "mail/mx" | "mail/spf" | "website/network") || key.1.contains(&domain.name)
    };
    let gone = known.iter().filter(|(key, _)| checks.contains(key.0.as_str()) && ours(key) && !now.contains_key(*key));
    changes.missed = gone.map(|(key, (id, _))| format!("{id}: {} was not found again", key.0)).collect();
    changes.missed.dedup();
    changes
}

/// Every probe by what it asks, with its dependency and the values that do not make it another one.
fn asked(config: &Config) -> BTreeMap<Asked, (String, BTreeMap<String, Value>)> {
    let mut all = BTreeMap::new();
    // Storefronts beside the first one go with it.
    for (dependency, probe) in config.probes().filter(|(_, probe)| probe.home) {
        let Some((_, check)) = config.catalog.check(&probe.check) else { continue };
        let identity = |name: &str| check.param(name).is_none_or(|param| param.identity);
        let (own, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
            probe.params.public.clone().into_iter().partition(|(name, _)| identity(name));
        let own = serde_json::json!(own).to_string();
        all.insert((probe.check.clone(), own), (dependency.id.clone(), others));
    }
    all
}

/// Whether the file speaks of it already, even as a comment: by its vendor, its id, or what it is about.
fn names(text: &str, entry: &Entry) -> bool {
    let stands = |key: &str, value: &str| text.contains(&format!("{key} = {value}"));
    if let Some(vendor) = &entry.vendor {
        return stands("vendor", &format!("\"{vendor}\"")) || text.contains(&format!("check = \"{vendor}/"));
    }
    let telling = |name: &str| matches!(name, "url" | "package" | "bundle_id");
    let params = entry.probes.iter().flat_map(|probe| &probe.params);
    let about = params.filter(|param| telling(&param.name)).any(|param| stands(&param.name, &param.value));
    about || stands("id", &format!("\"{}\"", entry.id))
}

/// An id that the file does not have: the one that is wished for, or with a number.
pub fn free_id(text: &str, theirs: &Config, id: &str) -> String {
    let there = |id: &str| theirs.dependencies.iter().any(|other| other.id == id);
    let taken = |id: &str| there(id) || text.contains(&format!("id = \"{id}\""));
    let more = (2..).map(|n| format!("{id}-{n}"));
    std::iter::once(id.to_owned()).chain(more).find(|id| !taken(id)).unwrap_or_else(|| id.to_owned())
}

/// Lists are the same in any order.
fn same(one: &Value, other: &Value) -> bool {
    let sorted = |value: &Value| {
        let mut texts: Vec<String> = value.as_array().into_iter().flatten().map(Value::to_string).collect();
        texts.sort();
        texts
    };
    one == other || (one.is_array() && other.is_array() && sorted(one) == sorted(other))
}
