//! `/in/TOKEN`: where jobs call and backends post their counts. The addresses are those of
//! healthchecks.io: `/start`, `/fail`, or the exit code at the end.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Pages;
use crate::core::time::Time;
use crate::core::words::check_in::{CheckInPoint, MOST_COUNTED, Report, Takes, Word, key};

/// A code is a word, not a letter.
const LONGEST_CODE: usize = 64;
/// More counts in one post are two posts.
const MOST_COUNTS: usize = 100;

/// What a backend posts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Count {
    #[serde(default)]
    check: Option<String>,
    #[serde(default)]
    ok: Option<u64>,
    #[serde(default)]
    failed: Option<u64>,
    #[serde(default)]
    code: Value,
}

type Answer = (StatusCode, String);

/// `/in/TOKEN`.
pub(super) async fn plain(
    State(pages): State<Pages>,
    Path(token): Path<String>,
    method: Method,
    body: Bytes,
) -> Answer {
    take(&pages, &token, "", &method, &body).await
}

/// `/in/TOKEN/start`, `/fail`, or an exit code.
pub(super) async fn with_end(
    State(pages): State<Pages>,
    Path((token, end)): Path<(String, String)>,
    method: Method,
    body: Bytes,
) -> Answer {
    take(&pages, &token, &end, &method, &body).await
}

async fn take(pages: &Pages, token: &str, end: &str, method: &Method, body: &[u8]) -> Answer {
    let mark: [u8; 32] = Sha256::digest(token).into();
    let check_in_points: Vec<CheckInPoint> =
        pages.check_in_points.borrow().iter().filter(|check_in_point| check_in_point.mark == mark).cloned().collect();
    let Some(first) = check_in_points.first() else { return (StatusCode::NOT_FOUND, "no such token\n".to_owned()) };
    let now = pages.clock.now();
    let reports = match first.takes {
        Takes::Pings => ping(end).map(|(word, code)| vec![(first.key(), Report { code, ..Report::of(now, word) })]),
        Takes::Counts if end.is_empty() && *method == Method::POST => counts(&check_in_points, body, now),
        Takes::Counts => Err("post your counts: {\"ok\": 3, \"failed\": 0}".to_owned()),
        Takes::Words => Err("attest with the command `plugwatch attest`".to_owned()),
    };
    let reports = match reports {
        Ok(reports) => reports,
        Err(why) => return (StatusCode::BAD_REQUEST, format!("{why}\n")),
    };
    if let Err(error) = pages.store.hear(&reports).await {
        tracing::error!(%error, "a report about {} could not be stored: {error}", first.name);
        return (StatusCode::SERVICE_UNAVAILABLE, "not stored, send it again\n".to_owned());
    }
    (StatusCode::OK, "OK\n".to_owned())
}

/// What a call says, with the job's exit code if it failed with one.
fn ping(end: &str) -> Result<(Word, String), String> {
    let plain = |word| Ok((word, String::new()));
    match end {
        "" | "0" => plain(Word::Alive),
        "start" => plain(Word::Began),
        "fail" => plain(Word::Failed),
        code if code.parse::<u8>().is_ok() => Ok((Word::Failed, code.to_owned())),
        other => Err(format!("`{other}` is neither `start`, `fail` nor an exit code")),
    }
}

fn counts(check_in_points: &[CheckInPoint], body: &[u8], now: Time) -> Result<Vec<(String, Report)>, String> {
    let wanted = "post JSON such as {\"ok\": 3, \"failed\": 40, \"code\": \"30002\"}, or a list of such";
    let why = |error: serde_json::Error| format!("{error}; {wanted}");
    let json: Value = serde_json::from_slice(body).map_err(why)?;
    let several = match json {
        Value::Array(several) if several.len() > MOST_COUNTS => {
            return Err(format!("at most {MOST_COUNTS} counts in one post"));
        }
        Value::Array(several) => several,
        one => vec![one],
    };
    let count = |json: Value| -> Result<(String, Report), String> {
        let count: Count = serde_json::from_value(json).map_err(why)?;
        Ok((key(Takes::Counts, &name_of(check_in_points, &count)?), report(count, now)?))
    };
    several.into_iter().map(count).collect()
}

/// Several feeds may share a token; then `check` says which.
fn name_of(check_in_points: &[CheckInPoint], count: &Count) -> Result<String, String> {
    let names: Vec<&str> = check_in_points.iter().map(|check_in_point| check_in_point.name.as_str()).collect();
    match (&count.check, names.as_slice()) {
        (None, [one]) => Ok((*one).to_owned()),
        (Some(check), names) if names.contains(&check.as_str()) => Ok(check.clone()),
        _ => Err(format!("`check` must be one of: {}", names.join(", "))),
    }
}

/// The code stands in messages: it is a word, and no sentence of a stranger's.
fn report(count: Count, now: Time) -> Result<Report, String> {
    if count.ok.is_none() && count.failed.is_none() {
        return Err("a count must have `ok`, `failed` or both; zero is a valid count".to_owned());
    }
    let (ok, failed) = (count.ok.unwrap_or(0), count.failed.unwrap_or(0));
    if ok.max(failed) > MOST_COUNTED {
        return Err(format!("at most {MOST_COUNTED} calls in one count"));
    }
    let code = match count.code {
        Value::Null => String::new(),
        Value::String(code) => code.trim().to_owned(),
        Value::Number(code) => code.to_string(),
        _ => return Err("`code` is the vendor's code, a text".to_owned()),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || " ._:/-".contains(c);
    if code.len() > LONGEST_CODE || !code.chars().all(plain) {
        return Err(format!("`code` is at most {LONGEST_CODE} letters, digits, blanks or ._:/-"));
    }
    Ok(Report { ok, failed, code, ..Report::of(now, Word::Count) })
}
