//! What is known, in the form in which people see it.

pub(super) mod advice;
pub(super) mod dependency;
mod fallback;
mod letters;
pub(super) mod offline;
pub(super) mod region;
