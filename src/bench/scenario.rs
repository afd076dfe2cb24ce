//! A scenario: what is monitored, what happens, and what is true.

use std::time::Duration;

use super::begin;
use super::case::{self, Case};
use super::expect::Expect;
use super::moment::moment;
use super::step::{self, Step};
use super::world::World;
use crate::core::time::Time;
use crate::core::words::verdict::words;
use crate::read::{Problems, Source, Table};

words! {
    /// The true state of a dependency for a while. Without a truth, a dependency is live.
    Is {
        /// The vendor dropped the platform.
        Dropped = "dropped",
        /// The vendor's service is down.
        Outage = "outage",
        /// The vendor serves the platform, with a warning.
        Degraded = "degraded",
        /// It cannot be decided from outside: a revoked key and a suspended account look the same.
        Undecidable = "undecidable",
        /// It cannot be checked, so no message may make a claim about it.
        Unseen = "unseen",
        /// The fault is on the platform's own side: its network, key or application.
        Ours = "ours",
    }
}

words! {
    /// The kind of event in a scenario.
    Family {
        /// A store or registry removes something.
        Removal = "removal",
        /// A vendor suspends an account, or a service of it.
        Suspension = "suspension",
        /// Something fails at a vendor.
        Outage = "outage",
        /// Something fails on the platform's own side.
        Ours = "ours",
        /// Answers that prove nothing.
        Weather = "weather",
        /// Several events at once, or one after the other.
        Combination = "combination",
    }
}

/// A true state of one dependency, and how long it lasts.
#[derive(Clone, Debug)]
pub struct Truth {
    /// The dependency.
    pub dependency: String,
    /// When the truth begins to hold, as the time since the scenario began.
    pub from: Duration,
    /// When the truth ceases to hold, as the time since the scenario began; if left out, it holds to the end.
    pub to: Option<Duration>,
    /// The true state.
    pub is: Is,
    /// The time within which the truth must be announced and the dependency no longer be shown as green.
    pub within: Duration,
    /// Truths with the same name are one event and must open exactly one incident.
    pub event: String,
    /// Whether the truth needs no separate message: a consequence, or announced maintenance.
    pub silent: bool,
    /// The expectations for the messages about the truth.
    pub expect: Expect,
    /// How many incidents the truth's event opens: one; none if the truth is silent or changes an
    /// incident that is already open; more if the state comes and goes.
    pub openings: usize,
}

impl Truth {
    /// Whether the truth holds at `at`, or ended no more than `afterwards` earlier: messages about it are correct then.
    pub(super) fn spans(&self, at: Duration, afterwards: Duration) -> bool {
        at >= self.from && self.to.is_none_or(|to| at <= to + afterwards)
    }
}

/// A scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The file's name without its extension.
    pub name: String,
    /// The scenario in one sentence.
    pub title: String,
    /// The kind of event.
    pub family: Family,
    /// The time at which the scenario begins.
    pub begins: Time,
    /// How long it lasts.
    pub lasts: Duration,
    /// The configuration's text, without the database.
    pub config: String,
    /// The scenario's own vendor files, as name and text.
    pub catalog: Vec<(String, String)>,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// Suppliers that a person confirmed before the scenario begins.
    pub attested: Vec<String>,
    /// The truths: what is true of which dependency, and when.
    pub truths: Vec<Truth>,
    /// The actors' routes and replies.
    pub world: World,
    /// The person who acknowledges critical alerts, and how long after their arrival; `None` if nobody does.
    pub acknowledged: Option<(String, Duration)>,
    /// The maximum number of messages an hour in this scenario, and why; the usual maximum if `None`.
    pub most_an_hour: Option<(usize, String)>,
    /// Why the bench finds something wrong here: a known fault of plugwatch, still to be fixed.
    pub known_fault: Option<String>,
    /// The real case, if there is one.
    pub case: Option<Case>,
}

/// Reads a scenario.
pub(super) fn read(name: &str, text: String, world: &World) -> Result<Scenario, Problems> {
    let source = Source::new(name, text);
    let parsed = source.parse();
    let root = Table::root(&source, &parsed);
    let scenario = read_root(name.trim_end_matches(".toml"), &root, world);
    root.finish();
    check_steps(&root, &scenario);
    check_times(&root, &scenario);
    case::check(&root, &scenario.steps, scenario.case.as_ref());
    drop(root);
    drop(parsed);
    let problems = source.into_problems();
    if problems.is_empty() { Ok(scenario) } else { Err(Problems(problems)) }
}

