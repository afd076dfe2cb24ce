//! plugwatch's own log.

use std::sync::Arc;

use super::message::{Message, Tried};
use super::settings::{self, Read, Sender, Trying};
use super::shared::Shared;
use crate::core::dependency::incident::Level;
use crate::read::Table;

/// This channel has no settings.
#[derive(Clone, Debug)]
pub struct Settings;

/// Parses nothing: messages go to plugwatch's own log.
pub(super) fn read(_table: &Table<'_>) -> Read {
    Some(Arc::new(Settings))
}

impl settings::Settings for Settings {
    fn recipients(&self) -> Vec<String> {
        vec!["log".to_owned()]
    }

    /// The log cannot wake anyone.
    fn wakes(&self) -> bool {
        false
    }

    fn sender(&self, _shared: &Shared) -> Result<Arc<dyn Sender>, String> {
        Ok(Arc::new(Log))
    }
}

/// Writes to the log.
struct Log;

impl Sender for Log {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        Box::pin(async { write(message) })
    }

    fn reads_digests(&self) -> bool {
        false
    }
}

/// Writes the message as one line, so that each alert is one log entry.
fn write(message: &Message) -> Tried {
    let lines = message.plain.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines.collect::<Vec<_>>().join(" | ");
    match message.level {
        Level::Info => tracing::info!(target: "plugwatch::alert", "{line}"),
        Level::Warning => tracing::warn!(target: "plugwatch::alert", "{line}"),
        Level::Critical => tracing::error!(target: "plugwatch::alert", "{line}"),
    }
    Tried::Sent(None)
}
