//! Times of a scenario: spans since it began or, where it says when that was, dates.

use std::time::Duration;

use crate::core::time::Time;
use crate::read::{At, Table};

/// Reads a time as a span since `begins`: "3h", or "2021-01-29T21:35:00Z".
pub(super) fn moment(table: &Table<'_>, key: &str, begins: Time) -> Option<At<Duration>> {
    let dated = table.any(key).and_then(|given| given.value.as_str().and_then(Time::parse));
    let Some(at) = dated else { return table.duration(key) };
    if at < begins {
        table.problem(table.key_span(key), "this is before the scenario begins", "put `begins` before it");
    }
    Some(At { span: table.key_span(key), value: at.since(begins) })
}
