//! `plugwatch init`: writes a configuration for a domain, without any key.

mod hello;
mod summary;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::trial::{Trial, put_aside};
use super::{asking, build, failed, terminal};
use crate::catalog::Catalog;
use crate::clock::Clock;
use crate::config::{Config, Network};
use crate::core::probe::reference_hosts;
use crate::core::probe::witness::OwnNetwork;
use crate::discover::{
    Domain, Entry, Finding, Gathering, Given, Header, Seen, Signs, State, Wishes, compare, conclude, draft, file,
    gather,
};

/// The file to which a configuration is written, unless another one is named.
pub(super) const USUAL: &str = "plugwatch.toml";

/// Countries that have their own storefront, and whose domain endings are mostly used there. Endings such as
/// .io, .ai or .me are used worldwide.
const STOREFRONTS: [&str; 44] = [
    "ae", "ar", "at", "au", "be", "br", "ca", "ch", "cl", "cn", "cz", "de", "dk", "es", "fi", "fr", "gb", "gr", "hk",
    "hu", "id", "ie", "il", "in", "it", "jp", "kr", "mx", "my", "nl", "no", "nz", "ph", "pl", "pt", "ro", "sa", "se",
    "sg", "th", "tr", "tw", "vn", "za",
];

const BLIND: &str = "plugwatch's own network is down: most anchors do not answer, so nothing can be discovered from here. Check \
     the network of this machine, then try again";

#[derive(Args)]
pub(super) struct Init {
    /// Your domain; a URL or a subdomain also works
    domain: String,
    /// The platform's name in messages
    #[arg(long, value_name = "NAME")]
    platform: Option<String>,
    /// One of your apps: its store link, number, bundle id (ios:com.example), package or name; repeat
    /// the option for several
    #[arg(long = "app", value_name = "APP")]
    apps: Vec<String>,
    /// The storefronts in which apps are monitored, two letters each, your home storefront first
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    countries: Vec<String>,
    /// A Telegram chat that receives alerts; repeat the option for several
    #[arg(long = "chat", value_name = "NUMBER", allow_hyphen_values = true)]
    chats: Vec<i64>,
    /// Ask no questions
    #[arg(long)]
    yes: bool,
    /// If the file exists, append new entries to it
    #[arg(long)]
    write: bool,
    /// A file with [network] and [override], for tests in an isolated network
    #[arg(long, value_name = "FILE")]
    network: Option<PathBuf>,
}

pub(super) async fn init(path: Option<&Path>, mut args: Init) -> ExitCode {
    let path = path.unwrap_or(Path::new(USUAL));
    let domain = match Domain::parse(&args.domain) {
        Ok(domain) => domain,
        Err(why) => return failed(2, why),
    };
    args.apps.retain(|app| !app.trim().is_empty());
    if let Some(app) = args.apps.iter().find(|app| app.contains("://") && matches!(Given::parse(app), Given::Name(_))) {
        return failed(2, format!("`{app}` is not a link to an app in Apple's or Google's store"));
    }
    if let Err(why) = can_be_written(path) {
        return failed(2, why);
    }
    let trial = match prepare(path, args.network.as_deref()) {
        Ok(trial) => trial,
        Err(why) => return failed(2, why),
    };
    if let Err(why) = countries(&domain, &mut args) {
        return failed(2, why);
    }
    // If discovery cannot work, the person is asked nothing.
    if reference_hosts::judge(&trial.askers.anchors().await) == OwnNetwork::Blind {
        return failed(1, BLIND);
    }
    let asks = !args.yes && asking::somebody_is_there();
    if asks {
        ask_before(&domain, &mut args);
    }
    match look_around(&trial, &domain, &args, asks).await {
        Ok(around) => finish(path, &trial, &domain, args, around, asks).await,
        Err(why) => failed(1, why),
    }
}

/// Everything that was discovered.
struct Around {
    seen: Seen,
    found: Vec<Finding>,
    entries: Vec<Entry>,
}

