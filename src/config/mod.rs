//! Reads `plugwatch.toml` as a [`Config`], or reports every problem at once, with line and caret.

mod armed;
mod channel;
mod conflict;
mod date;
mod dependency;
mod duty;
mod find;
mod keys;
mod maintenance;
mod network;
mod notes;
mod notice;
mod page;
mod probe;
mod public;
mod publish;
mod relate;
mod sense;
mod unmonitored;
mod updated;
mod web;

pub use channel::Channel;
pub use date::Date;
pub use dependency::{Dependency, LeaveStep};
pub use keys::{KeyOwner, KeySource, NamedKey};
pub use maintenance::Maintenance;
pub use network::Network;
pub use probe::Probe;
pub use public::Public;
pub use publish::Publish;
pub use updated::{catalog_keys, updated_catalog};
pub use web::{Listen, Web};

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use crate::catalog::{Ask, Catalog};
use crate::core::people::duty::Duty;
use crate::core::people::notice::Notice;
use crate::core::platform::public::PublicPage;
use crate::core::time::schedule::{Cron, Schedule};
use crate::core::words::check_in::{CheckInPoint, Takes};
use crate::core::words::question::{Key, Secret};
use crate::read::{At, Problem, Problems, Source, Table, secret};

/// The configuration of one run.
#[derive(Clone, Debug)]
pub struct Config {
    /// The platform's name.
    pub platform: String,
    /// The database file.
    pub database: PathBuf,
    /// The time zone of cron schedules and messages.
    pub time_zone: Tz,
    /// When the weekly report is sent.
    pub report: Schedule,
    /// When the monthly report is sent, if at all.
    pub monthly: Option<Schedule>,
    /// How long single checks are kept.
    pub keep_raw: Duration,
    /// The status page.
    pub web: Web,
    /// How the public page looks.
    pub page: PublicPage,
    /// Where the public page is published as files, if anywhere.
    pub publish: Option<Publish>,
    /// The network.
    pub network: Network,
    /// The notification channels.
    pub channels: Vec<Channel>,
    /// The people who are called in turn until somebody acknowledges.
    pub duties: Vec<Duty>,
    /// The dependencies of the platform.
    pub dependencies: Vec<Dependency>,
    /// Announced maintenance.
    pub maintenance: Vec<Maintenance>,
    /// Notices from vendors, reported by people.
    pub notices: Vec<Notice>,
    /// Deadlines that no check can measure.
    pub dates: Vec<Date>,
    /// The companies that plugwatch itself depends on, by slug.
    pub rides_on: Vec<String>,
    /// The URL of the dead-man's switch, and the interval between signs of life.
    pub heartbeat: Option<(Key, Duration)>,
    /// Every secret that the file names, with its source.
    pub keys: Vec<NamedKey>,
    /// The catalogue that the dependencies were read with.
    pub catalog: Arc<Catalog>,
    /// The folder with the user's own vendor files.
    pub overlay: Option<PathBuf>,
    /// Why an installed catalogue is not used, if so.
    pub catalog_note: Option<String>,
}

