//! `[[date]]`: deadlines that no check can measure, such as the end of agreements, memberships and contracts.

use super::{Config, Dependency};
use crate::core::platform::ahead::{Ahead, day};
use crate::read::Table;
use chrono::NaiveDate;

/// A deadline from the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Date {
    /// The day.
    pub on: NaiveDate,
    /// What ends or is due.
    pub what: String,
    /// Who is responsible.
    pub owner: Option<String>,
    /// The dependency it concerns.
    pub dependency: Option<String>,
    /// How many minutes it takes to do.
    pub minutes: Option<u32>,
}

impl Config {
    /// The deadlines, for pages that show what is ahead.
    pub fn dates_ahead(&self) -> Vec<Ahead> {
        let ahead = |date: &Date| {
            let (what, owner) = (date.what.clone(), date.owner.clone());
            Some(Ahead { at: day(date.on)?, what, owner, source: "typed in".to_owned() })
        };
        self.dates.iter().filter_map(ahead).collect()
    }
}

pub(super) fn read(table: &Table<'_>, dependencies: &[Dependency]) -> Option<Date> {
    let what = table.need_string("what", "\"Apple Developer Program: membership ends\"");
    let on = table.need_string("on", "\"2027-03-31\"");
    let owner = table.string("owner").map(|owner| owner.value);
    let minutes = table.count("minutes").map(|minutes| minutes.value);
    let dependency = table.string("dependency");
    table.finish();
    if let Some(id) = dependency.as_ref().filter(|id| !dependencies.iter().any(|d| d.id == id.value)) {
        let known: Vec<&str> = dependencies.iter().map(|dependency| dependency.id.as_str()).collect();
        let cure = format!("your dependencies are: {}", known.join(", "));
        table.problem(id.span.clone(), format!("`{}` is not a dependency", id.value), cure);
    }
    let on = on?;
    let day = NaiveDate::parse_from_str(&on.value, "%Y-%m-%d");
    if day.is_err() {
        table.problem(on.span, format!("`{}` is not a date", on.value), "write it as \"2027-03-31\"");
    }
    let dependency = dependency.map(|id| id.value);
    Some(Date { on: day.ok()?, what: what?.value, owner, dependency, minutes })
}
