//! What stands around an alert's own text: seen when it is sent, not when it was made.

use chrono_tz::Tz;

/// What is added to an alert's text when it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Footer {
    /// It may have come already.
    pub repeat: bool,
    /// Why it comes here and not where it belongs.
    pub instead: Option<String>,
    /// What is newer by now, in one line.
    pub newer: Option<String>,
    /// How it stands now: for a message that is changed after it was sent.
    pub stands: Option<String>,
    /// The zone of whoever reads it.
    pub zone: Tz,
    /// The message can be changed where it is sent.
    pub edits: bool,
}
