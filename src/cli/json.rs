//! The JSON output of commands; `docs/cli.schema.json` describes each document.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

/// The choice between output for people and for programs.
#[derive(Args)]
pub(super) struct For {
    /// Print as JSON; docs/cli.schema.json describes it
    #[arg(long)]
    pub(super) json: bool,
}

/// Prints one document. Returns exit code 0.
pub(super) fn print(value: &Value) -> ExitCode {
    println!("{value:#}");
    ExitCode::SUCCESS
}
