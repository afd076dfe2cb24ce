//! `plugwatch add`: checks one vendor's parameters at once, then adds its entry at the end of the file.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::trial::{Said, Trial};
use super::{asking, build, failed, load, terminal};
use crate::catalog::{Catalog, Kind, Param, Vendor};
use crate::clock::Clock;
use crate::config::{Config, Probe};
use crate::core::platform::naming::nearest;
use crate::core::words::verdict::Role;
use crate::discover::{Entry, RISK, Signs, State, asked_of, entry_of, entry_text, free_id, named, only, vendor_entry};
use crate::say::status::verdict_words;
use crate::store::Store;

#[derive(Args)]
pub(super) struct Add {
    /// The vendor's id, such as `twilio`; `plugwatch catalog list` shows them all
    vendor: String,
    /// The parameters of its check: account_sid=AC...; lists with commas, secrets as env:NAME or file:PATH
    #[arg(value_name = "NAME=VALUE")]
    given: Vec<String>,
    /// The id to use in commands
    #[arg(long)]
    id: Option<String>,
    /// The name to show in messages
    #[arg(long)]
    label: Option<String>,
    /// Accept that the key can do more than read, if the vendor offers no key with fewer permissions
    #[arg(long)]
    accept_key_risk: bool,
    /// Add the vendor without a check, for this reason, so that it appears on the map and in the report; any
    /// vendor name is then allowed
    #[arg(long, value_name = "REASON", num_args = 0..=1, require_equals = true, default_missing_value = "needs a key")]
    not_monitored: Option<String>,
    /// Add the vendor even if its check does not succeed
    #[arg(long)]
    anyway: bool,
}

pub(super) async fn add(path: &Path, args: Add) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return failed(1, format!("{} cannot be read: {error}", path.display())),
    };
    if let Some(why) = &args.not_monitored {
        return unmonitored(path, &config, &text, &args, why);
    }
    let entry = match entry(&config, &args) {
        Ok(entry) => entry,
        Err(why) => return failed(2, why),
    };
    let working = terminal::Working::on("checking");
    let said = look(&config, &entry).await;
    drop(working);
    let said = match said {
        Ok(said) => said,
        Err(why) => return failed(2, why),
    };
    for one in &said {
        println!("{}: {} ({}): {}", one.check, verdict_words(one.verdict.word()), one.reason, one.say);
    }
    if let Some(other) = twin(&config, &entry).filter(|_| !args.anyway) {
        return failed(2, format!("`{other}` already monitors this; to add it nevertheless, use --anyway"));
    }
    // Checks that read reports sent to a running plugwatch cannot be tried in advance.
    let waits = |said: &Said| matches!(said.reason.as_str(), "needs_key" | "no_history");
    let bad: Vec<&Said> = said.iter().filter(|said| !said.is_good() && !waits(said)).collect();
    let mut entry = entry;
    if !args.anyway && !bad.is_empty() {
        match leave_out(&config.catalog, &mut entry, &bad) {
            Ok(left) => println!("Left out, because the check did not succeed: {left}."),
            Err(why) => return failed(1, why),
        }
    }
    if let Err(why) = append(path, &text, &entry_text(&entry), &config.catalog) {
        return failed(1, why);
    }
    println!(
        "Added to {}: {} (id {}). Fill in fallback, contact and contract_notice_days there.",
        path.display(),
        entry.label,
        entry.id
    );
    if Store::is_in_use(&config.database) {
        println!("plugwatch is running. To load the change, send it SIGHUP (kill -HUP, systemctl reload).");
    }
    if said.iter().any(|said| said.reason == "needs_key") {
        println!("Its key is not set here. Until you set it, it is listed as \"needs a key\".");
    }
    ExitCode::SUCCESS
}

/// Removes the checks that did not succeed from the entry, and returns their names.
///
/// # Errors
/// Fails if the vendor's main check did not succeed.
fn leave_out(catalog: &Catalog, entry: &mut Entry, bad: &[&Said]) -> Result<String, &'static str> {
    let all = asked_of(catalog, entry);
    let main = all.first().map(|check| check.id.clone());
    let (good, left): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|check| bad.iter().all(|said| said.check != check.id));
    if good.first().is_none_or(|first| Some(&first.id) != main.as_ref()) {
        return Err("the check did not succeed, so nothing was added; correct the parameters, or use --anyway");
    }
    only(entry, &good);
    Ok(left.iter().map(|check| check.id.as_str()).collect::<Vec<_>>().join(", "))
}

