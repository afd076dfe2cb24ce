//! Values that do not stand in the configuration: variables, and credentials of the same names.

use std::path::{Path, PathBuf};

/// The folder of credentials beside a configuration.
pub const CREDENTIALS: &str = "credentials";

/// The value of `name`, for a configuration at `file`: of the environment, of a credential that the service manager hands
/// over (`$CREDENTIALS_DIRECTORY`, systemd's `LoadCredential=`), or of a file in the folder `credentials` beside the
/// configuration. Empty where there is none.
pub fn variable(file: &str, name: &str) -> String {
    let set = std::env::var(name).unwrap_or_default();
    if !set.trim().is_empty() {
        return set;
    }
    credential(file, name).and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default()
}

/// The file that holds the credential `name`, if one is looked at: a variable of that name comes first.
pub fn credential(file: &str, name: &str) -> Option<PathBuf> {
    if std::env::var(name).is_ok_and(|set| !set.trim().is_empty()) {
        return None;
    }
    let handed = std::env::var_os("CREDENTIALS_DIRECTORY").map(|folder| Path::new(&folder).join(name));
    let beside = Path::new(file).parent().map(|folder| folder.join(CREDENTIALS).join(name));
    handed.into_iter().chain(beside).find(|path| path.is_file())
}
