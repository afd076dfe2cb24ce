//! Turns answers into readings: the names that rules read, and the first rule that holds.

pub(super) mod charset;
pub(super) mod context;
pub(super) mod expr;
pub(super) mod html;
mod json;
mod names;
pub(super) mod permission;
pub(super) mod reading;
mod refusal;
pub(super) mod registry;
mod unseen;
pub(super) mod visible;
