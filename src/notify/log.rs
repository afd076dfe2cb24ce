//! The program's own log.

use super::{Message, Tried};
use crate::core::incident::Level;

/// Writes the message as one line, so that one alert is one entry for whatever reads the log.
pub fn send(message: &Message) -> Tried {
    let lines = message.plain.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines.collect::<Vec<_>>().join(" | ");
    match message.level {
        Level::Info => tracing::info!(target: "plugwatch::alert", "{line}"),
        Level::Warning => tracing::warn!(target: "plugwatch::alert", "{line}"),
        Level::Critical => tracing::error!(target: "plugwatch::alert", "{line}"),
    }
    Tried::Sent(None)
}
