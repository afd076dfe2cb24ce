//! The page and its JSON, over a real socket.

use plugwatch::ask::Askers;
use plugwatch::core::question::Question;
use plugwatch::core::time::Time;
use plugwatch::web::{Pages, bind, serve};

use crate::kit::{Staged, askers, get, minutes, options};

async fn open(staged: &Staged, details: bool) -> (Askers, String) {
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let pages = Pages {
        board: staged.engine.windows().board,
        store: staged.store.clone(),
        clock: staged.clock.clone(),
        details,
        metrics: details,
        inlets: tokio::sync::watch::Sender::new(Vec::new()).subscribe(),
    };
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
    let (status, json) = fetch(&open, "/status.json").await;
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
    let (_, json) = fetch(&open, "/status.json").await;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let sms = json["dependencies"].as_array().unwrap().iter().find(|d| d["id"] == "sign-up-sms").unwrap();
    assert_eq!(
        (&sms["verdict"], &sms["reason"], &sms["fault"], &sms["proof"]),
        (&"dropped".into(), &"account_suspended".into(), &"vendor_decision".into(), &"stated".into())
    );
    let (_, page) = fetch(&open, "/").await;
    assert!(
        page.contains("A vendor has stopped serving us.") && page.contains("Twilio lists the account as suspended")
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
