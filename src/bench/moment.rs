//! Times in a scenario: durations since it began or, if it has `begins`, dates.

use std::time::Duration;

use crate::core::time::Time;
use crate::read::{At, Table};

/// Reads a time, such as "3h" or "2021-01-29T21:35:00Z", as a duration since `begins`.
pub(super) fn moment(table: &Table<'_>, key: &str, begins: Time) -> Option<At<Duration>> {
    let dated = table.any(key).and_then(|given| given.value.as_str().and_then(Time::parse));
    let Some(at) = dated else { return table.duration(key) };
    if at < begins {
        table.problem(table.key_span(key), "this is before the scenario begins", "put `begins` before it");
    }
    Some(At { span: table.key_span(key), value: at.since(begins) })
}
