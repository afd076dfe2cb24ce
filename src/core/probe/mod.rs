//! One probe: how much confirmation a check needs, what supports or contradicts it, and its confirmed verdict.

pub mod availability;
pub mod confirm;
pub mod days;
pub mod doubt;
pub mod history;
mod lately;
mod mixed;
pub mod pace;
pub mod policy;
mod recall;
pub mod reference_hosts;
pub mod refused;
pub mod standing;
pub mod warned;
pub mod weigh;
pub mod witness;
