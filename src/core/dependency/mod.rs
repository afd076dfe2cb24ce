//! Several probes make one dependency: its combined state, how it is shown, and its open incident.

pub mod alike;
pub mod combine;
pub mod incident;
pub mod shown;
pub mod state;
pub mod storefronts;
