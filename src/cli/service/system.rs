//! What is asked of the system: its user, its owners, its service manager.

use std::path::Path;
use std::process::Command;

use super::USER;

/// Runs a program of the system.
///
/// # Errors
/// What it said.
pub(super) fn run(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).output().map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{program} {}: {}", arguments.join(" "), said.trim().lines().next().unwrap_or("failed")))
}

/// The user and group of the service, created where they do not exist: no password, no home, no shell.
///
/// # Errors
/// They cannot be created.
pub(super) fn user() -> Result<(u32, u32), String> {
    let ids = || Some((run("id", &["-u", USER]).ok()?.parse().ok()?, run("id", &["-g", USER]).ok()?.parse().ok()?));
    if let Some(ids) = ids() {
        return Ok(ids);
    }
    let home = ["--home-dir", super::STATE, "--no-create-home", "--shell", "/usr/sbin/nologin"];
    run("useradd", &[&["--system", "--user-group"], home.as_slice(), &[USER]].concat())?;
    ids().ok_or_else(|| format!("the user {USER} was created, and `id {USER}` does not know it"))
}

/// Gives a file or folder to somebody.
///
/// # Errors
/// That is not allowed.
pub(super) fn give(path: &Path, (user, group): (u32, u32)) -> Result<(), String> {
    let given = std::os::unix::fs::chown(path, Some(user), Some(group));
    given.map_err(|error| format!("{} cannot be given to {USER}: {error}", path.display()))
}

/// Whether systemd runs here.
pub(super) fn has_systemd() -> bool {
    // sd_booted(3) looks at the same folder.
    Path::new("/run/systemd/system").is_dir()
}

/// Whether this program may do everything here.
pub(super) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
