//! One check: request, verdict, witnesses and evidence, in a separate task.

pub(super) mod answer;
pub(super) mod evidence;
pub(super) mod once;
pub mod same_page;
mod secret_fields;
pub(super) mod witnesses;
