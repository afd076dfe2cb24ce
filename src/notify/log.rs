//! The program's own log.

use super::{Message, Tried};
use crate::core::incident::Level;

/// Writes the message, a line of the log for each of its lines.
pub fn send(message: &Message) -> Tried {
    for line in message.plain.lines().filter(|line| !line.trim().is_empty()) {
        match message.level {
            Level::Info => tracing::info!(target: "plugwatch::alert", "{line}"),
            Level::Warning => tracing::warn!(target: "plugwatch::alert", "{line}"),
            Level::Critical => tracing::error!(target: "plugwatch::alert", "{line}"),
        }
    }
    Tried::Sent(None)
}