/// Adds a dependency without a check.
fn unmonitored(path: &Path, config: &Config, text: &str, args: &Add, why: &str) -> ExitCode {
    let vendors: Vec<&str> = config.catalog.vendors.keys().map(String::as_str).collect();
    let who = match Signs::load(&config.catalog.parents, &vendors) {
        Ok(signs) => named(&config.catalog, &signs, &args.vendor),
        Err(problems) => return failed(1, problems),
    };
    let mut entry = entry_of(&config.catalog, &who);
    entry.state = State::Off(why.to_owned());
    if let Err(why) = name(config, args, &mut entry) {
        return failed(2, why);
    }
    if let Err(why) = append(path, text, &entry_text(&entry), &config.catalog) {
        return failed(1, why);
    }
    println!("Added to {}: {} (id {}), not monitored: {why}.", path.display(), entry.label, entry.id);
    println!("`plugwatch coverage` shows what it needs.");
    ExitCode::SUCCESS
}

/// A dependency that already runs the same check with the same keys.
fn twin(config: &Config, entry: &Entry) -> Option<String> {
    let text = format!("platform = \"x\"\n{}", entry_text(entry));
    let new = Config::read_with("the new entry", text, Some(config.catalog.clone())).ok()?;
    let same = |one: &Probe, other: &Probe| {
        one.about(&config.catalog) == other.about(&config.catalog) && one.params.secret == other.params.secret
    };
    let twin = config.probes().find(|(_, theirs)| new.probes().any(|(_, probe)| same(probe, theirs)));
    twin.map(|(dependency, _)| dependency.id.clone())
}

/// The entry, completed with the answers the person gave.
fn entry(config: &Config, args: &Add) -> Result<Entry, String> {
    let catalog = &config.catalog;
    let named = args.vendor.trim().to_lowercase();
    let id = named.split('/').next().unwrap_or(&named);
    let vendor = catalog.vendors.get(id).ok_or_else(|| unknown(catalog, &args.vendor))?;
    if named.contains('/') && catalog.check(&named).is_none() {
        let checks: Vec<&str> = vendor.checks.values().map(|check| check.id.as_str()).collect();
        return Err(format!("{} has no check `{named}`; it has {}", vendor.name, checks.join(", ")));
    }
    let mut given = BTreeMap::new();
    for pair in &args.given {
        let (name, value) = pair.split_once('=').ok_or_else(|| format!("`{pair}`: write NAME=VALUE"))?;
        let param = param(vendor, name).ok_or_else(|| no_param(vendor, name))?;
        given.insert(name.to_owned(), written(param, value.trim())?);
    }
    if asking::somebody_is_there() {
        ask_for_the_rest(catalog, &named, vendor, &mut given);
    }
    let mut entry = vendor_entry(catalog, &named, &given).ok_or_else(|| {
        format!("{} cannot be added on its own: its checks only support those of others", vendor.name)
    })?;
    accept_risk(&mut entry, args)?;
    if let State::Off(_) = &entry.state {
        let lacking = entry
            .probes
            .iter()
            .flat_map(|probe| &probe.params)
            .filter(|param| !param.off && !given.contains_key(&param.name));
        let lacking = lacking.filter(|param| param.name != RISK);
        let lines: Vec<String> = lacking.map(|param| format!("  {}=...   {}", param.name, param.about)).collect();
        return Err(format!(
            "{} needs more parameters:\n{}\nto add it as not monitored until you have them, use --not-monitored",
            vendor.name,
            lines.join("\n")
        ));
    }
    // Parameters that nobody set are listed in the catalogue's page, so they are left out of the user's file.
    for probe in &mut entry.probes {
        probe.params.retain(|param| !param.off);
    }
    name(config, args, &mut entry)?;
    Ok(entry)
}

/// Sets the requested id and label, or free ones.
fn name(config: &Config, args: &Add, entry: &mut Entry) -> Result<(), String> {
    entry.id = match &args.id {
        Some(id) if config.dependencies.iter().any(|other| other.id == *id) => {
            return Err(format!("there is already a dependency `{id}`; choose another --id"));
        }
        Some(id) => id.clone(),
        None => free_id(config, &entry.id),
    };
    let label = args.label.clone().unwrap_or_else(|| entry.label.clone());
    let same = |label: &str| config.dependencies.iter().any(|other| other.label == label);
    entry.label = if same(&label) { format!("{label} ({})", entry.id) } else { label };
    Ok(())
}

fn accept_risk(entry: &mut Entry, args: &Add) -> Result<(), String> {
    let risk = entry.probes.iter().flat_map(|probe| &probe.params).find(|param| param.name == RISK);
    let Some(risk) = risk else { return Ok(()) };
    let accepted = args.accept_key_risk
        || (asking::somebody_is_there() && asking::agree(&format!("Accept that {}", risk.about), false));
    if accepted { Ok(()) } else { Err(format!("{}; to accept that, use --accept-key-risk", risk.about)) }
}

