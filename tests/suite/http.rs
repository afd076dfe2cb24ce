//! The HTTP asker, with servers that behave, misbehave and lie.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use plugwatch::ask::{Guard, NetOptions};
use plugwatch::core::time::Time;
use plugwatch::core::words::answer::{Answer, Failure};
use plugwatch::core::words::question::{Field, Question, Secret};

use crate::kit::{askers, get, http, options, raw};

async fn ask(url: &str) -> Answer {
    askers(options()).ask(&Question::Http(get(url)), false, Time(0)).await
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn status_headers_and_body_come_as_facts() {
    let server =
        raw(|_| http("404 Not Found", "Content-Type: Text/HTML; charset=utf-8\r\nX-Sign: yes\r\n", b"gone")).await;
    let answer = ask(&format!("http://{server}/a?b=c")).await;
    let facts = answer.http.unwrap();
    assert_eq!((facts.status, facts.content_type.as_str(), facts.path.as_str()), (404, "text/html", "/a"));
    assert_eq!(facts.headers["x-sign"], "yes");
    assert_eq!((answer.body.as_slice(), answer.failure), (b"gone".as_slice(), None));
}

#[tokio::test]
async fn nobody_listening_is_connect_refused() {
    assert_eq!(ask("http://127.0.0.1:1/").await.failure, Some(Failure::ConnectRefused));
}

#[tokio::test]
async fn a_connection_cut_before_the_answer_is_no_answer() {
    let server = raw(|_| Vec::new()).await;
    let failure = ask(&format!("http://{server}/")).await.failure;
    assert!(matches!(failure, Some(Failure::HttpBroken | Failure::ConnectionReset)), "{failure:?}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_a_timeout() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut question = get(&format!("http://{address}/"));
    question.timeout = Duration::from_millis(200);
    let answer = askers(options()).ask(&Question::Http(question), false, Time(0)).await;
    assert_eq!(answer.failure, Some(Failure::HttpTimeout));
    drop(listener);
}

#[tokio::test]
async fn an_endless_body_is_cut_and_said() {
    let server = raw(|_| {
        let mut answer = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        answer.resize(answer.len() + (6 << 20), b'x');
        answer
    })
    .await;
    let answer = ask(&format!("http://{server}/")).await;
    assert_eq!(answer.failure, Some(Failure::HttpBodyTooLarge));
    assert_eq!(answer.body.len(), 4 << 20);
}

#[tokio::test]
async fn a_gzip_bomb_is_not_unpacked() {
    let bomb = gzip(&vec![0; 64 << 20]);
    let server = raw(move |_| http("200 OK", "content-encoding: gzip\r\n", &bomb)).await;
    let answer = ask(&format!("http://{server}/")).await;
    assert_eq!(answer.failure, Some(Failure::HttpBodyBomb));
    assert_eq!(answer.body.len(), 8 << 20);
}

#[tokio::test]
async fn packed_bodies_are_unpacked_and_unknown_packing_is_said() {
    let packed = gzip(b"hello");
    let server = raw(move |request| match request.contains("/br") {
        true => http("200 OK", "content-encoding: br\r\n", b"xx"),
        false => http("200 OK", "content-encoding: gzip\r\n", &packed),
    })
    .await;
    assert_eq!(ask(&format!("http://{server}/")).await.body, b"hello");
    assert_eq!(ask(&format!("http://{server}/br")).await.failure, Some(Failure::HttpBodyUndecodable));
}

#[tokio::test]
async fn redirects_are_followed_and_circles_are_not() {
    let server = raw(|request| match request.split(' ').nth(1).unwrap() {
        "/start" => http("302 Found", "location: /end\r\n", b""),
        "/end" => http("200 OK", "", b"here"),
        _ => http("302 Found", "location: /round\r\n", b""),
    })
    .await;
    let answer = ask(&format!("http://{server}/start")).await;
    let facts = answer.http.unwrap();
    assert_eq!((facts.redirects, facts.path.as_str()), (1, "/end"));
    assert_eq!(ask(&format!("http://{server}/round")).await.failure, Some(Failure::HttpRedirectLoop));
}

#[tokio::test]
async fn an_override_changes_where_we_ask_but_not_what_answers_say() {
    let server = raw(|request| match request.split(' ').nth(1).unwrap() {
        "/store/app" => http("302 Found", "location: https://store.example/app2\r\n", b""),
        other => http("200 OK", "", other.as_bytes()),
    })
    .await;
    let mut options = options();
    options.overrides.insert("https://store.example".into(), format!("http://{server}/store"));
    let answer = askers(options).ask(&Question::Http(get("https://store.example/app")), false, Time(0)).await;
    assert_eq!(answer.http.unwrap().url, "https://store.example/app2");
    assert_eq!(answer.body, b"/store/app2");
}

#[tokio::test]
async fn redirects_below_an_override_with_a_path_stay_below_it() {
    let server = raw(|request| match request.split(' ').nth(1).unwrap() {
        "/site/start" => http("302 Found", "location: /site/fine\r\n", b""),
        other => http("200 OK", "", other.as_bytes()),
    })
    .await;
    let mut options = options();
    options.overrides.insert("https://a.example".into(), format!("http://{server}/other"));
    options.overrides.insert("https://b.example".into(), format!("http://{server}/site"));
    let answer = askers(options).ask(&Question::Http(get("https://b.example/start")), false, Time(0)).await;
    assert_eq!(answer.http.unwrap().url, "https://b.example/fine");
    assert_eq!(answer.body, b"/site/fine");
}

#[tokio::test]
async fn a_step_down_from_https_to_http_is_not_followed() {
    let server = raw(|_| http("302 Found", "location: http://store.example/\r\n", b"")).await;
    let mut options = options();
    options.overrides.insert("https://store.example".into(), format!("http://{server}"));
    let answer = askers(options).ask(&Question::Http(get("https://store.example/")), false, Time(0)).await;
    assert_eq!(answer.failure, Some(Failure::HttpRedirectRefused));
}

#[tokio::test]
async fn a_public_host_leads_nobody_inside_however_the_address_is_written() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let inside = raw(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        http("200 OK", "", b"metadata")
    })
    .await;
    let port = inside.port();
    let targets = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://0x7f.1:{port}/"),
        format!("http://0177.0.0.1:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://[::1]:{port}/"),
        format!("http://0.0.0.0:{port}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://10.0.0.1/".to_owned(),
        "http://[fd00:ec2::254]/".to_owned(),
    ];
    for target in targets {
        let target_is_here = target.contains(&port.to_string());
        let public = raw(move |_| http("302 Found", &format!("location: {target}\r\n"), b"")).await;
        // The test requests nothing outside this machine: addresses there are only tested where they are refused.
        for private_redirects in [false, true].into_iter().take(if target_is_here { 2 } else { 1 }) {
            let mut options = NetOptions { private_redirects, ..options() };
            // A host redirected by an override is treated as an external host, because it replaces one.
            options.overrides.insert("http://shop.example".into(), format!("http://{public}"));
            options.guard = Guard::Any;
            let before = asked.load(Ordering::SeqCst);
            let mut question = get("http://shop.example/");
            question.timeout = std::time::Duration::from_millis(300);
            let answer = askers(options).ask(&Question::Http(question), false, Time(0)).await;
            if !private_redirects {
                assert_eq!(answer.failure, Some(Failure::HttpRedirectInward));
                assert_eq!(asked.load(Ordering::SeqCst), before);
            } else {
                assert_ne!(answer.failure, Some(Failure::HttpRedirectInward));
            }
        }
    }
    assert!(asked.load(Ordering::SeqCst) >= 5, "with the setting, the redirect is followed");
    // An internal host may redirect to another internal one.
    let own = raw(move |_| http("302 Found", &format!("location: http://127.0.0.1:{port}/\r\n"), b"")).await;
    assert_eq!(ask(&format!("http://{own}/")).await.body, b"metadata");
}

