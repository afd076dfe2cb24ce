//! `/in/TOKEN`: where jobs send pings and backends post counts. Clients for healthchecks.io work here with another
//! URL: `/start`, `/fail`, `/log` or an exit code at the end, a slug before it, `?rid=` and `?create=`, an extra
//! slash, and a log of any length as the body. Source: <https://healthchecks.io/docs/http_api/>.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use http_body_util::{BodyExt, Limited};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Pages;
use crate::core::time::Time;
use crate::core::words::check_in::{CheckInPoint, MOST_COUNTED, Report, Takes, Word, key};

/// The maximum size of a post of counts: a hundred counts with all fields are smaller, in any layout.
const LARGEST_COUNTS: usize = 256 << 10;
/// How long a job's log is read, so that the client sees a response.
const LONGEST_LOG: Duration = Duration::from_secs(10);
/// The maximum length of a code in characters.
const LONGEST_CODE: usize = 64;
/// The maximum number of counts in one post.
const MOST_COUNTS: usize = 100;

/// One posted count.
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

/// Handles `/in/TOKEN` and everything after it.
pub(super) async fn take(State(pages): State<Pages>, Path(rest): Path<String>, method: Method, body: Body) -> Answer {
    let steps: Vec<&str> = rest.split('/').filter(|step| !step.is_empty()).collect();
    let Some((token, ends)) = steps.split_first() else { return no_such_token() };
    let mark: [u8; 32] = Sha256::digest(token).into();
    let check_in_points: Vec<CheckInPoint> =
        pages.check_in_points.borrow().iter().filter(|check_in_point| check_in_point.mark == mark).cloned().collect();
    let Some(first) = check_in_points.first() else { return no_such_token() };
    match first.takes {
        Takes::Pings => ping(&pages, first, ends, &method, body).await,
        Takes::Counts if ends.is_empty() && matches!(method, Method::POST | Method::PUT) => {
            let now = pages.clock.now();
            let reports = match Limited::new(body, LARGEST_COUNTS).collect().await {
                Ok(body) => counts(&check_in_points, &body.to_bytes(), now),
                Err(_) => Err(format!("counts of more than {} KB in one post", LARGEST_COUNTS >> 10)),
            };
            match reports {
                Ok(reports) => hear(&pages, &first.name, reports).await,
                Err(why) => bad(&why),
            }
        }
        Takes::Counts => bad("post your counts: {\"ok\": 3, \"failed\": 0}"),
        Takes::Words => bad("attest with the command `plugwatch attest`"),
    }
}

fn no_such_token() -> Answer {
    (StatusCode::NOT_FOUND, "no such token\n".to_owned())
}

fn bad(why: &str) -> Answer {
    (StatusCode::BAD_REQUEST, format!("{why}\n"))
}

/// The ping counts as soon as its head has arrived. The body is the job's own log, which plugwatch does not use:
/// however long it is, and even if it is cut off, the job has reported.
async fn ping(pages: &Pages, job: &CheckInPoint, ends: &[&str], method: &Method, mut body: Body) -> Answer {
    if !matches!(*method, Method::GET | Method::HEAD | Method::POST | Method::PUT) {
        return (StatusCode::METHOD_NOT_ALLOWED, "use GET, HEAD or POST\n".to_owned());
    }
    let end = match ends {
        [] => "",
        [slug] if is_slug(slug, &job.name) => "",
        [end] => end,
        [slug, end] if is_slug(slug, &job.name) => end,
        [slug, ..] => return (StatusCode::NOT_FOUND, format!("no job `{slug}` under this token\n")),
    };
    let reports = match said(end) {
        Ok(Some((word, code))) => vec![(job.key(), Report { code, ..Report::of(pages.clock.now(), word) })],
        Ok(None) => Vec::new(),
        Err(why) => return bad(&why),
    };
    let answer = hear(pages, &job.name, reports).await;
    let read = async { while body.frame().await.is_some_and(|frame| frame.is_ok()) {} };
    // A log that never ends is cut off.
    _ = tokio::time::timeout(LONGEST_LOG, read).await;
    answer
}

