//! The secrets that the file names, where each comes from, and its purpose; never the secrets themselves.

use std::path::PathBuf;

use serde_json::Value;

use crate::read::{credential, variable};

/// The purpose of a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyOwner {
    /// A check of the dependency with this id.
    Dependency(String),
    /// The channel of this name.
    Channel(String),
    /// The dead-man's switch.
    Heartbeat,
    /// The page with details.
    Details,
}

/// Where a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeySource {
    /// An environment variable, or else a credential with that name, which may be next to the configuration.
    Variable {
        /// The variable's name.
        name: String,
        /// The path of the configuration file.
        config: String,
    },
    /// A file, by its path.
    File(PathBuf),
}

/// A secret that the file names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedKey {
    /// Where it comes from.
    pub source: KeySource,
    /// What it is for.
    pub owner: KeyOwner,
    /// The parameter that holds it.
    pub param: String,
}

impl KeySource {
    /// The variable's name, or the file's path.
    pub fn name(&self) -> String {
        match self {
            KeySource::Variable { name, .. } => name.clone(),
            KeySource::File(path) => path.display().to_string(),
        }
    }

    /// Whether it has a value. The value is not kept.
    pub fn is_set(&self) -> bool {
        let text = match self {
            KeySource::Variable { name, config } => variable(config, name),
            KeySource::File(path) => std::fs::read_to_string(path).unwrap_or_default(),
        };
        !text.trim().is_empty()
    }

    /// The file that contains it, if any.
    pub fn path(&self) -> Option<PathBuf> {
        match self {
            KeySource::Variable { name, config } => credential(config, name),
            KeySource::File(path) => Some(path.clone()),
        }
    }
}

/// Every secret that the configuration at `config` names, in the file's order. `file` is the file as JSON.
pub(super) fn named(file: &Value, config: &str) -> Vec<NamedKey> {
    let mut keys = Vec::new();
    for dependency in tables(file, "dependency") {
        let owner = KeyOwner::Dependency(text(dependency, "id").unwrap_or_default());
        collect((dependency, config), &owner, &mut keys);
        tables(dependency, "probe").for_each(|probe| collect((probe, config), &owner, &mut keys));
    }
    for channel in tables(file, "channel") {
        let name = text(channel, "name").or_else(|| text(channel, "kind"));
        collect((channel, config), &KeyOwner::Channel(name.unwrap_or_default()), &mut keys);
    }
    collect((&file["heartbeat"], config), &KeyOwner::Heartbeat, &mut keys);
    collect((&file["web"]["details"], config), &KeyOwner::Details, &mut keys);
    keys
}

fn tables<'v>(of: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    of[key].as_array().into_iter().flatten()
}

fn text(table: &Value, key: &str) -> Option<String> {
    table[key].as_str().map(str::to_owned)
}

/// Collects values such as `{ env = "NAME" }`.
fn collect((table, config): (&Value, &str), owner: &KeyOwner, keys: &mut Vec<NamedKey>) {
    for (param, value) in table.as_object().into_iter().flatten() {
        let source = match (value["env"].as_str(), value["file"].as_str()) {
            (Some(name), None) => KeySource::Variable { name: name.to_owned(), config: config.to_owned() },
            (None, Some(path)) => KeySource::File(path.into()),
            _ => continue,
        };
        keys.push(NamedKey { source, owner: owner.clone(), param: param.clone() });
    }
}
