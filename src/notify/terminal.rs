//! Standard output: for the demo, and for watching at a desk.

use std::io::Write;

use super::{Message, Tried};

/// Writes the message with a line before it.
pub fn send(message: &Message) -> Tried {
    let text = format!("\n---- {} ----\n{}\n", message.at.short(), message.plain);
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => Tried::Sent(None),
        Err(error) => Tried::Never { why: format!("the terminal is gone: {error}") },
    }
}