/// Asks for details that discovery cannot find out.
fn ask_before(domain: &Domain, args: &mut Init) {
    if args.platform.is_none() {
        args.platform = Some(asking::ask("What is your platform called", &domain.platform()));
    }
    if args.apps.is_empty() {
        let question = "Your apps, by name or link, separated by commas (Enter: only those that the site names)";
        let apps = asking::ask(question, "");
        args.apps = apps.split(',').map(str::trim).filter(|app| !app.is_empty()).map(str::to_owned).collect();
    }
}

/// Asks whether a discovered thing is theirs, if nothing else about it is in doubt.
fn ask_whose(entries: &mut [Entry]) {
    for entry in entries.iter_mut().filter(|entry| entry.doubt) {
        let found = entry.found.first().cloned().unwrap_or_default();
        if asking::agree(&format!("Is {} yours? ({found})", entry.label), false) {
            (entry.state, entry.doubt) = (State::On, false);
        }
    }
}

/// The storefronts: those given, or else that of the domain's ending and the United States.
fn countries(domain: &Domain, args: &mut Init) -> Result<(), String> {
    for country in &mut args.countries {
        *country = country.trim().to_lowercase();
        if country.len() != 2 || !country.chars().all(|c| c.is_ascii_lowercase()) {
            return Err(format!("`{country}` is not a storefront; use two letters each, such as --countries us,de"));
        }
    }
    if args.countries.is_empty() {
        let ending = domain.name.rsplit('.').next().unwrap_or_default();
        let ending = if ending == "uk" { "gb" } else { ending };
        args.countries
            .extend(STOREFRONTS.iter().find(|country| **country == ending).map(|country| (*country).to_owned()));
        args.countries.push("us".to_owned());
    }
    Ok(())
}

/// Checks that a file can be written to `path`, before the first question is asked.
fn can_be_written(path: &Path) -> Result<(), String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if path.is_dir() {
        return Err(format!("{} is a folder: name a file with -c", path.display()));
    }
    if is_there(path) {
        return Config::load(path)
            .map(drop)
            .map_err(|problems| format!("{} exists, but has errors\n\n{problems}", path.display()));
    }
    let tried = tempfile::NamedTempFile::new_in(folder);
    tried.map(drop).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

/// Whether the file exists and is not empty.
fn is_there(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.len() > 0)
}

fn prepare(path: &Path, network: Option<&Path>) -> Result<Trial, String> {
    let catalog = Arc::new(Catalog::load(None).map_err(|problems| problems.to_string())?);
    let network = match network {
        Some(file) => Network::load(file).map_err(|problems| problems.to_string())?.0,
        // An existing configuration contains the network settings it was written for.
        None if is_there(path) => Config::load(path).map_err(|problems| problems.to_string())?.network,
        None => Network::default(),
    };
    let clock = Clock::system();
    let askers = build::askers_of(&network, &catalog, &clock, &build::gate(&clock))?;
    Ok(Trial { catalog, network, askers, clock })
}

async fn look_around(trial: &Trial, domain: &Domain, args: &Init, asks: bool) -> Result<Around, String> {
    let companies = &trial.catalog.parents;
    let vendors: Vec<&str> = trial.catalog.vendors.keys().map(String::as_str).collect();
    let signs = Signs::load(companies, &vendors).map_err(|problems| problems.to_string())?;
    let shows = std::io::stderr().is_terminal();
    let tell = move |what: &str, came: &str| {
        if shows {
            eprintln!("  {what}: {}", came.chars().take(120).collect::<String>());
        }
    };
    let given: Vec<Given> = args.apps.iter().map(|app| Given::parse(app)).collect();
    let with = Gathering {
        askers: &trial.askers,
        catalog: &trial.catalog,
        signs: &signs,
        clock: &trial.clock,
        timeout: trial.network.timeout.min(Duration::from_secs(15)),
        countries: &args.countries,
        tell: &tell,
    };
    let seen = gather(&with, domain, &given).await.map_err(|gone| gone.to_string())?;
    let found = conclude(domain, &seen, &signs);
    let wishes = Wishes { countries: args.countries.clone() };
    let mut entries = draft(&trial.catalog, domain, &seen, &found, &wishes);
    if asks {
        ask_whose(&mut entries);
    }
    tell("trying", &format!("{} entries", entries.iter().filter(|entry| entry.is_on()).count()));
    trial.weed(&mut entries);
    let said = trial.look(&entries).await?;
    put_aside(&mut entries, &said);
    Ok(Around { seen, found, entries })
}

