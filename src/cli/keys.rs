//! `plugwatch keys`: every key that the configuration names, its purpose, and its last use. A key itself is
//! never printed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::{failed, json, load, terminal};
use crate::clock::Clock;
use crate::config::{Config, KeyOwner, KeySource, NamedKey, Probe};
use crate::core::time::{Time, human};
use crate::core::words::verdict::Verdict;
use crate::say::table::table;
use crate::store::{DEAD_MANS_SWITCH, DETAILS_TOKEN, PlaceRow, SeenLook, Store};

/// The output format.
#[derive(Args)]
pub(super) struct How {
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// One key, identified by its source.
pub(super) struct KeyLine {
    pub(super) source: KeySource,
    pub(super) set: bool,
    /// The owners and parameters that use it, such as `Stripe: key`.
    pub(super) used_by: Vec<String>,
    /// The minimum permissions, from the catalogue.
    pub(super) least: BTreeSet<String>,
    /// The abilities of the key in addition to reading.
    risks: BTreeSet<String>,
    /// When its file was written.
    written_at: Option<Time>,
    /// When a check that uses it was added.
    first_seen: Option<Time>,
    /// Its last use.
    pub(super) last: Option<LastUse>,
}

/// The result of a key's last use.
#[derive(Clone)]
pub(super) struct LastUse {
    at: Time,
    /// `accepted`, `refused`, or the reason why the result is not known.
    pub(super) outcome: String,
}

impl LastUse {
    pub(super) fn refused(&self) -> bool {
        self.outcome.starts_with(REFUSED)
    }
}

const REFUSED: &str = "refused";
/// Reasons of a check whose key was refused.
const REFUSALS: [&str; 3] = ["credential_refused", "access_lost", "permission_missing"];

/// The use of keys by checks and by channels, as recorded in the database.
#[derive(Default)]
pub(super) struct Written {
    /// The last check of each probe, by its identity.
    looks: HashMap<String, SeenLook>,
    added: HashMap<String, Time>,
    /// The last uses of keys that belong to neither a check nor a channel.
    uses: HashMap<String, Time>,
    pub(super) places: Vec<PlaceRow>,
}

impl Written {
    /// Reads it from the database. Empty if there is no database yet.
    pub(super) async fn of(config: &Config) -> Result<Written, String> {
        if !Store::exists(&config.database) {
            return Ok(Written::default());
        }
        let store = Store::view(&config.database).await.map_err(|error| error.to_string())?;
        let written = read(&store).await.map_err(|error| error.to_string());
        store.close().await;
        written
    }
}

async fn read(store: &Store) -> crate::store::Result<Written> {
    let identities: HashMap<i64, String> =
        store.active_probes().await?.into_iter().map(|probe| (probe.id, probe.identity)).collect();
    let looks = store.last_looks().await?.into_iter();
    let looks = looks.filter_map(|look| Some((identities.get(&look.probe)?.clone(), look))).collect();
    Ok(Written { looks, added: store.added().await?, uses: store.key_uses().await?, places: store.places().await? })
}

pub(super) async fn keys(path: &Path, how: How) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let written = match Written::of(&config).await {
        Ok(written) => written,
        Err(why) => return failed(1, why),
    };
    let (lines, now) = (lines(&config, &written), Clock::system().now());
    if how.json {
        return json::print(&as_json(&config.platform, &lines));
    }
    print!("{}", text(&lines, now, terminal::width()));
    ExitCode::SUCCESS
}

/// One line per key, sorted by name.
pub(super) fn lines(config: &Config, written: &Written) -> Vec<KeyLine> {
    let mut by_source: BTreeMap<&KeySource, Vec<&NamedKey>> = BTreeMap::new();
    for key in &config.keys {
        by_source.entry(&key.source).or_default().push(key);
    }
    by_source.into_iter().map(|(source, keys)| line(config, written, source, &keys)).collect()
}

fn line(config: &Config, written: &Written, source: &KeySource, keys: &[&NamedKey]) -> KeyLine {
    let mut line = KeyLine {
        source: source.clone(),
        set: source.is_set(),
        used_by: Vec::new(),
        least: BTreeSet::new(),
        risks: BTreeSet::new(),
        written_at: written_at(source),
        first_seen: None,
        last: None,
    };
    for key in keys {
        let used_by = format!("{}: {}", owner(config, &key.owner), key.param);
        if !line.used_by.contains(&used_by) {
            line.used_by.push(used_by);
        }
        match &key.owner {
            KeyOwner::Dependency(id) => of_dependency(&mut line, config, written, id, &key.param),
            KeyOwner::Channel(name) => later(&mut line.last, of_channel(written, name)),
            KeyOwner::Heartbeat => later(&mut line.last, noted(written, DEAD_MANS_SWITCH, "delivered")),
            KeyOwner::Details => later(&mut line.last, noted(written, DETAILS_TOKEN, "accepted")),
        }
    }
    line
}

fn owner(config: &Config, owner: &KeyOwner) -> String {
    match owner {
        KeyOwner::Dependency(id) => {
            let dependency = config.dependencies.iter().find(|dependency| dependency.id == *id);
            dependency.map_or_else(|| id.clone(), |dependency| dependency.label.clone())
        }
        KeyOwner::Channel(name) => format!("channel {name}"),
        KeyOwner::Heartbeat => "dead-man's switch".to_owned(),
        KeyOwner::Details => "page with details".to_owned(),
    }
}

