//! Finds the dependency that a person means.

use crate::acts::{Known, No};
use crate::config::{Config, Dependency};

/// Finds a dependency by its id or name, by a part of either that matches no other, or by a similar spelling.
///
/// # Errors
/// Fails if none or several match; the message lists the candidates.
pub(super) fn named<'c>(config: &'c Config, name: &str) -> Result<&'c Dependency, String> {
    let id = Known::of(config).find(name).map(|thing| thing.id.clone()).map_err(|No(why)| why)?;
    config.dependencies.iter().find(|dependency| dependency.id == id).ok_or(id)
}
