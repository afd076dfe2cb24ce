//! Keys that are not simply a text in a header: signed tokens, AWS's signatures, and tokens that must be
//! requested first.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use plugwatch::catalog::{Catalog, FillError, Params, question};
use plugwatch::core::time::Time;
use plugwatch::core::words::question::{HttpQuestion, Key, Question, Secret};
use plugwatch::core::words::verdict::Verdict;
use serde_json::{Value, json};

use crate::kit::{askers, get, http, options, raw};

fn secret(text: &str) -> Key {
    Key::Set(Secret::new(text))
}

fn asked(check: &str, public: &[(&str, &str)], secrets: &[(&str, &str)], at: i64) -> Result<HttpQuestion, FillError> {
    let catalog = Catalog::load(None).unwrap();
    let (_, check) = catalog.check(check).unwrap();
    let defaults = check.params.iter().filter_map(|param| Some((param.name.clone(), param.default.clone()?)));
    let mut params = Params { public: defaults.collect(), secret: BTreeMap::new() };
    params.public.extend(public.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))));
    params.secret.extend(secrets.iter().map(|(name, value)| ((*name).to_owned(), secret(value))));
    match question(check, &params, None, Time(at), Duration::from_secs(5))? {
        Question::Http(http) => Ok(http),
        _ => panic!("an HTTP question was asked for"),
    }
}

fn header<'q>(question: &'q HttpQuestion, name: &str) -> &'q str {
    question.headers.iter().find(|field| field.name == name).map_or("", |field| field.value.open())
}

const APNS: [(&str, &str); 3] = [("team_id", "ABCDE12345"), ("key_id", "ABC123DEFG"), ("bundle_id", "org.example.app")];

#[test]
fn a_push_token_is_signed_by_the_key_and_stays_the_same_for_half_an_hour() {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let at = |minutes: i64| {
        let question = asked("apns/topic", &APNS, &[("private_key", &key.serialize_pem())], minutes * 60_000).unwrap();
        header(&question, "authorization").strip_prefix("Bearer ").unwrap().to_owned()
    };
    let token = at(60 * 24 * 365);
    let mut rules = Validation::new(Algorithm::ES256);
    rules.validate_exp = false;
    rules.required_spec_claims.clear();
    let verify = DecodingKey::from_ec_pem(key.public_key_pem().as_bytes()).unwrap();
    let read = decode::<Value>(&token, &verify, &rules).unwrap();
    assert_eq!(read.header.kid.as_deref(), Some("ABC123DEFG"));
    let issued = 60 * 60 * 24 * 365;
    assert_eq!(read.claims, json!({ "iss": "ABCDE12345", "iat": issued, "exp": issued + 3_600 }));
    assert_eq!(at(60 * 24 * 365 + 29), token, "Apple refuses keys that renew their tokens often");
    assert_ne!(at(60 * 24 * 365 + 31), token);
}

#[test]
fn what_is_no_key_is_said_without_showing_it() {
    let wrong = asked("apns/topic", &APNS, &[("private_key", "s3cret-nonsense")], 0).unwrap_err().to_string();
    assert_eq!(wrong, "{private_key} cannot be used to sign: it is not a private key in PEM form for this algorithm");
    let account = asked("fcm/project", &[("project", "acme-app")], &[("service_account", "s3cret-nonsense")], 0);
    let wrong = account.unwrap_err().to_string();
    assert!(wrong.contains("is it the whole JSON file?") && !wrong.contains("s3cret"), "{wrong}");
}