async fn finish(path: &Path, trial: &Trial, domain: &Domain, args: Init, around: Around, asks: bool) -> ExitCode {
    let Around { seen, found, entries } = &around;
    print!("{}", summary::found(&trial.catalog, domain, found, seen, terminal::width()));
    if is_there(path) {
        return propose(path, trial, domain, entries, args.write);
    }
    if !entries.iter().any(Entry::is_on) {
        return failed(1, "nothing was found that can be monitored without a key; no file was written");
    }
    let wrote = if asks && args.chats.is_empty() { hello::find_chat(trial, path).await } else { Vec::new() };
    let chats = wrote.iter().map(|wrote| wrote.chat).chain(args.chats).collect();
    // In a group, only listed users may change anything. Those who wrote to the bot may.
    let users = wrote.iter().filter(|wrote| wrote.chat < 0).flat_map(|wrote| wrote.users.clone()).collect();
    let network = args.network.as_deref().map(Network::load).and_then(Result::ok).map(|(_, text)| text);
    let header = Header {
        platform: args.platform.unwrap_or_else(|| domain.platform()),
        date: trial.clock.now().utc().format("%Y-%m-%d").to_string(),
        chats,
        users,
        network: network.unwrap_or_default(),
    };
    let text = match file(&header, domain, entries, found, &seen.gaps) {
        Ok(text) => text,
        Err(why) => return failed(1, why),
    };
    if let Err(problems) = Config::read_with(path.display().to_string(), text.clone(), Some(trial.catalog.clone())) {
        return failed(1, format!("what was found is not a valid configuration; please report this bug\n\n{problems}"));
    }
    if let Err(why) = create(path, &text) {
        return failed(1, why);
    }
    print!("{}", summary::written(path, entries, &header));
    ExitCode::SUCCESS
}

/// The configuration lists vendors and addresses, so only its owner may read it.
const PRIVATE: u32 = 0o600;

/// Creates the file. An existing file is never overwritten, even if it appeared in the meantime.
fn create(path: &Path, text: &str) -> Result<(), String> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    // An empty file may exist, for example from `mktemp`.
    let empty = path.exists() && !is_there(path);
    let opened = std::fs::OpenOptions::new().write(true).create_new(!empty).mode(PRIVATE).open(path);
    let written = opened.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

/// Compares new findings with an existing configuration, and appends new entries if `write` is set.
fn propose(path: &Path, trial: &Trial, domain: &Domain, entries: &[Entry], write: bool) -> ExitCode {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return failed(1, format!("{} cannot be read: {error}", path.display())),
    };
    let theirs = match Config::read_with(path.display().to_string(), text.clone(), Some(trial.catalog.clone())) {
        Ok(theirs) => theirs,
        Err(problems) => return failed(2, problems),
    };
    let found = trial.config_of_all(entries);
    let changes = compare(&text, &theirs, found.as_ref(), entries, domain);
    let added: Vec<&str> = changes.new.iter().map(|new| new.text.as_str()).collect();
    let writes = write && !added.is_empty();
    let written = if writes { super::add::append(path, &text, &added.join("\n"), &trial.catalog) } else { Ok(()) };
    print!("{}", summary::changes(path, &changes, writes && written.is_ok()));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => failed(1, why),
    }
}
