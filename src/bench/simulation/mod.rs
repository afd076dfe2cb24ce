//! The simulation: weeks or years of a platform with many dependencies, generated from a seed.
//! Unreadable answers, drops, outages and failures of plugwatch's own network are random, and the
//! program is killed between and within any two steps of its pipeline. Afterwards the store and
//! all deliveries are compared with the truth.

mod check;
mod run;
mod truth;
mod world;

pub use check::Report;
pub use run::{Settings, simulate};
pub(super) use world::configuration;
