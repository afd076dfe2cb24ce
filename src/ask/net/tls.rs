//! TLS handshakes and their facts, which are kept even if validation fails.
//!
//! A failed handshake returns no certificate. So the verifier here records the chain and the usual verifier's verdict
//! before the handshake continues or ends.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use x509_parser::prelude::*;

use super::chain::End;
use super::failure;
use super::origin::{Chain, Seen};
use super::trust::Trust;
use crate::clock::Clock;
use crate::core::time::Time;
use crate::core::words::answer::Failure;

/// How an invalid certificate is handled. That depends on the purpose of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// The handshake fails, as in a browser. Uses HTTP/2 if the other side supports it.
    Verified,
    /// The failure is recorded and the handshake continues: mail is delivered anyway (RFC 7435).
    Recorded,
}

/// Secures connections with TLS.
#[derive(Debug)]
pub struct Shaker {
    trust: Arc<Trust>,
    clock: Clock,
    /// The configuration that all handshakes share: creating it costs as much as a handshake.
    common: ClientConfig,
}

/// The record of the verifier.
#[derive(Debug, Default)]
struct Record {
    chain: Chain,
    wrong: Option<Failure>,
    end: Option<End>,
}

impl Shaker {
    /// Creates one that trusts these authorities.
    pub fn new(trust: Trust, clock: Clock) -> Shaker {
        let verifier = trust.verifier.clone();
        let mut common =
            ClientConfig::builder().dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
        common.resumption = Resumption::disabled();
        Shaker { trust: Arc::new(trust), clock, common }
    }

    /// Does the handshake over any connection. Returns the facts, if a certificate was sent, and the connection.
    ///
    /// No earlier session is resumed: that would show the earlier certificate.
    pub async fn shake<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        name: ServerName<'static>,
        stream: S,
        strictness: Strictness,
    ) -> (Option<Seen>, io::Result<TlsStream<S>>) {
        let record = Arc::new(Mutex::new(Record::default()));
        let (trust, now) = (self.trust.clone(), unix(self.clock.now()));
        let verifier = Arc::new(Recorder { trust, now, record: record.clone(), strictness });
        let mut config = self.common.clone();
        config.dangerous().set_certificate_verifier(verifier);
        if strictness == Strictness::Verified {
            // Some services support HTTP/2 only (such as Apple's push service), so it is negotiated here (RFC 7301).
            config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        }
        let shaken = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
        let version = shaken.as_ref().ok().and_then(|stream| stream.get_ref().1.protocol_version());
        let version = version.and_then(|version| version.as_str()).unwrap_or("").to_owned();
        let record = std::mem::take(&mut *record.lock().unwrap_or_else(PoisonError::into_inner));
        let seen = (!record.chain.is_empty())
            .then(|| Seen { facts: facts(&record, version, self.clock.now()), chain: record.chain });
        (seen, shaken)
    }
}

/// Calls the usual verifier and records its verdict.
#[derive(Debug)]
struct Recorder {
    trust: Arc<Trust>,
    now: UnixTime,
    record: Arc<Mutex<Record>>,
    strictness: Strictness,
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        // The library's own clock is ignored; plugwatch's clock is used.
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verdict = self.trust.verifier.verify_server_cert(leaf, rest, name, ocsp, self.now);
        let end = verdict.is_ok().then(|| self.trust.end(leaf, rest, name, self.now)).flatten();
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        record.chain = std::iter::once(leaf).chain(rest).map(|der| der.clone().into_owned()).collect();
        record.wrong = verdict.as_ref().err().map(failure::of_tls);
        record.end = end;
        if self.strictness == Strictness::Recorded { Ok(ServerCertVerified::assertion()) } else { verdict }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.trust.verifier.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.trust.verifier.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.trust.verifier.supported_verify_schemes()
    }
}

fn facts(record: &Record, version: String, now: Time) -> Value {
    let chain: Vec<Value> = record.chain.iter().map(|der| one(der, now)).collect();
    let mut facts = chain.first().cloned().unwrap_or_else(|| json!({}));
    let wrong = record.wrong.map_or("ok", Failure::word);
    facts["verdict"] = json!(wrong);
    facts["valid"] = json!(record.wrong.is_none());
    facts["name_matches"] = json!(record.wrong != Some(Failure::TlsWrongName));
    facts["version"] = json!(version);
    // The expiry of the whole path counts: no browser trusts the site without its issuer.
    if let Some(end) = &record.end {
        facts["not_after"] = json!(end.at.rfc3339());
        facts["days_left"] = json!(days(end.at, now));
    }
    let issuer = record.end.as_ref().filter(|end| !end.is_leaf).map(|end| end.name.as_str());
    facts["ends_with"] = json!(issuer);
    facts["chain"] = json!(chain);
    facts
}

/// The facts of one certificate (RFC 5280).
pub fn one(der: &CertificateDer<'_>, now: Time) -> Value {
    let sha256 = hex(&Sha256::digest(der));
    let Ok((_, certificate)) = X509Certificate::from_der(der) else { return json!({ "sha256": sha256 }) };
    let first = |mut names: Box<dyn Iterator<Item = String> + '_>| names.next();
    let issuer_org = first(Box::new(
        certificate.issuer().iter_organization().filter_map(|org| org.as_str().ok().map(str::to_owned)),
    ));
    let ends = certificate.validity().not_after.timestamp() * 1_000;
    json!({
        "subject": certificate.subject().to_string(),
        "issuer": certificate.issuer().to_string(),
        "issuer_org": issuer_org.unwrap_or_else(|| certificate.issuer().to_string()),
        "names": names(&certificate),
        "not_before": Time(certificate.validity().not_before.timestamp() * 1_000).rfc3339(),
        "not_after": Time(ends).rfc3339(),
        "days_left": days(Time(ends), now),
        "serial": certificate.raw_serial_as_string(),
        "sha256": sha256,
    })
}

/// A time in whole seconds, as certificates use.
pub fn unix(now: Time) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(now.0 / 1_000).unwrap_or(0)))
}

fn days(at: Time, now: Time) -> f64 {
    (at.0 - now.0) as f64 / 86_400_000.0
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return Vec::new() };
    let text = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        _ => None,
    };
    extension.value.general_names.iter().filter_map(text).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
