//! What people do and say: acts, notices, chats, who is on duty.

pub mod action;
pub mod chat;
pub mod duty;
pub mod notice;
pub mod public_incident;
