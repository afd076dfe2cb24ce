//! Channels over real sockets: the answers of Telegram and webhooks, and their effects.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plugwatch::clock::Clock;
use plugwatch::core::alerting::route::Way;
use plugwatch::core::dependency::incident::{Level, Reason};
use plugwatch::core::time::Time;
use plugwatch::core::words::question::{Key, Secret};
use plugwatch::engine::{Dispatcher, Ways};
use plugwatch::ids::Ids;
use plugwatch::notify::{Message, Senders, Settings, Shared, Tried, webhook};
use plugwatch::say::alert::{AlertView, Body};
use plugwatch::store::{Address, Batch, NewAlert, Store};
use serde_json::{Value, json};

use crate::kit::{http, provider, raw};

fn message(html: &str) -> Message {
    Message {
        id: "pw-1".into(),
        recipient: "42".into(),
        reason: Reason::Opened,
        level: Level::Critical,
        at: Time(1_800_000_000_000),
        short: "short".to_owned(),
        plain: html.replace("<b>", "").replace("</b>", ""),
        html: html.into(),
        platform: "Acme".into(),
        title: "DROPPED: iOS app".into(),
        thread: Some("pw-7".into()),
        others: Vec::new(),
        root: None,
        buttons: Vec::new(),
        over: false,
        acked_by: None,
        files: Vec::new(),
        view: json!({"a": 1}),
        going: plugwatch::notify::Going::default(),
    }
}

type Seen = Arc<Mutex<Vec<Value>>>;

fn senders<const N: usize>(channels: [(String, Arc<dyn Settings>); N]) -> Senders {
    Senders::new(channels, &Shared::new(&Clock::manual(Time(0)))).unwrap()
}

/// A Bot API that gives each call the next of `answers`, and repeats the last one for ever.
async fn telegram(answers: Vec<(u16, Value)>) -> (Senders, Seen) {
    provider();
    let seen: Seen = Arc::default();
    let (kept, count) = (seen.clone(), AtomicUsize::new(0));
    let address = raw(move |request| {
        let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        kept.lock().unwrap().push(serde_json::from_str(body).unwrap());
        let n = count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        let (status, answer) = &answers[n];
        http(&format!("{status} X"), "content-type: application/json\r\n", answer.to_string().as_bytes())
    })
    .await;
    let api = url::Url::parse(&format!("http://{address}/")).unwrap();
    (senders([("telegram".to_owned(), crate::kit::telegram(&api))]), seen)
}

fn sent(id: i32) -> (u16, Value) {
    let chat = json!({"id": 42, "type": "private", "first_name": "Ada"});
    (200, json!({"ok": true, "result": {"message_id": id, "date": 1_700_000_000, "chat": chat, "text": "x"}}))
}

fn refused(code: u16, description: &str) -> (u16, Value) {
    (code, json!({"ok": false, "error_code": code, "description": description}))
}

async fn tried(answers: Vec<(u16, Value)>) -> Tried {
    telegram(answers).await.0.send("telegram", &message("<b>x</b>")).await
}

#[tokio::test]
async fn a_message_goes_out_as_html_without_a_preview() {
    let (senders, seen) = telegram(vec![sent(7)]).await;
    assert_eq!(senders.send("telegram", &message("<b>DROPPED</b>")).await, Tried::Sent(Some("7".into())));
    let seen = seen.lock().unwrap();
    assert_eq!(
        (&seen[0]["chat_id"], &seen[0]["parse_mode"], &seen[0]["text"]),
        (&42.into(), &"HTML".into(), &"<b>DROPPED</b>".into())
    );
    assert_eq!(seen[0]["link_preview_options"]["is_disabled"], true);
}

#[tokio::test]
async fn an_over_long_message_is_split_not_dropped() {
    let (senders, seen) = telegram(vec![sent(1), sent(2)]).await;
    let long = "a line of the report\n".repeat(300);
    assert_eq!(senders.send("telegram", &message(&long)).await, Tried::Sent(Some("1".into())));
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 2);
    let whole: Vec<&str> = seen.iter().map(|part| part["text"].as_str().unwrap()).collect();
    assert_eq!(whole.join("\n"), long.trim_end());
}

