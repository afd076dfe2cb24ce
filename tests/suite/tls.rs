//! TLS facts: they are kept if validation fails, and the failure is named.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use plugwatch::ask::{Askers, Gate, Net};
use plugwatch::clock::Clock;
use plugwatch::core::time::Time;
use plugwatch::core::time::budget::Budget;
use plugwatch::core::words::answer::{Answer, Failure};
use plugwatch::core::words::question::Question;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CrlDistributionPoint, DistinguishedName,
    DnType, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::kit::{askers, get, http, options, provider, raw};

/// A certificate authority, and a server with a certificate for certain names and years.
pub struct Site {
    pub authority: Vec<u8>,
    pub port: u16,
}

/// A certificate authority's parameters and key.
pub fn authority() -> (CertificateParams, KeyPair) {
    provider();
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    ca.distinguished_name = named("Test Authority");
    (ca, KeyPair::generate().unwrap())
}

async fn site(names: &[&str], years: (i32, i32)) -> Site {
    let (ca, ca_key) = authority();
    let authority = ca.self_signed(&ca_key).unwrap().der().to_vec();
    let key = KeyPair::generate().unwrap();
    let mut leaf = CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
    leaf.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    leaf.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    let der = leaf.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap().der().to_vec();
    Site { authority, port: serve(der, key.serialize_der()).await }
}

pub fn named(name: &str) -> DistinguishedName {
    let mut dn = DistinguishedName::new();
    dn.push(DnType::OrganizationName, name);
    dn.push(DnType::CommonName, name);
    dn
}

async fn serve(certificate: Vec<u8>, key: Vec<u8>) -> u16 {
    serve_chain(vec![certificate], key).await
}

/// A server that sends these certificates.
pub async fn serve_chain(chain: Vec<Vec<u8>>, key: Vec<u8>) -> u16 {
    let acceptor = TlsAcceptor::from(Arc::new(configured(chain, key)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut buffer = [0; 4_096];
                if stream.read(&mut buffer).await.is_ok_and(|size| size > 0) {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine").await;
                    let _ = stream.shutdown().await;
                }
            });
        }
    });
    port
}

/// A TLS server configuration with these certificates.
pub fn configured(chain: Vec<Vec<u8>>, key: Vec<u8>) -> ServerConfig {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key));
    let chain = chain.into_iter().map(CertificateDer::from).collect();
    ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap()
}

/// A server that speaks only HTTP/2 (RFC 7301, RFC 9113), like Apple's push service.
pub async fn http2_only() -> Site {
    let (ca, ca_key) = authority();
    let authority = ca.self_signed(&ca_key).unwrap().der().to_vec();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let der = leaf.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap().der().to_vec();
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(der)], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            let Ok(mut talk) = h2::server::handshake(stream).await else { continue };
            while let Some(Ok((_, mut answer))) = talk.accept().await {
                let head = ::http::Response::builder().status(400).body(()).unwrap();
                let mut body = answer.send_response(head, false).unwrap();
                body.send_data(bytes::Bytes::from_static(br#"{"reason":"BadDeviceToken"}"#), true).unwrap();
            }
        }
    });
    Site { authority, port }
}

async fn ask(site: &Site, trusted: bool) -> Answer {
    let mut options = options();
    if trusted {
        options.extra_roots.push(site.authority.clone());
    }
    let mut question = get(&format!("https://localhost:{}/", site.port));
    question.tls = true;
    askers(options).ask(&Question::Http(question), false, Time(0)).await
}

