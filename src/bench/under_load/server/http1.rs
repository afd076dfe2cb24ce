//! The part of HTTP/1.1 that checks and webhooks use. It has no library, because the servers share the machine with
//! the measured program and must cost little.

use std::io;
use std::sync::Arc;

use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::Answers;
use super::ledger::Call;

/// The maximum size of a head, and of a webhook's body, in bytes.
const LONGEST: usize = 4 << 20;

/// Answers all requests on one connection; with `close`, only the first.
pub async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    answers: Arc<Answers>,
    close: bool,
) -> io::Result<()> {
    let mut read = Vec::with_capacity(2 << 10);
    loop {
        let Some((head, began)) = head(&mut stream, &mut read, &answers).await? else { return Ok(()) };
        while read.len() < head.body {
            if head.body > LONGEST || stream.read_buf(&mut read).await? == 0 {
                return Ok(());
            }
        }
        let body: Vec<u8> = read.drain(..head.body).collect();
        match head.check() {
            Some((what, number)) => {
                let wrong = answers.ledger.asked(number).await;
                let Some((media, body)) = answers.bodies.of(what, wrong) else { return Ok(()) };
                stream.write_all(&answer(media, body.len(), close)).await?;
                stream.write_all(&body).await?;
                stream.flush().await?;
                answers.ledger.answered(number, wrong);
            }
            None => {
                answers.ledger.called(call(began, head.path, &body));
                stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await?;
                stream.flush().await?;
            }
        }
        if close {
            return stream.shutdown().await;
        }
    }
}

fn answer(media: &str, size: usize, close: bool) -> Vec<u8> {
    let close = if close { "connection: close\r\n" } else { "" };
    format!("HTTP/1.1 200 OK\r\ncontent-type: {media}\r\ncontent-length: {size}\r\n{close}\r\n").into_bytes()
}

/// The needed parts of a request's head.
struct Head {
    path: String,
    body: usize,
}

impl Head {
    /// The requested body and the check's number; `None` for a webhook call.
    fn check(&self) -> Option<(&str, u32)> {
        check(&self.path)
    }
}

/// The needed parts of a webhook call, because many have long bodies.
fn call(at: u64, path: String, body: &[u8]) -> Call {
    let body: Body = serde_json::from_slice(body).unwrap_or_default();
    let dependency = body.alert.body.dependency.unwrap_or_default();
    let about = dependency.group.map_or_else(|| vec![dependency.id], |group| group.ids);
    Call { at, path, reason: body.reason, decided_at: body.alert.at, about }
}

/// The needed fields of a webhook's body (`docs/webhook.schema.json`).
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    reason: String,
    alert: Alert,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Alert {
    at: i64,
    body: About,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct About {
    dependency: Option<Dependency>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Dependency {
    id: String,
    group: Option<Group>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Group {
    ids: Vec<String>,
}

/// Splits `/account/17` into the body's name and the check's number. Vigil adds a query to avoid caches.
pub fn check(path: &str) -> Option<(&str, u32)> {
    let (what, number) = path.split('?').next()?.strip_prefix('/')?.split_once('/')?;
    Some((what, number.parse().ok()?))
}

/// The next request's head, and when its first byte arrived, in µs since the servers' start; `None` after the last.
async fn head<S: AsyncRead + Unpin>(
    stream: &mut S,
    read: &mut Vec<u8>,
    answers: &Answers,
) -> io::Result<Option<(Head, u64)>> {
    let mut began = None;
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = parsed(&String::from_utf8_lossy(&read[..end]));
            read.drain(..end + 4);
            return Ok(Some((head, began.unwrap_or_else(|| answers.ledger.now()))));
        }
        if read.len() > LONGEST || stream.read_buf(read).await? == 0 {
            return Ok(None);
        }
        began = began.or(Some(answers.ledger.now()));
    }
}

fn parsed(head: &str) -> Head {
    let path = head.split(' ').nth(1).unwrap_or("").to_owned();
    let length = head.lines().filter_map(|line| line.split_once(':'));
    let length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let body = length.filter_map(|(_, value)| value.trim().parse().ok()).next().unwrap_or(0);
    Head { path, body }
}
