//! Additions to an alert's text that are known only when it is sent.

use chrono_tz::Tz;

/// What is added to an alert's text when it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Footer {
    /// Whether the message may already have been delivered.
    pub repeat: bool,
    /// Why the message is sent here instead of to its usual recipient.
    pub instead: Option<String>,
    /// What has happened since, in one line.
    pub newer: Option<String>,
    /// The current state, for a message that is updated after it was sent.
    pub stands: Option<String>,
    /// The reader's time zone.
    pub zone: Tz,
    /// Whether the channel can update sent messages.
    pub edits: bool,
}
