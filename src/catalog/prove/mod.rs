//! Tests the catalogue with its own examples and recordings, and generates its documentation page.

pub(super) mod book;
pub(super) mod examples;
mod hollow;
pub(super) mod page;
mod params;
pub(super) mod permission;
pub(super) mod recordings;
mod registry;
pub(super) mod tested;
pub(super) mod whole;
pub(super) mod words;