/// The beginning of every configuration. People read what arrives in the mailbox, so its name is not that of the log,
/// whose messages the report does not count.
const HEAD: &str = "[network]
anchors = [\"192.0.2.1:443\", \"192.0.2.2:443\", \"192.0.2.3:443\"]
[[channel]]
kind = \"log\"
name = \"mailbox\"
";

/// The configuration made of the dependencies under `watch` and the text under `config`.
fn configured(table: &Table<'_>, platform: &str, base: &World) -> String {
    let mut config = format!("platform = {platform:?}\n{HEAD}");
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
    let platform = root.string("platform").map_or_else(|| "Scenario".to_owned(), |platform| platform.value);
    let config = configured(root, &platform, base);
    let begins = begins(root);
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
        begins,
        lasts: moment(root, "lasts", begins).map_or(LASTS, |lasts| lasts.value),
        config,
        catalog: catalog.unwrap_or_default(),
        steps: root
            .tables("step")
            .iter()
            .filter_map(|table| step::read(table, begins, |table| configured(table, &platform, base)))
            .collect(),
        attested: texts(root, "attested"),
        truths: root.tables("truth").iter().enumerate().filter_map(|(n, table)| truth(n, table, begins)).collect(),
        world: own.over(base),
        acknowledged: acknowledged(root),
        most_an_hour: most_an_hour(root),
        known_fault: root.string("known_fault").map(|why| why.value),
        case: root.table("case").and_then(|table| case::read(&table, begins)),
    }
}

fn texts(table: &Table<'_>, key: &str) -> Vec<String> {
    let list = table.strings(key).map(|list| list.value).unwrap_or_default();
    list.into_iter().map(|text| text.value).collect()
}

/// The default duration of a scenario.
const LASTS: Duration = Duration::from_secs(6 * 3_600);

/// The time at which a scenario begins; real cases state it.
fn begins(root: &Table<'_>) -> Time {
    let Some(given) = root.string("begins") else { return begin::usual() };
    Time::parse(&given.value).unwrap_or_else(|| {
        root.problem(given.span, "this is not a time", "such as \"2021-01-08T18:00:00Z\"");
        begin::usual()
    })
}

/// The default time until a critical alert is acknowledged: a founder who is woken needs some minutes.
const ACKNOWLEDGED_AFTER: Duration = Duration::from_secs(600);

/// Reads who acknowledges critical alerts, and after how long.
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

/// Reads `most_an_hour`, which needs `because`.
fn most_an_hour(root: &Table<'_>) -> Option<(usize, String)> {
    let most = root.count("most_an_hour")?;
    let because = root.string("because").map(|because| because.value);
    if because.is_none() {
        root.missing("because", "\"seven things are lost within the hour\"");
    }
    Some((most.value as usize, because?))
}

/// The names of the channels in a configuration's text.
fn channels(config: &str) -> Vec<String> {
    let source = Source::new("config", config);
    let parsed = source.parse();
    let root = Table::root(&source, &parsed);
    let name = |channel: &Table<'_>| channel.string("name").or_else(|| channel.string("kind")).map(|name| name.value);
    let names = root.tables("channel").iter().filter_map(name).collect();
    root.forgive();
    names
}

/// Checks that the scenario's world has the actors, modes and channels of its steps.
fn check_steps(root: &Table<'_>, scenario: &Scenario) {
    let channels = channels(&scenario.config);
    for (step, table) in scenario.steps.iter().zip(root.tables("step")) {
        step::check(step, &table, &scenario.world, &channels);
    }
}

/// Checks that the times of steps and truths are in order and within the scenario.
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

/// The default time within which a truth must be announced.
const WITHIN: Duration = Duration::from_secs(1_800);
/// The same for `unseen`, which takes longer: with a check every half hour, three rounds are needed.
const WITHIN_UNSEEN: Duration = Duration::from_secs(2 * 3_600);

fn truth(n: usize, table: &Table<'_>, begins: Time) -> Option<Truth> {
    let silent = table.flag("silent").is_some_and(|flag| flag.value);
    let words: Vec<&str> = Is::ALL.iter().map(|is| is.word()).collect();
    let is = table.word("is", &words)?.value;
    let within = if is == Is::Unseen { WITHIN_UNSEEN } else { WITHIN };
    let truth = Truth {
        dependency: table.need_string("dependency", "\"android\"")?.value,
        from: moment(table, "from", begins).map(|from| from.value).unwrap_or_default(),
        to: moment(table, "to", begins).map(|to| to.value),
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
