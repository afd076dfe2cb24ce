//! What all askers share: the gate before each host, the client, what may be reached, requests over
//! HTTP, handshakes, bodies within limits, errors as words.
//!
//! Nothing in here knows an asker. What one asker remembers (lists, tokens, registries) is its own,
//! and [`Askers`](super::Askers) holds it.

mod body;
mod client;
pub(super) mod failure;
mod gate;
mod guard;
pub(super) mod http;
mod reach;
pub(super) mod tls;

pub use client::{Net, NetOptions};
pub use gate::Gate;
pub use guard::Guard;
pub(super) use reach::is_inside;
