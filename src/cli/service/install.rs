//! `plugwatch service install`: installs the program, the configuration, its credentials and the unit.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{CONFIG, PROGRAM, STATE, UNIT, Unit, arm, files, system, unit, variables};
use crate::cli::{failed, load};
use crate::config::Config;
use crate::read::{CREDENTIALS, variable};

pub(super) async fn install(path: &Path, root: Option<&Path>) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let serves = root.is_none();
    if serves && !system::is_root() {
        return failed(1, "only root can install a service: run the same command with sudo");
    }
    if serves && !system::has_systemd() {
        return failed(
            1,
            "systemd is not running here; for another service manager, see what `plugwatch service unit` prints",
        );
    }
    match put(path, &config, root) {
        Ok(places) => places.iter().for_each(|line| println!("{line}")),
        Err(why) => return failed(1, why),
    }
    if !serves {
        return ExitCode::SUCCESS;
    }
    if let Err(why) = start() {
        return failed(1, format!("{why}; read the log with: journalctl -u plugwatch -n 50"));
    }
    println!("plugwatch is running, and starts with this machine.\n");
    arm::arm(Path::new(CONFIG)).await
}

/// Installs the files. Returns one line per file, with its path.
fn put(from: &Path, config: &Config, root: Option<&Path>) -> Result<Vec<String>, String> {
    let place = |path: &str| below(root, Path::new(path));
    let owner = root.is_none().then(system::user).transpose()?;
    let own = std::env::current_exe().map_err(|error| format!("the program file cannot be found: {error}"))?;
    let program = seat(&own);
    if program != own {
        files::program(&own, &below(root, program))?;
    }
    let text = std::fs::read_to_string(from).map_err(|error| format!("{} cannot be read: {error}", from.display()))?;
    let (to, folder) = (place(CONFIG), place(CONFIG).with_file_name(CREDENTIALS));
    copy_config(from, &text, &to)?;
    let names = put_credentials(from, &text, &folder)?;
    files::private_folder(&place(STATE))?;
    if let Some(owner) = owner {
        system::give(&to, owner)?;
        system::give(&place(STATE), owner)?;
    }
    let inside = Path::new(CONFIG).with_file_name(CREDENTIALS);
    let unit = Unit {
        program,
        config: Path::new(CONFIG),
        state: Path::new(STATE),
        credentials: (&inside, &names),
        writable: &unit::writable(config),
    };
    files::public(&place(UNIT), &unit.text())?;
    Ok(vec![
        format!("configuration  {} (0600, for the user plugwatch)", to.display()),
        format!(
            "credentials    {} in {} (0600, for root; systemd passes them to the service)",
            names.len(),
            folder.display()
        ),
        format!("history        {} (0700)", place(STATE).display()),
        format!("unit           {}", place(UNIT).display()),
    ])
}

/// The path from which the service runs the program. A service cannot read a home or build folder, so a
/// program there is copied.
pub(super) fn seat(program: &Path) -> &Path {
    let is_fine = ["/usr", "/opt", "/bin"].iter().any(|folder| program.starts_with(folder));
    if is_fine { program } else { Path::new(PROGRAM) }
}

fn below(root: Option<&Path>, path: &Path) -> PathBuf {
    root.map_or_else(|| path.to_owned(), |root| root.join(path.strip_prefix("/").unwrap_or(path)))
}

/// Copies the configuration. An existing file with other content is never overwritten.
fn copy_config(from: &Path, text: &str, to: &Path) -> Result<(), String> {
    match std::fs::read_to_string(to) {
        Ok(there) if there != text => Err(format!(
            "{} already exists and differs from {}; to use the existing file, run: plugwatch service install -c {}",
            to.display(),
            from.display(),
            to.display()
        )),
        _ => files::private(to, text),
    }
}

/// Stores each variable that is set as a credential. A variable that is not set keeps its existing
/// credential. Returns the names of all existing credentials.
fn put_credentials(from: &Path, text: &str, folder: &Path) -> Result<Vec<String>, String> {
    let named = variables::named(text);
    files::private_folder(folder)?;
    for name in &named {
        let value = variable(&from.display().to_string(), name);
        if !value.trim().is_empty() {
            files::private(&folder.join(name), value.trim())?;
        }
    }
    Ok(named.into_iter().filter(|name| folder.join(name).is_file()).collect())
}

/// Starts or restarts the service. Returns once it reports that it is monitoring.
fn start() -> Result<(), String> {
    system::run("systemctl", &["daemon-reload"])?;
    system::run("systemctl", &["enable", "plugwatch.service"])?;
    system::run("systemctl", &["restart", "plugwatch.service"]).map(drop)
}
