//! The story: a timeline of events, from a file that people can read too.

use std::time::Duration;

use crate::core::time::Time;
use crate::read::{Problems, Source, Table};

/// The whole story.
#[derive(Clone, Debug)]
pub struct Story {
    /// When it begins.
    pub begins: Time,
    /// When it ends.
    pub ends: Time,
    /// The events, in order.
    pub steps: Vec<Step>,
}

/// One event.
#[derive(Clone, Debug)]
pub struct Step {
    /// When it happens.
    pub at: Time,
    /// How long it is shown.
    pub shown: Duration,
    /// A caption for it.
    pub caption: String,
    /// Vendors and their new modes.
    pub set: Vec<(String, String)>,
    /// Who acknowledges everything that is open.
    pub acknowledged_by: Option<String>,
}

impl Story {
    /// The weekend of January 2021.
    ///
    /// # Errors
    /// Fails if the file is wrong; a test parses it.
    pub fn weekend() -> Result<Story, Problems> {
        let source = Source::new("weekend.toml", include_str!("weekend.toml"));
        let story = read(&source);
        let problems = source.into_problems();
        match story {
            Some(story) if problems.is_empty() => Ok(story),
            _ => Err(Problems(problems)),
        }
    }
}

fn read(source: &Source) -> Option<Story> {
    let parsed = source.parse();
    let root = Table::root(source, &parsed);
    let steps = root.tables("step").iter().filter_map(step).collect();
    let story = Story { begins: time(&root, "begins")?, ends: time(&root, "ends")?, steps };
    root.finish();
    Some(story)
}

fn step(table: &Table<'_>) -> Option<Step> {
    let set = table.table("set");
    let modes = set.as_ref().map(|set| {
        let mode = |key: crate::read::At<String>| set.string(&key.value).map(|mode| (key.value, mode.value));
        set.keys().into_iter().filter_map(mode).collect()
    });
    let step = Step {
        at: time(table, "at")?,
        shown: Duration::from_secs(table.count("seconds")?.value.into()),
        caption: table.need_string("caption", "\"...\"")?.value,
        set: modes.unwrap_or_default(),
        acknowledged_by: table.string("acknowledged_by").map(|who| who.value),
    };
    table.finish();
    Some(step)
}

fn time(table: &Table<'_>, key: &str) -> Option<Time> {
    let text = table.need_string(key, "\"2021-01-08T20:00:00Z\"")?;
    let time = Time::parse(&text.value);
    if time.is_none() {
        table.problem(text.span, "this is not a time", "for example \"2021-01-08T20:00:00Z\"");
    }
    time
}
