//! What is known, as people see it.

pub(super) mod dependency;
pub(super) mod offline;
