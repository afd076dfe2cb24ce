//! The facts about the connection that carried an answer, or about a failed attempt.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use serde_json::Value;

use crate::core::words::answer::Failure;

/// The result of a handshake.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The connection's facts, which rules read as `tls`.
    pub facts: Value,
    /// The certificates in the order sent, the leaf first.
    pub chain: Chain,
}

/// The certificates in the order sent, the leaf first.
pub type Chain = Vec<CertificateDer<'static>>;

/// The facts about the connection that carried an answer.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Whether the host that answered is outside this machine and its network.
    pub outside: bool,
    /// The result of its handshake, if there was one.
    pub tls: Option<Arc<Seen>>,
}

/// No connection was made; the facts of the handshake up to then are kept.
#[derive(Debug, thiserror::Error)]
#[error("{failure}")]
pub struct NotConnected {
    /// Why the connection failed.
    pub failure: Failure,
    /// The facts that are known nevertheless.
    pub origin: Option<Origin>,
}
