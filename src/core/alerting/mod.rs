//! What is told, when, to whom: the comparison of what people know with how it stands.

pub mod due;
pub mod flapping;
pub mod groups;
pub mod message;
pub mod notified;
pub mod platform_view;
pub mod reminder;
pub mod review;
pub mod round;
pub mod route;
pub mod situation;
pub mod situation_change;
