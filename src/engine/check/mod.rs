//! One check: request, verdict, witnesses and evidence, in a task of its own.

pub(super) mod answer;
pub(super) mod evidence;
pub(super) mod once;
pub mod same_page;
pub(super) mod witnesses;
