//! Certificates and connections: the certificate comes from the same connection as the answer, the expiry that counts
//! is that of the path, and a confirming check does not reuse the connection of the doubtful one.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plugwatch::ask::{Askers, Gate, Net, NetOptions};
use plugwatch::clock::Clock;
use plugwatch::core::time::Time;
use plugwatch::core::time::budget::Budget;
use plugwatch::core::words::answer::{Answer, Failure};
use plugwatch::core::words::question::{HttpQuestion, Question};
use plugwatch::core::words::verdict::Verdict;
use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::browser::page;
use crate::kit::{askers, get, options, provider};
use crate::tls::{authority, configured, named, serve_chain};

const NOW: Time = Time(1_800_000_000_000);

/// A certificate authority with issuers below it.
struct Root {
    params: CertificateParams,
    key: KeyPair,
    der: Vec<u8>,
}

impl Root {
    fn new(name: &str) -> Root {
        Root::until(name, 9_000)
    }

    fn until(name: &str, days: i64) -> Root {
        let (mut params, key) = authority();
        params.distinguished_name = named(name);
        ends(&mut params, days);
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Root { params, key, der }
    }

    /// A certificate of this authority for another one's key, valid for this many days.
    fn signs(&self, name: &str, key: &KeyPair, until: i64) -> (CertificateParams, Vec<u8>) {
        let (mut params, _) = authority();
        params.distinguished_name = named(name);
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        ends(&mut params, until);
        let der = params.signed_by(key, &Issuer::from_params(&self.params, &self.key)).unwrap().der().to_vec();
        (params, der)
    }
}

/// The certificate expires this many days after the test's date, 15 January 2027; before it if negative.
fn ends(certificate: &mut CertificateParams, days: i64) {
    let now = rcgen::date_time_ymd(2027, 1, 15) + Duration::from_secs(8 * 3_600);
    let span = Duration::from_secs(days.unsigned_abs() * 86_400);
    certificate.not_after = if days < 0 { now - span } else { now + span };
}

fn leaf(issuer: &CertificateParams, issuer_key: &KeyPair, key: &KeyPair, until: i64) -> Vec<u8> {
    let mut leaf = CertificateParams::new(vec!["localhost".to_owned(), "shop.test".to_owned()]).unwrap();
    leaf.not_before = rcgen::date_time_ymd(2020, 1, 1);
    ends(&mut leaf, until);
    leaf.signed_by(key, &Issuer::from_params(issuer, issuer_key)).unwrap().der().to_vec()
}

/// The website check's reading of a server that sends these certificates.
async fn judged(root: &Root, chain: Vec<Vec<u8>>, key: &KeyPair) -> (Verdict, String, String) {
    let port = serve_chain(chain, key.serialize_der()).await;
    let options = NetOptions { extra_roots: vec![root.der.clone()], ..options() };
    let reading = page(&askers(options), &format!("https://localhost:{port}/"), &["fine"]).await;
    (reading.verdict, reading.reason, reading.say)
}

#[tokio::test]
async fn the_end_that_counts_is_the_first_on_the_path_that_is_needed() {
    let (root, old) = (Root::new("Some Root"), Root::new("Old Root"));
    let (key, between) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let (issuer, good) = root.signs("Some Issuer", &between, 900);
    let (_, short) = root.signs("Some Issuer", &between, 3);
    let (_, cross) = old.signs("Some Root", &root.key, -10);
    let own = leaf(&issuer, &between, &key, 200);
    let expired = leaf(&issuer, &between, &key, -5);

    let seen = judged(&root, vec![own.clone(), short.clone()], &key).await;
    assert_eq!((seen.0, seen.1.as_str()), (Verdict::Degraded, "certificate_ends"), "{seen:?}");
    assert!(seen.2.contains("issuer \"Some Issuer\" expires in 3 days"), "{}", seen.2);

    for harmless in [
        vec![own.clone(), good.clone()],
        // There is a longer path over the issuer's other certificate.
        vec![own.clone(), short, good.clone()],
        vec![own.clone(), good.clone(), cross],
        vec![own.clone(), expired, good.clone()],
        vec![own, root.der.clone(), good.clone()],
    ] {
        let seen = judged(&root, harmless, &key).await;
        assert_eq!(seen.0, Verdict::Live, "{seen:?}");
    }
    // A user's own authority expires, too.
    let own_root = Root::until("Own Root", 4);
    let below = leaf(&own_root.params, &own_root.key, &key, 200);
    let seen = judged(&own_root, vec![below], &key).await;
    assert!(seen.2.contains("issuer \"Own Root\" expires in 4 days"), "{seen:?}");
    let soon = leaf(&issuer, &between, &key, 5);
    let seen = judged(&root, vec![soon, good], &key).await;
    assert!(seen.2.contains("but its certificate expires in 5 days"), "{}", seen.2);
}

