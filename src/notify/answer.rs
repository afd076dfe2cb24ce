//! What comes back through a channel: people who acknowledge where the message reached them.

use crate::core::time::Time;

/// A message that was sent and that nobody has acknowledged yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Whom it went to.
    pub recipient: String,
    /// The other side's number for it.
    pub remote_id: String,
    /// What an acknowledgement of it is about: public ids of incidents, alerts or drills.
    pub about: Vec<String>,
    /// When it was sent.
    pub sent: Time,
}

/// An acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Answer {
    /// What it is about, as the message had it.
    pub about: Vec<String>,
    /// Who gave it: a device, a number.
    pub by: String,
    /// When the message that it answers was sent.
    pub sent: Time,
}

impl Waiting {
    /// It was acknowledged by `by`.
    pub(super) fn answered(&self, by: impl Into<String>) -> Answer {
        Answer { about: self.about.clone(), by: by.into(), sent: self.sent }
    }
}
