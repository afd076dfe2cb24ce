//! An open situation: several losses, or announced ends, that are reported together.

use crate::core::time::Time;

/// An open situation: what was reported about it, and when. Part of the store.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Situation {
    /// Random public id.
    pub public_id: String,
    /// When it opened.
    pub opened_at: Time,
    /// When its message was last sent again.
    pub sent_at: Time,
    /// The content of that message.
    pub sent: Vec<String>,
    /// When its message was last edited.
    pub shown_at: Time,
    /// The content after that edit.
    pub shown: Vec<String>,
    /// Since when there is more to report than was sent.
    pub changed_at: Option<Time>,
    /// The latest start times that were reported, as `id time`.
    pub called: Vec<String>,
}