#[tokio::test]
async fn a_name_and_password_in_a_redirect_go_nowhere() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = seen.clone();
    let other = raw(move |request| {
        kept.lock().unwrap().push(request.to_lowercase());
        http("200 OK", "", b"")
    })
    .await;
    let first = raw(move |_| http("302 Found", &format!("location: http://user:pass@{other}/\r\n"), b"")).await;
    assert_eq!(ask(&format!("http://{first}/")).await.http.unwrap().status, 200);
    assert!(!seen.lock().unwrap()[0].contains("authorization"), "{:?}", seen.lock().unwrap());
}

#[tokio::test]
async fn a_server_that_speaks_http_2_only_is_spoken_to() {
    let site = crate::tls::http2_only().await;
    let mut options = options();
    options.extra_roots = vec![site.authority];
    let question = Question::Http(get(&format!("https://localhost:{}/", site.port)));
    let answer = askers(options).ask(&question, false, Time(0)).await;
    assert_eq!((answer.failure, answer.body.as_slice()), (None, br#"{"reason":"BadDeviceToken"}"#.as_slice()));
    assert_eq!(answer.http.unwrap().status, 400);
}

#[tokio::test]
async fn a_secret_never_follows_a_redirect_to_somebody_else() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = seen.clone();
    let other = raw(move |request| {
        kept.lock().unwrap().push(request.to_owned());
        http("200 OK", "", b"")
    })
    .await;
    let first = raw(move |_| http("302 Found", &format!("location: http://{other}/\r\n"), b"")).await;
    let mut question = get(&format!("http://{first}/"));
    let secret = |name: &str| Field { name: name.into(), value: Secret::new("s3cret"), secret: true };
    question.headers = vec![secret("authorization"), secret("x-api-key"), Field::public("accept", "text/html")];
    askers(options()).ask(&Question::Http(question), false, Time(0)).await;
    let seen = seen.lock().unwrap();
    assert!(seen[0].contains("text/html") && !seen[0].contains("s3cret"));
}

#[tokio::test]
async fn only_loopback_is_asked_when_so_guarded() {
    let answer = ask("http://192.0.2.1/").await;
    assert_eq!(answer.failure, Some(Failure::AddressRefused));
}

#[tokio::test]
async fn connections_are_used_again() {
    let connections = Arc::new(AtomicUsize::new(0));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let counted = connections.clone();
    let routes = axum::Router::new().fallback(|| async { "fine" });
    tokio::spawn(async move {
        use axum::serve::ListenerExt;
        let listener = listener.tap_io(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
        });
        axum::serve(listener, routes).await.unwrap();
    });
    let askers = askers(options());
    for _ in 0..5 {
        let answer = askers.ask(&Question::Http(get(&format!("http://{address}/"))), false, Time(0)).await;
        assert_eq!(answer.body, b"fine");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}