/// Stores reports, even if the client has disconnected in the meantime.
async fn hear(pages: &Pages, name: &str, reports: Vec<(String, Report)>) -> Answer {
    let store = pages.store.clone();
    let stored = tokio::spawn(async move { store.hear(&reports).await.map_err(|error| error.to_string()) });
    let failed = match stored.await {
        Ok(Ok(())) => return (StatusCode::OK, "OK\n".to_owned()),
        Ok(Err(error)) => error,
        Err(error) => error.to_string(),
    };
    tracing::error!(error = failed, "a report about {name} could not be stored: {failed}");
    (StatusCode::SERVICE_UNAVAILABLE, "not stored, send it again\n".to_owned())
}

/// Whether `slug` is a job's name as in a URL: `Nightly Backup (EU)` is `nightly-backup-eu`.
fn is_slug(slug: &str, name: &str) -> bool {
    let slugged = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
    };
    slug == name || slugged(slug) == slugged(name)
}

/// The word of a ping, with the job's exit code if it failed with one; `None` if it is only a log. Exit codes of every
/// system are accepted: those of Windows can exceed 255.
fn said(end: &str) -> Result<Option<(Word, String)>, String> {
    let plain = |word| Ok(Some((word, String::new())));
    match end {
        "" => plain(Word::Alive),
        "start" => plain(Word::Began),
        "fail" => plain(Word::Failed),
        "log" => Ok(None),
        code => match code.parse::<i64>() {
            Ok(0) => plain(Word::Alive),
            Ok(code) => Ok(Some((Word::Failed, code.to_string()))),
            Err(_) => Err(format!("`{code}` is neither `start`, `fail`, `log` nor an exit code")),
        },
    }
}

fn counts(check_in_points: &[CheckInPoint], body: &[u8], now: Time) -> Result<Vec<(String, Report)>, String> {
    let wanted = "post JSON such as {\"ok\": 3, \"failed\": 40, \"code\": \"30002\"}, or a list of them";
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

/// Parses a posted body, and the end of a job's URL.
#[cfg(fuzzing)]
pub fn read(bytes: &[u8], now: Time) {
    let feed = |name: &str| CheckInPoint { name: name.to_owned(), mark: [0; 32], takes: Takes::Counts };
    for feeds in [vec![feed("sms")], vec![feed("sms"), feed("mail")]] {
        for (_, report) in counts(&feeds, bytes, now).unwrap_or_default() {
            assert!(report.code.len() <= LONGEST_CODE && report.ok.max(report.failed) <= MOST_COUNTED, "{report:?}");
        }
    }
    let end = String::from_utf8_lossy(bytes);
    _ = (said(&end), is_slug(&end, "Nightly Backup (EU)"));
}

/// The name of the feed: if several share a token, `check` says which one.
fn name_of(check_in_points: &[CheckInPoint], count: &Count) -> Result<String, String> {
    let names: Vec<&str> = check_in_points.iter().map(|check_in_point| check_in_point.name.as_str()).collect();
    match (&count.check, names.as_slice()) {
        (None, [one]) => Ok((*one).to_owned()),
        (Some(check), names) if names.contains(&check.as_str()) => Ok(check.clone()),
        _ => Err(format!("`check` must be one of: {}", names.join(", "))),
    }
}

/// The code is shown in messages, so it must be a word, and not any text of a stranger.
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
        _ => return Err("`code` must be a text: the vendor's code".to_owned()),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || " ._:/-".contains(c);
    if code.len() > LONGEST_CODE || !code.chars().all(plain) {
        return Err(format!("`code` is at most {LONGEST_CODE} letters, digits, blanks or ._:/-"));
    }
    Ok(Report { ok, failed, code, ..Report::of(now, Word::Count) })
}
