//! All dependencies together: their states, the companies they depend on, and what a name refers to.

pub mod ahead;
pub mod lateness;
pub mod naming;
pub mod public;
pub mod reliance;
pub mod snapshot;
