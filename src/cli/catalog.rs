//! `plugwatch catalog`: lists the vendors that plugwatch knows, and tests the vendor files.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

use super::{catalog_new, catalog_update, failed};
use crate::catalog::{Catalog, Check, Tested, Vendor, appeal_text, listed, test_examples, test_recordings, wordless};
use crate::clock::Clock;
use crate::read::duration_text;

#[derive(Subcommand)]
pub(super) enum CatalogCommand {
    /// List all vendors with their checks
    List,
    /// Show everything about one vendor
    Show {
        /// The vendor's id, such as `twilio`
        vendor: String,
    },
    /// Print the whole catalogue as a page (docs/CATALOG.md)
    Page,
    /// Print how many values the vendors' own documentation lists, and how many of them have a rule
    Words,
    /// Install a newer catalogue, after verifying its signature and running its examples
    Update {
        /// The catalogue: a file or a URL. Its signature is at the same place, with .minisig appended
        source: String,
        /// A minisign public key to trust from now on, or a file that contains it
        #[arg(long, value_name = "KEY")]
        key: Option<String>,
    },
    /// Write this catalogue as one file, ready to be signed and distributed
    Pack {
        /// The file to write
        file: PathBuf,
        /// A public key that may sign later catalogues; repeat the option for several keys
        #[arg(long = "next-key", value_name = "KEY")]
        keys: Vec<String>,
    },
    /// Write a first vendor file to edit, with examples that pass
    New {
        /// The vendor's name
        name: String,
        /// The folder with your own vendor files
        #[arg(long, value_name = "DIR", default_value = "my-catalog")]
        folder: PathBuf,
    },
    /// Test the vendor files with their examples, or with recorded answers
    Test {
        /// A folder with recorded answers
        #[arg(long, value_name = "DIR")]
        recordings: Option<PathBuf>,
    },
}

/// Runs a subcommand.
pub(super) async fn catalog(config: &Path, overlay: Option<&Path>, command: CatalogCommand) -> ExitCode {
    match command {
        CatalogCommand::Update { source, key } => catalog_update::update(config, &source, key.as_deref()).await,
        CatalogCommand::New { name, folder } => catalog_new::new(&folder, &name),
        CatalogCommand::Pack { file, keys } => catalog_update::pack(overlay, &file, &keys),
        command => with_catalog(overlay, command),
    }
}

fn with_catalog(overlay: Option<&Path>, command: CatalogCommand) -> ExitCode {
    match Catalog::load(overlay) {
        Err(problems) => failed(2, problems),
        Ok(known) => match command {
            CatalogCommand::List => list(&known),
            CatalogCommand::Show { vendor } => show(&known, &vendor),
            CatalogCommand::Page => page(&known),
            CatalogCommand::Words => words(&known),
            CatalogCommand::Test { recordings } => test(&known, recordings.as_deref(), overlay.is_none()),
            CatalogCommand::Update { .. } | CatalogCommand::Pack { .. } | CatalogCommand::New { .. } => {
                failed(2, "this command cannot be used here")
            }
        },
    }
}

fn list(catalog: &Catalog) -> ExitCode {
    for vendor in catalog.vendors.values() {
        println!("{} ({}, {})", vendor.name, vendor.category, catalog.parent_name(vendor));
        for check in vendor.checks.values() {
            println!(
                "  {:24} {:40} every {}, proves {}",
                check.id,
                check.title,
                duration_text(check.every),
                check.proves
            );
        }
    }
    ExitCode::SUCCESS
}

fn show(catalog: &Catalog, id: &str) -> ExitCode {
    let wanted = id.split('/').next().unwrap_or(id);
    let Some(vendor) = catalog.vendors.get(wanted) else {
        let known: Vec<&str> = catalog.vendors.keys().map(String::as_str).collect();
        return failed(2, format!("`{wanted}` is not in the catalogue; it has: {}", known.join(", ")));
    };
    show_vendor(catalog, vendor);
    for check in vendor.checks.values() {
        show_check(check);
    }
    ExitCode::SUCCESS
}

