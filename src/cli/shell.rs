//! `plugwatch completions` and `plugwatch man`: generated from the commands.

use std::path::Path;
use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Arguments, failed};

/// The name under which the program is run.
const NAME: &str = "plugwatch";

/// Prints the completions of a shell.
pub(super) fn completions(shell: Shell) -> ExitCode {
    clap_complete::generate(shell, &mut Arguments::command(), NAME, &mut std::io::stdout());
    ExitCode::SUCCESS
}

/// Writes a man page for the program, and one for each command, into a folder.
pub(super) fn man(folder: &Path) -> ExitCode {
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Arguments::command().name(NAME), folder));
    match written {
        Ok(()) => {
            println!("Written: {}/{NAME}.1, and a page for each command", folder.display());
            ExitCode::SUCCESS
        }
        Err(error) => failed(1, format!("{} cannot be written: {error}", folder.display())),
    }
}
