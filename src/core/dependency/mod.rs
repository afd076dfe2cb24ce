//! Several probes make one dependency: what it comes to, how it is shown, what incident is open.

pub mod alike;
pub mod combine;
pub mod incident;
pub mod shown;
pub mod state;
pub mod storefronts;
