//! Several probes form one dependency: its combined state, how it is shown, and its open incident.

pub mod alike;
pub mod combine;
pub mod incident;
mod owner_view;
pub mod shown;
pub mod state;
pub mod storefronts;
pub mod takeover;
