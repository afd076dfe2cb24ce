//! A domain at its registry: which registry is queried, and what its answers prove.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plugwatch::ask::NetOptions;
use plugwatch::catalog::{Catalog, Params};
use plugwatch::core::time::Time;
use plugwatch::core::words::answer::Answer;
use plugwatch::core::words::question::{Question, RdapQuestion};
use plugwatch::core::words::verdict::Verdict;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::kit::{askers, http, options, raw};
use crate::names::{serves_lines, start};

const DOMAIN: &str = r#"{"ldhName": "example.org", "status": ["active"], "events": [{"eventAction": "expiration", "eventDate": "2037-01-01T00:00:00Z"}]}"#;

/// IANA and two registries on loopback, and the requests to them, in order.
async fn world(iana: &'static str, registry: Vec<u8>) -> (NetOptions, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = seen.clone();
    let address = raw(move |request| {
        let line = request.lines().next().unwrap_or("").to_owned();
        kept.lock().unwrap().push(line.clone());
        match line.contains("/rdap/dns.json") {
            true => http(iana, "content-type: application/json\r\n", LIST.as_bytes()),
            false => registry.clone(),
        }
    })
    .await;
    let here = format!("http://{address}");
    let overrides = ["https://data.iana.org", "https://rdap.example.net", "https://rdap.uk.example"];
    let overrides = overrides.into_iter().map(|origin| (origin.to_owned(), here.clone())).collect();
    (NetOptions { overrides, ..options() }, seen)
}

const LIST: &str = r#"{"version": "1.0", "services": [[["org", "net"], ["http://rdap.example.net/", "https://rdap.example.net/base/"]], [["co.uk"], ["https://rdap.uk.example/"]]]}"#;

fn about(domain: &str) -> Question {
    let registry = format!("registry of {domain}");
    Question::Rdap(RdapQuestion {
        domain: domain.to_owned(),
        registry,
        base: None,
        line: None,
        timeout: Duration::from_secs(5),
    })
}

fn read(answer: &Answer) -> (Verdict, String) {
    read_of("example.org", answer)
}

fn read_of(domain: &str, answer: &Answer) -> (Verdict, String) {
    let catalog = Catalog::load(None).unwrap();
    let (_, check) = catalog.check("domain/registration").unwrap();
    let mut params = Params::default();
    params.public.insert("domain".into(), json!(domain));
    params.public.insert("warn_days".into(), json!(30));
    let reading = catalog.judge(check, &params, answer, Time(0));
    (reading.verdict, reading.reason)
}

#[tokio::test]
async fn the_registry_is_found_by_the_longest_ending_and_the_list_is_read_once() {
    let (options, seen) =
        world("200 OK", http("200 OK", "content-type: application/rdap+json\r\n", DOMAIN.as_bytes())).await;
    let askers = askers(options);
    let answer = askers.ask(&about("example.org"), false, Time(0)).await;
    assert_eq!(read(&answer), (Verdict::Live, "registered".to_owned()));
    askers.ask(&about("example.co.uk"), false, Time(0)).await;
    let asked: Vec<String> = seen.lock().unwrap().iter().map(|line| line.replace(" HTTP/1.1", "")).collect();
    assert_eq!(asked, ["GET /rdap/dns.json", "GET /base/domain/example.org", "GET /domain/example.co.uk"]);
}

/// A WHOIS server with an answer for each query.
async fn whois(at: &str, answers: &'static [(&'static str, &'static str)]) -> SocketAddr {
    let listener = TcpListener::bind(at).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            let answer = answers.iter().find(|(asked, _)| *asked == line.trim_end()).map_or("", |(_, answer)| answer);
            stream.get_mut().write_all(answer.as_bytes()).await.unwrap();
        }
    });
    address
}

async fn by_whois(answers: &'static [(&'static str, &'static str)]) -> Answer {
    let (mut options, _) = world("200 OK", http("200 OK", "", DOMAIN.as_bytes())).await;
    let here = format!("whois://{}", whois("127.0.0.1:0", answers).await);
    for server in ["whois://whois.iana.org", "whois://whois.nic.io"] {
        options.overrides.insert(server.to_owned(), here.clone());
    }
    askers(options).ask(&about("example.io"), false, Time(0)).await
}

fn read_io(answer: &Answer) -> (Verdict, String) {
    read_of("example.io", answer)
}

const IANA: (&str, &str) = ("io", "% IANA WHOIS server\ndomain:       IO\nwhois:        whois.nic.io\n");