fn of_dependency(line: &mut KeyLine, config: &Config, written: &Written, id: &str, param: &str) {
    let Some(dependency) = config.dependencies.iter().find(|dependency| dependency.id == id) else { return };
    let uses = |probe: &&std::sync::Arc<Probe>| probe.params.secret.contains_key(param);
    for probe in dependency.probes.iter().filter(uses) {
        later(&mut line.last, written.looks.get(&probe.identity).and_then(|look| used(line.set, look)));
        let added = written.added.get(&probe.identity).copied();
        line.first_seen = [line.first_seen, added].into_iter().flatten().min();
        let Some((_, check)) = config.catalog.check(&probe.check) else { continue };
        line.least.extend(check.least_key.clone());
        line.risks.extend(check.key_risk.clone());
    }
    if dependency.probes.is_empty() {
        let vendor = dependency.vendors.first().and_then(|id| config.catalog.vendors.get(id));
        let check = vendor.and_then(crate::discover::main_check);
        line.least.extend(check.and_then(|check| check.least_key.clone()));
    }
}

/// The result of the key's use by a check. `None` if the check was not run for lack of a key.
fn used(set: bool, look: &SeenLook) -> Option<LastUse> {
    let outcome = match (look.verdict, look.reason.as_str()) {
        (_, "needs_key") => return None,
        (_, reason) if REFUSALS.contains(&reason) => format!("{REFUSED} ({reason})"),
        (Verdict::Unknown | Verdict::Outage, reason) => format!("not known: the check failed ({reason})"),
        _ => "accepted".to_owned(),
    };
    set.then_some(LastUse { at: look.at, outcome })
}

fn of_channel(written: &Written, name: &str) -> Option<LastUse> {
    let own = written.places.iter().filter(|place| place.channel == name);
    let uses = own.filter_map(|place| match (place.dead_since, place.sent_at) {
        (Some(at), _) => Some(LastUse { at, outcome: format!("{REFUSED}: {}", place.why.clone().unwrap_or_default()) }),
        (None, Some(at)) => Some(LastUse { at, outcome: "delivered".to_owned() }),
        (None, None) => None,
    });
    uses.max_by_key(|used| (used.refused(), used.at))
}

fn noted(written: &Written, key: &str, outcome: &str) -> Option<LastUse> {
    written.uses.get(key).map(|at| LastUse { at: *at, outcome: outcome.to_owned() })
}

/// Keeps the later use; at the same time, a refusal is kept rather than a success.
fn later(last: &mut Option<LastUse>, other: Option<LastUse>) {
    let rank = |used: &LastUse| (used.at, used.refused());
    if let Some(other) = other
        && last.as_ref().is_none_or(|last| rank(last) < rank(&other))
    {
        *last = Some(other);
    }
}

fn written_at(source: &KeySource) -> Option<Time> {
    let written = std::fs::metadata(source.path()?).and_then(|file| file.modified()).ok()?;
    let since = written.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Time(i64::try_from(since.as_millis()).ok()?))
}

fn text(lines: &[KeyLine], now: Time, width: Option<usize>) -> String {
    if lines.is_empty() {
        return "The configuration names no keys.\n".to_owned();
    }
    let head = ["Key", "Used by", "Age", "Last use", "Least rights"].map(str::to_owned).to_vec();
    let rows = lines.iter().map(|line| {
        let least: Vec<&str> = line.least.iter().map(String::as_str).collect();
        let risks = line.risks.iter().map(|risk| format!("CAN DO MORE THAN READ: {risk}"));
        let rights = least.into_iter().map(str::to_owned).chain(risks).collect::<Vec<_>>().join("; ");
        vec![line.source.name(), line.used_by.join(", "), age(line, now), last(line, now), rights]
    });
    table(&std::iter::once(head).chain(rows).collect::<Vec<_>>(), width)
}

fn age(line: &KeyLine, now: Time) -> String {
    let ago = |at: Time| human(now.since(at));
    match (line.set, line.written_at, line.first_seen) {
        (false, ..) => String::new(),
        (_, Some(at), _) => ago(at),
        (_, None, Some(at)) => format!("at least {}", ago(at)),
        _ => "not known".to_owned(),
    }
}

fn last(line: &KeyLine, now: Time) -> String {
    match (&line.last, line.set) {
        (_, false) => "NOT SET".to_owned(),
        (Some(used), _) if now.since(used.at) < Duration::from_secs(60) => format!("{}, just now", used.outcome),
        (Some(used), _) => format!("{}, {} ago", used.outcome, human(now.since(used.at))),
        (None, _) => "no use recorded".to_owned(),
    }
}

fn as_json(platform: &str, lines: &[KeyLine]) -> Value {
    let one = |line: &KeyLine| {
        let kind = if matches!(line.source, KeySource::Variable { .. }) { "variable" } else { "file" };
        json!({
            "name": line.source.name(), "kind": kind, "set": line.set, "used_by": line.used_by,
            "least_rights": line.least, "can_do_more": line.risks,
            "written_at": line.written_at.map(Time::rfc3339), "first_seen": line.first_seen.map(Time::rfc3339),
            "last_use": line.last.as_ref().map(|used| json!({ "at": used.at.rfc3339(), "outcome": used.outcome })),
        })
    };
    json!({ "schema": "plugwatch.keys/1", "platform": platform, "keys": lines.iter().map(one).collect::<Vec<_>>() })
}
