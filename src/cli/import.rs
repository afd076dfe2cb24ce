//! `plugwatch import`: turns a list of vendors into dependencies, monitored or not.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{add, failed, load};
use crate::config::Config;
use crate::discover::{Entry, Named, Signs, State, entry_of, entry_text, free_id, named, with_key};
use crate::say::tally::monitoring;
use crate::store::Store;

#[derive(Args)]
pub(super) struct Import {
    /// A CSV file: the vendor's name in the column `vendor`, or else in the first one; also `label`, `criticality`,
    /// `breaks`, `fallback`, `owner`, `contact`, `account_id`, `contract_notice_days`
    file: PathBuf,
    /// Print what would be added, without adding it
    #[arg(long)]
    dry_run: bool,
}

/// Columns that become keys of an entry.
const TEXTS: [&str; 6] = ["breaks", "fallback", "owner", "contact", "account_id", "criticality"];
/// The accepted names of the column with the vendor's name.
const NAMES: [&str; 6] = ["vendor", "name", "supplier", "company", "service", "vendor_name"];

/// The largest list, in bytes.
const LARGEST: usize = 1 << 20;
/// The most vendors in one list.
const MOST: usize = 1_000;
/// How many unknown vendors are named; the rest are counted.
const NAMED: usize = 20;

/// One line of the list.
struct Line {
    name: String,
    label: Option<String>,
    keys: Vec<(&'static str, String)>,
}

/// The result of comparing the list with the configuration.
#[derive(Default)]
struct Outcome {
    added: Vec<Entry>,
    texts: Vec<String>,
    there: Vec<String>,
    unknown: Vec<String>,
}

pub(super) fn import(path: &Path, args: &Import) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let lines = match std::fs::read(&args.file).map_err(|error| error.to_string()).and_then(|bytes| read(&bytes)) {
        Ok(lines) => lines,
        Err(why) => return failed(2, format!("{}: {why}", args.file.display())),
    };
    let vendors: Vec<&str> = config.catalog.vendors.keys().map(String::as_str).collect();
    let signs = match Signs::load(&config.catalog.parents, &vendors) {
        Ok(signs) => signs,
        Err(problems) => return failed(1, problems),
    };
    let outcome = match compare(&config, &signs, &lines) {
        Ok(outcome) => outcome,
        Err(why) => return failed(2, format!("{}: {why}", args.file.display())),
    };
    if let Err(why) = keep(path, &config, &outcome, args.dry_run) {
        return failed(1, why);
    }
    print!("{}", told(path, &outcome, args.dry_run));
    if !args.dry_run {
        close(path, &config, &outcome);
    }
    ExitCode::SUCCESS
}

fn keep(path: &Path, config: &Config, outcome: &Outcome, dry: bool) -> Result<(), String> {
    if dry || outcome.texts.is_empty() {
        return Ok(());
    }
    let text = std::fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    add::append(path, &text, &outcome.texts.join("\n"), &config.catalog)
}

/// Prints how much is monitored now.
fn close(path: &Path, config: &Config, outcome: &Outcome) {
    if let Ok(now) = Config::load(path) {
        println!("\n{}", monitoring(now.dependencies.len(), &now.unmonitored()));
    }
    if !outcome.added.is_empty() && Store::is_in_use(&config.database) {
        println!("plugwatch is running. To load the change, send it SIGHUP (kill -HUP, systemctl reload).");
    }
}

/// Reads the lines of a list. The first line is a heading if one of its cells is a known name for the
/// vendor's column.
fn read(bytes: &[u8]) -> Result<Vec<Line>, String> {
    if bytes.len() > LARGEST {
        return Err(format!("it is larger than {} KB, the limit for a list of vendors", LARGEST >> 10));
    }
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    if text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err("it is not CSV text: it contains control characters".to_owned());
    }
    // In many countries, spreadsheets separate cells with semicolons.
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.matches(';').count() > first.matches(',').count() { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).delimiter(delimiter).trim(csv::Trim::All);
    let rows: Result<Vec<csv::StringRecord>, csv::Error> = reader.from_reader(text.as_bytes()).into_records().collect();
    let rows = rows.map_err(|error| format!("it is not CSV: {error}"))?;
    let plain = |cell: &str| cell.to_lowercase().replace([' ', '-'], "_");
    let head: Vec<String> = rows.first().map(|row| row.iter().map(plain).collect()).unwrap_or_default();
    let names = head.iter().position(|cell| NAMES.contains(&cell.as_str()));
    let body = if names.is_some() { rows.get(1..).unwrap_or_default() } else { &rows };
    let column = |name: &str| names.and_then(|_| head.iter().position(|cell| cell == name));
    let lines = body.iter().filter_map(|row| line(row, names.unwrap_or(0), &column));
    let lines: Vec<Line> = lines.collect();
    match lines.len() {
        0 => Err("it names no vendor".to_owned()),
        1..=MOST => Ok(lines),
        many => Err(format!("it names {many} vendors; at most {MOST} can be added at once")),
    }
}

