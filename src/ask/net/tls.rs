//! TLS facts of a connection, kept even where validation fails.
//!
//! A handshake that fails shows nothing. So the verifier here records the chain and the
//! verdict, and lets the handshake end, whatever it thinks of it.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use x509_parser::prelude::*;

use super::client::Net;
use super::failure;
use crate::core::time::Time;
use crate::core::words::answer::Failure;

/// Makes any connection a safe one: its facts, and the connection, whatever they say.
pub async fn secure<S: AsyncRead + AsyncWrite + Unpin>(
    net: &Net,
    name: ServerName<'static>,
    stream: S,
) -> (Option<Value>, Option<TlsStream<S>>) {
    match shake(net, name, stream).await {
        Some((facts, _, stream)) => (Some(facts), stream),
        None => (None, None),
    }
}

/// The certificates as they were sent, the leaf first.
pub type Chain = Vec<CertificateDer<'static>>;

/// What the verifier saw.
#[derive(Debug, Default)]
struct Record {
    chain: Chain,
    wrong: Option<Failure>,
}

/// The handshake: the connection's facts, the chain, and the connection itself if the handshake ended.
pub async fn shake<S: AsyncRead + AsyncWrite + Unpin>(
    net: &Net,
    name: ServerName<'static>,
    stream: S,
) -> Option<(Value, Chain, Option<TlsStream<S>>)> {
    let record = Arc::new(Mutex::new(Record::default()));
    let inner = WebPkiServerVerifier::builder(net.roots.clone()).build().ok()?;
    let verifier = Arc::new(Recorder { inner, record: record.clone() });
    let config = ClientConfig::builder().dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    let shaken = TlsConnector::from(Arc::new(config)).connect(name, stream).await.ok();
    let version = shaken.as_ref().and_then(|stream| stream.get_ref().1.protocol_version());
    let version = version.and_then(|version| version.as_str()).unwrap_or("").to_owned();
    let seen = std::mem::take(&mut *record.lock().unwrap_or_else(PoisonError::into_inner));
    (!seen.chain.is_empty()).then(|| (facts(&seen, version, net.clock.now()), seen.chain, shaken))
}

/// Asks the usual verifier, writes down what it said, and lets the handshake end.
#[derive(Debug)]
struct Recorder {
    inner: Arc<WebPkiServerVerifier>,
    record: Arc<Mutex<Record>>,
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verdict = self.inner.verify_server_cert(leaf, rest, name, ocsp, now);
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        record.chain = std::iter::once(leaf).chain(rest).map(|der| der.clone().into_owned()).collect();
        record.wrong = verdict.err().map(|error| failure::of_tls(&error));
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
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
    facts["chain"] = json!(chain);
    facts
}

/// One certificate's facts (RFC 5280).
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
        "days_left": (ends - now.0) as f64 / 86_400_000.0,
        "serial": certificate.raw_serial_as_string(),
        "sha256": sha256,
    })
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