impl Config {
    /// Reads a file with the catalogue it names.
    ///
    /// # Errors
    /// Returns every problem of the file, or those of the catalogue.
    pub fn load(path: &Path) -> Result<Config, Problems> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            let cure = "create one with plugwatch init your-domain.com, or name another file with --config";
            Problems(vec![Problem::of_file(&name, format!("cannot be read: {error}"), cure)])
        })?;
        Config::read(name, text)
    }

    /// Reads a text; `name` appears in messages about problems.
    ///
    /// # Errors
    /// Returns every problem of the text, or those of the catalogue.
    pub fn read(name: impl Into<String>, text: impl Into<String>) -> Result<Config, Problems> {
        Config::read_with(name, text, None)
    }

    /// Reads a text with a given catalogue; without one, with the catalogue that the text names.
    ///
    /// # Errors
    /// Fails as [`Config::read`] does.
    pub fn read_with(
        name: impl Into<String>,
        text: impl Into<String>,
        catalog: Option<Arc<Catalog>>,
    ) -> Result<Config, Problems> {
        let source = Source::new(name, text);
        let config = read_all(&source, catalog);
        let problems = source.into_problems();
        match config {
            Ok(config) if problems.is_empty() => Ok(config),
            Ok(_) => Err(Problems(problems)),
            Err(catalog) => Err(Problems([problems, catalog.0].concat())),
        }
    }

    /// Whether any dependency has `public`.
    pub fn says_public(&self) -> bool {
        self.dependencies.iter().any(|dependency| dependency.public != Public::Unsaid)
    }

    /// Shows every dependency on the public page, for a file without `public` whose page showed everything
    /// before.
    pub fn show_as_before(&mut self) {
        for dependency in self.dependencies.iter_mut().filter(|dependency| dependency.public == Public::Unsaid) {
            dependency.public = Public::under(&dependency.label);
        }
    }

    /// Every secret that is set, so that it can be removed from all output.
    pub fn secrets(&self) -> Vec<Secret> {
        let probes = self.dependencies.iter().flat_map(|dependency| &dependency.probes);
        let of_probes = probes.flat_map(|probe| probe.params.secret.values().filter_map(|key| key.set().cloned()));
        let heartbeat = self.heartbeat.iter().filter_map(|(url, _)| url.set().cloned());
        let details = self.web.details_token.iter().cloned();
        of_probes.chain(self.channels.iter().flat_map(Channel::secrets)).chain(heartbeat).chain(details).collect()
    }

    /// The labels of dependencies that nothing checks, with the reason: the file says so, or all its keys are
    /// missing.
    pub fn unmonitored(&self) -> Vec<(&str, String)> {
        let why = |dependency: &Dependency| {
            let waits = || dependency.probes.iter().all(|probe| probe.waits_for_key());
            let key = (!dependency.probes.is_empty() && waits()).then(|| "needs a key".to_owned());
            dependency.not_monitored.clone().or(key)
        };
        self.dependencies.iter().filter_map(|one| Some((one.label.as_str(), why(one)?))).collect()
    }

    /// The kind of reports that a probe accepts, if it relies on reports.
    pub fn takes(&self, probe: &Probe) -> Option<Takes> {
        match self.catalog.check(&probe.check)?.1.ask {
            Ask::CheckIn(takes) => Some(takes),
            _ => None,
        }
    }

    /// The check-in addresses: who may report what over the web.
    pub fn check_in_points(&self) -> Vec<CheckInPoint> {
        let check_in_point = |(_, probe): (&Dependency, &Arc<Probe>)| {
            let takes = self.takes(probe)?;
            let token = probe.params.secret.get("token")?.set()?;
            let name = probe.params.public.get("name")?.as_str()?.to_owned();
            Some(CheckInPoint { mark: Sha256::digest(token.open()).into(), name, takes })
        };
        self.probes().filter_map(check_in_point).collect()
    }

    /// Removes the parts of the catalogue that this configuration does not use, to save memory. A reload
    /// reads the whole catalogue again.
    pub fn forget_unused(&mut self) {
        let checks = self.dependencies.iter().flat_map(|dependency| &dependency.probes).map(|probe| &probe.check);
        let named = self.dependencies.iter().flat_map(|dependency| &dependency.vendors).map(String::as_str);
        let vendors = checks.filter_map(|check| Some(check.split_once('/')?.0)).chain(named).collect();
        // If the catalogue is shared, it stays whole. That only costs memory.
        if let Some(catalog) = Arc::get_mut(&mut self.catalog) {
            catalog.keep_only(&vendors);
        }
    }

    /// All probes with their dependencies.
    pub fn probes(&self) -> impl Iterator<Item = (&Dependency, &Arc<Probe>)> {
        self.dependencies.iter().flat_map(|dependency| dependency.probes.iter().map(move |probe| (dependency, probe)))
    }
}

fn read_all(source: &Source, catalog: Option<Arc<Catalog>>) -> Result<Config, Problems> {
    let parsed = source.parse();
    let root = Table::root(source, &parsed);
    let overlay = read_overlay(&root);
    let (catalog, catalog_note) = match catalog {
        Some(catalog) => (catalog, None),
        None => updated::load(&root, overlay.as_deref())?,
    };
    let time_zone = read_zone(&root).unwrap_or(Tz::UTC);
    let mut dependencies = dependency::read_all(&root, &catalog, time_zone);
    relate::relate(&mut dependencies, &catalog);
    let channels: Vec<Channel> =
        root.tables("channel").iter().filter_map(|table| channel::read(table, time_zone)).collect();
    let config = Config {
        platform: read_platform(&root),
        database: root.string("database").map_or_else(|| updated::DATABASE.into(), |path| path.value.into()),
        time_zone,
        report: read_report(&root, time_zone),
        monthly: read_monthly(&root, time_zone),
        keep_raw: read_keep(&root),
        web: web::read(&root),
        page: page::read(&root),
        publish: publish::read(&root, &catalog),
        network: network::read(&root),
        dates: root.tables("date").iter().filter_map(|table| date::read(table, &dependencies)).collect(),
        rides_on: read_rides_on(&root, &catalog),
        heartbeat: read_heartbeat(&root),
        duties: root.tables("duty").iter().filter_map(|table| duty::read(table, &channels, time_zone)).collect(),
        channels,
        notices: root.tables("notice").iter().filter_map(|table| notice::read(table, &dependencies)).collect(),
        dependencies,
        maintenance: root
            .tables("maintenance")
            .iter()
            .filter_map(|table| maintenance::read(table, time_zone))
            .collect(),
        keys: keys::named(&as_json(&parsed), root.file()),
        catalog,
        overlay,
        catalog_note,
    };
    sense::check(&root, &config);
    root.finish();
    Ok(config)
}

