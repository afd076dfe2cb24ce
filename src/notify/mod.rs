//! Ways to tell: one file for each channel. A sender tries once and says what came
//! of it; leases, order and retries are the courier's (`engine::courier`).
//!
//! To add a channel: its settings in `config::channel`, a file here with a sender, an
//! arm in [`Senders::new`] and [`Senders::send`], and a test with a recorded conversation.

mod limiter;
mod log;
mod telegram;
mod terminal;
mod webhook;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::core::incident::{Level, Reason};
use crate::core::question::Secret;
use crate::core::time::Time;

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
    /// Plain text.
    pub plain: String,
    /// The few tags that Telegram knows.
    pub html: String,
    /// The frozen view, for programs.
    pub view: serde_json::Value,
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
    /// Never, in this way: somebody has to change something.
    Never {
        /// What to change.
        why: String,
    },
}

/// The settings of one channel.
#[derive(Clone)]
pub enum Settings {
    /// Nobody: a record.
    Recorded(Arc<dyn Record>),
    /// The program's own log.
    Log,
    /// Standard output.
    Terminal,
    /// A Telegram bot.
    Telegram {
        /// Its token.
        token: Secret,
        /// Where the Bot API is, if not at Telegram.
        api_url: Option<url::Url>,
    },
    /// A signed POST.
    Webhook {
        /// Where to.
        url: url::Url,
        /// Signs each message.
        secret: Option<Secret>,
    },
}

/// Who takes messages instead of a channel: simulations.
pub trait Record: Send + Sync {
    /// Takes a message, and says what came of it.
    fn send<'m>(&'m self, message: &'m Message) -> futures_util::future::BoxFuture<'m, Tried>;
}

enum Sender {
    Recorded(Arc<dyn Record>),
    Log,
    Terminal,
    Telegram(Box<telegram::Telegram>),
    Webhook(webhook::Webhook),
}

/// All channels by name.
pub struct Senders {
    senders: HashMap<String, Sender>,
}

impl Senders {
    /// Makes a sender for each channel.
    ///
    /// # Errors
    /// A sentence that says which client could not be built.
    pub fn new(channels: impl IntoIterator<Item = (String, Settings)>, clock: &Clock) -> Result<Senders, String> {
        let mut senders = HashMap::new();
        for (name, settings) in channels {
            let sender = match settings {
                Settings::Recorded(record) => Sender::Recorded(record),
                Settings::Log => Sender::Log,
                Settings::Terminal => Sender::Terminal,
                Settings::Telegram { token, api_url } => {
                    Sender::Telegram(Box::new(telegram::Telegram::new(&token, api_url, clock.clone())))
                }
                Settings::Webhook { url, secret } => Sender::Webhook(webhook::Webhook::new(url, secret)?),
            };
            senders.insert(name, sender);
        }
        Ok(Senders { senders })
    }

    /// Tries once.
    pub async fn send(&self, channel: &str, message: &Message) -> Tried {
        match self.senders.get(channel) {
            Some(Sender::Recorded(record)) => record.send(message).await,
            Some(Sender::Log) => log::send(message),
            Some(Sender::Terminal) => terminal::send(message),
            Some(Sender::Telegram(telegram)) => telegram.send(message).await,
            Some(Sender::Webhook(webhook)) => webhook.send(message).await,
            None => Tried::Never { why: format!("the channel `{channel}` is no longer configured") },
        }
    }
}
