//! Values from outside the configuration: environment variables, and credentials with the same names.

use std::path::{Path, PathBuf};

/// The folder of credentials, next to a configuration.
pub const CREDENTIALS: &str = "credentials";

/// The value of `name` for a configuration at `file`: the environment variable; or else the credential from
/// the service manager (`$CREDENTIALS_DIRECTORY`, systemd's `LoadCredential=`); or else the file in the
/// folder `credentials` next to the configuration. Empty if there is none.
pub fn variable(file: &str, name: &str) -> String {
    let set = std::env::var(name).unwrap_or_default();
    if !set.trim().is_empty() {
        return set;
    }
    credential(file, name).and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default()
}

/// The file of the credential `name`; `None` if there is none, or if the variable is set and used instead.
pub fn credential(file: &str, name: &str) -> Option<PathBuf> {
    if std::env::var(name).is_ok_and(|set| !set.trim().is_empty()) {
        return None;
    }
    let handed = std::env::var_os("CREDENTIALS_DIRECTORY").map(|folder| Path::new(&folder).join(name));
    let beside = Path::new(file).parent().map(|folder| folder.join(CREDENTIALS).join(name));
    handed.into_iter().chain(beside).find(|path| path.is_file())
}