#[tokio::test]
async fn a_certificate_that_ends_is_seen_behind_a_dead_address() {
    let root = Root::new("Some Root");
    let key = KeyPair::generate().unwrap();
    let port = serve_chain(vec![leaf(&root.params, &root.key, &key, 5)], key.serialize_der()).await;
    let addresses = vec!["::1".parse().unwrap(), "127.0.0.9".parse().unwrap(), "127.0.0.1".parse().unwrap()];
    let hosts = [("shop.test".to_owned(), addresses)].into();
    let options = NetOptions { extra_roots: vec![root.der.clone()], hosts, ..options() };
    let reading = page(&askers(options), &format!("https://shop.test:{port}/"), &["fine"]).await;
    assert_eq!((reading.verdict, reading.reason.as_str()), (Verdict::Degraded, "certificate_ends"), "{reading:?}");
}

/// Two certificates; `now` selects the one in use.
#[derive(Debug)]
struct Swapped {
    keys: [Arc<CertifiedKey>; 2],
    now: AtomicU32,
}

impl ResolvesServerCert for Swapped {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.keys[self.now.load(Ordering::SeqCst) as usize].clone())
    }
}

/// A server that keeps its connections open, and counts them.
async fn keeping(config: rustls::ServerConfig, answers: u32) -> (u16, Arc<AtomicU32>) {
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let opened = Arc::new(AtomicU32::new(0));
    let counted = opened.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut buffer = [0; 4_096];
                let mut left = answers;
                while stream.read(&mut buffer).await.is_ok_and(|size| size > 0) {
                    if left > 0 {
                        left -= 1;
                        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine").await.unwrap();
                        stream.flush().await.unwrap();
                    }
                }
            });
        }
    });
    (port, opened)
}

fn certified(config_chain: Vec<Vec<u8>>, key: &KeyPair) -> Arc<CertifiedKey> {
    let key = rustls::crypto::ring::sign::any_supported_type(&rustls::pki_types::PrivateKeyDer::Pkcs8(
        key.serialize_der().into(),
    ));
    Arc::new(CertifiedKey::new(config_chain.into_iter().map(Into::into).collect(), key.unwrap()))
}

#[tokio::test]
async fn a_certificate_that_is_swapped_under_a_kept_connection_is_seen_at_once() {
    let root = Root::new("Some Root");
    let key = KeyPair::generate().unwrap();
    let keys = [200, 5].map(|days| certified(vec![leaf(&root.params, &root.key, &key, days)], &key));
    let swapped = Arc::new(Swapped { keys, now: AtomicU32::new(0) });
    let config = rustls::ServerConfig::builder().with_no_client_auth().with_cert_resolver(swapped.clone());
    let (port, _) = keeping(config, 100).await;
    let options = NetOptions { extra_roots: vec![root.der.clone()], ..options() };
    let askers = askers(options);
    let url = format!("https://localhost:{port}/");
    // The check of an API has left an open connection to the same host.
    let api = askers.ask(&Question::Http(get(&url)), false, NOW).await;
    assert_eq!(api.failure, None);
    assert_eq!(page(&askers, &url, &["fine"]).await.verdict, Verdict::Live);
    swapped.now.store(1, Ordering::SeqCst);
    assert_eq!(page(&askers, &url, &["fine"]).await.reason, "certificate_ends");
}

/// Askers whose clock can be moved.
fn clocked(options: NetOptions) -> (Askers, Clock) {
    provider();
    let clock = Clock::manual(NOW);
    let gate = Gate::new(Budget::new(Default::default()), clock.clone());
    (Askers::new(Net::new(options, Arc::new(gate), clock.clone()).unwrap()), clock)
}

