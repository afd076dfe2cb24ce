//! Turns files into the types of the grammar: parses TOML tables, compiles rules, and reports mistakes.

pub(super) mod advice;
pub(super) mod ask;
pub(super) mod bundle;
pub(super) mod check;
pub(super) mod files;
pub(super) mod load;
pub(super) mod param;
pub(super) mod permission;
pub(super) mod recording;
pub(super) mod registry;
pub(super) mod request;
pub(super) mod rule;
pub(super) mod select;
pub(super) mod sense;
pub(super) mod signature;
pub(super) mod tables;
pub(super) mod usual;
pub(super) mod vendor;
pub(super) mod whole;
pub(super) mod words;
