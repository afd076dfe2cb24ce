//! What is reported, when and to whom: compares what people know with the current state.

pub mod due;
pub mod flapping;
pub mod groups;
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
