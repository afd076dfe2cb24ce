//! The bot over a fake Bot API on a real socket: long polling, commands, strangers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use plugwatch::bot::{Answering, run};
use plugwatch::clock::Clock;
use plugwatch::core::board::Board;
use plugwatch::core::question::Secret;
use plugwatch::core::time::Time;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use crate::kit::{http, provider, raw};

fn update(id: u32, chat: i64, text: &str) -> Value {
    json!({"update_id": id, "message": {
        "message_id": id, "date": 1_700_000_000,
        "chat": {"id": chat, "type": "private", "first_name": "Ada"},
        "from": {"id": chat, "is_bot": false, "first_name": "Ada"}, "text": text,
    }})
}

/// A Bot API that fails the first `broken` calls, hands out `updates` once, and tells
/// what is sent through it.
async fn telegram(broken: usize, updates: Vec<Value>) -> (url::Url, mpsc::UnboundedReceiver<Value>) {
    provider();
    let (send, receive) = mpsc::unbounded_channel();
    let (calls, handed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let address = raw(move |request| {
        if calls.fetch_add(1, Ordering::SeqCst) < broken {
            return http("401 Unauthorized", "", br#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#);
        }
        let method = request.split(' ').nth(1).unwrap().rsplit('/').next().unwrap().to_lowercase();
        let body: Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap_or_default();
        let result = match method.as_str() {
            "getme" => json!({
                "id": 1, "is_bot": true, "first_name": "Watch", "username": "plugwatch_bot", "can_join_groups": true,
                "can_read_all_group_messages": false, "supports_inline_queries": false,
                "can_connect_to_business": false, "has_main_web_app": false,
            }),
            "getupdates" => {
                let first = handed.fetch_add(1, Ordering::SeqCst) == 0;
                json!(if first { updates.clone() } else { Vec::new() })
            }
            "sendmessage" => {
                send.send(body.clone()).unwrap();
                let chat = json!({"id": body["chat_id"], "type": "private", "first_name": "Ada"});
                json!({"message_id": 5, "date": 1_700_000_000, "chat": chat, "text": "x"})
            }
            _ => json!(true),
        };
        let answer = json!({"ok": true, "result": result}).to_string();
        http("200 OK", "content-type: application/json\r\n", answer.as_bytes())
    })
    .await;
    (url::Url::parse(&format!("http://{address}/")).unwrap(), receive)
}

fn answering() -> Answering {
    let board = Board { platform: "Acme".into(), ..Board::default() };
    Answering::new([42], watch::channel(Arc::new(board)).1, Clock::manual(Time(0)))
}

#[tokio::test]
async fn commands_are_answered_and_strangers_refused_once() {
    let updates =
        vec![update(1, 42, "/status"), update(2, 7, "/status"), update(3, 7, "/status"), update(4, 42, "/help")];
    let (url, mut sent) = telegram(0, updates).await;
    let bot = tokio::spawn(run(Secret::new("123:abc"), Some(url), answering()));
    let mut answers = Vec::new();
    for _ in 0..3 {
        let answer = sent.recv().await.unwrap();
        answers.push((answer["chat_id"].as_i64().unwrap(), answer["text"].as_str().unwrap().to_owned()));
    }
    // Chats are served beside each other; within a chat the order holds.
    answers.sort();
    assert!(answers[0].1.contains("add 7 to `chats`"), "{answers:?}");
    assert!(answers[1..].iter().any(|(chat, text)| *chat == 42 && text.contains("<b>Acme</b>")), "{answers:?}");
    assert!(answers[1..].iter().any(|(chat, text)| *chat == 42 && text.contains("/why")), "{answers:?}");
    bot.abort();
}

#[tokio::test]
async fn a_bot_that_cannot_start_starts_again() {
    let (url, mut sent) = telegram(3, vec![update(1, 42, "/status")]).await;
    let bot = tokio::spawn(run(Secret::new("123:abc"), Some(url), answering()));
    assert_eq!(sent.recv().await.unwrap()["chat_id"], 42);
    bot.abort();
}
