//! What was decided is written: one commit at a time, and what happens while nothing can be.

pub(super) mod documents;
pub(super) mod shed;
pub(super) mod unwritten;
pub(super) mod writer;
