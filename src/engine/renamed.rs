//! Dependencies with a changed id: what the store must move, according to the configuration.

use std::collections::BTreeSet;

use crate::config::{Config, Dependency};
use crate::store::{Renamed, Result, Store};

/// Moves the history of renamed dependencies before any of it is read. Returns whether anything was moved.
///
/// # Errors
/// Fails if the database does not answer; nothing was moved.
pub(super) async fn follow(config: &Config, store: &Store) -> Result<bool> {
    let moved = store.rename(&renamed(config)).await?;
    for Renamed { from, to, .. } in &moved {
        tracing::info!("{from} is called {to} now; its history continues under the new id");
    }
    Ok(!moved.is_empty())
}

/// Every dependency whose configuration names a former id.
pub(super) fn renamed(config: &Config) -> Vec<Renamed> {
    config.dependencies.iter().filter_map(|dependency| of(config, dependency)).collect()
}

fn of(config: &Config, dependency: &Dependency) -> Option<Renamed> {
    let from = dependency.was.clone()?;
    let mut identities = BTreeSet::new();
    for probe in &dependency.probes {
        if let Some((identity, spread)) = probe.identities_under(&from, &config.catalog) {
            identities.insert((identity, probe.identity.clone()));
            identities.insert((spread, probe.spread.clone()));
        }
    }
    Some(Renamed { from, to: dependency.id.clone(), identities: identities.into_iter().collect() })
}
