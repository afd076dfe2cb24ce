//! A scenario: what is watched, what happens, and what is true.

use std::path::Path;
use std::time::Duration;

use include_dir::{Dir, include_dir};

use super::expect::Expect;
use super::step::{self, Step};
use super::world::World;
use crate::core::words::verdict::words;
use crate::read::{Problem, Problems, Source, Table};

/// The scenarios that ship with the program.
static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/tests/scenarios/drops");

words! {
    /// What is true of a dependency for a while. What no truth speaks of is live.
    Is {
        /// The vendor dropped us.
        Dropped = "dropped",
        /// Nobody is served there.
        Outage = "outage",
        /// It serves us, with a warning.
        Degraded = "degraded",
        /// Nobody can know from here: a revoked key and a suspended account look the same.
        Undecidable = "undecidable",
        /// It cannot be seen, and nothing may be said about it.
        Unseen = "unseen",
        /// It is ours: our network, our key, our application.
        Ours = "ours",
    }
}

words! {
    /// What kind of thing happens in a scenario.
    Family {
        /// A store or registry takes something out.
        Removal = "removal",
        /// A vendor suspends an account, or what it serves.
        Suspension = "suspension",
        /// Something breaks at a vendor.
        Outage = "outage",
        /// Something of ours breaks.
        Ours = "ours",
        /// Answers that say nothing.
        Weather = "weather",
        /// Several at once, or one after the other.
        Combination = "combination",
    }
}

/// What is true of one dependency for a while.
#[derive(Clone, Debug)]
pub struct Truth {
    /// The dependency.
    pub dependency: String,
    /// From when on.
    pub from: Duration,
    /// Until when; to the end if left out.
    pub to: Option<Duration>,
    /// What.
    pub is: Is,
    /// It must be told, and no longer be shown green, within this time.
    pub within: Duration,
    /// Truths of the same name are one event, and one opening.
    pub event: String,
    /// It is not told by itself: a consequence, or announced work.
    pub silent: bool,
    /// What is expected of its messages.
    pub expect: Expect,
    /// How many openings its event has: one, none where it is silent or a turn of an event
    /// that is open already, more where it comes and goes.
    pub openings: usize,
}

impl Truth {
    /// Whether it holds at a time, or held so shortly before that it may be told still.
    pub(super) fn spans(&self, at: Duration, afterwards: Duration) -> bool {
        at >= self.from && self.to.is_none_or(|to| at <= to + afterwards)
    }
}

/// A scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its file's name without the ending.
    pub name: String,
    /// A sentence.
    pub title: String,
    /// What kind of thing happens.
    pub family: Family,
    /// How long it lasts.
    pub lasts: Duration,
    /// The configuration's text, but for the database.
    pub config: String,
    /// Vendor files of its own, as text.
    pub catalog: Vec<(String, String)>,
    /// What happens, in order.
    pub steps: Vec<Step>,
    /// What is true.
    pub truths: Vec<Truth>,
    /// Who answers what.
    pub world: World,
    /// Who sees to what is open, so long after a critical alert came; nobody, if none.
    pub acknowledged: Option<(String, Duration)>,
    /// So many messages an hour are right here, and why; the usual ceiling if none.
    pub most_an_hour: Option<(usize, String)>,
    /// What the bench finds here is known, and is to be mended: why.
    pub known_fault: Option<String>,
}

