//! Writes decisions, one commit at a time, and handles writes that fail.

pub(super) mod documents;
pub(super) mod shed;
pub(super) mod unwritten;
pub(super) mod writer;
