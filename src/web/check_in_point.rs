//! `/in/TOKEN`: where jobs call and backends post their counts. Clients made for healthchecks.io work
//! here with another address: `/start`, `/fail`, `/log` or an exit code at the end, a slug before it,
//! `?rid=` and `?create=`, a slash too many, a log of any length as the body.
//! Source: <https://healthchecks.io/docs/http_api/>.

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

/// A hundred counts with all their words, however they are laid out, weigh less.
const LARGEST_COUNTS: usize = 256 << 10;
/// A job's log is read to its end, so that whoever sends it sees an answer; for no longer than this.
const LONGEST_LOG: Duration = Duration::from_secs(10);
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

/// `/in/TOKEN`, and what may stand behind it.
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

/// The call counts as soon as its head is there. What it sends along is the job's own log, which nobody
/// here reads: however long it is, and wherever it breaks off, the job has called.
async fn ping(pages: &Pages, job: &CheckInPoint, ends: &[&str], method: &Method, mut body: Body) -> Answer {
    if !matches!(*method, Method::GET | Method::HEAD | Method::POST | Method::PUT) {
        return (StatusCode::METHOD_NOT_ALLOWED, "call with GET, HEAD or POST\n".to_owned());
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
    // A log without an end is cut.
    _ = tokio::time::timeout(LONGEST_LOG, read).await;
    answer
}

/// Writes reports down, also where whoever sent them has hung up meanwhile.
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

/// A job's name as it stands in a URL: `Nightly Backup (EU)` is `nightly-backup-eu`.
fn is_slug(slug: &str, name: &str) -> bool {
    let slugged = |text: &str| {
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
    };
    slug == name || slugged(slug) == slugged(name)
}

/// What a call says, with the job's exit code if it failed with one; nothing where it only logs. Exit
/// codes are those of every system: Windows knows more than 255.
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

/// What a backend posts, and what stands at the end of a job's address.
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
