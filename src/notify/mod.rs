//! Ways to tell: one file for each channel. A sender tries once and says what came
//! of it; leases, order and retries are the courier's (`engine::courier`).
//!
//! To add a channel: its settings in `config::channel`, a file here with a sender, an
//! arm in [`Senders::new`] and [`Senders::send`], and a test with a recorded conversation.

mod discord;
mod email;
mod exec;
mod heartbeat;
mod http;
mod limiter;
mod log;
mod mattermost;
mod moved;
mod ntfy;
mod pagerduty;
mod slack;
mod telegram;
mod terminal;
mod webhook;

pub use email::{Mail, Security};
pub use heartbeat::Heartbeat;
pub use limiter::Limiter;
pub use moved::Moved;
pub use telegram::{keyboard, no_preview};
pub use webhook::SCHEMA;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::core::incident::{Level, Reason};
use crate::core::question::Secret;
use crate::core::time::Time;
use crate::say::buttons::Button;

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

impl Tried {
    /// What came of a message whose first `sent` parts arrived: they come again, so it is a repeat.
    fn after_parts(self, sent: usize) -> Tried {
        match self {
            Tried::Retry { why, .. } | Tried::Refused { why } if sent > 0 => Tried::Unsure { why },
            other => other,
        }
    }
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
        /// The limits that it shares with whoever else writes as this bot.
        limiter: Arc<Limiter>,
    },
    /// A signed POST.
    Webhook {
        /// Where to.
        url: url::Url,
        /// Signs each message.
        secret: Option<Secret>,
    },
    /// E-mail.
    Email(Box<Mail>),
    /// Slack, by an incoming webhook.
    Slack(Secret),
    /// Discord, by a webhook.
    Discord(Secret),
    /// Mattermost, by an incoming webhook.
    Mattermost(Secret),
    /// A topic of ntfy.
    Ntfy {
        /// The server.
        server: url::Url,
        /// An access token, where the topic needs one.
        token: Option<Secret>,
    },
    /// PagerDuty, by its Events API v2.
    PagerDuty {
        /// The integration key.
        routing_key: Secret,
        /// Where the API is, if not at PagerDuty.
        api_url: Option<url::Url>,
    },
    /// A program of one's own.
    Exec {
        /// The program and its arguments.
        command: Vec<String>,
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
    Email(Box<email::Email>),
    Slack(slack::Slack),
    Discord(discord::Discord),
    Mattermost(mattermost::Mattermost),
    Ntfy(ntfy::Ntfy),
    PagerDuty(pagerduty::PagerDuty),
    Exec(exec::Exec),
}

/// All channels by name.
pub struct Senders {
    senders: HashMap<String, Sender>,
    moved: Arc<Moved>,
}

impl Senders {
    /// Makes a sender for each channel.
    ///
    /// # Errors
    /// A sentence that says which client could not be built.
    pub fn new(channels: impl IntoIterator<Item = (String, Settings)>, moved: Arc<Moved>) -> Result<Senders, String> {
        let mut senders = HashMap::new();
        for (name, settings) in channels {
            let sender = sender(settings, &moved).map_err(|why| format!("the channel `{name}`: {why}"))?;
            senders.insert(name, sender);
        }
        Ok(Senders { senders, moved })
    }

    /// Groups of Telegram that are elsewhere now.
    pub fn moved(&self) -> &Arc<Moved> {
        &self.moved
    }

    /// Tries once.
    pub async fn send(&self, channel: &str, message: &Message) -> Tried {
        // Telegram waits for its turn first, and says so itself.
        if !matches!(self.senders.get(channel), Some(Sender::Telegram(_))) {
            message.going.out();
        }
        match self.senders.get(channel) {
            Some(Sender::Recorded(record)) => record.send(message).await,
            Some(Sender::Log) => log::send(message),
            Some(Sender::Terminal) => terminal::send(message),
            Some(Sender::Telegram(telegram)) => telegram.send(message).await,
            Some(Sender::Webhook(webhook)) => webhook.send(message).await,
            Some(Sender::Email(email)) => email.send(message).await,
            Some(Sender::Slack(slack)) => slack.send(message).await,
            Some(Sender::Discord(discord)) => discord.send(message).await,
            Some(Sender::Mattermost(mattermost)) => mattermost.send(message).await,
            Some(Sender::Ntfy(ntfy)) => ntfy.send(message).await,
            Some(Sender::PagerDuty(pagerduty)) => pagerduty.send(message).await,
            Some(Sender::Exec(exec)) => exec.send(message).await,
            None => Tried::Never { why: format!("the channel `{channel}` is no longer configured") },
        }
    }

    /// Whether many late messages may come there as one: programs want each of them.
    pub fn reads_digests(&self, channel: &str) -> bool {
        let program = matches!(
            self.senders.get(channel),
            Some(Sender::Webhook(_) | Sender::PagerDuty(_) | Sender::Exec(_) | Sender::Log | Sender::Recorded(_))
        );
        !program
    }

    /// Changes a message that was sent, where the other side can: to how things stand now.
    pub async fn amend(&self, channel: &str, remote_id: &str, message: &Message) -> Tried {
        match self.senders.get(channel) {
            Some(Sender::Telegram(telegram)) => telegram.amend(remote_id, message).await,
            Some(Sender::Discord(discord)) => discord.amend(remote_id, message).await,
            Some(Sender::PagerDuty(pagerduty)) => pagerduty.amend(message).await,
            _ => Tried::Sent(None),
        }
    }
}

fn sender(settings: Settings, moved: &Arc<Moved>) -> Result<Sender, String> {
    Ok(match settings {
        Settings::Recorded(record) => Sender::Recorded(record),
        Settings::Log => Sender::Log,
        Settings::Terminal => Sender::Terminal,
        Settings::Telegram { token, api_url, limiter } => {
            Sender::Telegram(Box::new(telegram::Telegram::new(&token, api_url, limiter, moved.clone())))
        }
        Settings::Webhook { url, secret } => Sender::Webhook(webhook::Webhook::new(url, secret)?),
        Settings::Email(mail) => Sender::Email(Box::new(email::Email::new(*mail)?)),
        Settings::Slack(url) => Sender::Slack(slack::Slack::new(url)?),
        Settings::Discord(url) => Sender::Discord(discord::Discord::new(url)?),
        Settings::Mattermost(url) => Sender::Mattermost(mattermost::Mattermost::new(url)?),
        Settings::Ntfy { server, token } => Sender::Ntfy(ntfy::Ntfy::new(server, token)?),
        Settings::PagerDuty { routing_key, api_url } => {
            Sender::PagerDuty(pagerduty::PagerDuty::new(routing_key, api_url)?)
        }
        Settings::Exec { command } => Sender::Exec(exec::Exec::new(command)),
    })
}
