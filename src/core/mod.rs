//! The core decides. Everything here is a pure function of its arguments:
//! no sockets, no files, no clock. Time is an argument.
//!
//! Reading order, each folder using only those before it: [`time`], [`words`] (verdicts, answers, questions),
//! [`probe`] (one probe: suspicion, confirmation, witnesses), [`dependency`] (several probes make one dependency, what
//! is opened), [`platform`] (all of them together), [`people`] (what they do and say), [`alerting`] (what is told, and
//! why now).

pub mod alerting;
pub mod dependency;
pub mod people;
pub mod platform;
pub mod probe;
pub mod time;
pub mod words;

#[cfg(test)]
mod scenarios;