#[tokio::test]
async fn a_connection_that_hangs_is_not_used_to_confirm_nor_ever_again() {
    let root = Root::new("Some Root");
    let key = KeyPair::generate().unwrap();
    let config = configured(vec![leaf(&root.params, &root.key, &key, 200)], key.serialize_der());
    let (port, opened) = keeping(config, 2).await;
    let options = NetOptions { extra_roots: vec![root.der.clone()], ..options() };
    let (askers, clock) = clocked(options);
    let question = get(&format!("https://localhost:{port}/"));
    let within = |timeout, urgent| {
        let question = Question::Http(HttpQuestion { timeout, ..question.clone() });
        let askers = askers.clone();
        async move { askers.ask(&question, urgent, NOW).await }
    };
    let ask = |urgent| within(Duration::from_secs(5), urgent);
    let fine = |answer: Answer| (answer.failure, answer.body == b"fine");
    assert_eq!(fine(ask(false).await), (None, true));
    assert_eq!(fine(ask(false).await), (None, true));
    assert_eq!(opened.load(Ordering::SeqCst), 1, "an API's connection is kept");
    let hangs = within(Duration::from_millis(300), false).await;
    assert_eq!(hangs.failure, Some(Failure::HttpTimeout));
    assert_eq!(fine(ask(true).await), (None, true), "the confirming check has its own connection");
    assert_eq!(opened.load(Ordering::SeqCst), 2);
    assert_eq!(fine(ask(true).await), (None, true));
    assert_eq!(opened.load(Ordering::SeqCst), 3, "each check has its own connection");
    assert_eq!(fine(ask(false).await), (None, true), "the hanging connection is closed");
    assert_eq!(opened.load(Ordering::SeqCst), 4);
    clock.move_to(NOW.plus(Duration::from_secs(301)));
    assert_eq!(fine(ask(false).await), (None, true));
    assert_eq!(opened.load(Ordering::SeqCst), 5, "no connection is kept longer than five minutes");
}

#[tokio::test]
async fn the_facts_are_those_of_the_connection_that_carried_the_answer() {
    let root = Root::new("Some Root");
    let key = KeyPair::generate().unwrap();
    let second = serve_chain(vec![leaf(&root.params, &root.key, &key, 5)], key.serialize_der()).await;
    let first = crate::kit::raw(move |_| {
        crate::kit::http("302 Found", &format!("location: https://localhost:{second}/\r\n"), b"")
    })
    .await;
    let options = NetOptions { extra_roots: vec![root.der.clone()], ..options() };
    let reading = page(&askers(options), &format!("http://{first}/"), &["fine"]).await;
    assert_eq!(reading.reason, "certificate_ends", "{reading:?}");
}

#[tokio::test]
async fn the_certificate_of_a_host_that_sends_people_on_counts_too() {
    let root = Root::new("Some Root");
    let key = KeyPair::generate().unwrap();
    let good = || leaf(&root.params, &root.key, &key, 200);
    let second = serve_chain(vec![good()], key.serialize_der()).await;
    for (until, wanted) in [(5, "certificate_ends"), (200, "page_fine")] {
        let soon = leaf(&root.params, &root.key, &key, until);
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(configured(vec![soon], key.serialize_der())));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let first = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut asked = [0; 2_048];
                _ = stream.read(&mut asked).await;
                let location = format!("location: https://shop.test:{second}/\r\n");
                _ = stream.write_all(&crate::kit::http("302 Found", &location, b"")).await;
                _ = stream.shutdown().await;
            }
        });
        let hosts = [("shop.test".to_owned(), vec!["127.0.0.1".parse().unwrap()])].into();
        let options = NetOptions { extra_roots: vec![root.der.clone()], hosts, ..options() };
        let reading = page(&askers(options), &format!("https://localhost:{first}/"), &["fine"]).await;
        assert_eq!(reading.reason, wanted, "{reading:?}");
        assert_eq!(
            reading.say.contains("the certificate of localhost, which redirects there, expires in 5 days"),
            until == 5,
            "{reading:?}"
        );
    }
}

#[tokio::test]
async fn a_server_that_does_not_say_goodbye_in_tls_has_answered_all_the_same() {
    let root = Root::new("Some Root");
    let key = KeyPair::generate().unwrap();
    let config = configured(vec![leaf(&root.params, &root.key, &key, 200)], key.serialize_der());
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heads = Arc::new(Mutex::new(vec!["content-length: 9\r\n", ""]));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let head = heads.lock().unwrap().pop().unwrap_or("");
            let mut buffer = [0; 4_096];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\nfine").as_bytes()).await;
            let _ = stream.flush().await;
            // There is no closing TLS alert: only the socket below is closed.
            let _ = stream.into_inner().0.shutdown().await;
        }
    });
    let options = NetOptions { extra_roots: vec![root.der.clone()], ..options() };
    let askers = askers(options);
    let question = Question::Http(get(&format!("https://localhost:{port}/")));
    let open_end = askers.ask(&question, true, NOW).await;
    assert_eq!((open_end.failure, open_end.body.as_slice()), (None, b"fine".as_slice()));
    let cut = askers.ask(&question, true, NOW).await;
    assert_eq!(cut.failure, Some(Failure::HttpBroken), "its own length shows that it is incomplete");
}
