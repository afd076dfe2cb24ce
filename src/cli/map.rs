//! `plugwatch map` and `plugwatch whatif`: what depends on which company, and what stops without one.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::why::stand;
use super::{failed, json, load};
use crate::clock::Clock;
use crate::config::Config;
use crate::core::people::action::{OperatorAction, drilled};
use crate::core::people::notice::Letter;
use crate::core::platform::reliance;
use crate::core::platform::snapshot::Snapshot;
use crate::draw;
use crate::say::{self, Format, map};
use crate::store::Store;

#[derive(Args)]
pub(super) struct How {
    /// Print as Mermaid, for documents
    #[arg(long, conflicts_with = "svg")]
    mermaid: bool,
    /// Draw the map into this file (.svg or .png)
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Print as JSON; docs/cli.schema.json describes it
    #[arg(long, conflicts_with_all = ["mermaid", "svg"])]
    json: bool,
}

pub(super) async fn map(path: &Path, how: How) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let snapshot = match known(config, &Clock::system()).await {
        Ok((snapshot, _)) => snapshot,
        Err(why) => return failed(1, why),
    };
    match how.svg {
        Some(file) if !matches!(file.extension().and_then(|ext| ext.to_str()), Some("svg" | "png")) => {
            failed(2, format!("{}: the file name must end with .svg or .png", file.display()))
        }
        Some(file) => picture(&file, &map::svg(&snapshot)),
        None if how.json => json::print(&say::json::map(&snapshot)),
        None if how.mermaid => {
            println!("{}", map::mermaid(&snapshot));
            ExitCode::SUCCESS
        }
        None => {
            println!("{}", map::text(&snapshot, Format::Plain).trim_end());
            ExitCode::SUCCESS
        }
    }
}

fn picture(file: &Path, svg: &str) -> ExitCode {
    let bytes =
        if file.extension().is_some_and(|ext| ext == "png") { draw::png(svg) } else { Ok(svg.as_bytes().to_vec()) };
    let written = bytes.and_then(|bytes| {
        std::fs::write(file, bytes).map_err(|error| format!("{} cannot be written: {error}", file.display()))
    });
    match written {
        Ok(()) => {
            println!("Written: {}", file.display());
            ExitCode::SUCCESS
        }
        Err(why) => failed(1, why),
    }
}

pub(super) async fn whatif(path: &Path, company: &str, json: bool) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let clock = Clock::system();
    // A vendor's id also works, and means its company.
    let vendor = config.catalog.vendors.get(&company.trim().to_lowercase()).filter(|vendor| vendor.parent != "own");
    let company = vendor.map_or_else(|| company.to_owned(), |vendor| vendor.parent.clone());
    let (snapshot, said) = match known(config, &clock).await {
        Ok(known) => known,
        Err(why) => return failed(1, why),
    };
    let company = match reliance::company(&snapshot, &company) {
        Ok(company) => company,
        Err(why) => return failed(2, why),
    };
    let loss = reliance::without(&snapshot, company, &drilled(&said.acts));
    if json {
        return json::print(&say::json::whatif(&snapshot, &loss));
    }
    println!("{}", map::whatif(&snapshot, &loss, clock.now(), Format::Plain).trim_end());
    ExitCode::SUCCESS
}

/// The actions of people, and the letters that arrived.
pub(super) struct Said {
    pub(super) acts: Vec<OperatorAction>,
    pub(super) letters: Vec<Letter>,
}

/// The current state, and what people did. Before the first run, dependencies between companies are known
/// from the configuration, so the state is read from an empty database.
pub(super) async fn known(mut config: Config, clock: &Clock) -> Result<(Snapshot, Said), String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    if !Store::exists(&config.database) {
        config.database = folder.path().join("empty.db");
        let empty = Store::open_scratch(&config.database).await.map_err(|error| error.to_string())?;
        empty.close().await;
    }
    let (snapshot, store) = stand(config, clock).await?;
    let acts = store.acts().await.map_err(|error| error.to_string());
    let letters = store.letters().await.map_err(|error| error.to_string());
    store.close().await;
    Ok((snapshot, Said { acts: acts?, letters: letters? }))
}
