//! The code that all askers share: the rate limit of each host (`gate`), connections, allowed addresses, HTTP requests,
//! handshakes, bodies within limits, and failures.
//!
//! A request passes through `http` (redirects, with `cookies` and `hop`), `request` (one hop) and `connections` (new
//! or kept), whose `connect` dials (`dial`) and does the handshake (`tls`, `trust`, `chain`).
//!
//! This module does not depend on any asker. Each asker has its own state (lists, tokens, registries), which
//! [`Askers`](super::Askers) holds.

mod body;
mod chain;
mod client;
mod connect;
mod connections;
pub(super) mod cookies;
pub(super) mod dial;
pub(super) mod failure;
mod gate;
mod guard;
pub(super) mod hop;
pub(super) mod http;
pub(super) mod origin;
mod reach;
mod refresh;
mod request;
pub(super) mod tls;
mod trust;

pub use client::{Net, NetOptions};
pub use gate::Gate;
pub use guard::Guard;
