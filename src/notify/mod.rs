//! Notification channels. Each has one file with the settings, their parser and the sender. A sender makes one
//! attempt and returns its result. The dispatcher (`engine::dispatch`) handles leases, order and retries.
//!
//! To add a channel:
//!
//! 1. One file here, named after its word in `kind = "..."`. It has `Settings` for its table, with [`Settings`]
//!    implemented (recipients, secrets, sender); `read`, which parses the table and reports every problem in it before
//!    it gives up (`webhook.rs`), with keys through `read::secret`; and a [`Sender`], over HTTP with `http::{client,
//!    ask, meaning}`. `mattermost.rs` is a short example. If a file grows too large, make it a folder.
//! 2. One line in the table of `registry.rs`, and the file's `mod` line below.
//! 3. One test with a recorded conversation in `tests/suite/channels.rs`, with a line in
//!    `a_long_message_that_breaks_off…` there if it sends in parts; its table in `all_kinds` of
//!    `tests/suite/config.rs`.
//! 4. For users: the channels in `README.md`, an example in `config/plugwatch.toml`, and the list in
//!    `discover/templates/plugwatch.toml.j2`. Then run `INSTA_UPDATE=always cargo nextest run --test suite -E
//!    'test(/^(config|platforms)::/)'` and review the differences, because problems list all kinds.
//!
//! No other code names individual channels, which `tests/suite/layers.rs` enforces. Telegram is the exception,
//! because the bot has to find out whether a channel is a Telegram channel.

pub mod alertmanager;
mod answer;
mod components;
pub mod discord;
pub mod email;
pub mod exec;
pub mod gatus;
mod heartbeat;
mod http;
pub mod instatus;
mod limiter;
pub mod log;
pub mod mattermost;
mod message;
mod moved;
pub mod ntfy;
mod page_incidents;
pub mod pagerduty;
pub mod pushover;
mod registry;
mod secret_url;
mod senders;
mod settings;
mod shared;
pub mod slack;
pub mod statuspage;
pub mod teams;
pub mod telegram;
pub mod terminal;
mod twilio;
pub mod twilio_sms;
pub mod twilio_voice;
pub mod webhook;

pub use answer::{Answer, Waiting};
pub use components::Components;
pub use heartbeat::Heartbeat;
pub use limiter::Limiter;
pub use message::{File, Going, Message, Tried};
pub use moved::Moved;
pub use page_incidents::Incidents;
pub use registry::{kinds, reader};
pub use senders::Senders;
pub use settings::{Answering, Carrier, Read, Sender, Settings, Trying};
pub use shared::Shared;
pub use telegram::{keyboard, no_preview};
pub use twilio::Account as TwilioAccount;
pub use webhook::SCHEMA;
