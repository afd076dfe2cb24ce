//! Standard output, for the demo and for use at a desk.

use std::io::Write;
use std::sync::Arc;

use super::message::{Message, Tried};
use super::settings::{self, Read, Sender, Trying};
use super::shared::Shared;
use crate::read::Table;

/// This channel has no settings.
#[derive(Clone, Debug)]
pub struct Settings;

/// Parses nothing.
pub(super) fn read(_table: &Table<'_>) -> Read {
    Some(Arc::new(Settings))
}

impl settings::Settings for Settings {
    fn recipients(&self) -> Vec<String> {
        vec!["terminal".to_owned()]
    }

    /// A terminal cannot wake anyone.
    fn wakes(&self) -> bool {
        false
    }

    fn sender(&self, _shared: &Shared) -> Result<Arc<dyn Sender>, String> {
        Ok(Arc::new(Terminal))
    }
}

/// Writes to standard output.
struct Terminal;

impl Sender for Terminal {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        Box::pin(async { write(message) })
    }
}

/// Writes the message, with a separator line before it.
fn write(message: &Message) -> Tried {
    let text = format!("\n---- {} ----\n{}\n", message.at.short(), message.plain);
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => Tried::Sent(None),
        Err(error) => Tried::Never { why: format!("the terminal cannot be written to: {error}") },
    }
}