#[tokio::test]
async fn a_vendors_flood_of_words_is_two_parts_and_says_that_it_was_cut() {
    let (senders, seen) = telegram(vec![sent(1), sent(2)]).await;
    let flood = "all regions are affected, and ".repeat(40_000);
    assert_eq!(senders.send("telegram", &message(&flood)).await, Tried::Sent(Some("1".into())));
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 2);
    assert!(seen[1]["text"].as_str().unwrap().contains("… (cut: the rest is in /why"), "{}", seen[1]);
}

#[tokio::test]
async fn a_topic_that_is_closed_or_gone_is_left_for_the_group_itself() {
    for why in ["Bad Request: TOPIC_CLOSED", "Bad Request: TOPIC_DELETED", "Bad Request: message thread not found"] {
        let (senders, seen) = telegram(vec![refused(400, why), sent(8)]).await;
        let to_topic = Message { recipient: "-1001234567890/7".into(), ..message("x") };
        assert_eq!(senders.send("telegram", &to_topic).await, Tried::Sent(Some("8".into())));
        let seen = seen.lock().unwrap();
        assert_eq!(seen[0]["message_thread_id"], 7);
        assert!(seen[1].get("message_thread_id").is_none_or(serde_json::Value::is_null), "{}", seen[1]);
    }
}

#[tokio::test]
async fn telegrams_wish_to_wait_is_honoured() {
    let mut answer = refused(429, "Too Many Requests: retry after 9");
    answer.1["parameters"] = json!({"retry_after": 9});
    let Tried::Retry { after, .. } = tried(vec![answer]).await else { panic!("it was not retried") };
    assert_eq!(after, Some(Duration::from_millis(9_250)));
}

#[tokio::test]
async fn refusals_of_a_place_are_told_with_their_cure_and_nothing_is_given_up() {
    for (code, description, cure) in [
        (403, "Forbidden: bot was blocked by the user", "unblock it"),
        (403, "Forbidden: user is deactivated", "remove the chat"),
        (403, "Forbidden: bot was kicked from the supergroup chat", "add it again"),
        (403, "Forbidden: the group chat was deleted", "Forbidden"),
        (400, "Bad Request: chat not found", "write /start"),
        (401, "Unauthorized", "get a new one"),
        (400, "Bad Request: TOPIC_CLOSED", "the General topic of the group is closed: reopen it"),
        (400, "Bad Request: not enough rights to send text messages to the chat", "may not write"),
    ] {
        let got = tried(vec![refused(code, description)]).await;
        assert!(matches!(&got, Tried::Refused { why } if why.contains(cure)), "{description}: {got:?}");
    }
}

#[tokio::test]
async fn html_that_telegram_cannot_parse_goes_out_as_plain_text() {
    let (senders, seen) = telegram(vec![refused(400, "Bad Request: can't parse entities: x"), sent(8)]).await;
    assert_eq!(senders.send("telegram", &message("<b>x</b>")).await, Tried::Sent(Some("8".into())));
    assert_eq!(seen.lock().unwrap()[1]["text"], "x");
}

#[tokio::test]
async fn a_group_that_moved_is_followed() {
    let mut moved = refused(400, "Bad Request: group chat was upgraded to a supergroup chat");
    moved.1["parameters"] = json!({"migrate_to_chat_id": -1_001_234});
    let (senders, seen) = telegram(vec![moved, sent(9)]).await;
    assert_eq!(senders.send("telegram", &message("x")).await, Tried::Sent(Some("9".into())));
    assert_eq!(seen.lock().unwrap()[1]["chat_id"], -1_001_234);
}

async fn webhook(status: &'static str, headers: &'static str) -> (Tried, String) {
    provider();
    let seen = Arc::new(Mutex::new(String::new()));
    let kept = seen.clone();
    let address = raw(move |request| {
        *kept.lock().unwrap() = request.to_owned();
        http(status, headers, b"")
    })
    .await;
    let url = url::Url::parse(&format!("http://{address}/hook")).unwrap();
    let settings = webhook::Settings { url, secret: Some(Key::Set(Secret::new("topsecret"))) };
    let senders = senders([("hook".to_owned(), Arc::new(settings))]);
    let tried = senders.send("hook", &message("x")).await;
    let request = seen.lock().unwrap().clone();
    (tried, request)
}

