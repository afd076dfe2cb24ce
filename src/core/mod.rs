//! The core makes the decisions. Everything here is a pure function of its arguments: no sockets, no files, no clock.
//! The current time is passed in as an argument.
//!
//! Reading order, in which each folder uses only earlier ones: [`time`], [`words`] (verdicts, answers, questions),
//! [`probe`] (one probe: suspicion, confirmation, witnesses), [`dependency`] (combines several probes into one
//! dependency and decides which incidents to open), [`platform`] (all dependencies together), [`people`] (what people
//! do and report), [`alerting`] (which messages are sent, and why now).

pub mod alerting;
pub mod dependency;
pub mod people;
pub mod platform;
pub mod probe;
pub mod time;
pub mod words;

#[cfg(test)]
mod scenarios;
