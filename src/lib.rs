//! plugwatch: know who pulled the plug, within minutes, and be able to prove it.
//!
//! # One line
//!
//! ```text
//! schedule -> ask -> judge -> confirm -> correlate -> record + outbox (one transaction) -> deliver
//! ```
//!
//! # Modules
//!
//! | module | does | may use |
//! |---|---|---|
//! | [`core`] | decides: verdicts, suspicion, incidents, alerts, schedules; pure | nothing here |
//! | [`say`] | turns the state into texts for people; pure | `core` |
//! | [`read`] | reads TOML and collects all problems | `core` |
//! | [`ask`] | sends requests over HTTP, TLS, DNS; returns facts | `core`, `clock` |
//! | [`catalog`] | vendor knowledge as data; judges answers | `core`, `read` |
//! | [`store`] | SQLite: history, outbox, evidence | `core` |
//! | [`notify`] | channels: their settings, and one attempt to send | `core`, `read`, `say`, `clock` |
//! | [`config`] | `plugwatch.toml` | `core`, `catalog`, `read`, `notify` |
//! | [`discover`] | from a domain to the companies behind it, and a configuration | `core`, `read`, `ask`, `catalog`, `config`, `clock` |
//! | [`acts`] | people's actions, from Telegram and from the terminal | `core`, `read`, `config`, `store`, `ids` |
//! | [`engine`] | connects all parts | all of the above |
//! | [`answers`] | acknowledgements that come back through channels | `acts`, `engine`, `notify`, `store`, `clock`, `ids` |
//! | [`bot`], [`web`] | Telegram commands, status page | `acts`, `engine`, `say`, `store`'s read side, `supervise` |
//! | [`service`] | messages to the service manager | `clock` |
//! | [`supervise`] | runs parts: restarts one that panics, or ends the program | `core`, `clock` |
//! | [`draw`] | pictures: SVG to PNG | nothing here |
//! | [`demo`] | a stage and a story | `core`, `read` |
//! | [`mod@bench`] | plays scenarios against the real pipeline in virtual time | all but `bot` and `web` |
//! | [`cli`] | the command line | everything |
//! | [`clock`], [`ids`] | the only readers of time and chance | `core` |
//!
//! `tests/suite/layers.rs` checks this table.
//!
//! # Walkthroughs
//!
//! - A vendor: a file in `config/catalog/`, see [`catalog`].
//! - An asker: see [`ask`]. A channel: see [`notify`]. A table: see [`store`].

pub mod acts;
pub mod answers;
pub mod ask;
pub mod bench;
pub mod bot;
pub mod catalog;
pub mod cli;
pub mod clock;
pub mod config;
pub mod core;
pub mod demo;
pub mod discover;
pub mod draw;
pub mod engine;
pub mod ids;
pub mod notify;
pub mod read;
pub mod say;
pub mod service;
pub mod store;
pub mod supervise;
pub mod web;
