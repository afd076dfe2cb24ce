//! What is known, as people see it.

pub(super) mod advice;
pub(super) mod dependency;
mod letters;
pub(super) mod offline;
pub(super) mod region;
