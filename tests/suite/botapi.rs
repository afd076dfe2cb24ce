//! A fake Bot API on a real socket: it keeps messages, returns updates, and fails when a test says so.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::kit::provider;

/// One call: the method in lower case, and its parameters.
pub type Call = (String, Value);

#[derive(Default)]
struct Inner {
    calls: Vec<Call>,
    /// The calls that were not refused.
    taken: Vec<Call>,
    updates: VecDeque<Value>,
    faults: HashMap<String, VecDeque<(u16, Value)>>,
    files: HashMap<String, Vec<u8>>,
    last: i64,
    down: bool,
}

/// The fake Bot API.
#[derive(Clone)]
pub struct BotApi {
    pub url: url::Url,
    inner: Arc<Mutex<Inner>>,
    called: Arc<Notify>,
}

impl BotApi {
    pub async fn open() -> BotApi {
        provider();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = url::Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let api = BotApi { url, inner: Arc::default(), called: Arc::default() };
        let router = Router::new()
            .route("/{token}/{method}", any(call))
            .route("/file/{token}/{name}", get(file))
            .with_state(api.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        api
    }

    /// The next call of this method gets this answer; after it, the method works again.
    pub fn fail(&self, method: &str, status: u16, answer: Value) {
        let faults = &mut self.inner.lock().unwrap().faults;
        faults.entry(method.to_lowercase()).or_default().push_back((status, answer));
    }

    /// All calls are answered with a web page, as by a captive portal. (After a 5xx, the library would wait
    /// for ten real seconds.)
    pub fn set_down(&self, down: bool) {
        self.inner.lock().unwrap().down = down;
    }

    pub fn push(&self, update: Value) {
        self.inner.lock().unwrap().updates.push_back(update);
    }

    pub fn keep_file(&self, name: &str, bytes: &[u8]) {
        self.inner.lock().unwrap().files.insert(name.to_owned(), bytes.to_vec());
    }

    /// All calls of these methods so far.
    pub fn calls(&self, methods: &[&str]) -> Vec<Call> {
        let calls = self.inner.lock().unwrap().calls.clone();
        calls.into_iter().filter(|(method, _)| methods.contains(&method.as_str())).collect()
    }

    /// Waits until there were `count` calls of these methods.
    pub async fn wait(&self, methods: &[&str], count: usize) -> Vec<Call> {
        loop {
            let called = self.called.notified();
            let calls = self.calls(methods);
            if calls.len() >= count {
                return calls;
            }
            called.await;
        }
    }

    /// The texts that were sent and not refused.
    pub fn taken(&self) -> Vec<String> {
        let taken = self.inner.lock().unwrap().taken.clone();
        taken.iter().filter(|(method, _)| method == "sendmessage").map(|(_, call)| text(call)).collect()
    }

    /// The texts that were sent so far, with the chat's id.
    pub fn texts(&self) -> Vec<(i64, String)> {
        let sent = self.calls(&["sendmessage"]);
        sent.iter().map(|(_, call)| (call["chat_id"].as_i64().unwrap(), text(call))).collect()
    }
}

pub fn text(call: &Value) -> String {
    call["text"].as_str().unwrap_or_default().to_owned()
}

/// Telegram's answer when it refuses a call.
pub fn refusal(code: u16, description: &str) -> Value {
    json!({"ok": false, "error_code": code, "description": description})
}

async fn file(State(api): State<BotApi>, Path((_, name)): Path<(String, String)>) -> Response {
    let file = api.inner.lock().unwrap().files.get(&name).cloned();
    file.map_or_else(|| StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
}

async fn call(
    State(api): State<BotApi>,
    Path((_, method)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let method = method.to_lowercase();
    let form = headers.get("content-type").is_some_and(|kind| kind.to_str().unwrap().starts_with("multipart"));
    let given = if form { multipart(&body) } else { serde_json::from_slice(&body).unwrap_or_default() };
    let answer = {
        let mut inner = api.inner.lock().unwrap();
        if inner.down {
            return (StatusCode::OK, "<html>please log in</html>").into_response();
        }
        inner.calls.push((method.clone(), given.clone()));
        let fault = inner.faults.get_mut(&method).and_then(VecDeque::pop_front);
        if fault.is_none() {
            inner.taken.push((method.clone(), given.clone()));
        }
        fault.unwrap_or_else(|| (200, json!({"ok": true, "result": result(&mut inner, &method, &given)})))
    };
    // Long polling without updates waits a moment; the real API waits longer.
    if method == "getupdates" && answer.1["result"] == json!([]) {
        tokio::task::yield_now().await;
    } else {
        api.called.notify_waiters();
    }
    (StatusCode::from_u16(answer.0).unwrap(), axum::Json(answer.1)).into_response()
}

/// The text fields of a form; for a file, only its length.
fn multipart(body: &[u8]) -> Value {
    let text = String::from_utf8_lossy(body);
    let boundary = text.lines().next().unwrap_or_default().to_owned();
    let mut fields = serde_json::Map::new();
    for part in text.split(&boundary).skip(1) {
        let Some((head, value)) = part.split_once("\r\n\r\n") else { continue };
        let Some(name) = head.split("name=\"").nth(1).and_then(|rest| rest.split('"').next()) else { continue };
        let value = value.trim_end();
        let value = match head.contains("filename=") {
            true => json!({ "bytes": value.len() }),
            false => value.parse::<i64>().map_or_else(|_| json!(value), |number| json!(number)),
        };
        fields.insert(name.to_owned(), value);
    }
    Value::Object(fields)
}

fn result(inner: &mut Inner, method: &str, given: &Value) -> Value {
    match method {
        "getme" => json!({
            "id": 1, "is_bot": true, "first_name": "Watch", "username": "plugwatch_bot", "can_join_groups": true,
            "can_read_all_group_messages": false, "supports_inline_queries": false,
            "can_connect_to_business": false, "has_main_web_app": false,
        }),
        "getupdates" => json!(inner.updates.drain(..).collect::<Vec<_>>()),
        "getfile" => {
            let name = given["file_id"].as_str().unwrap_or("none");
            json!({"file_id": name, "file_unique_id": name, "file_size": 10, "file_path": name})
        }
        "sendmessage" | "sendphoto" | "editmessagetext" => {
            inner.last += 1;
            let id = given["message_id"].as_i64().unwrap_or(inner.last);
            json!({"message_id": id, "date": 1_700_000_000, "chat": chat(given["chat_id"].as_i64().unwrap()), "text": "x"})
        }
        "getchat" => {
            json!({"id": given["chat_id"], "type": "private", "first_name": "Ada", "accent_color_id": 0, "max_reaction_count": 1})
        }
        _ => json!(true),
    }
}

pub fn chat(id: i64) -> Value {
    match id > 0 {
        true => json!({"id": id, "type": "private", "first_name": "Ada"}),
        false => json!({"id": id, "type": "supergroup", "title": "Ops"}),
    }
}

pub fn user(id: i64) -> Value {
    json!({"id": id, "is_bot": false, "first_name": "Ada", "username": format!("user{id}")})
}

/// A user's message in a chat.
pub fn message(id: u32, chat_id: i64, from: i64, text: &str) -> Value {
    // The date is never in the past, whatever the test's clock shows.
    json!({"message_id": id, "date": 4_000_000_000_i64, "chat": chat(chat_id), "from": user(from), "text": text})
}

pub fn update(id: u32, message: Value) -> Value {
    json!({"update_id": id, "message": message})
}

/// A press of a button under the message `below`.
pub fn press(id: u32, chat_id: i64, from: i64, below: i64, data: &str) -> Value {
    json!({"update_id": id, "callback_query": {
        "id": id.to_string(), "from": user(from), "chat_instance": "1", "data": data,
        "message": {
            "message_id": below, "date": 1_700_000_000, "chat": chat(chat_id),
            "from": {"id": 1, "is_bot": true, "first_name": "Watch", "username": "plugwatch_bot"}, "text": "x",
        },
    }})
}
