//! The events in a scenario: changed answers of vendors, acts of people, incoming reports, and failures
//! on the platform's own side.

use std::time::Duration;

use crate::core::time::Time;
use crate::core::words::check_in::{Report, Takes, Word, key};
use crate::core::words::verdict::words;
use crate::read::{At, Table};

use super::moment::moment;
use super::world::World;

/// The events at one time.
#[derive(Clone, Debug)]
pub struct Step {
    /// The time since the scenario began.
    pub at: Duration,
    /// The events, in this order.
    pub happens: Vec<Happens>,
    /// In a real case: where this step's answers come from.
    pub origin: Option<Origin>,
}

/// The origin of answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// They are known; the text names the source.
    Known(String),
    /// They are reconstructed; the text says why.
    Reconstructed(String),
}

/// One event.
#[derive(Clone, Debug)]
pub enum Happens {
    /// Each actor's modes from then on; several modes answer alternately.
    Set(Vec<(String, Vec<String>)>),
    /// The program is killed, and started again after this time.
    Restart(Duration),
    /// The machine's clock is set ahead by this.
    ClockAhead(Duration),
    /// The machine's clock is set back by this.
    ClockBack(Duration),
    /// The configuration is changed to this text and reloaded.
    Reload(String),
    /// From then on, a channel treats messages in this way.
    Channel(String, Takings),
    /// A person does something.
    Person(String, Does),
    /// plugwatch receives a report, under this key of the inbox.
    Reported(String, Report),
}

words! {
    /// How a channel treats messages.
    Takings {
        /// It accepts them.
        Works = "works",
        /// It does not answer, and does not accept them.
        Unreachable = "unreachable",
        /// It accepts them, and its answer is lost.
        AnswerLost = "answer_lost",
        /// It rejects them, for example because the key is invalid or the bot was removed from the group.
        Refuses = "refuses",
    }
}

/// An act of a person. Names are ids or labels of dependencies.
#[derive(Clone, Debug)]
pub enum Does {
    /// Acknowledges what is open about a dependency; without a name, everything.
    Acknowledge(Option<String>),
    /// Mutes a dependency for a time.
    Mute(String, String),
    /// Ends a mute.
    Unmute(String),
    /// Announces maintenance on a dependency for a time, or that it is `over`.
    Work(String, String),
    /// Accepts a warning or a change as normal.
    Accept(String),
    /// States that the team caused it.
    ItWasUs(String),
    /// States that it never happened.
    FalseAlarm(String),
    /// Confirms that a supplier still works for the platform.
    StillWithUs(String),
    /// States that a supplier no longer works for the platform.
    Left(String),
    /// Enters a letter.
    Bring(Letter),
    /// Withdraws a letter, by its name in the file.
    Withdraw(String),
    /// States that a letter was answered, by its name in the file.
    Answer(String),
}

/// A letter that a person enters.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The letter's name in the file, for withdrawing it.
    pub name: String,
    /// The dependencies that the letter threatens; if empty, they are found by the names in its text.
    pub about: Vec<String>,
    /// The letter's text.
    pub text: String,
    /// When the letter takes effect, as the time since the scenario began; if left out, the time is read from its text.
    pub effective: Option<Duration>,
    /// Whether the letter says that the supplier has already left.
    pub left: bool,
}

/// The person who performs the acts of a step without `who`.
const SOMEBODY: &str = "ops";

/// Reads a step; `config` makes a configuration from the table of a reload.
pub(super) fn read(table: &Table<'_>, begins: Time, config: impl Fn(&Table<'_>) -> String) -> Option<Step> {
    let mut happens = Vec::new();
    happens.extend(table.table("set").map(|set| Happens::Set(modes(&set))));
    let span = |key: &str| table.duration(key).map(|span| span.value);
    happens.extend(span("clock_ahead").map(Happens::ClockAhead));
    happens.extend(span("clock_back").map(Happens::ClockBack));
    happens.extend(table.table("reload").map(|reload| {
        let text = config(&reload);
        reload.finish();
        Happens::Reload(text)
    }));
    happens.extend(channels(table));
    happens.extend(table.tables("reported").iter().filter_map(reported));
    let who = table.string("who").map_or_else(|| SOMEBODY.to_owned(), |who| who.value);
    happens.extend(deeds(table, begins).into_iter().map(|does| Happens::Person(who.clone(), does)));
    happens.extend(span("restart_after").map(Happens::Restart));
    let step = Step { at: moment(table, "at", begins)?.value, happens, origin: origin(table) };
    table.finish();
    Some(step)
}

fn origin(table: &Table<'_>) -> Option<Origin> {
    let known = table.string("known").map(|known| Origin::Known(known.value));
    known.or_else(|| table.string("reconstructed").map(|why| Origin::Reconstructed(why.value)))
}

fn modes(set: &Table<'_>) -> Vec<(String, Vec<String>)> {
    let modes = |key: At<String>| {
        let one = set.any(&key.value)?;
        let modes = match one.value.as_array() {
            Some(list) => list.iter().filter_map(|mode| mode.as_str().map(str::to_owned)).collect(),
            None => vec![one.value.as_str()?.to_owned()],
        };
        Some((key.value, modes))
    };
    set.keys().into_iter().filter_map(modes).collect()
}

