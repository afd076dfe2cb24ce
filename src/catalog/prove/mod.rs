//! Tests of the catalogue, and its page.

pub(super) mod examples;
pub(super) mod page;
pub(super) mod recordings;
