//! One binary for all integration tests; a file per subject. Real sockets on
//! 127.0.0.1:0, real SQLite files, no network, no sleeps.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on shall say so")]

mod alive;
mod bench;
mod bot;
mod bot_update;
mod botapi;
mod browser;
mod catalog;
mod channels;
mod cli;
mod config;
mod connections;
mod coverage;
mod details;
mod dns;
mod duty;
mod engine;
mod event_log;
mod exec;
mod heard;
mod history;
mod http;
mod judgement;
mod kit;
mod layers;
mod lookup;
mod messages;
mod modules;
mod names;
mod notify;
mod pictures;
mod platforms;
mod properties;
mod public;
mod public_hidden;
mod publish;
mod rdap;
mod report;
mod secrets;
mod setup;
mod signing;
mod site;
mod situation;
mod status_pages;
mod store;
mod supervise;
mod telling;
mod tls;
mod traps;
mod upgrade;
mod vendor;
mod web;
mod weekend;
mod zones;
