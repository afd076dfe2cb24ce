//! `[[duty]]`: who is called, one after the other, until somebody acknowledges an alert.

use chrono_tz::Tz;

use super::channel::{Channel, hours};
use super::read_zone;
use crate::core::people::duty::Duty;
use crate::read::Table;

/// Reads one entry; a channel with several recipients needs `recipient`.
pub(super) fn read(table: &Table<'_>, channels: &[Channel], zone: Tz) -> Option<Duty> {
    let who = table.need_string("who", "\"Ada\"");
    let name = table.need_string("channel", "\"phone\"");
    let zone = read_zone(table).unwrap_or(zone);
    let hours = hours(table, "hours", zone);
    let given = table.any("recipient");
    table.finish();
    let (who, name) = (who?.value, name?);
    let Some(channel) = channels.iter().find(|channel| channel.name == name.value) else {
        let known: Vec<&str> = channels.iter().map(|channel| channel.name.as_str()).collect();
        let what = format!("there is no channel `{}`", name.value);
        table.problem(name.span, what, format!("channels are: {}", known.join(", ")));
        return None;
    };
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let recipients = channel.recipients();
    let recipient = match given {
        Some(given) => {
            let wanted = text(&given.value);
            // A channel that is off has no recipients, so the entry cannot be checked yet.
            if !recipients.is_empty() && !recipients.contains(&wanted) {
                let what = format!("the channel `{}` does not reach `{wanted}`", name.value);
                table.problem(given.span, what, format!("it reaches: {}", recipients.join(", ")));
            }
            wanted
        }
        None if recipients.len() > 1 => {
            let what = format!("the channel `{}` reaches several people", name.value);
            table.problem(name.span, what, format!("add recipient = \"{}\"", recipients[0]));
            return None;
        }
        None => recipients.first().cloned().unwrap_or_default(),
    };
    Some(Duty { who, channel: name.value, recipient, hours })
}