#[tokio::test]
async fn a_good_certificate_gives_its_facts() {
    let answer = ask(&site(&["localhost"], (2020, 2096)).await, true).await;
    assert_eq!(answer.failure, None);
    let tls = &answer.said["tls"];
    assert_eq!(tls["verdict"], "ok");
    assert_eq!(tls["names"], serde_json::json!(["localhost"]));
    assert_eq!(tls["issuer_org"], "Test Authority");
    assert_eq!(tls["not_after"], "2096-01-01T00:00:00Z");
    // The test's clock shows 15 January 2027.
    assert_eq!(tls["days_left"].as_f64().unwrap().floor(), 25_187.0);
    assert_eq!(tls["chain"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_expired_certificate_is_named_and_its_facts_are_kept() {
    let answer = ask(&site(&["localhost"], (2020, 2021)).await, true).await;
    assert_eq!(answer.failure, Some(Failure::TlsExpired));
    let tls = &answer.said["tls"];
    assert_eq!((&tls["verdict"], &tls["not_after"]), (&"tls_expired".into(), &"2021-01-01T00:00:00Z".into()));
    assert!(tls["days_left"].as_f64().unwrap() < 0.0);
}

#[tokio::test]
async fn a_certificate_for_other_names_is_named_and_tells_them() {
    let answer = ask(&site(&["default.host.example"], (2020, 2096)).await, true).await;
    assert_eq!(answer.failure, Some(Failure::TlsWrongName));
    let tls = &answer.said["tls"];
    assert_eq!(tls["name_matches"], false);
    assert_eq!(tls["names"], serde_json::json!(["default.host.example"]));
}

#[tokio::test]
async fn a_certificate_of_nobody_we_trust_is_named() {
    let answer = ask(&site(&["localhost"], (2020, 2096)).await, false).await;
    assert_eq!(answer.failure, Some(Failure::TlsUntrusted));
    assert_eq!(answer.said["tls"]["issuer_org"], "Test Authority");
}

/// The failure when a certificate names this revocation list, which `list` makes.
async fn revocation(list: fn(&Issuer<'_, KeyPair>) -> Vec<u8>, status: &'static str) -> String {
    let (ca, ca_key) = authority();
    let authority = ca.self_signed(&ca_key).unwrap().der().to_vec();
    let issuer = Issuer::new(ca, ca_key);
    let body = list(&issuer);
    let server = raw(move |_| http(status, "content-type: application/pkix-crl\r\n", &body)).await;
    let key = KeyPair::generate().unwrap();
    let mut leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    leaf.serial_number = Some(SerialNumber::from(7));
    leaf.not_after = rcgen::date_time_ymd(2096, 1, 1);
    leaf.crl_distribution_points = vec![CrlDistributionPoint { uris: vec![format!("http://{server}/ca.crl")] }];
    let der = leaf.signed_by(&key, &issuer).unwrap().der().to_vec();
    let answer = ask(&Site { authority, port: serve(der, key.serialize_der()).await }, true).await;
    assert_eq!(answer.failure, None, "{answer:?}");
    answer.said["tls"]["revocation"].as_str().unwrap().to_owned()
}

/// A revocation list with this serial number, valid until this year.
fn list_of(serial: u64, until: i32, issuer: &Issuer<'_, KeyPair>) -> Vec<u8> {
    let revoked = RevokedCertParams {
        serial_number: SerialNumber::from(serial),
        revocation_time: rcgen::date_time_ymd(2025, 6, 1),
        reason_code: None,
        invalidity_date: None,
    };
    let list = CertificateRevocationListParams {
        this_update: rcgen::date_time_ymd(2025, 1, 1),
        next_update: rcgen::date_time_ymd(until, 1, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: vec![revoked],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    list.signed_by(issuer).unwrap().der().to_vec()
}

#[tokio::test]
async fn a_certificate_on_its_authoritys_list_is_revoked() {
    assert_eq!(revocation(|issuer| list_of(7, 2096, issuer), "200 OK").await, "revoked");
    assert_eq!(revocation(|issuer| list_of(8, 2096, issuer), "200 OK").await, "good");
}

#[tokio::test]
async fn a_list_that_is_stale_forged_broken_or_missing_proves_nothing() {
    let forged = |_: &Issuer<'_, KeyPair>| {
        let (ca, key) = authority();
        list_of(7, 2096, &Issuer::new(ca, key))
    };
    assert_eq!(revocation(forged, "200 OK").await, "unknown", "signed by another key");
    assert_eq!(revocation(|issuer| list_of(7, 2026, issuer), "200 OK").await, "unknown", "stale");
    assert_eq!(revocation(|_| b"<html>".to_vec(), "200 OK").await, "unknown");
    assert_eq!(revocation(|issuer| list_of(7, 2096, issuer), "404 Not Found").await, "unknown");
    let answer = ask(&site(&["localhost"], (2020, 2096)).await, true).await;
    assert_eq!(answer.said["tls"]["revocation"], "none", "it names no list");
}

#[tokio::test]
async fn a_list_that_was_read_counts_while_a_newer_one_cannot_be_had() {
    let (ca, ca_key) = authority();
    let root = ca.self_signed(&ca_key).unwrap().der().to_vec();
    let issuer = Issuer::new(ca, ca_key);
    let body = list_of(7, 2096, &issuer);
    let asked = Arc::new(AtomicU32::new(0));
    let count = asked.clone();
    let server = raw(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => http("200 OK", "", &body),
        _ => http("503 Service Unavailable", "", b""),
    })
    .await;
    let key = KeyPair::generate().unwrap();
    let mut leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    leaf.serial_number = Some(SerialNumber::from(7));
    leaf.not_after = rcgen::date_time_ymd(2096, 1, 1);
    leaf.crl_distribution_points = vec![CrlDistributionPoint { uris: vec![format!("http://{server}/ca.crl")] }];
    let port = serve(leaf.signed_by(&key, &issuer).unwrap().der().to_vec(), key.serialize_der()).await;
    provider();
    let clock = Clock::manual(Time(1_800_000_000_000));
    let gate = Gate::new(Budget::new(HashMap::new()), clock.clone());
    let mut options = options();
    options.extra_roots.push(root);
    let askers = Askers::new(Net::new(options, Arc::new(gate), clock.clone()).unwrap());
    let mut question = get(&format!("https://localhost:{port}/"));
    question.tls = true;
    for _ in 0..2 {
        let answer = askers.ask(&Question::Http(question.clone()), false, clock.now()).await;
        assert_eq!(answer.said["tls"]["revocation"], "revoked");
        clock.move_to(clock.now().plus(Duration::from_secs(90_000)));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2, "the list was requested again");
}
