//! The dead man's switch: plugwatch sends heartbeats only while checks and deliveries really work.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use plugwatch::core::words::question::Secret;
use plugwatch::engine::{Beating, ailing, beat};
use plugwatch::notify::Heartbeat;

use crate::kit::{Staged, http, provider, raw};

#[tokio::test]
async fn a_sign_of_life_is_a_get_and_trouble_is_told_with_its_reason() {
    provider();
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = asked.clone();
    let address = raw(move |request| {
        kept.lock().unwrap().push(request.to_owned());
        http("200 OK", "", b"OK")
    })
    .await;
    let heartbeat = Heartbeat::new(Secret::new(format!("http://{address}/ping/uuid"))).unwrap();
    heartbeat.beat(None).await.unwrap();
    heartbeat.beat(Some("a message has been waiting since 3 Mar 08:00 UTC")).await.unwrap();
    let asked = asked.lock().unwrap().clone();
    assert!(asked[0].starts_with("GET /ping/uuid HTTP/1.1"), "{}", asked[0]);
    assert!(asked[1].starts_with("POST /ping/uuid/fail HTTP/1.1"), "{}", asked[1]);
    assert!(asked[1].ends_with("a message has been waiting since 3 Mar 08:00 UTC"), "{}", asked[1]);
    let gone = Heartbeat::new(Secret::new("http://127.0.0.1:1/secret-uuid")).unwrap();
    let why = gone.beat(None).await.unwrap_err();
    assert!(!why.contains("secret-uuid"), "{why}");
}

#[tokio::test]
async fn an_engine_that_stands_still_and_a_message_that_waits_are_no_life() {
    let mut staged = Staged::open().await;
    staged.pass(Duration::from_secs(1_200)).await;
    let snapshot = staged.engine.windows().snapshot.borrow().clone();
    let now = staged.clock.now();
    assert_eq!(ailing(&snapshot, &staged.store, &[], snapshot.as_of).await, None);
    let later = snapshot.as_of.plus(Duration::from_secs(200));
    assert_eq!(ailing(&snapshot, &staged.store, &[], later).await.unwrap(), "no decision was made for 3 min");
    // An alert is due, and no channel delivers it.
    staged.stage.set("google_play", "gone");
    while let Some(due) = staged.engine.next_due().filter(|due| *due <= now.plus(Duration::from_secs(2_400))) {
        staged.engine.tick(due);
        staged.engine.settle(due).await.unwrap();
    }
    let snapshot = staged.engine.windows().snapshot.borrow().clone();
    let wrong = ailing(&snapshot, &staged.store, &[], snapshot.as_of).await.unwrap();
    assert!(wrong.starts_with("a message has been waiting since"), "{wrong}");
}

#[tokio::test]
async fn a_reload_brings_another_switch_which_hears_at_once() {
    provider();
    let mut staged = Staged::open().await;
    staged.pass(Duration::from_secs(60)).await;
    let (heard, mut hears) = tokio::sync::mpsc::unbounded_channel();
    let switch = |name: &'static str| {
        let heard = heard.clone();
        let answer = move |_: &str| {
            heard.send(name).unwrap();
            http("200 OK", "", b"OK")
        };
        async move {
            let address = raw(answer).await;
            Arc::new(Heartbeat::new(Secret::new(format!("http://{address}/ping"))).unwrap())
        }
    };
    let settings = tokio::sync::watch::Sender::new(Beating::default());
    let snapshot = staged.engine.windows().snapshot.clone();
    let (store, clock) = (staged.store.clone(), staged.clock.clone());
    let beating = tokio::spawn(beat(settings.subscribe(), snapshot, store, clock));
    let every = Duration::from_secs(60);
    settings.send_replace(Beating { to: Some((switch("first").await, every)), ways: Vec::new() });
    assert_eq!(hears.recv().await, Some("first"));
    // The clock stands still: the second switch gets a heartbeat because the settings changed, not because a minute
    // has passed.
    settings.send_replace(Beating { to: Some((switch("second").await, every)), ways: Vec::new() });
    assert_eq!(hears.recv().await, Some("second"));
    beating.abort();
}
