//! Replies through a channel: people acknowledge a message where it reached them.

use crate::core::time::Time;

/// A sent message that nobody has acknowledged yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its recipient.
    pub recipient: String,
    /// The message's id in the channel's service.
    pub remote_id: String,
    /// The public ids that an acknowledgement of the message applies to: incidents, alerts or drills.
    pub about: Vec<String>,
    /// When it was sent.
    pub sent: Time,
}

/// An acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Answer {
    /// The public ids that it applies to, taken from the message.
    pub about: Vec<String>,
    /// The device or telephone number that gave it.
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
