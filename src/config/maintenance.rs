//! `[[maintenance]]`: announced maintenance. Checks continue; alerts about outages wait.

use chrono_tz::Tz;

use super::Config;
use crate::core::time::Time;
use crate::core::time::schedule::Cron;
use crate::core::time::window::Window;
use crate::read::{At, Table};

/// Announced maintenance.
#[derive(Clone, Debug)]
pub struct Maintenance {
    /// The dependencies it concerns; empty for all.
    pub dependencies: Vec<String>,
    /// The reason, for your team.
    pub why: String,
    /// Its title on the public page, if it has a separate one.
    pub public: Option<String>,
    /// The time.
    pub window: Window,
}

impl Config {
    /// When announced maintenance next begins or ends.
    pub fn maintenance_turns_at(&self, now: Time) -> Option<Time> {
        self.maintenance.iter().filter_map(|work| work.window.turns_at(now)).min()
    }

    /// When maintenance of a dependency ends, if it is in progress.
    pub fn maintenance_until(&self, dependency: &str, now: Time) -> Option<Time> {
        let concerns =
            |work: &&Maintenance| work.dependencies.is_empty() || work.dependencies.iter().any(|d| d == dependency);
        self.maintenance.iter().filter(concerns).filter_map(|work| work.window.until(now)).max()
    }
}

pub(super) fn read(table: &Table<'_>, zone: Tz) -> Option<Maintenance> {
    let dependencies = table.strings("dependencies").map(|list| list.value).unwrap_or_default();
    let why = table.string("why").map(|why| why.value).unwrap_or_default();
    let public = table.string("public").map(|title| title.value).filter(|title| !title.trim().is_empty());
    let window = if table.any("cron").is_some() { again(table, zone) } else { once(table) };
    table.finish();
    let dependencies = dependencies.into_iter().map(|id| id.value).collect();
    Some(Maintenance { dependencies, why, public, window: window? })
}

fn once(table: &Table<'_>) -> Option<Window> {
    let (from, to) = (time(table, "from"), time(table, "to"));
    let (from, to) = (from?, to?);
    if from.value >= to.value {
        table.problem(to.span, "the maintenance ends before it begins", "give `to` a time after `from`");
        return None;
    }
    Some(Window::Once(from.value, to.value))
}

fn again(table: &Table<'_>, zone: Tz) -> Option<Window> {
    let zone = super::read_zone(table).unwrap_or(zone);
    let cron = table.string("cron")?;
    let Some(lasts) = table.duration("lasts") else {
        table.missing("lasts", "\"2h\"");
        return None;
    };
    match Cron::parse(&cron.value, zone) {
        Ok(cron) => Some(Window::Again(Box::new(cron), lasts.value)),
        Err(wrong) => {
            table.problem(cron.span, wrong, "for example cron = \"0 2 * * Sun\" with lasts = \"2h\"");
            None
        }
    }
}

/// A time in RFC 3339, with its zone, because maintenance is announced in local time.
pub(super) fn time(table: &Table<'_>, key: &str) -> Option<At<Time>> {
    let Some(given) = table.any(key) else {
        table.missing(key, "\"2026-12-01T02:00:00+01:00\"");
        return None;
    };
    let time = given.value.as_str().and_then(Time::parse);
    if time.is_none() {
        let cure = "write it with date, time and zone, for example \"2026-12-01T02:00:00+01:00\"";
        table.problem(given.span.clone(), format!("`{key}` is not a time"), cure);
    }
    time.map(|value| At { value, span: given.span })
}
