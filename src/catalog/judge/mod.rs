//! From answers to readings.

pub(super) mod html;
pub(super) mod reading;
pub(super) mod registration;
pub(super) mod whois;
