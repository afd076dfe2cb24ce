pub mod catalog;
pub mod core;
pub mod read;
