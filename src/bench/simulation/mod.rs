//! The simulation: a long time of a platform with many dependencies, from a seed. Weather,
//! drops, outages and a dying network of our own are drawn at random, and the program is
//! killed between, and within, any two steps of its pipeline. Afterwards the store and
//! everything that was delivered are held against the truth.

mod check;
mod run;
mod truth;
mod world;

pub use check::Report;
pub use run::{Settings, simulate};
pub(super) use world::configuration;
