//! `plugwatch service`: plugwatch as a service of systemd, and whether it can wake somebody.

mod arm;
pub(super) mod files;
mod install;
mod system;
mod unit;
mod variables;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::failed;
use unit::Unit;

/// Where the service's configuration is.
pub(super) const CONFIG: &str = "/etc/plugwatch/plugwatch.toml";
/// Where the service is started and keeps its history.
pub(super) const STATE: &str = "/var/lib/plugwatch";
/// Where its unit is.
const UNIT: &str = "/etc/systemd/system/plugwatch.service";
/// Where a program is put that lies where a service cannot read it.
const PROGRAM: &str = "/usr/local/bin/plugwatch";
/// The user that the service runs as.
const USER: &str = "plugwatch";

#[derive(Subcommand)]
pub(super) enum ServiceCommand {
    /// Print the systemd unit
    Unit,
    /// Install plugwatch as a systemd service, start it, and test whether its alerts wake you
    Install(Install),
    /// Test whether alerts wake you, and say what is missing until you can rely on it
    Arm,
}

#[derive(Args)]
pub(super) struct Install {
    /// Write the files below this folder; no user is created and nothing is started
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

pub(super) async fn service(path: &Path, command: ServiceCommand) -> ExitCode {
    match command {
        ServiceCommand::Unit => print_unit(path),
        ServiceCommand::Install(how) => install::install(path, how.root.as_deref()).await,
        ServiceCommand::Arm => arm::arm(path).await,
    }
}

/// The unit as `install` would write it: with the credentials of the configuration, if there is one.
fn print_unit(path: &Path) -> ExitCode {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return failed(1, format!("where this program lies is not known: {error}")),
    };
    let names = std::fs::read_to_string(path).map(|text| variables::named(&text)).unwrap_or_default();
    let folder = Path::new(CONFIG).with_file_name(crate::read::CREDENTIALS);
    let unit = Unit {
        program: install::seat(&program),
        config: Path::new(CONFIG),
        state: Path::new(STATE),
        credentials: (&folder, &names),
        writable: &[],
    };
    print!("{}", unit.text());
    ExitCode::SUCCESS
}
