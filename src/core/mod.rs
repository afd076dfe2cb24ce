//! The core decides. Everything here is a pure function of its arguments:
//! no sockets, no files, no clock. Time is an argument.
//!
//! Reading order: [`model`] (the words), [`answer`] (what an asker brings back),
//! [`standing`] (one probe: suspicion, confirmation, witnesses), [`combine`]
//! (several probes make one dependency), [`incident`] (what is
//! opened), [`review`] (what is told, and why now), [`schedule`] and [`budget`] (when to ask).

pub mod act;
pub mod alike;
pub mod anchors;
pub mod answer;
pub mod board;
pub mod budget;
pub mod burn;
pub mod chat;
pub mod combine;
pub mod combined;
pub mod days;
pub mod deadline;
pub mod duty;
pub mod flapping;
pub mod groups;
pub mod heard;
pub mod history;
pub mod hours;
pub mod incident;
pub mod lookup;
pub mod message;
pub mod model;
pub mod naming;
pub mod notice;
pub mod pace;
pub mod policy;
pub mod question;
pub mod reliance;
pub mod reminder;
pub mod review;
pub mod round;
pub mod route;
pub mod scene;
pub mod schedule;
pub mod shown;
pub mod situation;
pub mod situation_change;
mod spread;
pub mod standing;
pub mod text;
pub mod time;
pub mod told;
pub mod wanted;
pub mod weigh;
pub mod witness;

#[cfg(test)]
mod scenarios;
