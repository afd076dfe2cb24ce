//! Ways to tell: one file for each channel, with its settings, their reader and its sender. A
//! sender tries once and says what came of it; leases, order and retries are the dispatcher's
//! (`engine::dispatch`).
//!
//! To add a channel:
//!
//! 1. One file here, named by its word in `kind = "..."`. It holds `Settings`, what its table says,
//!    with [`Settings`] implemented for them (whom it reaches, its secrets, its sender); `read`, which
//!    makes them of the table and notes all that is wrong there before it gives up (`webhook.rs`), keys through
//!    `read::secret`; and a [`Sender`], over HTTP with `http::{client, ask, meaning}`. `mattermost.rs` is a
//!    short one. What grows too large for a file may be a folder.
//! 2. One line in the table of `registry.rs`, beside the file's `mod` below.
//! 3. One test with a recorded conversation in `tests/suite/channels.rs`, with a line in its
//!    `a_long_message_that_breaks_off…` if it sends in parts; its table in `all_kinds` of `tests/suite/config.rs`.
//! 4. For people: the channels in `README.md`, an example in `config/plugwatch.toml`, the list in
//!    `discover/templates/plugwatch.toml.j2`. Then `INSTA_UPDATE=always cargo nextest run --test suite -E
//!    'test(/^(config|platforms)::/)'`, and read the differences: problems name all kinds.
//!
//! No other code knows which channels there are; `tests/suite/layers.rs` holds that.
//! Telegram is the exception: who answers there asks a channel whether it is that one.

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