fn line(row: &csv::StringRecord, name: usize, column: &impl Fn(&str) -> Option<usize>) -> Option<Line> {
    let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).filter(|cell| !cell.is_empty()).map(str::to_owned);
    let keys = TEXTS.iter().copied().filter_map(|key| Some((key, cell(column(key))?)));
    let days = cell(column("contract_notice_days")).map(|days| ("contract_notice_days", days));
    Some(Line { name: cell(Some(name))?, label: cell(column("label")), keys: keys.chain(days).collect() })
}

fn compare(config: &Config, signs: &Signs, lines: &[Line]) -> Result<Outcome, String> {
    let mut outcome = Outcome::default();
    for line in lines {
        let who = named(&config.catalog, signs, &line.name);
        if let Some(there) = already(config, &outcome, &who, line) {
            outcome.there.push(there);
            continue;
        }
        let mut entry = entry_of(&config.catalog, &who);
        entry.label = line.label.clone().unwrap_or(entry.label);
        entry.id = free(config, &outcome, &entry.id);
        if taken(config, &outcome, &entry.label) {
            entry.label = format!("{} ({})", entry.label, entry.id);
        }
        if who.company.is_none() && who.vendor.is_none() {
            outcome.unknown.push(entry.label.clone());
        }
        outcome.texts.push(text(&entry, line)?);
        outcome.added.push(entry);
    }
    Ok(outcome)
}

/// The entry, with the values of the list.
fn text(entry: &Entry, line: &Line) -> Result<String, String> {
    let mut text = entry_text(entry);
    for (key, value) in &line.keys {
        let value = match *key {
            "contract_notice_days" => {
                let days: u32 = value
                    .parse()
                    .map_err(|_| format!("contract_notice_days of {} is not a number: `{value}`", line.name))?;
                days.to_string()
            }
            "criticality" => serde_json::Value::from(value.to_lowercase()).to_string(),
            _ => serde_json::Value::from(value.as_str()).to_string(),
        };
        text = with_key(&text, key, &value);
    }
    Ok(text)
}

/// The dependency, existing or from an earlier line, that this line means.
fn already(config: &Config, outcome: &Outcome, who: &Named, line: &Line) -> Option<String> {
    let label = line.label.as_ref().unwrap_or(&who.service);
    let is = |id: &str, other: &str, vendors: &[String]| {
        // A line with its own label is a second account of a vendor.
        let vendor = || who.vendor.as_ref().is_some_and(|vendor| vendors.contains(vendor));
        let same = line.label.is_none() && (vendor() || id.eq_ignore_ascii_case(&line.name));
        same || other.eq_ignore_ascii_case(label)
    };
    let known = config.dependencies.iter().find(|one| is(&one.id, &one.label, &one.vendors));
    let known = known.map(|one| format!("{} ({})", one.label, one.id));
    let twice = || {
        let vendors = |entry: &Entry| entry.vendor.clone().into_iter().collect::<Vec<_>>();
        outcome
            .added
            .iter()
            .find(|one| is(&one.id, &one.label, &vendors(one)))
            .map(|one| format!("{} (twice in the list)", one.label))
    };
    known.or_else(twice)
}

fn free(config: &Config, outcome: &Outcome, id: &str) -> String {
    let taken = |id: &str| free_id(config, id) != id || outcome.added.iter().any(|entry| entry.id == id);
    let more = (2..).map(|n| format!("{id}-{n}"));
    std::iter::once(id.to_owned()).chain(more).find(|id| !taken(id)).unwrap_or_else(|| id.to_owned())
}

fn taken(config: &Config, outcome: &Outcome, label: &str) -> bool {
    config.dependencies.iter().any(|other| other.label == label) || outcome.added.iter().any(|one| one.label == label)
}

fn told(path: &Path, outcome: &Outcome, dry: bool) -> String {
    let mut text = String::new();
    if dry {
        outcome.texts.iter().for_each(|entry| text.push_str(&format!("{entry}\n")));
    } else if !outcome.added.is_empty() {
        text.push_str(&format!("Added to {}:\n", path.display()));
        for entry in &outcome.added {
            let how = match &entry.state {
                State::On => "monitored",
                State::Off(why) => why,
            };
            text.push_str(&format!("  {}: {how}\n", entry.label));
        }
    }
    if !outcome.there.is_empty() {
        text.push_str(&format!("Already there: {}.\n", outcome.there.join(", ")));
    }
    if !outcome.unknown.is_empty() {
        let more = outcome.unknown.len().saturating_sub(NAMED);
        let names: Vec<&str> = outcome.unknown.iter().take(NAMED).map(String::as_str).collect();
        let names = names.join(", ") + &(if more > 0 { format!(" and {more} more") } else { String::new() });
        text.push_str(&format!("plugwatch does not know {names}. Add `rides_on` to name the company behind it.\n"));
    }
    text
}
