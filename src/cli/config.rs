//! `plugwatch config check`: what is wrong, and what a reload would add and retire.

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;

use super::{failed, load};
use crate::config::{Config, Probe};
use crate::store::{ProbeRow, Store};

pub(super) async fn check(path: &Path) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    println!("{} is fine: {}", path.display(), sizes(&config));
    for note in config.notes() {
        println!("  note: {note}");
    }
    if Store::exists(&config.database) {
        return compare(&config).await;
    }
    if !config.says_public() {
        println!("  note: the public page shows nothing: no dependency has `public`");
    }
    println!("  {} does not exist yet: everything is new", config.database.display());
    ExitCode::SUCCESS
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

async fn compare(config: &Config) -> ExitCode {
    let wanted: HashSet<&str> = config.probes().map(|(_, probe)| probe.identity.as_str()).collect();
    let (stored, public) = match stored(config, &wanted).await {
        Ok(stored) => stored,
        Err(error) => return failed(1, error),
    };
    if let Some(note) = public {
        println!("  note: {note}");
    }
    let known: HashSet<&str> = stored.iter().map(|probe| probe.identity.as_str()).collect();
    for (_, probe) in config.probes().filter(|(_, probe)| !known.contains(probe.identity.as_str())) {
        println!("  adds     {}", name(probe));
    }
    for probe in stored.iter().filter(|probe| !wanted.contains(probe.identity.as_str())) {
        println!("  retires  {}", stored_name(probe));
    }
    if wanted == known {
        println!("  the same probes as in {}", config.database.display());
    }
    ExitCode::SUCCESS
}

/// The probes in the store, if it is this platform's.
async fn stored(config: &Config, wanted: &HashSet<&str>) -> crate::store::Result<(Vec<ProbeRow>, Option<String>)> {
    let store = Store::view(&config.database).await?;
    match store.other_platform(&config.platform, wanted).await? {
        Some(other) => Err(crate::store::Error::OtherPlatform { platform: config.platform.clone(), other }),
        None => Ok((store.active_probes().await?, super::public::settle(&mut config.clone(), &store).await?)),
    }
}

fn stored_name(probe: &ProbeRow) -> String {
    let country = probe.country.as_ref().map_or_else(String::new, |country| format!(" {country}"));
    format!("{}: {}{country}", probe.dependency, probe.check)
}

fn name(probe: &Probe) -> String {
    let country = probe.country.as_ref().map_or_else(String::new, |country| format!(" {country}"));
    format!("{}: {}{country}", probe.dependency, probe.check)
}
