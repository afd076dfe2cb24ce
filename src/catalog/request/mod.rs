//! From grammar and the parameters of a probe to a question. The only code that opens a secret
//! for a request.

pub(super) mod fill;
pub(super) mod question;
pub(super) mod sign;
pub(super) mod template;
pub(super) mod value;
