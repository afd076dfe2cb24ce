//! Finds the dependency that a person means.

use crate::config::{Config, Dependency};

/// By its id or name, or the beginning of either.
///
/// # Errors
/// A sentence with all that are watched.
pub(super) fn named<'c>(config: &'c Config, name: &str) -> Result<&'c Dependency, String> {
    let wanted = name.to_lowercase();
    let exact = config.dependencies.iter().find(|d| d.id == wanted || d.label.to_lowercase() == wanted);
    let begins = |d: &&Dependency| d.id.starts_with(&wanted) || d.label.to_lowercase().contains(&wanted);
    exact.or_else(|| config.dependencies.iter().find(begins)).ok_or_else(|| {
        let ids: Vec<&str> = config.dependencies.iter().map(|dependency| dependency.id.as_str()).collect();
        format!("`{name}` is not watched; these are: {}", ids.join(", "))
    })
}
