//! Finds the dependency that a person means.

use crate::config::{Config, Dependency};

/// By its id or name, or a part of either that fits no other.
///
/// # Errors
/// A sentence with all that it may be.
pub(super) fn named<'c>(config: &'c Config, name: &str) -> Result<&'c Dependency, String> {
    let wanted = name.trim().to_lowercase();
    let list = |found: &[&Dependency]| found.iter().map(|d| d.id.as_str()).collect::<Vec<_>>().join(", ");
    let exact = config.dependencies.iter().find(|d| d.id == wanted || d.label.to_lowercase() == wanted);
    let part = |d: &&Dependency| d.id.contains(&wanted) || d.label.to_lowercase().contains(&wanted);
    let parts: Vec<&Dependency> = config.dependencies.iter().filter(part).filter(|_| !wanted.is_empty()).collect();
    match (exact, parts.as_slice()) {
        (Some(found), _) => Ok(found),
        (None, [one]) => Ok(one),
        (None, []) => {
            let all: Vec<&Dependency> = config.dependencies.iter().collect();
            Err(format!("`{name}` is not watched; these are: {}", list(&all)))
        }
        (None, several) => Err(format!("`{name}` may be several: {}", list(several))),
    }
}