fn show_vendor(catalog: &Catalog, vendor: &Vendor) {
    println!("{}: {} of {}, from {}", vendor.name, vendor.category, catalog.parent_name(vendor), vendor.file);
    if let Some(page) = &vendor.status_page {
        println!("status page: {}", page.url);
    }
    if let Some(kept) = &vendor.keeps_working {
        println!("if it drops you: {kept}");
    }
    if let Some(appeal) = &vendor.appeal {
        println!("{}", appeal_text(appeal));
    }
}

fn show_check(check: &Check) {
    println!("\n{}: {}", check.id, check.title);
    println!(
        "  method {}, every {}; `live` proves {}; role {}",
        check.ask.word(),
        duration_text(check.every),
        check.proves,
        check.role
    );
    let policy = check.policy(check.every);
    let over = duration_text(policy.dropped.over);
    let second = check.second_path.as_ref().map_or_else(String::new, |path| format!(", if `{path}` agrees"));
    let control = if policy.positive_control || check.confirm.control_in_answer { ", with a control" } else { "" };
    println!("  dropped after {} checks over {over}{control}{second}", policy.dropped.reads);
    if let Some(key) = &check.least_key {
        println!("  minimum key: {key}");
    }
    if let Some(risk) = &check.key_risk {
        println!("  this key can do more than read: {risk}; to accept that, set `key_risk_accepted = true`");
    }
    for param in &check.params {
        let need = match (param.secret, param.required, &param.default) {
            (true, ..) => "secret".to_owned(),
            (_, true, _) => "required".to_owned(),
            (_, _, Some(default)) => format!("default {}", param.usual(default)),
            _ => "optional".to_owned(),
        };
        let name = param.each.as_ref().map_or_else(|| param.name.clone(), |each| format!("{each} (a list)"));
        println!("  {name:24} {need}: {}", param.about);
    }
    for rule in &check.rules {
        println!("  {:9} {:24} when {}", rule.verdict, rule.reason, rule.when.text());
    }
}

fn page(catalog: &Catalog) -> ExitCode {
    print!("{}", crate::catalog::page(catalog));
    ExitCode::SUCCESS
}

/// Prints the table of the values that vendors document. Fails if one has no rule.
fn words(catalog: &Catalog) -> ExitCode {
    let rows = listed(catalog);
    println!("| check | field | source | documented values | with a rule |\n| --- | --- | --- | --- | --- |");
    for row in &rows {
        let more = if row.free { " (free text: other values are possible)" } else { "" };
        let (check, field, source) = (&row.check, &row.field, &row.source);
        println!("| `{check}` | {field} | {source} | {}{more} | {} |", row.in_book, row.with_rule);
    }
    let (book, ruled): (usize, usize) =
        rows.iter().fold((0, 0), |(book, ruled), row| (book + row.in_book, ruled + row.with_rule));
    println!("\n{} fields, {book} documented values, {ruled} of them with a rule.", rows.len());
    if book == ruled { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs the examples, or the recorded answers. With `shipped`, each check that proves standing must also list the
/// values that the vendor documents.
fn test(catalog: &Catalog, recordings: Option<&Path>, shipped: bool) -> ExitCode {
    let Some(folder) = recordings else {
        let mut tested = test_examples(catalog);
        tested.failed.extend(wordless(catalog).into_iter().filter(|_| shipped));
        return report(&tested, "examples");
    };
    match test_recordings(catalog, folder, Clock::system().now()) {
        Ok((lines, tested)) => {
            for line in lines {
                println!("{line}");
            }
            report(&tested, "recordings")
        }
        Err(error) => failed(2, format!("{} cannot be read: {error}", folder.display())),
    }
}

fn report(tested: &Tested, what: &str) -> ExitCode {
    for line in &tested.failed {
        println!("{line}");
    }
    println!("{} {what} passed, {} failed", tested.passed, tested.failed.len());
    // If nothing was tested, the test has failed.
    if tested.failed.is_empty() && tested.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