/// The scenarios of a folder, or those that ship with the program.
///
/// # Errors
/// Everything that is wrong in any of them.
pub fn load(folder: Option<&Path>) -> Result<Vec<Scenario>, Problems> {
    let files = match folder {
        Some(folder) => read_folder(folder)?,
        None => shipped(),
    };
    let world = world_of(&files)?;
    let (mut scenarios, mut problems) = (Vec::new(), Vec::new());
    for (name, text) in files.into_iter().filter(|(name, _)| !name.starts_with('_')) {
        match read(&name, text, &world) {
            Ok(scenario) => scenarios.push(scenario),
            Err(Problems(found)) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(scenarios) } else { Err(Problems(problems)) }
}

fn shipped() -> Vec<(String, String)> {
    let files = SHIPPED.files().filter_map(|file| {
        let name = file.path().file_name()?.to_str()?;
        Some((name.to_owned(), file.contents_utf8()?.to_owned()))
    });
    sorted(files)
}

fn read_folder(folder: &Path) -> Result<Vec<(String, String)>, Problems> {
    let name = folder.display().to_string();
    let wrong = |error: std::io::Error| {
        Problems(vec![Problem::of_file(&name, format!("cannot be read: {error}"), "give a folder with scenarios")])
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or("").to_owned();
        if file.ends_with(".toml") {
            files.push((file, std::fs::read_to_string(&path).map_err(wrong)?));
        }
    }
    let files = sorted(files.into_iter());
    if files.iter().all(|(name, _)| name.starts_with('_')) {
        return Err(Problems(vec![Problem::of_file(&name, "holds no scenario", "give a folder with scenarios")]));
    }
    Ok(files)
}

fn sorted(files: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut files: Vec<_> = files.filter(|(name, _)| name.ends_with(".toml")).collect();
    files.sort();
    files
}

/// The world that a folder brings, in files that begin with `_world`; else the shipped one.
fn world_of(files: &[(String, String)]) -> Result<World, Problems> {
    let worlds = |files: &[(String, String)]| -> Result<Option<World>, Problems> {
        let mut world: Option<World> = None;
        for (name, text) in files.iter().filter(|(name, _)| name.starts_with("_world")) {
            let next = World::read(name, text)?;
            world = Some(world.map_or_else(|| next.clone(), |world| world.over(&next)));
        }
        Ok(world)
    };
    match worlds(files)? {
        Some(own) => Ok(own),
        None => Ok(worlds(&shipped())?.unwrap_or_default()),
    }
}

fn read(name: &str, text: String, world: &World) -> Result<Scenario, Problems> {
    let source = Source::new(name, text);
    let parsed = source.parse();
    let root = Table::root(&source, &parsed);
    let scenario = read_root(name.trim_end_matches(".toml"), &root, world);
    root.finish();
    check_steps(&root, &scenario);
    check_times(&root, &scenario);
    drop(root);
    drop(parsed);
    let problems = source.into_problems();
    if problems.is_empty() { Ok(scenario) } else { Err(Problems(problems)) }
}

/// The beginning of every configuration.
const HEAD: &str = "platform = \"Scenario\"
[network]
anchors = [\"192.0.2.1:443\", \"192.0.2.2:443\", \"192.0.2.3:443\"]
[[channel]]
kind = \"log\"
";

/// The configuration of what a table says is watched, and of its own text.
fn configured(table: &Table<'_>, base: &World) -> String {
    let mut config = HEAD.to_owned();
    for id in table.strings("watch").map(|list| list.value).unwrap_or_default() {
        match base.platform.get(&id.value) {
            Some(text) => config.push_str(text),
            None => {
                let known: Vec<&str> = base.platform.keys().map(String::as_str).collect();
                table.problem(id.span, format!("`{}` is not in the shared world", id.value), known.join(", "));
            }
        }
    }
    config.push_str(&table.string("config").map(|text| text.value).unwrap_or_default());
    config
}

fn read_root(name: &str, root: &Table<'_>, base: &World) -> Scenario {
    let mut own = World::default();
    own.take(root);
    let config = configured(root, base);
    let catalog = root.table("catalog").map(|table| {
        let file = |key: crate::read::At<String>| table.string(&key.value).map(|text| (key.value, text.value));
        table.keys().into_iter().filter_map(file).collect()
    });
    let families: Vec<&str> = Family::ALL.iter().map(|family| family.word()).collect();
    let family = root.word::<Family>("family", &families);
    if root.any("family").is_none() {
        root.missing("family", "\"removal\"");
    }
    Scenario {
        name: name.to_owned(),
        title: root.need_string("title", "\"Google removes the listing\"").map(|text| text.value).unwrap_or_default(),
        family: family.map_or(Family::Combination, |family| family.value),
        lasts: root.duration("lasts").map(|lasts| lasts.value).unwrap_or(Duration::from_secs(6 * 3_600)),
        config,
        catalog: catalog.unwrap_or_default(),
        steps: root
            .tables("step")
            .iter()
            .filter_map(|table| step::read(table, |table| configured(table, base)))
            .collect(),
        truths: root.tables("truth").iter().enumerate().filter_map(|(n, table)| truth(n, table)).collect(),
        world: own.over(base),
        acknowledged: acknowledged(root),
        most_an_hour: most_an_hour(root),
        known_fault: root.string("known_fault").map(|why| why.value),
    }
}

/// A founder who is woken sees to it within some minutes.
const ACKNOWLEDGED_AFTER: Duration = Duration::from_secs(600);

/// Who sees to what is critical, and after how long.
fn acknowledged(root: &Table<'_>) -> Option<(String, Duration)> {
    let Some(given) = root.any("acknowledged") else { return Some(("ops".to_owned(), ACKNOWLEDGED_AFTER)) };
    if given.value == "never" {
        return None;
    }
    let table = root.table("acknowledged")?;
    let who = table.string("by").map_or_else(|| "ops".to_owned(), |who| who.value);
    let after = table.duration("after").map_or(ACKNOWLEDGED_AFTER, |after| after.value);
    table.finish();
    Some((who, after))
}

/// A ceiling of its own needs a reason.
fn most_an_hour(root: &Table<'_>) -> Option<(usize, String)> {
    let most = root.count("most_an_hour")?;
    let because = root.string("because").map(|because| because.value);
    if because.is_none() {
        root.missing("because", "\"seven things are lost within the hour\"");
    }
    Some((most.value as usize, because?))
}

/// The channels of a configuration by name, as far as its text says.
fn channels(config: &str) -> Vec<String> {
    let source = Source::new("config", config);
    let parsed = source.parse();
    let root = Table::root(&source, &parsed);
    let name = |channel: &Table<'_>| channel.string("name").or_else(|| channel.string("kind")).map(|name| name.value);
    let names = root.tables("channel").iter().filter_map(name).collect();
    root.forgive();
    names
}

/// What happens must be able to happen in this world.
fn check_steps(root: &Table<'_>, scenario: &Scenario) {
    let channels = channels(&scenario.config);
    for (step, table) in scenario.steps.iter().zip(root.tables("step")) {
        step::check(step, &table, &scenario.world, &channels);
    }
}

/// What stands in a scenario must be able to happen in it.
fn check_times(root: &Table<'_>, scenario: &Scenario) {
    let mut before = Duration::ZERO;
    for (step, table) in scenario.steps.iter().zip(root.tables("step")) {
        if step.at > scenario.lasts {
            table.problem(table.key_span("at"), "this is after the scenario's end", "raise `lasts`");
        }
        if step.at < before {
            table.problem(table.key_span("at"), "this is before the step above it", "put the steps in order");
        }
        before = step.at;
    }
    for (truth, table) in scenario.truths.iter().zip(root.tables("truth")) {
        if truth.from > scenario.lasts {
            table.problem(table.key_span("from"), "this is after the scenario's end", "raise `lasts`");
        }
        if truth.to.is_some_and(|to| to <= truth.from) {
            table.problem(table.key_span("to"), "it ends before it begins", "`to` is later than `from`");
        }
    }
}

/// What is so is told within this, unless the file says otherwise.
const WITHIN: Duration = Duration::from_secs(1_800);
/// That something cannot be checked is no news as fast: a check of every half hour wants three rounds.
const WITHIN_UNSEEN: Duration = Duration::from_secs(2 * 3_600);

fn truth(n: usize, table: &Table<'_>) -> Option<Truth> {
    let silent = table.flag("silent").is_some_and(|flag| flag.value);
    let words: Vec<&str> = Is::ALL.iter().map(|is| is.word()).collect();
    let is = table.word("is", &words)?.value;
    let within = if is == Is::Unseen { WITHIN_UNSEEN } else { WITHIN };
    let truth = Truth {
        dependency: table.need_string("dependency", "\"android\"")?.value,
        from: table.duration("from").map(|from| from.value).unwrap_or_default(),
        to: table.duration("to").map(|to| to.value),
        is,
        within: table.duration("within").map_or(within, |within| within.value),
        event: table.string("event").map_or_else(|| format!("event {n}"), |event| event.value),
        silent,
        expect: Expect::read(table),
        openings: table.count("openings").map_or(usize::from(!silent), |count| count.value as usize),
    };
    table.finish();
    Some(truth)
}
