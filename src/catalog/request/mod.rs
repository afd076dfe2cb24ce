//! From a check and its parameters to a question.

pub(super) mod fill;
pub(super) mod sign;
