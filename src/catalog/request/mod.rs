//! Builds a question from the grammar and a probe's parameters. This is the only code that reads a secret's value for
//! a request.

pub(super) mod fill;
pub(super) mod question;
pub(super) mod sign;
pub(super) mod template;
pub(super) mod value;
