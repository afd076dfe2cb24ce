//! `plugwatch config check`: what is wrong, and what a reload would add and retire.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

use super::failed;
use crate::config::{Config, Probe};
use crate::store::Store;

pub(super) async fn check(path: &Path) -> ExitCode {
    let config = match Config::load(path) {
        Ok(config) => config,
        Err(problems) => return failed(2, problems),
    };
    let (dependencies, probes) = (config.dependencies.len(), config.probes().count());
    println!(
        "{} is fine: {dependencies} dependencies, {probes} probes, {} channels",
        path.display(),
        config.channels.len()
    );
    for (_, probe) in config.probes() {
        for (name, secret) in &probe.params.secret {
            if secret.is_none() {
                println!("  {} needs a key: `{name}` is not set", probe.check);
            }
        }
    }
    if config.database.exists() {
        return compare(&config).await;
    }
    println!("  {} does not exist yet: everything is new", config.database.display());
    ExitCode::SUCCESS
}

async fn compare(config: &Config) -> ExitCode {
    let stored = match Store::view(&config.database).await {
        Ok(store) => store.active_probes().await,
        Err(error) => Err(error),
    };
    let stored = match stored {
        Ok(stored) => stored,
        Err(error) => return failed(1, error),
    };
    let wanted: BTreeSet<&str> = config.probes().map(|(_, probe)| probe.identity.as_str()).collect();
    let known: BTreeSet<&str> = stored.iter().map(|probe| probe.identity.as_str()).collect();
    for (_, probe) in config.probes().filter(|(_, probe)| !known.contains(probe.identity.as_str())) {
        println!("  adds     {}", name(probe));
    }
    for probe in stored.iter().filter(|probe| !wanted.contains(probe.identity.as_str())) {
        println!("  retires  {} (and closes its incident, if one is open)", probe.dependency);
    }
    if wanted == known {
        println!("  the same probes as are watched now");
    }
    ExitCode::SUCCESS
}

fn name(probe: &Probe) -> String {
    let country = probe.country.as_ref().map_or_else(String::new, |country| format!(" {country}"));
    format!("{}: {}{country}", probe.dependency, probe.check)
}
