//! `plugwatch service`: plugwatch as a systemd service, and whether its alerts can wake someone.

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

/// The service's configuration file.
pub(super) const CONFIG: &str = "/etc/plugwatch/plugwatch.toml";
/// The service's working folder, which also holds its history.
pub(super) const STATE: &str = "/var/lib/plugwatch";
/// The path of the systemd unit.
const UNIT: &str = "/etc/systemd/system/plugwatch.service";
/// Where the program is copied if it is in a folder that a service cannot read.
const PROGRAM: &str = "/usr/local/bin/plugwatch";
/// The user that the service runs as.
const USER: &str = "plugwatch";

#[derive(Subcommand)]
pub(super) enum ServiceCommand {
    /// Print the systemd unit
    Unit,
    /// Install plugwatch as a systemd service, start it, and test whether its alerts wake you
    Install(Install),
    /// Test whether alerts wake you, and list what is still missing
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

/// Prints the unit as `install` would write it, with the credentials that the configuration names, if there
/// is one.
fn print_unit(path: &Path) -> ExitCode {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return failed(1, format!("the program file cannot be found: {error}")),
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
