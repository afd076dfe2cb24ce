//! Replies through a channel: people who acknowledge where the message reached them.

use crate::core::time::Time;

/// A sent message that nobody has acknowledged yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its recipient.
    pub recipient: String,
    /// The other side's id for it.
    pub remote_id: String,
    /// The public ids that an acknowledgement of it is about: incidents, alerts or drills.
    pub about: Vec<String>,
    /// When it was sent.
    pub sent: Time,
}

/// An acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Answer {
    /// The public ids that it is about, from the message.
    pub about: Vec<String>,
    /// Who gave it: a device or a telephone number.
    pub by: String,
    /// When the acknowledged message was sent.
    pub sent: Time,
}

impl Waiting {
    /// The acknowledgement of this message by `by`.
    pub(super) fn answered(&self, by: impl Into<String>) -> Answer {
        Answer { about: self.about.clone(), by: by.into(), sent: self.sent }
    }
}
