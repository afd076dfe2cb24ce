//! When each probe is checked next.

pub(super) mod plan;
