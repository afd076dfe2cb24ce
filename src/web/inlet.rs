//! `/in/TOKEN`: where jobs call and backends post their counts. The addresses are those of
//! healthchecks.io: `/start`, `/fail`, or the exit code at the end.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::Pages;
use crate::core::heard::{Inlet, Report, Takes, Word};
use crate::core::time::Time;

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
    ok: u64,
    #[serde(default)]
    failed: u64,
    #[serde(default)]
    code: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Counts {
    Several(Vec<Count>),
    One(Count),
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
    let inlets: Vec<Inlet> = pages.inlets.borrow().iter().filter(|inlet| inlet.mark == mark).cloned().collect();
    let Some(first) = inlets.first() else { return (StatusCode::NOT_FOUND, "no such token\n".to_owned()) };
    let now = pages.clock.now();
    let reports = match first.takes {
        Takes::Pings => ping(end).map(|word| vec![(first.name.clone(), Report::of(now, word))]),
        Takes::Counts if end.is_empty() && *method == Method::POST => counts(&inlets, body, now),
        Takes::Counts => Err("post your counts: {\"ok\": 3, \"failed\": 0}".to_owned()),
        Takes::Words => Err("a person's word is given by `plugwatch attest`".to_owned()),
    };
    let reports = match reports {
        Ok(reports) => reports,
        Err(why) => return (StatusCode::BAD_REQUEST, format!("{why}\n")),
    };
    for (name, report) in reports {
        if let Err(error) = pages.store.hear(&name, &report).await {
            tracing::error!(%error, "a report about {name} could not be kept: {error}");
            return (StatusCode::SERVICE_UNAVAILABLE, "not kept, call again\n".to_owned());
        }
    }
    (StatusCode::OK, "OK\n".to_owned())
}

fn ping(end: &str) -> Result<Word, String> {
    match end {
        "" | "0" => Ok(Word::Alive),
        "start" => Ok(Word::Began),
        "fail" => Ok(Word::Failed),
        code if code.parse::<u8>().is_ok() => Ok(Word::Failed),
        other => Err(format!("`{other}` is neither `start`, `fail` nor an exit code")),
    }
}

fn counts(inlets: &[Inlet], body: &[u8], now: Time) -> Result<Vec<(String, Report)>, String> {
    let wanted = "post JSON such as {\"ok\": 3, \"failed\": 40, \"code\": \"30002\"}, or a list of such";
    let posted = match serde_json::from_slice(body) {
        Ok(Counts::One(one)) => vec![one],
        Ok(Counts::Several(several)) if several.len() <= MOST_COUNTS => several,
        Ok(Counts::Several(_)) => return Err(format!("at most {MOST_COUNTS} counts in one post")),
        Err(_) => return Err(wanted.to_owned()),
    };
    posted.into_iter().map(|count| Ok((name_of(inlets, &count)?, report(count, now)))).collect()
}

/// Several feeds may share a token; then `check` says which.
fn name_of(inlets: &[Inlet], count: &Count) -> Result<String, String> {
    let names: Vec<&str> = inlets.iter().map(|inlet| inlet.name.as_str()).collect();
    match (&count.check, names.as_slice()) {
        (None, [one]) => Ok((*one).to_owned()),
        (Some(check), names) if names.contains(&check.as_str()) => Ok(check.clone()),
        _ => Err(format!("`check` must be one of: {}", names.join(", "))),
    }
}

fn report(count: Count, now: Time) -> Report {
    let code: String = count.code.trim().chars().filter(|c| !c.is_control()).take(LONGEST_CODE).collect();
    Report { ok: count.ok, failed: count.failed, code, ..Report::of(now, Word::Count) }
}