fn unknown(catalog: &Catalog, id: &str) -> String {
    let near = nearest(id, catalog.vendors.keys().map(String::as_str));
    format!("the catalogue has no vendor `{id}`; did you mean `{near}`? `plugwatch catalog list` shows all")
}

fn param<'v>(vendor: &'v Vendor, name: &str) -> Option<&'v Param> {
    let checks = vendor.checks.values().filter(|check| check.role != Role::Witness);
    checks.flat_map(|check| &check.params).find(|param| param.key() == name)
}

fn no_param(vendor: &Vendor, name: &str) -> String {
    let checks = vendor.checks.values().filter(|check| check.role != Role::Witness);
    let mut names: Vec<&str> = checks.flat_map(|check| &check.params).map(|param| param.key()).collect();
    names.sort_unstable();
    names.dedup();
    format!("{} has no parameter `{name}`; it has {}", vendor.name, names.join(", "))
}

/// A parameter as TOML. A secret is written as a reference, never as its value.
fn written(param: &Param, value: &str) -> Result<String, String> {
    let text = |text: &str| Value::from(text).to_string();
    if param.secret {
        return match value.split_once(':') {
            Some(("env", name)) if crate::read::is_variable(name) => Ok(format!("{{ env = {} }}", text(name))),
            Some(("file", path)) if !path.is_empty() => Ok(format!("{{ file = {} }}", text(path))),
            _ => Err(format!(
                "{} is a secret: give env:NAME or file:PATH, so that it appears neither in the file nor in your shell history",
                param.name
            )),
        };
    }
    let list = param.each.is_some() || param.kind == Kind::List;
    Ok(match param.kind {
        _ if list => Value::from(value.split(',').map(str::trim).collect::<Vec<_>>()).to_string(),
        Kind::Count => value
            .parse::<u64>()
            .map(|n| n.to_string())
            .map_err(|_| format!("{} must be a whole number, not `{value}`", param.name))?,
        Kind::Number => value
            .parse::<f64>()
            .map(|n| n.to_string())
            .map_err(|_| format!("{} must be a number, not `{value}`", param.name))?,
        _ => text(value),
    })
}

fn ask_for_the_rest(catalog: &Catalog, id: &str, vendor: &Vendor, given: &mut BTreeMap<String, String>) {
    let Some(entry) = vendor_entry(catalog, id, given) else { return };
    for lacking in entry.probes.iter().flat_map(|probe| &probe.params).filter(|param| !param.off) {
        let Some(param) = param(vendor, &lacking.name).filter(|_| !given.contains_key(&lacking.name)) else { continue };
        let variable = format!("env:{}", format!("{}_{}", vendor.id, param.name).to_uppercase());
        let (what, usual) = match param.secret {
            true => (format!("{} (the variable that holds it; {})", lacking.name, param.about), variable),
            false => (format!("{} ({})", lacking.name, lacking.about), String::new()),
        };
        for _ in 0..3 {
            let answer = asking::ask(&what, &usual);
            match written(param, &answer) {
                _ if answer.is_empty() => println!("This is required."),
                Ok(value) => {
                    given.insert(lacking.name.clone(), value);
                    break;
                }
                Err(why) => println!("{why}"),
            }
        }
    }
}

async fn look(config: &Config, entry: &Entry) -> Result<Vec<Said>, String> {
    let clock = Clock::system();
    let askers = build::askers(config, &clock, &build::gate(&clock))?;
    let trial = Trial { catalog: config.catalog.clone(), network: config.network.clone(), askers, clock };
    Ok(trial.look(std::slice::from_ref(entry)).await?.remove(&entry.id).unwrap_or_default())
}

/// Appends text to a file, if the whole is still a valid configuration and nobody changed the file in the
/// meantime.
pub(super) fn append(path: &Path, before: &str, more: &str, catalog: &std::sync::Arc<Catalog>) -> Result<(), String> {
    use std::io::Write;
    let space = if before.ends_with('\n') { "\n" } else { "\n\n" };
    let whole = format!("{before}{space}{more}");
    let name = path.display().to_string();
    Config::read_with(name, whole, Some(catalog.clone()))
        .map_err(|problems| format!("the file would no longer be valid, so nothing was added\n\n{problems}"))?;
    let now = std::fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    if now != before {
        return Err(format!("{} changed in the meantime, so nothing was added; try again", path.display()));
    }
    let opened = std::fs::OpenOptions::new().append(true).open(path);
    let written =
        opened.and_then(|mut file| file.write_all(format!("{space}{more}").as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|error| format!("{} cannot be written: {error}", path.display()))
}
