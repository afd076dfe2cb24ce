//! The status page, `/status.json`, `/healthz` and `/metrics`, which read the snapshot and sums
//! from the store and change nothing; and `/in/TOKEN`, where reports are taken.

mod check_in_point;
mod host;
mod metrics;
mod reports;
mod serve;
mod threads;

#[cfg(fuzzing)]
pub use check_in_point::read as read_reports;
pub use serve::{Listener, serve};
pub use threads::Threads;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{any, get};
use serde_json::json;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::core::platform::snapshot::Snapshot;
use crate::core::probe::history::DAY;
use crate::core::time::{Time, millis};
use crate::core::words::check_in::CheckInPoint;
use crate::say::page::{Day, html};
use crate::say::status;
use crate::store::Store;
use crate::supervise::{Failures, guarded};

/// The bars show so many days.
const DAYS: Duration = Duration::from_secs(90 * 86_400);
/// The snapshot is renewed every minute; one much older means that the engine stands still.
const STALE: Duration = Duration::from_secs(300);

/// What was seen waits no longer than this to be written down.
const UNWRITTEN: Duration = Duration::from_secs(60);

/// Nothing but `/in/` takes bodies, and it has limits of its own.
const LARGEST_POST: usize = 16 << 10;

/// What the pages are made from.
#[derive(Clone)]
pub struct Pages {
    /// The latest board.
    pub snapshot: watch::Receiver<Arc<Snapshot>>,
    /// History.
    pub store: Arc<Store>,
    /// The time.
    pub clock: Clock,
    /// Show vendors and reasons.
    pub details: bool,
    /// Serve `/metrics`; they name everything that is monitored.
    pub metrics: bool,
    /// Names under which the page is asked; none for any.
    pub names: Vec<String>,
    /// Addresses that speak for many.
    pub trusted_proxies: Vec<IpAddr>,
    /// Who may report what.
    pub check_in_points: watch::Receiver<Vec<CheckInPoint>>,
    /// How often parts of the program have failed.
    pub failures: Failures,
}

/// All routes.
pub fn router(pages: Pages) -> Router {
    let routes = Router::new()
        .route("/", get(page))
        .route("/status.json", get(status_json))
        .route("/healthz", get(healthz))
        .route("/reports", get(reports::list))
        .route("/reports/{id}", get(reports::one))
        .route("/in/{*rest}", any(check_in_point::take))
        .route("/metrics", get(metrics::metrics))
        .layer(DefaultBodyLimit::max(LARGEST_POST));
    routes.layer(from_fn(in_time)).layer(from_fn_with_state(pages.clone(), host::check)).with_state(pages)
}

/// Whoever sends a body slowly waits for an answer no longer than this.
const SLOWEST: Duration = Duration::from_secs(15);

async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(SLOWEST, guarded(next.run(request))).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(what)) => {
            tracing::error!(
                "an answer of the status page failed: {what}; this is a bug in plugwatch, please report it"
            );
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

impl Pages {
    /// What is public of the snapshot. What is not is not counted either.
    fn public_board(&self) -> Snapshot {
        let mut snapshot = self.snapshot.borrow().as_ref().clone();
        snapshot.dependencies.retain(|dependency| dependency.public);
        snapshot
    }

    /// What stands in somebody's cache may be read by others: what names vendors stays out of it, and
    /// no other site's script reads it.
    fn caching(&self) -> HeaderValue {
        HeaderValue::from_static(if self.details { "private, no-store" } else { "public, max-age=15" })
    }
}

async fn page(State(pages): State<Pages>) -> Response {
    let snapshot = pages.public_board();
    let now = pages.clock.now();
    let mut days = Vec::new();
    for dependency in snapshot.each() {
        days.push(days_of(&pages, &dependency.id, now).await);
    }
    let body = html(&snapshot, &days, pages.details, now);
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
    let headers = [(header::CONTENT_SECURITY_POLICY, policy), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    ([(header::CACHE_CONTROL, pages.caching())], headers, Html(body)).into_response()
}

/// Without the store the page still shows what is known now.
async fn days_of(pages: &Pages, dependency: &str, now: Time) -> Vec<Day> {
    let since = Time(now.0 - millis(DAYS));
    match pages.store.rollups(dependency, DAY, since).await {
        Ok(rows) => rows.into_iter().map(|row| (row.starts_at, row.counts)).collect(),
        Err(error) => {
            tracing::warn!(%error, "the page cannot show its bars: {error}");
            Vec::new()
        }
    }
}

async fn status_json(State(pages): State<Pages>) -> Response {
    let snapshot = pages.public_board();
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, pages.caching());
    if !pages.details {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    let body = format!("{:#}\n", status::json(&snapshot, pages.details));
    (headers, body).into_response()
}

async fn healthz(State(pages): State<Pages>) -> Response {
    let snapshot = pages.snapshot.borrow().clone();
    let age = pages.clock.now().since(snapshot.as_of);
    let outbox = pages.store.outbox_state().await;
    let unwritten = snapshot.unwritten_since.map(|since| pages.clock.now().since(since));
    let alive = age < STALE && outbox.is_ok() && unwritten.is_none_or(|span| span < UNWRITTEN);
    let outbox = outbox.unwrap_or_default();
    let body = json!({
        "status": if alive { "ok" } else { "stalled" },
        "board_age_seconds": age.as_secs(),
        "unwritten_seconds": unwritten.map_or(0, |span| span.as_secs()),
        "outbox_pending": outbox.pending,
        "outbox_dead": outbox.dead,
    });
    let code = if alive { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, axum::Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn an_answer_that_panics_is_a_500_and_no_cut_connection() {
        async fn broken() -> Response {
            panic!("no such row")
        }
        let routes = Router::new().route("/", get(broken)).layer(from_fn(in_time));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
    }
}
