//! Findings about keys that are missing or refused.

use super::super::keys::{KeyLine, Written, lines};
use super::finding::Finding;
use crate::config::{Config, KeyOwner};

pub(super) fn findings(config: &Config, written: &Written) -> Vec<Finding> {
    let lines = lines(config, written);
    let mut findings: Vec<Finding> = lines.iter().filter_map(|line| finding(config, line)).collect();
    if findings.is_empty() {
        let set = lines.iter().filter(|line| line.set).count();
        findings.push(Finding::fine("keys", format!("{set} set, none refused")));
    }
    findings
}

fn finding(config: &Config, line: &KeyLine) -> Option<Finding> {
    let (name, used_by) = (line.source.name(), line.used_by.join(", "));
    let least: Vec<&str> = line.least.iter().map(String::as_str).collect();
    let least = if least.is_empty() { String::new() } else { format!(" ({})", least.join("; ")) };
    if !line.set {
        let wanted = is_wanted(config, line);
        let says = format!("{name} is not set; it is used by {used_by}");
        return wanted.then(|| Finding::mend("keys", says, format!("set it{least}")));
    }
    let refused = line.last.as_ref().filter(|last| last.refused())?;
    let says = format!("{name} is {}; it is used by {used_by}", refused.outcome);
    Some(Finding::mend("keys", says, format!("log in to the vendor, and create a new key if it was revoked{least}")))
}

/// Whether something should be monitored with this key. Missing keys of channels are reported with the
/// channels.
fn is_wanted(config: &Config, line: &KeyLine) -> bool {
    let monitored = |id: &str| {
        let dependency = config.dependencies.iter().find(|dependency| dependency.id == *id);
        dependency.is_some_and(|dependency| dependency.not_monitored.is_none())
    };
    let owners = config.keys.iter().filter(|key| key.source == line.source).map(|key| &key.owner);
    owners.into_iter().any(|owner| match owner {
        KeyOwner::Dependency(id) => monitored(id),
        KeyOwner::Details => true,
        KeyOwner::Channel(_) | KeyOwner::Heartbeat => false,
    })
}
