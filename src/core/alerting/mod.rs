//! Decides what is reported, when and to whom, by comparing what people know with the current state.

pub mod due;
mod explained;
pub mod flapping;
pub mod groups;
pub mod key;
mod left_behind;
mod mass;
pub mod message;
pub mod notified;
pub mod platform_view;
pub mod reminder;
pub mod review;
mod reworded;
pub mod round;
pub mod route;
pub mod situation;
pub mod situation_change;
pub mod subject;
pub mod subject_index;