#[test]
fn a_request_to_aws_is_signed_with_its_target() {
    let public = [("member_account_id", "123456789012"), ("management_key_id", "AKIA0000000000000000")];
    let question =
        asked("aws/organization", &public, &[("management_secret_key", "s3cret")], 1_700_000_000_000).unwrap();
    let authorization = header(&question, "authorization");
    let scope = "AWS4-HMAC-SHA256 Credential=AKIA0000000000000000/20231114/us-east-1/organizations/aws4_request";
    assert!(authorization.starts_with(scope), "{authorization}");
    assert!(authorization.contains("x-amz-target") && authorization.contains("host"), "{authorization}");
    assert_eq!(header(&question, "content-type"), "application/x-amz-json-1.1");
    assert_eq!(question.body.unwrap().open(), r#"{"AccountId":"123456789012"}"#);
    assert!(!format!("{:?}", question.headers).contains("s3cret"));
}

/// A server that issues tokens and accepts them, and the requests to it, in order.
async fn vendor(lasts: u64, token_status: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = seen.clone();
    let address = raw(move |request| {
        let mut kept = kept.lock().unwrap();
        let line = request.lines().next().unwrap_or("").to_owned();
        let bearer = request.lines().find_map(|line| line.strip_prefix("authorization: "));
        kept.push(format!("{line} {}", bearer.unwrap_or("")));
        let given = kept.iter().filter(|line| line.starts_with("POST")).count();
        match line.starts_with("POST") {
            true => {
                let body = format!("{{\"access_token\": \"token-{given}\", \"expires_in\": {lasts}}}");
                http(token_status, "content-type: application/json\r\n", body.as_bytes())
            }
            false => http("200 OK", "", b"{}"),
        }
    })
    .await;
    (address.to_string(), seen)
}

fn with_token(address: &str) -> Question {
    let mut token = get(&format!("http://{address}/token"));
    (token.method, token.body) = ("POST".into(), Some(Secret::new("grant_type=client_credentials")));
    Question::Http(HttpQuestion { token: Some(Box::new(token)), ..get(&format!("http://{address}/api")) })
}

#[tokio::test]
async fn a_token_is_asked_for_once_and_anew_when_it_ends_or_something_is_in_doubt() {
    let (address, seen) = vendor(600, "200 OK").await;
    let (askers, question) = (askers(options()), with_token(&address));
    let minute = |minute: i64| Time(minute * 60_000);
    for (at, urgent) in [(0, false), (5, false), (6, true), (14, false), (16, false)] {
        assert_eq!(askers.ask(&question, urgent, minute(at)).await.http.unwrap().status, 200);
    }
    let asked: Vec<String> = seen.lock().unwrap().iter().map(|line| line.replace(" HTTP/1.1", "")).collect();
    let expected = [
        "POST /token ",
        "GET /api Bearer token-1",
        "GET /api Bearer token-1",
        "POST /token ",
        "GET /api Bearer token-2",
    ];
    assert_eq!(asked[..5], expected);
    assert_eq!(asked[5..], ["GET /api Bearer token-2", "POST /token ", "GET /api Bearer token-3"]);
}

#[tokio::test]
async fn a_refused_token_is_the_answer_and_says_so() {
    let (address, seen) = vendor(600, "401 Unauthorized").await;
    let answer = askers(options()).ask(&with_token(&address), false, Time(0)).await;
    assert_eq!((answer.step.as_str(), answer.http.unwrap().status), ("token", 401));
    assert_eq!(seen.lock().unwrap().len(), 1, "the request itself was not sent");
}

#[test]
fn the_token_of_a_service_account_speaks_for_it() {
    let pem = include_str!("../certs/rsa-for-tests.pem");
    let account =
        json!({ "client_email": "p@acme.iam.gserviceaccount.com", "private_key": pem, "private_key_id": "k1" });
    let question = asked("gcp/project", &[("project", "acme-prod")], &[("service_account", &account.to_string())], 0);
    let token = question.unwrap().token.unwrap();
    let body = token.body.unwrap().open().to_owned();
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let part = |n: usize| -> Value {
        let text = form["assertion"].split('.').nth(n).unwrap();
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
    };
    assert_eq!(part(0), json!({ "typ": "JWT", "alg": "RS256", "kid": "k1" }));
    assert_eq!(part(1)["iss"], "p@acme.iam.gserviceaccount.com");
    assert_eq!(part(1)["aud"], "https://oauth2.googleapis.com/token");
}

/// A certificate authority that accepts each nonce once, checks all signatures, and has one account with this status.
async fn authority(status: &'static str) -> (std::net::SocketAddr, Arc<Mutex<Vec<String>>>) {
    let posted = Arc::new(Mutex::new(Vec::new()));
    let seen = posted.clone();
    let server = raw(move |request| {
        let host = request.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let mut seen = seen.lock().unwrap();
        match request.split(' ').nth(1).unwrap() {
            "/directory" => {
                let places = ["newNonce", "newAccount"].map(|name| format!("\"{name}\": \"http://{host}/{name}\""));
                http("200 OK", "content-type: application/json\r\n", format!("{{{}}}", places.join(", ")).as_bytes())
            }
            "/newNonce" => http("200 OK", "replay-nonce: first\r\n", b""),
            "/newAccount" => {
                let jws: Value = serde_json::from_str(request.split("\r\n\r\n").nth(1).unwrap()).unwrap();
                let part = |name: &str| BASE64_URL_SAFE_NO_PAD.decode(jws[name].as_str().unwrap()).unwrap();
                let header: Value = serde_json::from_slice(&part("protected")).unwrap();
                assert_eq!(header["url"], format!("http://{host}/newAccount"));
                let key: jsonwebtoken::jwk::Jwk = serde_json::from_value(header["jwk"].clone()).unwrap();
                let key = DecodingKey::from_jwk(&key).unwrap();
                let signed = format!("{}.{}", jws["protected"].as_str().unwrap(), jws["payload"].as_str().unwrap());
                let algorithm = header["alg"].as_str().unwrap().parse().unwrap();
                let signature = jws["signature"].as_str().unwrap();
                assert!(jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &key, algorithm).unwrap());
                let payload: Value = serde_json::from_slice(&part("payload")).unwrap();
                assert_eq!(payload, json!({ "onlyReturnExisting": true }), "no account is created");
                seen.push(header["nonce"].as_str().unwrap().to_owned());
                // The first nonce was already used, as if another program had been faster.
                if header["nonce"] == "first" {
                    let body = r#"{"type": "urn:ietf:params:acme:error:badNonce", "status": 400}"#;
                    return http("400 Bad Request", "replay-nonce: second\r\n", body.as_bytes());
                }
                let body = format!(r#"{{"contact": [], "status": "{status}"}}"#);
                http("200 OK", "replay-nonce: third\r\ncontent-type: application/json\r\n", body.as_bytes())
            }
            other => panic!("unexpected request: {other}"),
        }
    })
    .await;
    (server, posted)
}

#[tokio::test]
async fn an_acme_account_is_asked_for_with_its_key_and_nobody_is_registered() {
    let ec = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap().serialize_pem();
    let rsa = include_str!("../certs/rsa-for-tests.pem").to_owned();
    for (key, status, verdict) in [(ec, "valid", Verdict::Live), (rsa, "revoked", Verdict::Dropped)] {
        let (server, posted) = authority(status).await;
        let directory = format!("http://{server}/directory");
        let question = asked("acme_ca/account", &[("directory", &directory)], &[("account_key", &key)], 0).unwrap();
        let answer = askers(options()).ask(&Question::Http(question), false, Time(0)).await;
        assert_eq!(*posted.lock().unwrap(), ["first", "second"]);
        let catalog = Catalog::load(None).unwrap();
        let (_, check) = catalog.check("acme_ca/account").unwrap();
        let reading = catalog.judge(check, &Params::default(), &answer, Time(0));
        assert_eq!(reading.verdict, verdict, "{reading:?}");
    }
}

#[tokio::test]
async fn an_authority_that_sends_elsewhere_gets_nothing_signed() {
    let server = raw(|_| {
        let places = r#"{"newNonce": "http://127.0.0.2:1/nonce", "newAccount": "http://127.0.0.2:1/account"}"#;
        http("200 OK", "content-type: application/json\r\n", places.as_bytes())
    })
    .await;
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap().serialize_pem();
    let directory = format!("http://{server}/directory");
    let question = asked("acme_ca/account", &[("directory", &directory)], &[("account_key", &key)], 0).unwrap();
    let answer = askers(options()).ask(&Question::Http(question), false, Time(0)).await;
    assert_eq!(answer.http.unwrap().path, "/directory", "only the directory's own answer is left");
}
