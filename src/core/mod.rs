//! The core decides. Everything here is a pure function of its arguments:
//! no sockets, no files, no clock. Time is an argument.
//!
//! Reading order: [`model`] (the words), [`answer`] (what an asker brings back),
//! [`standing`] (one probe: suspicion, confirmation, witnesses), [`combine`]
//! (several probes make one dependency), [`incident`] and [`alerting`] (what is
//! opened, what is told and why), [`schedule`] and [`budget`] (when to ask).

pub mod alerting;
pub mod anchors;
pub mod answer;
pub mod board;
pub mod budget;
pub mod combine;
pub mod history;
pub mod incident;
pub mod model;
pub mod policy;
pub mod question;
pub mod schedule;
pub mod standing;
pub mod time;
pub mod weigh;
pub mod witness;

#[cfg(test)]
mod scenarios;
