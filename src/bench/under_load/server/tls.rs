//! The servers' certificate. Its key need not be secret: the certificate is valid for loopback addresses only, and
//! trusted only by configurations that name its authority.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// The certificate authority, as PEM.
pub const AUTHORITY: &str = include_str!("certs/authority.pem");
const CERTIFICATE: &str = include_str!("certs/loopback.pem");
const KEY: &str = include_str!("certs/loopback.key.pem");

/// A TLS acceptor for this ALPN protocol.
///
/// # Errors
/// Fails if the certificate cannot be used, which is a bug.
pub fn acceptor(protocol: &str) -> Result<TlsAcceptor, String> {
    let chain = CertificateDer::pem_slice_iter(CERTIFICATE.as_bytes()).collect::<Result<Vec<_>, _>>().map_err(text)?;
    let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).map_err(text)?;
    let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).map_err(text)?;
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
