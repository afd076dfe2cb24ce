//! What all askers share: the gate before each host, connections, what may be reached, requests over
//! HTTP, handshakes, bodies within limits, errors as words.
//!
//! A request goes from `http` (the way over redirects, with `cookies` and `hop`) over `request` (one hop)
//! to `connections` (new or kept), whose `connect` dials (`dial`) and shakes hands (`tls`, `trust`, `chain`).
//!
//! Nothing in here knows an asker. What one asker remembers (lists, tokens, registries) is its own,
//! and [`Askers`](super::Askers) holds it.

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
