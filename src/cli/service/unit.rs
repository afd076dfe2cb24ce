//! The systemd unit.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::config::Config;

const TEMPLATE: &str = include_str!("plugwatch.service");

/// The values that a unit is made of.
pub(super) struct Unit<'a> {
    pub(super) program: &'a Path,
    pub(super) config: &'a Path,
    /// The working folder of the service, to which relative paths refer.
    pub(super) state: &'a Path,
    /// The folder with the credentials, and the names of those that exist.
    pub(super) credentials: (&'a Path, &'a [String]),
    /// Other folders that the service writes to.
    pub(super) writable: &'a [PathBuf],
}

impl Unit<'_> {
    /// The unit's text.
    pub(super) fn text(&self) -> String {
        let (folder, names) = self.credentials;
        let mut credentials = String::new();
        for name in names {
            // Writing to a string does not fail.
            _ = writeln!(credentials, "LoadCredential={name}:{}", folder.join(name).display());
        }
        let mut writable = String::new();
        for path in self.writable {
            _ = writeln!(writable, "ReadWritePaths={}", path.display());
        }
        TEMPLATE
            .replace("{program}", &self.program.display().to_string())
            .replace("{config}", &self.config.display().to_string())
            .replace("{state}", &self.state.display().to_string())
            .replace("{credentials}", &credentials)
            .replace("{writable}", &writable)
    }
}

/// Folders outside the service's own that the configuration makes it write to.
pub(super) fn writable(config: &Config) -> Vec<PathBuf> {
    let database = config.database.parent().filter(|folder| folder.is_absolute()).map(Path::to_owned);
    let published = config.publish.as_ref().map(|to| to.folder.clone()).filter(|folder| folder.is_absolute());
    let mut all: Vec<PathBuf> = database.into_iter().chain(published).collect();
    all.retain(|folder| !folder.starts_with(super::STATE));
    all
}
