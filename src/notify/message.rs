//! A message in every form, and what came of one try to send it.

use std::sync::Arc;
use std::time::Duration;

use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::Time;
use crate::say::buttons::{self, Button, Verb};

/// A message in every form that a channel may want.
#[derive(Clone, Debug)]
pub struct Message {
    /// Stable for all tries: the idempotency key.
    pub id: String,
    /// Whom it goes to.
    pub recipient: String,
    /// Why it is sent.
    pub reason: Reason,
    /// How loud.
    pub level: Level,
    /// When it is sent.
    pub at: Time,
    /// The platform.
    pub platform: String,
    /// One line: what happened.
    pub title: String,
    /// Its own text for SMS and speech.
    pub short: String,
    /// Plain text.
    pub plain: String,
    /// The few tags that Telegram knows.
    pub html: String,
    /// What it belongs to, by public id: an incident, or a drill.
    pub thread: Option<String>,
    /// The other incidents that it tells of, by public id.
    pub others: Vec<String>,
    /// The other side's number for the first message of the same thread there.
    pub root: Option<String>,
    /// What can be done about it with one press.
    pub buttons: Vec<Vec<Button>>,
    /// What it belongs to is over with it.
    pub over: bool,
    /// Who acknowledged it, for a message that is changed after it was sent.
    pub acked_by: Option<String>,
    /// Files that go with it.
    pub files: Vec<File>,
    /// The frozen view, for programs.
    pub view: serde_json::Value,
    /// Told when the first byte is about to leave.
    pub going: Going,
}

/// Who wants to know that a message goes out now: after a crash, only what went out may be a repeat.
#[derive(Clone, Default)]
pub struct Going(Option<Arc<dyn Fn() + Send + Sync>>);

impl Going {
    /// Calls `told` when the message goes out.
    pub fn new(told: impl Fn() + Send + Sync + 'static) -> Going {
        Going(Some(Arc::new(told)))
    }

    /// It goes out now.
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

/// A file that goes with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media: String,
    /// What is in it.
    pub bytes: Arc<Vec<u8>>,
}

/// What came of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It arrived; the other side's number for it, if it gave one.
    Sent(Option<String>),
    /// Perhaps later; `after` is the other side's own wish.
    Retry {
        /// Not before this long.
        after: Option<Duration>,
        /// What went wrong.
        why: String,
    },
    /// Perhaps it arrived: the answer was lost. It is sent again, marked as a repeat.
    Unsure {
        /// What went wrong.
        why: String,
    },
    /// Not now: the place refuses us, and somebody may have to change something. What is to arrive
    /// there waits, and is tried slowly.
    Refused {
        /// What to change.
        why: String,
    },
    /// Never, in this way: the message itself is refused.
    Never {
        /// What to change.
        why: String,
    },
}

impl Message {
    /// Whether somebody can acknowledge it.
    pub fn can_be_acknowledged(&self) -> bool {
        let acks = |button: &Button| matches!(buttons::read(&button.data), Some((Verb::Ack, _)));
        self.buttons.iter().flatten().any(acks)
    }
}

impl Tried {
    /// What went wrong; nothing where nothing did.
    pub fn why(&self) -> &str {
        match self {
            Tried::Sent(_) => "",
            Tried::Retry { why, .. } | Tried::Unsure { why } | Tried::Refused { why } | Tried::Never { why } => why,
        }
    }

    /// What came of a message whose first `sent` parts arrived: they come again, so it is a repeat.
    pub(super) fn after_parts(self, sent: usize) -> Tried {
        match self {
            Tried::Retry { why, .. } | Tried::Refused { why } if sent > 0 => Tried::Unsure { why },
            other => other,
        }
    }
}
