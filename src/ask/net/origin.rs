//! What is known of the connection that carried an answer, or of the try that carried none.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use serde_json::Value;

use crate::core::words::answer::Failure;

/// What a handshake showed.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The connection's facts, as rules see them under `tls`.
    pub facts: Value,
    /// The certificates as they were sent, the leaf first.
    pub chain: Chain,
}

/// The certificates as they were sent, the leaf first.
pub type Chain = Vec<CertificateDer<'static>>;

/// What is known of the connection that carried an answer.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Whether whoever answered lies outside of this machine and its network.
    pub outside: bool,
    /// What its handshake showed, if there was one.
    pub tls: Option<Arc<Seen>>,
}

/// No connection came about; what the handshake showed until then is kept.
#[derive(Debug, thiserror::Error)]
#[error("{failure}")]
pub struct NotConnected {
    /// Why.
    pub failure: Failure,
    /// What is known nevertheless.
    pub origin: Option<Origin>,
}
