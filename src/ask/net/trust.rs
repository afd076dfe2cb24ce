//! The trusted certificate authorities, and until when a chain that they sign is valid.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{Error, RootCertStore};

use super::chain::{self, End};
use crate::core::time::Time;

/// The trusted authorities.
#[derive(Debug)]
pub struct Trust {
    /// All of them.
    pub roots: Arc<RootCertStore>,
    /// The usual verifier with these authorities.
    pub verifier: Arc<WebPkiServerVerifier>,
    /// The user's own authorities with their expiry. The library checks no root's expiry, but browsers do. The expiry
    /// of the usual ones is not known; they are replaced years before it.
    own: Vec<(End, Vec<u8>)>,
}

impl Trust {
    /// Trusts the usual authorities and some extra ones, given as DER.
    ///
    /// # Errors
    /// Fails if an authority cannot be used: the message says which one.
    pub fn new(extra: &[Vec<u8>]) -> Result<Trust, String> {
        let roots = Arc::new(roots(extra.iter())?);
        let end = |der: &Vec<u8>| Some((chain::end_of(&CertificateDer::from(der.as_slice()), false)?, der.clone()));
        Ok(Trust { verifier: verifier(roots.clone())?, roots, own: extra.iter().filter_map(end).collect() })
    }

    /// When a chain that is valid at `now` stops being valid.
    pub fn end(
        &self,
        leaf: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Option<End> {
        let roots: Vec<End> = self.own.iter().map(|(end, _)| end.clone()).collect();
        chain::end(leaf, rest, &roots, now, |at| self.holds_at(leaf, rest, name, now, at).is_some())
    }

    /// Whether the chain is valid at a later time, without the user's own authorities that expire before.
    fn holds_at(
        &self,
        leaf: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
        at: UnixTime,
    ) -> Option<ServerCertVerified> {
        let ends_between = |end: &End| end.at >= seconds(now) && end.at < seconds(at);
        if !self.own.iter().any(|(end, _)| ends_between(end)) {
            return self.verifier.verify_server_cert(leaf, rest, name, &[], at).ok();
        }
        let left = self.own.iter().filter(|(end, _)| !ends_between(end)).map(|(_, der)| der);
        let verifier = verifier(Arc::new(roots(left).ok()?)).ok()?;
        verifier.verify_server_cert(leaf, rest, name, &[], at).ok()
    }
}

fn seconds(at: UnixTime) -> Time {
    Time(i64::try_from(at.as_secs()).unwrap_or(i64::MAX / 1_000).saturating_mul(1_000))
}

fn verifier(roots: Arc<RootCertStore>) -> Result<Arc<WebPkiServerVerifier>, String> {
    let built = WebPkiServerVerifier::builder(roots).build();
    built.map_err(|error| format!("certificates cannot be verified: {error}"))
}

fn roots<'d>(extra: impl Iterator<Item = &'d Vec<u8>>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for der in extra {
        let added: Result<(), Error> = roots.add(CertificateDer::from(der.clone()));
        added.map_err(|error| format!("an extra certificate authority cannot be used: {error}"))?;
    }
    Ok(roots)
}
