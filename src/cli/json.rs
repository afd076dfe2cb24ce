//! What commands print for programs: `docs/cli.schema.json` has every shape.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

/// For whom a command prints.
#[derive(Args)]
pub(super) struct For {
    /// Print as JSON; docs/cli.schema.json describes it
    #[arg(long)]
    pub(super) json: bool,
}

/// Prints one document, with code 0.
pub(super) fn print(value: &Value) -> ExitCode {
    println!("{value:#}");
    ExitCode::SUCCESS
}
