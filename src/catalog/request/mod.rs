//! From the grammar and a probe's parameters to a question. This is the only code that reads a secret's value for a
//! request.

pub(super) mod fill;
pub(super) mod question;
pub(super) mod sign;
pub(super) mod template;
pub(super) mod value;
