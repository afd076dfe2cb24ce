//! The unit of systemd.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::config::Config;

const TEMPLATE: &str = include_str!("plugwatch.service");

/// What a unit is made of.
pub(super) struct Unit<'a> {
    pub(super) program: &'a Path,
    pub(super) config: &'a Path,
    /// Where the service is started, and where relative paths begin.
    pub(super) state: &'a Path,
    /// Where credentials lie, and the names of those that are there.
    pub(super) credentials: (&'a Path, &'a [String]),
    /// What else it writes to.
    pub(super) writable: &'a [PathBuf],
}

impl Unit<'_> {
    /// Its text.
    pub(super) fn text(&self) -> String {
        let (folder, names) = self.credentials;
        let mut credentials = String::new();
        for name in names {
            // Writing into a text does not fail.
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

/// Folders outside its own that the configuration has it write to.
pub(super) fn writable(config: &Config) -> Vec<PathBuf> {
    let database = config.database.parent().filter(|folder| folder.is_absolute()).map(Path::to_owned);
    let published = config.publish.as_ref().map(|to| to.folder.clone()).filter(|folder| folder.is_absolute());
    let mut all: Vec<PathBuf> = database.into_iter().chain(published).collect();
    all.retain(|folder| !folder.starts_with(super::STATE));
    all
}
