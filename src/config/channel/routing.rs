//! Which messages go to a channel: the same keys for every channel.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::time::Duration;

use chrono_tz::Tz;

use crate::core::alerting::route::Route;
use crate::core::dependency::incident::Level;
use crate::core::time::hours::Hours;
use crate::core::words::verdict::{Criticality, Verdict};
use crate::read::{At, Table};

pub(super) fn read(table: &Table<'_>, zone: Tz) -> Route {
    Route {
        at_least: table.word::<Level>("at_least", &["info", "warning", "critical"]).map(|level| level.value),
        verdicts: words::<Verdict>(table, "verdicts", &["degraded", "outage", "dropped", "unknown"]),
        criticality: words::<Criticality>(table, "criticality", &["critical", "high", "normal"]),
        dependencies: names(table),
        hours: hours(table, "hours", zone),
        quiet: hours(table, "quiet", zone),
        after: after(table),
        no_reports: table.flag("reports").is_some_and(|reports| !reports.value),
    }
}

fn after(table: &Table<'_>) -> Option<Duration> {
    let after = table.duration("escalate_after")?;
    if after.value.is_zero() {
        table.problem(after.span, "`escalate_after` must be longer than zero", "for example escalate_after = \"15m\"");
        return None;
    }
    Some(after.value)
}

/// Whether these dependencies exist is checked after all of them are read.
fn names(table: &Table<'_>) -> BTreeSet<String> {
    let names = table.strings("dependencies").map(|names| names.value).unwrap_or_default();
    names.into_iter().map(|name| name.value).collect()
}

fn words<T: FromStr + Ord>(table: &Table<'_>, key: &str, known: &[&str]) -> BTreeSet<T> {
    let Some(given) = table.strings(key) else { return BTreeSet::new() };
    let word = |word: &At<String>| {
        let read = word.value.parse().ok().filter(|_| known.contains(&word.value.as_str()));
        if read.is_none() {
            let what = format!("`{}` is not a valid value", word.value);
            table.problem(word.span.clone(), what, format!("{key} can be: {}", known.join(", ")));
        }
        read
    };
    given.value.iter().filter_map(word).collect()
}

pub(in crate::config) fn hours(table: &Table<'_>, key: &str, zone: Tz) -> Option<Hours> {
    let text = table.string(key)?;
    match Hours::parse(&text.value, zone) {
        Ok(hours) => Some(hours),
        Err(wrong) => {
            let example = if key == "hours" { "Mon-Fri 09:00-18:00" } else { "22:00-07:00" };
            table.problem(text.span, wrong, format!("for example {key} = \"{example}\""));
            None
        }
    }
}
