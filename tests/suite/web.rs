//! The operator's page and its JSON, over a real socket.

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::Duration;

use plugwatch::ask::Askers;
use plugwatch::core::platform::public::PublicPage;
use plugwatch::core::time::Time;
use plugwatch::core::words::answer::HttpFacts;
use plugwatch::core::words::question::{Field, Question};
use plugwatch::supervise::{Part, Supervisor};
use plugwatch::web::{Listener, Pages, Public, Threads, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::kit::{Staged, askers, get, minutes, options};

fn pages(staged: &Staged, details: bool) -> Pages {
    Pages {
        snapshot: staged.engine.windows().snapshot,
        store: staged.store.clone(),
        clock: staged.clock.clone(),
        details,
        details_token: None,
        dates: tokio::sync::watch::Sender::new(Vec::new()).subscribe(),
        public: Public::fixed(PublicPage::default()),
        metrics: details,
        names: Vec::new(),
        trusted_proxies: Vec::new(),
        check_in_points: tokio::sync::watch::Sender::new(Vec::new()).subscribe(),
        publishing: None,
        failures: Default::default(),
    }
}

async fn open(staged: &Staged, details: bool) -> (Askers, String) {
    serving(pages(staged, details)).await
}

async fn serving(pages: Pages) -> (Askers, String) {
    let listener = Listener::tcp("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let base = listener.shown().trim_end_matches('/').to_owned();
    tokio::spawn(serve(listener, pages));
    (askers(options()), base)
}

async fn fetch(open: &(Askers, String), path: &str) -> (u16, String) {
    let answer = open.0.ask(&Question::Http(get(&format!("{}{path}", open.1))), false, Time(0)).await;
    (answer.http.unwrap().status, String::from_utf8(answer.body).unwrap())
}

async fn after_a_drop() -> Staged {
    let mut staged = Staged::open().await;
    staged.pass(minutes(20)).await;
    staged.stage.set("twilio", "gone");
    staged.pass(minutes(20)).await;
    staged
}

#[tokio::test]
async fn strangers_see_labels_and_states_only() {
    let staged = after_a_drop().await;
    let open = open(&staged, false).await;
    let (status, json) = fetch(&open, "/status.json?v=1").await;
    assert_eq!(status, 200);
    insta::assert_snapshot!(json);
    for secret in ["Twilio", "twilio", "account", "AC5d"] {
        assert!(!json.contains(secret) && !fetch(&open, "/").await.1.contains(secret), "{secret} is public");
    }
    assert_eq!(fetch(&open, "/metrics").await.0, 404);
}

#[tokio::test]
async fn the_operator_sees_why() {
    let staged = after_a_drop().await;
    let open = open(&staged, true).await;
    let (_, json) = fetch(&open, "/status.json?v=1").await;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let sms = json["dependencies"].as_array().unwrap().iter().find(|d| d["id"] == "sign-up-sms").unwrap();
    assert_eq!(
        (&sms["verdict"], &sms["reason"], &sms["fault"], &sms["proof"]),
        (&"dropped".into(), &"account_suspended".into(), &"unclear".into(), &"stated".into())
    );
    let (_, page) = fetch(&open, "/details").await;
    assert!(
        page.contains("A vendor has dropped this platform.")
            && page.contains("Twilio lists the account as “suspended”")
    );
    let (_, metrics) = fetch(&open, "/metrics").await;
    assert!(
        metrics.contains("plugwatch_dependency_state{dependency=\"sign-up-sms\",state=\"dropped\"} 1"),
        "{metrics}"
    );
}

#[tokio::test]
async fn health_is_lost_when_the_engine_stands_still() {
    let staged = after_a_drop().await;
    let open = open(&staged, false).await;
    assert_eq!(fetch(&open, "/healthz").await.0, 200);
    staged.clock.move_to(Time(staged.clock.now().0 + 600_000));
    let (status, body) = fetch(&open, "/healthz").await;
    assert_eq!(status, 503);
    assert!(body.contains("stalled"), "{body}");
}

/// The demo's platform; its sign-up texts are not public.
async fn with_something_hidden() -> Staged {
    let hide = |text: String| text.replace("public = \"Sign-up by text\"", "public = false");
    let mut staged = Staged::changed(crate::kit::BEGIN, hide).await;
    staged.pass(minutes(20)).await;
    staged.stage.set("twilio", "gone");
    staged.pass(minutes(20)).await;
    staged
}

async fn head(open: &(Askers, String), path: &str, host: &str) -> HttpFacts {
    let mut question = get(&format!("{}{path}", open.1));
    question.headers = vec![Field::public("host", host)];
    open.0.ask(&Question::Http(question), false, Time(0)).await.http.unwrap()
}

#[tokio::test]
async fn what_is_not_public_is_neither_shown_nor_counted_whatever_else_is() {
    let staged = with_something_hidden().await;
    for details in [false, true] {
        let open = open(&staged, details).await;
        for path in ["/", "/details", "/status.json", "/status.json?v=1"] {
            let (_, body) = fetch(&open, path).await;
            for trace in ["Sign-up texts", "Sign-up by text", "sign-up-sms", "AC5d", "dropped", "stopped serving"] {
                // Words in the page's style sheet do not count.
                let body = body.split("</style>").last().unwrap();
                assert!(!body.contains(trace), "{path}, details {details}: {trace} in {body}");
            }
        }
        assert_eq!(fetch(&open, "/reports").await.0, 404, "a report names dependencies that are not public");
    }
}

#[tokio::test]
async fn details_stay_out_of_caches_and_of_other_sites() {
    let staged = after_a_drop().await;
    let (strangers, operator) = (open(&staged, false).await, open(&staged, true).await);
    for path in ["/details", "/status.json?v=1", "/reports"] {
        let facts = head(&operator, path, "localhost").await;
        let cache = facts.headers.get("cache-control").map(String::as_str);
        assert!(path == "/reports" || cache == Some("private, no-store"), "{path}: {cache:?}");
        assert!(!facts.headers.contains_key("access-control-allow-origin"), "{path}");
    }
    let facts = head(&strangers, "/status.json?v=1", "localhost").await;
    assert_eq!(facts.headers["access-control-allow-origin"], "*");
}

#[tokio::test]
async fn metrics_are_there_only_where_they_are_wanted() {
    let staged = after_a_drop().await;
    assert_eq!(
        fetch(&serving(pages(&staged, false)).await, "/metrics").await.0,
        404,
        "a private address alone does not make metrics private"
    );
    let wanted = Pages { metrics: true, ..pages(&staged, false) };
    assert_eq!(fetch(&serving(wanted).await, "/metrics").await.0, 200);
}

#[tokio::test]
async fn a_page_with_names_answers_under_those_only() {
    let staged = after_a_drop().await;
    let open = serving(Pages { names: vec!["status.acme.example".into()], ..pages(&staged, true) }).await;
    for (host, status) in [("status.acme.example", 200), ("evil.example", 421), ("127.0.0.1", 200)] {
        assert_eq!(head(&open, "/status.json", host).await.status, status, "{host}");
    }
    assert_eq!(head(&open, "/healthz", "evil.example").await.status, 200);
}

#[tokio::test]
async fn a_crowd_that_says_nothing_keeps_no_other_address_out() {
    let staged = after_a_drop().await;
    let open = open(&staged, false).await;
    let address = open.1.trim_start_matches("http://").to_owned();
    let mut crowd = Vec::new();
    for _ in 0..200 {
        let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        // Each client sends half a request and then nothing; some are refused immediately.
        _ = stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ").await;
        crowd.push(stream);
    }
    // The visitor has another address of this machine.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.9:0".parse().unwrap()).unwrap();
    let mut visitor = socket.connect(address.parse().unwrap()).await.unwrap();
    visitor.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    visitor.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    // Silent clients are disconnected: all these connections end without an answer.
    for mut stream in crowd {
        let mut said = Vec::new();
        _ = stream.read_to_end(&mut said).await;
        let said = String::from_utf8_lossy(&said);
        assert!(!said.contains("200 OK"), "{said}");
    }
}

#[tokio::test]
async fn the_page_can_be_served_over_a_unix_socket() {
    let staged = after_a_drop().await;
    let path = staged.folder.path().join("page.sock");
    for _ in 0..2 {
        // The second time, the socket file of the first is still there.
        let listener = Listener::unix(path.clone()).unwrap();
        assert!(listener.shown().starts_with("unix:/"), "{}", listener.shown());
        let serving = tokio::spawn(serve(listener, Pages { names: vec!["a.example".into()], ..pages(&staged, false) }));
        let mut stream = tokio::net::UnixStream::connect(&path).await.unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: any\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(Listener::unix(path.clone()).unwrap_err().contains("another program uses it"));
        serving.abort();
        _ = serving.await;
    }
}

/// Sends a request like an unrelated program would: on a thread without an async runtime.
fn ask_plainly(address: &str, path: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test]
async fn the_page_answers_while_the_monitoring_thread_stands_still_and_says_that_it_does() {
    let staged = after_a_drop().await;
    let threads = Threads::start().unwrap();
    let listener = Listener::tcp("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.shown().trim_start_matches("http://").trim_end_matches('/').to_owned();
    let pages = Pages { store: Arc::new(staged.store.read_apart()), ..pages(&staged, true) };
    threads.handle().spawn(serve(listener, pages));
    let clock = staged.clock.clone();
    let (said, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for path in ["/healthz", "/", "/status.json", "/metrics", "/details"] {
            said.send((path, ask_plainly(&address, path))).unwrap();
        }
        clock.move_to(Time(clock.now().0 + 600_000));
        said.send(("/healthz", ask_plainly(&address, "/healthz"))).unwrap();
    });
    // The runtime's only thread, on which the engine runs, is blocked here.
    let mut answers = (0..6).map(|_| heard.recv_timeout(Duration::from_secs(60)).expect("no answer"));
    for (path, answer) in answers.by_ref().take(5) {
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    }
    let (_, health) = answers.next().unwrap();
    assert!(health.starts_with("HTTP/1.1 503") && health.contains("stalled"), "{health}");
}

#[tokio::test]
async fn the_page_is_served_again_at_the_same_address_after_its_serving_panicked() {
    let staged = after_a_drop().await;
    let threads = Threads::start().unwrap();
    let listener = Listener::tcp("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.shown().trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut supervisor = Supervisor::new(staged.clock.clone());
    let store = Arc::new(staged.store.read_apart());
    let pages = Pages { store, failures: supervisor.failures(), ..pages(&staged, true) };
    let mut times = 0;
    supervisor.start_on(threads.handle(), Part::new("status page"), move || {
        times += 1;
        let (broken, listener, pages) = (times <= 2, listener.try_clone().unwrap(), pages.clone());
        async move {
            assert!(!broken, "no page");
            serve(listener, pages).await;
        }
    });
    let metrics = tokio::task::spawn_blocking(move || ask_plainly(&address, "/metrics")).await.unwrap();
    assert!(metrics.contains("plugwatch_part_failures_total{part=\"status page\"} 2\n"), "{metrics}");
    supervisor.shutdown().await;
}

#[tokio::test]
async fn metrics_tell_of_results_durations_criticality_and_incidents_in_prometheus_own_form() {
    let staged = after_a_drop().await;
    let (_, metrics) = fetch(&open(&staged, true).await, "/metrics").await;
    for line in [
        "plugwatch_dependency_info{dependency=\"sign-up-sms\",criticality=\"high\",vendor=\"Twilio\"} 1",
        "plugwatch_check_verdict{dependency=\"sign-up-sms\",check=\"twilio/account\",country=\"\",verdict=\"dropped\"} 1",
        "plugwatch_incident_start_timestamp_seconds{dependency=\"sign-up-sms\",verdict=\"dropped\"} ",
        "plugwatch_check_duration_seconds{dependency=\"website\",check=\"website/page\",country=\"\"} ",
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
    // The lines of each family are together, below its help and type; names of counters end in `_total`.
    let (mut family, mut seen) = (String::new(), std::collections::BTreeSet::new());
    for line in metrics.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            family = help.split(' ').next().unwrap().to_owned();
            assert!(seen.insert(family.clone()), "{family} comes twice");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            assert_eq!(kind.ends_with(" counter"), family.ends_with("_total"), "{kind}");
        } else {
            assert_eq!(line.split(['{', ' ']).next().unwrap(), family, "{line}");
            assert!(line.rsplit(' ').next().unwrap().parse::<f64>().is_ok(), "{line}");
        }
    }
}