/// The whole file as JSON, for readers that need several tables.
fn as_json(parsed: &toml::Spanned<toml::de::DeTable<'_>>) -> serde_json::Value {
    let fields = parsed.get_ref().iter();
    fields.map(|(key, value)| (key.get_ref().to_string(), crate::read::to_json(value.get_ref()))).collect()
}

fn read_platform(root: &Table<'_>) -> String {
    let Some(name) = root.need_string("platform", "\"Your platform\"") else { return String::new() };
    if name.value.trim().is_empty() {
        root.problem(name.span, "the platform has no name", "for example platform = \"Your platform\"");
    }
    name.value
}

fn read_overlay(root: &Table<'_>) -> Option<PathBuf> {
    let folder = root.string("catalog")?;
    if !Path::new(&folder.value).is_dir() {
        let cure = "create it, or remove `catalog`; relative paths start in the folder where plugwatch is started";
        root.problem(folder.span, format!("there is no folder `{}`", folder.value), cure);
        return None;
    }
    Some(folder.value.into())
}

fn read_rides_on(root: &Table<'_>, catalog: &Catalog) -> Vec<String> {
    let given = root.strings("rides_on").map(|list| list.value).unwrap_or_default();
    let known = |slug: &At<String>| {
        let known = catalog.parents.contains_key(&slug.value);
        if !known {
            let what = format!("`{}` is not a company that plugwatch knows", slug.value);
            root.problem(slug.span.clone(), what, "use a slug from config/catalog/_parents.toml, such as \"amazon\"");
        }
        known
    };
    given.into_iter().filter(known).map(|slug| slug.value).collect()
}

fn read_heartbeat(root: &Table<'_>) -> Option<(Key, Duration)> {
    let table = root.table("heartbeat")?;
    let given = table.any("url");
    if given.is_none() {
        table.missing("url", "{ env = \"PLUGWATCH_HEARTBEAT_URL\" }");
    }
    let url = secret::read(&table, "url");
    let every = table.duration("every").map(|every| (every.value, every.span));
    table.finish();
    let is_url = |text: &str| url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if let (Some(given), Some(Key::Set(set))) = (given, &url)
        && !is_url(set.open())
    {
        table.problem(
            given.span,
            "its value is not a URL",
            "use the ping URL of a check, for example at healthchecks.io",
        );
        return None;
    }
    let usual = Duration::from_secs(60);
    match every {
        Some((every, span)) if every < Duration::from_secs(10) => {
            table.problem(span, "that is too often for a heartbeat", "use at least \"10s\"");
            None
        }
        every => Some((url?, every.map_or(usual, |(every, _)| every))),
    }
}

fn read_keep(root: &Table<'_>) -> Duration {
    let usual = Duration::from_secs(90 * 86_400);
    let Some(keep) = root.duration("keep_raw") else { return usual };
    if keep.value < Duration::from_secs(86_400) {
        root.problem(
            keep.span,
            "checks that are kept for less than a day cannot serve as evidence later",
            "use at least \"1d\"",
        );
        return usual;
    }
    keep.value
}

fn read_zone(table: &Table<'_>) -> Option<Tz> {
    zone_of(table, table.string("time_zone")?)
}

/// A time zone by its name.
fn zone_of(table: &Table<'_>, zone: At<String>) -> Option<Tz> {
    match zone.value.parse() {
        Ok(zone) => Some(zone),
        Err(_) => {
            let cure = "use a name from the IANA time zone database, such as \"Europe/Berlin\"";
            table.problem(zone.span, format!("`{}` is not a time zone", zone.value), cure);
            None
        }
    }
}

fn read_report(root: &Table<'_>, zone: Tz) -> Schedule {
    let usual = || Cron::parse("0 9 * * Mon", zone).map(|cron| Schedule::Cron(Box::new(cron)));
    let given = root.string("report").map(|text| (Cron::parse(&text.value, zone), text.span));
    let read = match given {
        Some((Ok(cron), _)) => Ok(Schedule::Cron(Box::new(cron))),
        Some((Err(wrong), span)) => {
            root.problem(span, wrong, "for example report = \"0 9 * * Mon\"");
            usual()
        }
        None => usual(),
    };
    // The default expression is a constant, and a test parses it.
    read.unwrap_or(Schedule::Every(Duration::from_secs(7 * 86_400)))
}

fn read_monthly(root: &Table<'_>, zone: Tz) -> Option<Schedule> {
    let given = root.string("report_monthly")?;
    match Cron::parse(&given.value, zone) {
        Ok(cron) => Some(Schedule::Cron(Box::new(cron))),
        Err(wrong) => {
            root.problem(given.span, wrong, "for example report_monthly = \"0 9 1 * *\"");
            None
        }
    }
}
