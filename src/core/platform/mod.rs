//! All dependencies together: how they stand, who relies on whom, what a name means.

pub mod ahead;
pub mod lateness;
pub mod naming;
pub mod public;
pub mod reliance;
pub mod snapshot;
