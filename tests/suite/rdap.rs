//! A domain at its registry: which one is asked, and what its answers are worth.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use plugwatch::ask::NetOptions;
use plugwatch::catalog::{Catalog, Params};
use plugwatch::core::answer::Answer;
use plugwatch::core::model::Verdict;
use plugwatch::core::question::{Question, RdapQuestion};
use plugwatch::core::time::Time;
use serde_json::json;

use crate::kit::{askers, http, options, raw};

const DOMAIN: &str = r#"{"ldhName": "example.org", "status": ["active"], "events": [{"eventAction": "expiration", "eventDate": "2037-01-01T00:00:00Z"}]}"#;

/// IANA and two registries on loopback; what was asked of them, in order.
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
    Question::Rdap(RdapQuestion { domain: domain.to_owned(), registry, base: None, timeout: Duration::from_secs(5) })
}

fn read(answer: &Answer) -> (Verdict, String) {
    let catalog = Catalog::load(None).unwrap();
    let (_, check) = catalog.check("domain/registration").unwrap();
    let mut params = Params::default();
    params.public.insert("domain".into(), json!("example.org"));
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

#[tokio::test]
async fn a_registry_that_is_not_in_the_list_is_not_guessed() {
    let (options, _) = world("200 OK", http("200 OK", "", DOMAIN.as_bytes())).await;
    let answer = askers(options).ask(&about("example.io"), false, Time(0)).await;
    assert!(answer.failure_detail.contains("the registry of .io is not in IANA's list"), "{answer:?}");
    assert_eq!(read(&answer), (Verdict::Unknown, "no_registry".to_owned()));
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
