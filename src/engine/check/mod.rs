//! One check: asked, judged, witnesses heard, evidence prepared; in a task of its own.

pub(super) mod answer;
pub(super) mod evidence;
pub(super) mod once;
pub mod same_page;
pub(super) mod witnesses;
