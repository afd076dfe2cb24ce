//! Finds the dependency that a person means.

use crate::acts::{Known, No};
use crate::config::{Config, Dependency};

/// By its id or name, or a part of either that fits no other, or nearly so.
///
/// # Errors
/// A sentence with all that it may be.
pub(super) fn named<'c>(config: &'c Config, name: &str) -> Result<&'c Dependency, String> {
    let id = Known::of(config).find(name).map(|thing| thing.id.clone()).map_err(|No(why)| why)?;
    config.dependencies.iter().find(|dependency| dependency.id == id).ok_or(id)
}