#[tokio::test]
async fn a_webhook_is_signed_and_carries_its_idempotency_key() {
    let (tried, request) = webhook("204 No Content", "").await;
    assert_eq!(tried, Tried::Sent(None));
    assert!(request.contains("webhook-id: pw-1\r\n") && request.contains("webhook-timestamp: 1800000000\r\n"));
    assert!(request.contains("webhook-signature: v1,") && !request.contains("topsecret"));
    assert!(request.contains("\"schema\":\"plugwatch.alert/1\""));
}

#[tokio::test]
async fn a_webhook_that_is_gone_waits_for_a_person_and_a_broken_one_is_tried_again() {
    assert!(matches!(webhook("410 Gone", "").await.0, Tried::Refused { .. }));
    assert!(matches!(webhook("500 Broken", "").await.0, Tried::Unsure { .. }));
    let (tried, _) = webhook("503 Busy", "retry-after: 30\r\n").await;
    assert!(matches!(tried, Tried::Retry { after: Some(wait), .. } if wait == Duration::from_secs(30)));
}

/// An outbox with an alert for two channels, of which one always refuses.
#[tokio::test]
async fn a_dead_channel_is_told_to_the_others_once() {
    provider();
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Store::open(&folder.path().join("p.db")).await.unwrap());
    let gone = raw(|_| http("410 Gone", "", b"")).await;
    let (fine, received) = crate::kit::webhook().await;
    let hook = |address| -> Arc<dyn Settings> {
        Arc::new(webhook::Settings { url: url::Url::parse(&format!("http://{address}/")).unwrap(), secret: None })
    };
    let clock = Clock::manual(Time(1_000_000));
    let senders = senders([("gone".to_owned(), hook(gone)), ("fine".to_owned(), hook(fine))]);
    let everybody = vec![Way::plain("gone", "g"), Way::plain("fine", "f")];
    let view = AlertView {
        reason: Reason::Started,
        level: Level::Info,
        platform: "Acme".into(),
        at: Time(1_000_000),
        simulation: false,
        body: Body::Note { title: "Hello".into(), lines: Vec::new() },
    };
    let alert = NewAlert {
        public_id: "pw-9".into(),
        incident: None,
        dependency: None,
        reason: view.reason,
        level: view.level,
        at: view.at,
        snapshot: plugwatch::engine::alert_snapshot(&view),
        thread: None,
        to: everybody.iter().map(|way| Address::plain(&way.channel, &way.recipient, view.at)).collect(),
    };
    store.commit(&Batch { alerts: vec![alert], ..Batch::default() }).await.unwrap();
    let ids = Ids::Counting(Arc::new(AtomicU64::new(0)));
    let dispatcher = Dispatcher::new(store.clone(), Ways { senders, everybody, off: Vec::new() }, clock, ids);
    dispatcher.deliver(Time(1_000_000)).await.unwrap();
    let texts: Vec<String> =
        received.lock().unwrap().iter().map(|alert| alert["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(texts.len(), 2);
    assert!(
        texts[1].starts_with("🟠 CHANNEL REFUSES MESSAGES: gone to g\nWhy: the webhook answers 410"),
        "{}",
        texts[1]
    );
    let state = store.outbox_state().await.unwrap();
    assert_eq!((state.pending, state.sent, state.dead), (1, 2, 0), "the refused message waits");
}

#[test]
fn the_published_schema_knows_every_reason_and_level() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/webhook.schema.json")).unwrap();
    let words = |key: &str| -> Vec<String> {
        let words = schema["properties"][key]["enum"].as_array().unwrap();
        words.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(words("reason"), Reason::ALL.iter().map(|reason| reason.word()).collect::<Vec<_>>());
    assert_eq!(words("level"), Level::ALL.iter().map(|level| level.word()).collect::<Vec<_>>());
    assert_eq!(schema["properties"]["schema"]["const"], plugwatch::notify::SCHEMA);
}

#[tokio::test]
async fn a_message_that_reads_so_already_or_is_gone_is_as_good_as_changed() {
    for description in [
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same",
        "Bad Request: message to edit not found",
    ] {
        let (senders, _) = telegram(vec![refused(400, description)]).await;
        assert_eq!(senders.amend("telegram", "7", &message("x")).await, Tried::Sent(None), "{description}");
    }
}