fn channels(table: &Table<'_>) -> Vec<Happens> {
    let words: Vec<&str> = Takings::ALL.iter().map(|takings| takings.word()).collect();
    let Some(channels) = table.table("channel") else { return Vec::new() };
    let one = |key: At<String>| Some(Happens::Channel(key.value.clone(), channels.word(&key.value, &words)?.value));
    channels.keys().into_iter().filter_map(one).collect()
}

fn deeds(table: &Table<'_>, begins: Time) -> Vec<Does> {
    let names = |key: &str| -> Vec<String> {
        let list = table.strings(key).map(|list| list.value).unwrap_or_default();
        list.into_iter().map(|name| name.value).collect()
    };
    let pairs = |key: &str| -> Vec<(String, String)> {
        let Some(pairs) = table.table(key) else { return Vec::new() };
        let pair = |name: At<String>| Some((name.value.clone(), pairs.string(&name.value)?.value));
        pairs.keys().into_iter().filter_map(pair).collect()
    };
    let all = |name: String| Does::Acknowledge((name != "all").then_some(name));
    let mut deeds: Vec<Does> = names("acknowledge").into_iter().map(all).collect();
    deeds.extend(pairs("mute").into_iter().map(|(name, lasts)| Does::Mute(name, lasts)));
    deeds.extend(names("unmute").into_iter().map(Does::Unmute));
    deeds.extend(pairs("work").into_iter().map(|(name, lasts)| Does::Work(name, lasts)));
    deeds.extend(names("accept").into_iter().map(Does::Accept));
    deeds.extend(names("it_was_us").into_iter().map(Does::ItWasUs));
    deeds.extend(names("false_alarm").into_iter().map(Does::FalseAlarm));
    deeds.extend(names("still_with_us").into_iter().map(Does::StillWithUs));
    deeds.extend(names("left").into_iter().map(Does::Left));
    deeds.extend(table.tables("letter").iter().filter_map(|table| letter(table, begins)).map(Does::Bring));
    deeds.extend(names("withdraw").into_iter().map(Does::Withdraw));
    deeds.extend(names("answered").into_iter().map(Does::Answer));
    deeds
}

fn letter(table: &Table<'_>, begins: Time) -> Option<Letter> {
    let about = table.strings("about").map(|list| list.value).unwrap_or_default();
    let letter = Letter {
        name: table.string("name").map_or_else(|| "letter".to_owned(), |name| name.value),
        about: about.into_iter().map(|name| name.value).collect(),
        text: table.need_string("text", "\"We end your contract on Friday.\"")?.value,
        effective: moment(table, "effective", begins).map(|at| at.value),
        left: table.flag("left").is_some_and(|left| left.value),
    };
    table.finish();
    Some(letter)
}

fn reported(table: &Table<'_>) -> Option<Happens> {
    let count = |key: &str| table.count(key).map_or(0, |count| u64::from(count.value));
    let report = match (table.string("feed"), table.string("job")) {
        (Some(feed), None) => {
            let code = table.string("code").map(|code| code.value).unwrap_or_default();
            let report = Report { ok: count("ok"), failed: count("failed"), code, ..Report::of(Time(0), Word::Count) };
            Some((key(Takes::Counts, &feed.value), report))
        }
        (None, Some(job)) => {
            let failed = table.flag("failed").is_some_and(|failed| failed.value);
            let word = if failed { Word::Failed } else { Word::Alive };
            Some((key(Takes::Pings, &job.value), Report::of(Time(0), word)))
        }
        _ => {
            table.missing("feed", "\"sign-up-texts\" (or `job`)");
            None
        }
    };
    table.finish();
    report.map(|(key, report)| Happens::Reported(key, report))
}

/// Checks that a step is not empty, and that its actors, modes and channels exist.
pub(super) fn check(step: &Step, table: &Table<'_>, world: &World, channels: &[String]) {
    if step.happens.is_empty() {
        table.problem(table.span(), "nothing happens in this step", "add `set = { actor = \"mode\" }`");
    }
    for happens in &step.happens {
        match happens {
            Happens::Set(modes) => check_modes(modes, table, world),
            Happens::Channel(name, _) if !channels.contains(name) => {
                let what = format!("there is no channel `{name}`");
                table.problem(table.key_span("channel"), what, format!("channels are: {}", channels.join(", ")));
            }
            _ => {}
        }
    }
}

/// Checks that the actors have these modes; in an unknown mode, they would not answer.
fn check_modes(modes: &[(String, Vec<String>)], table: &Table<'_>, world: &World) {
    const OURS: [&str; 2] = ["uplink", "anchors"];
    for (actor, modes) in modes.iter().filter(|(actor, _)| !OURS.contains(&actor.as_str())) {
        let known = world.modes_of(actor);
        for mode in modes.iter().filter(|mode| !world.knows(actor, mode)) {
            let span = table.table("set").map_or_else(|| table.span(), |set| set.key_span(actor));
            let (what, cure) = match known.is_empty() {
                true => (format!("there is no actor `{actor}`"), format!("actors are: {}", world.actors().join(", "))),
                false => (
                    format!("`{actor}` has no mode `{mode}`"),
                    format!("it has {}; or add a [[reply]]", known.join(", ")),
                ),
            };
            table.problem(span, what, cure);
        }
    }
}
