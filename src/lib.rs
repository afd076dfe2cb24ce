pub mod ask;
pub mod catalog;
pub mod clock;
pub mod core;
pub mod read;
