//! A situation that is open: several losses, or a letter's hour, that are one story.

use crate::core::time::Time;

/// A situation that is open: what was said of it, and when. Part of the store.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Situation {
    /// Random public id.
    pub public_id: String,
    /// When it opened.
    pub opened_at: Time,
    /// When its message was sent anew last.
    pub sent_at: Time,
    /// What it said then.
    pub sent: Vec<String>,
    /// When its message was changed last.
    pub shown_at: Time,
    /// What that says.
    pub shown: Vec<String>,
    /// Since when there is more to say than was sent.
    pub changed_at: Option<Time>,
    /// Latest starts that were named: `id since`.
    pub called: Vec<String>,
}
