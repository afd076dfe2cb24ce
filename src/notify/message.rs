//! A message in every form, and the result of one attempt to send it.

use std::sync::Arc;
use std::time::Duration;

use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::Time;
use crate::say::buttons::{self, Button, Verb};

/// A message in every form that a channel may need.
#[derive(Clone, Debug)]
pub struct Message {
    /// The idempotency key, the same for all attempts.
    pub id: String,
    /// Its recipient.
    pub recipient: String,
    /// The reason for sending it.
    pub reason: Reason,
    /// Its level.
    pub level: Level,
    /// When it is sent.
    pub at: Time,
    /// The name of the platform.
    pub platform: String,
    /// What happened, in one line.
    pub title: String,
    /// The text for SMS and voice calls.
    pub short: String,
    /// Plain text.
    pub plain: String,
    /// HTML with the few tags that Telegram supports.
    pub html: String,
    /// The public id of its incident or drill.
    pub thread: Option<String>,
    /// The public ids of the other incidents that it is about.
    pub others: Vec<String>,
    /// The id, in the channel's service, of the first message in the same thread.
    pub root: Option<String>,
    /// The buttons, in rows.
    pub buttons: Vec<Vec<Button>>,
    /// Whether its incident or drill ends with it.
    pub over: bool,
    /// The person who acknowledged it; used when a sent message is edited.
    pub acked_by: Option<String>,
    /// Attached files.
    pub files: Vec<File>,
    /// The data for its text, as of when the alert was made, for programs.
    pub view: serde_json::Value,
    /// Called just before the first byte is sent.
    pub going: Going,
}

/// A callback for the moment when sending begins. After a crash, only a message whose sending had begun can be sent
/// twice.
#[derive(Clone, Default)]
pub struct Going(Option<Arc<dyn Fn() + Send + Sync>>);

impl Going {
    /// Creates a callback that calls `told` when sending begins.
    pub fn new(told: impl Fn() + Send + Sync + 'static) -> Going {
        Going(Some(Arc::new(told)))
    }

    /// Records that sending begins now.
    pub fn out(&self) {
        if let Some(told) = &self.0 {
            told();
        }
    }
}

impl std::fmt::Debug for Going {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Going")
    }
}

/// An attached file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media: String,
    /// Its contents.
    pub bytes: Arc<Vec<u8>>,
}

/// The result of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It was delivered. Contains its id in the channel's service, if the service returned one.
    Sent(Option<String>),
    /// It failed and may succeed later. `after` is the wait that the service asked for.
    Retry {
        /// The minimum wait.
        after: Option<Duration>,
        /// Why the attempt failed.
        why: String,
    },
    /// It may have been delivered, because the response was lost. It is sent again, marked as a repeat.
    Unsure {
        /// Why the result is unknown.
        why: String,
    },
    /// The service rejects messages for now, and a person may have to change something. Messages wait and are retried
    /// slowly.
    Refused {
        /// Why the service refused the message, and what to change.
        why: String,
    },
    /// The message itself was rejected, and is not retried.
    Never {
        /// Why the service rejected the message, and what to change.
        why: String,
    },
}

impl Message {
    /// Whether people can acknowledge the message.
    pub fn can_be_acknowledged(&self) -> bool {
        let acks = |button: &Button| matches!(buttons::read(&button.data), Some((Verb::Ack, _)));
        self.buttons.iter().flatten().any(acks)
    }
}

impl Tried {
    /// The reason for a failure; empty if the message was delivered.
    pub fn why(&self) -> &str {
        match self {
            Tried::Sent(_) => "",
            Tried::Retry { why, .. } | Tried::Unsure { why } | Tried::Refused { why } | Tried::Never { why } => why,
        }
    }

    /// The result for a message whose first `sent` parts were delivered. They will be sent again, so the next attempt
    /// is a repeat.
    pub(super) fn after_parts(self, sent: usize) -> Tried {
        match self {
            Tried::Retry { why, .. } | Tried::Refused { why } if sent > 0 => Tried::Unsure { why },
            other => other,
        }
    }
}
