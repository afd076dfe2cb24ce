//! `plugwatch report`: prints the report as it would be sent now.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};

use super::{failed, json, load};
use crate::clock::Clock;
use crate::config::Config;
use crate::draw;
use crate::engine::{Span, report_now};
use crate::say::Format;
use crate::say::report::Report;
use crate::store::Store;

/// The period and the output format.
#[derive(Args)]
pub(super) struct How {
    /// Cover the last thirty days instead of seven
    #[arg(long)]
    month: bool,
    /// Print as Markdown
    #[arg(long, conflicts_with = "page")]
    markdown: bool,
    /// Print as a page (HTML)
    #[arg(long)]
    page: bool,
    /// Print as JSON; docs/cli.schema.json describes it
    #[arg(long, conflicts_with_all = ["markdown", "page"])]
    json: bool,
    /// Also write its picture to this file (PNG)
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
}

pub(super) async fn report(path: &Path, how: How) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    match print(config, how).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => failed(1, why),
    }
}

async fn print(config: Config, how: How) -> Result<(), String> {
    let clock = Clock::system();
    let platform = config.platform.clone();
    let store = Arc::new(Store::view(&config.database).await.map_err(|error| error.to_string())?);
    let span = if how.month { Span::Month } else { Span::Week };
    let report = report_now(config, &store, span, clock.now()).await;
    store.close().await;
    let report = report.map_err(|error| error.to_string())?;
    if let Some(file) = &how.picture {
        let png = draw::png(&report.picture(&platform))?;
        write_private(file, &png).map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
    }
    if how.json {
        json::print(&as_json(&platform, &report)?);
        return Ok(());
    }
    match (how.markdown, how.page) {
        (true, _) => println!("{}", report.text(&platform, Format::Markdown)),
        (_, true) => println!("{}", report.page(&platform, false)),
        _ => println!("{}", report.text(&platform, Format::Plain)),
    }
    Ok(())
}

/// The report's content as it is stored, without the fields that only sort its lines.
fn as_json(platform: &str, report: &Report) -> Result<Value, String> {
    let mut fields = serde_json::to_value(report).map_err(|error| error.to_string())?;
    for todo in fields["todo"].as_array_mut().into_iter().flatten() {
        if let Some(todo) = todo.as_object_mut() {
            todo.retain(|key, _| !matches!(key.as_str(), "rank" | "minutes"));
        }
    }
    let mut all = json!({ "schema": "plugwatch.report/1", "platform": platform });
    for (key, value) in fields.as_object().into_iter().flatten().filter(|(key, _)| *key != "unasked") {
        all[key] = value.clone();
    }
    Ok(all)
}

/// A report names vendors, so only its owner may read the file.
fn write_private(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let mut opened = std::fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(file)?;
    opened.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    opened.write_all(bytes)
}
