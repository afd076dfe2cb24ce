//! What a vendor file may say.

pub(super) mod expr;
pub(super) mod names;
pub(super) mod permission;
pub(super) mod request;
pub(super) mod usual;
pub(super) mod vendor;
