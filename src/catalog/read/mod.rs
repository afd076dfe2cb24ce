//! Reads catalogue files.

pub(super) mod check;
pub(super) mod load;
pub(super) mod rule;
