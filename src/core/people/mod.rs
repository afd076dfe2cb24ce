//! What people do and report: actions, letters, chats, duty.

pub mod action;
pub mod advice;
pub mod chat;
pub mod duty;
pub mod notice;
pub mod public_incident;
pub mod wording;
