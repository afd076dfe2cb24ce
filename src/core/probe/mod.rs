//! One probe: how sure a check wants to be, what speaks for and against it, what is believed.

pub mod confirm;
pub mod days;
pub mod doubt;
pub mod history;
pub mod pace;
pub mod policy;
mod recall;
pub mod reference_hosts;
pub mod refused;
pub mod standing;
pub mod weigh;
pub mod witness;
