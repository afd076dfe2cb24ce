//! plugwatch: know who pulled the plug, within minutes, and be able to prove it.
//!
//! # One line
//!
//! ```text
//! schedule -> ask -> judge -> confirm -> correlate -> record + outbox (one transaction) -> deliver
//! ```
//!
//! # The house
//!
//! | module | does | may use |
//! |---|---|---|
//! | [`core`] | decides: verdicts, suspicion, incidents, alerts, schedules; pure | nothing here |
//! | [`say`] | turns what is known into words; pure | `core` |
//! | [`read`] | reads TOML and collects all problems | `core` |
//! | [`ask`] | puts questions over HTTP, TLS, DNS; brings facts | `core`, `clock` |
//! | [`catalog`] | vendor knowledge as data; judges answers | `core`, `read` |
//! | [`store`] | SQLite: history, outbox, evidence | `core` |
//! | [`notify`] | channels: their settings, and one try to tell | `core`, `read`, `say`, `clock` |
//! | [`config`] | `plugwatch.toml` | `core`, `catalog`, `read`, `notify` |
//! | [`discover`] | from a domain to what stands behind it, and a configuration of it | `core`, `read`, `ask`, `catalog`, `config`, `clock` |
//! | [`acts`] | what a person may do, from Telegram and from the terminal | `core`, `read`, `config`, `store`, `ids` |
//! | [`engine`] | where all sides meet | all of the above |
//! | [`answers`] | acknowledgements that come back through channels | `acts`, `engine`, `notify`, `store`, `clock`, `ids` |
//! | [`bot`], [`web`] | Telegram commands, status page | `acts`, `engine`, `say`, `store`'s read side, `supervise` |
//! | [`service`] | what the service manager is told | `clock` |
//! | [`supervise`] | runs parts for ever: sees a panic, starts again, or ends the program | `core`, `clock` |
//! | [`draw`] | pictures: SVG to PNG | nothing here |
//! | [`demo`] | a stage and a story | `core`, `read` |
//! | [`mod@bench`] | plays scenarios against the real pipeline in virtual time | all but `bot` and `web` |
//! | [`cli`] | arguments to commands | everything |
//! | [`clock`], [`ids`] | the only readers of time and chance | `core` |
//!
//! `tests/suite/layers.rs` holds this table.
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
