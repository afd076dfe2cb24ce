//! The operating system: users, file owners, the service manager.

use std::path::Path;
use std::process::Command;

use super::USER;

/// Runs a program of the operating system, and returns its output.
///
/// # Errors
/// Fails if it cannot be started or fails; the message has the first line of its standard error.
pub(super) fn run(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).output().map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{program} {}: {}", arguments.join(" "), said.trim().lines().next().unwrap_or("failed")))
}

/// The user and group of the service. They are created if they do not exist, without password, home or shell.
///
/// # Errors
/// Fails if they cannot be created.
pub(super) fn user() -> Result<(u32, u32), String> {
    let ids = || Some((run("id", &["-u", USER]).ok()?.parse().ok()?, run("id", &["-g", USER]).ok()?.parse().ok()?));
    if let Some(ids) = ids() {
        return Ok(ids);
    }
    let home = ["--home-dir", super::STATE, "--no-create-home", "--shell", "/usr/sbin/nologin"];
    run("useradd", &[&["--system", "--user-group"], home.as_slice(), &[USER]].concat())?;
    ids().ok_or_else(|| format!("the user {USER} was created, but `id {USER}` cannot find it"))
}

/// Makes the service's user the owner of a file or folder.
///
/// # Errors
/// Fails if the system refuses.
pub(super) fn give(path: &Path, (user, group): (u32, u32)) -> Result<(), String> {
    let given = std::os::unix::fs::chown(path, Some(user), Some(group));
    given.map_err(|error| format!("{} cannot be given to the user {USER}: {error}", path.display()))
}

/// Whether systemd is running here.
pub(super) fn has_systemd() -> bool {
    // sd_booted(3) tests for the same folder.
    Path::new("/run/systemd/system").is_dir()
}

/// Whether this process runs as root.
pub(super) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
