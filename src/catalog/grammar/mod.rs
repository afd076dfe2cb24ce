//! The grammar of the catalogue's files: the types that the files are parsed into, the language of their rules, and
//! the names that rules may use. It does not depend on files or answers.

pub(super) mod ask;
pub(super) mod catalog;
pub(super) mod check;
pub(super) mod example;
pub(super) mod expr;
pub(super) mod functions;
pub(super) mod json_paths;
pub(super) mod names;
pub(super) mod param;
pub(super) mod permission;
pub(super) mod registry;
pub(super) mod request;
pub(super) mod rows;
pub(super) mod rule;
pub(super) mod seen;
pub(super) mod usual;
pub(super) mod values;
pub(super) mod vendor;
pub(super) mod words;