#[tokio::test]
async fn a_registry_that_is_not_in_the_list_is_asked_by_whois() {
    let held = by_whois(&[
        IANA,
        ("example.io", "Domain Name: example.io\nDomain Status: clientHold https://icann.org/epp#clientHold\n"),
    ]);
    assert_eq!(read_io(&held.await), (Verdict::Dropped, "client_hold".to_owned()));
    let fine = by_whois(&[
        IANA,
        (
            "example.io",
            "Domain Name: example.io\r\nRegistry Expiry Date: 2037-01-01T00:00:00Z\r\nDomain Status: ok https://icann.org/epp#ok\r\n",
        ),
    ]);
    assert_eq!(read_io(&fine.await), (Verdict::Live, "registered".to_owned()));
    let missing = by_whois(&[IANA, ("example.io", "Domain not found.\n")]);
    assert_eq!(read_io(&missing.await), (Verdict::Unknown, "registry_not_found".to_owned()));
    let silent = by_whois(&[IANA]);
    assert_eq!(read_io(&silent.await), (Verdict::Unknown, "unrecognised".to_owned()));
}

#[tokio::test]
async fn whois_servers_are_asked_at_whichever_of_their_addresses_answers() {
    let answers = &[IANA, ("example.io", "Domain Name: example.io\nDomain Status: ok\nName Server: ns1.example.net\n")];
    // A server that is reachable only over IPv6; then with two addresses, of which only one answers.
    for (place, records) in [
        ("[::1]:0", "HOST. AAAA ::1"),
        ("[::1]:0", "HOST. A 127.0.0.9\nHOST. AAAA ::1"),
        ("127.0.0.1:0", "HOST. A 127.0.0.1\nHOST. AAAA ::1"),
        ("127.0.0.1:0", "HOST. A 127.0.0.1"),
    ] {
        let (mut options, _) = world("200 OK", http("200 OK", "", DOMAIN.as_bytes())).await;
        options.whois_port = whois(place, answers).await.port();
        let lines = ["whois.iana.org", "whois.nic.io"].map(|host| records.replace("HOST", host)).join("\n");
        let root = Ipv4Addr::new(127, 0, 0, 1);
        options.dns_port = start(HashMap::from([(root, serves_lines(&lines))])).await;
        options.dns_roots = vec![root.into()];
        let answer = askers(options).ask(&about("example.io"), false, Time(0)).await;
        assert_eq!(read_io(&answer), (Verdict::Live, "registered".to_owned()), "{records}: {answer:?}");
    }
}

#[tokio::test]
async fn a_registry_that_speaks_neither_is_not_guessed() {
    let answer = by_whois(&[("io", "domain:       IO\n")]).await;
    assert!(answer.failure_detail.contains("names neither an RDAP nor a WHOIS server"), "{answer:?}");
    assert_eq!(read_io(&answer), (Verdict::Unknown, "no_registry".to_owned()));
}

#[tokio::test]
async fn nothing_that_a_registry_fails_to_say_is_read_as_fine_or_as_gone() {
    let html = "content-type: text/html\r\n";
    for (answer, reason) in [
        (http("404 Not Found", "", b"{\"errorCode\": 404}"), "registry_not_found"),
        (http("200 OK", html, b"<html>Welcome</html>"), "unrecognised"),
        (http("200 OK", "", b""), "unrecognised"),
        (http("200 OK", "", b"{\"ldhName\": \"example.org\"}"), "unrecognised"),
        (http("200 OK", "", b"{\"ldhName\": \"other.org\", \"status\": [\"active\"]}"), "unrecognised"),
        (http("429 Too Many", "", b""), "rate_limited"),
        (http("503 Busy", html, b"<html>Busy</html>"), "registry_unreachable"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"ldhName\"".to_vec(), "registry_unreachable"),
    ] {
        let (options, _) = world("200 OK", answer).await;
        let answer = askers(options).ask(&about("example.org"), false, Time(0)).await;
        assert_eq!(read(&answer), (Verdict::Unknown, reason.to_owned()), "{answer:?}");
    }
    let (options, _) = world("500 Oops", http("200 OK", "", DOMAIN.as_bytes())).await;
    let answer = askers(options).ask(&about("example.org"), false, Time(0)).await;
    assert_eq!(read(&answer), (Verdict::Unknown, "registry_unreachable".to_owned()), "without IANA's list");
}

#[test]
fn the_japanese_registry_is_asked_for_english() {
    let catalog = Catalog::load(None).unwrap();
    let (_, check) = catalog.check("domain/registration").unwrap();
    let line = |domain: &str| {
        let mut params = Params::default();
        params.public.insert("domain".into(), json!(domain));
        match plugwatch::catalog::question(check, &params, None, Time(0), Duration::from_secs(5)).unwrap() {
            Question::Rdap(question) => question.line,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(line("example.co.jp").as_deref(), Some("example.co.jp/e"));
    assert_eq!((line("example.org"), line("jp")), (None, None));
}
