//! The status page, `/status.json`, `/healthz` and `/metrics`, which read the board and sums
//! from the store and change nothing; and `/in/TOKEN`, where reports are taken.

mod inlet;
mod metrics;
mod reports;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::core::board::Board;
use crate::core::heard::Inlet;
use crate::core::history::DAY;
use crate::core::time::{Time, millis};
use crate::say::page::{Day, html};
use crate::say::status;
use crate::store::Store;

/// The bars show so many days.
const DAYS: Duration = Duration::from_secs(90 * 86_400);
/// The board is renewed every minute; one much older means that the engine stands still.
const STALE: Duration = Duration::from_secs(300);

/// What was seen waits no longer than this to be written down.
const UNWRITTEN: Duration = Duration::from_secs(60);

/// Counts of a minute need no more.
const LARGEST_POST: usize = 16 << 10;

/// What the pages are made from.
#[derive(Clone)]
pub struct Pages {
    /// The latest board.
    pub board: watch::Receiver<Arc<Board>>,
    /// History.
    pub store: Arc<Store>,
    /// The time.
    pub clock: Clock,
    /// Show vendors and reasons.
    pub details: bool,
    /// Serve `/metrics`; they name dependencies.
    pub metrics: bool,
    /// Who may report what.
    pub inlets: watch::Receiver<Vec<Inlet>>,
}

/// Binds the page's address.
///
/// # Errors
/// A sentence that says what to change.
pub async fn bind(listen: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(listen)
        .await
        .map_err(|error| format!("the status page cannot listen at {listen}: {error}; choose another [web] listen"))
}

/// Serves until the program ends.
///
/// # Errors
/// The listener failed.
pub async fn serve(listener: TcpListener, pages: Pages) -> std::io::Result<()> {
    axum::serve(listener, router(pages)).await
}

/// All routes.
pub fn router(pages: Pages) -> Router {
    let mut routes = Router::new()
        .route("/", get(page))
        .route("/status.json", get(status_json))
        .route("/healthz", get(healthz))
        .route("/reports", get(reports::list))
        .route("/reports/{id}", get(reports::one))
        .route("/in/{token}", get(inlet::plain).post(inlet::plain))
        .route("/in/{token}/{end}", get(inlet::with_end).post(inlet::with_end))
        .layer(DefaultBodyLimit::max(LARGEST_POST));
    if pages.metrics {
        routes = routes.route("/metrics", get(metrics::metrics));
    }
    routes.with_state(pages)
}

async fn page(State(pages): State<Pages>) -> Response {
    let board = pages.board.borrow().clone();
    let now = pages.clock.now();
    let mut days = Vec::new();
    for dependency in &board.dependencies {
        days.push(days_of(&pages, &dependency.id, now).await);
    }
    let body = html(&board, &days, pages.details, now);
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "public, max-age=15"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Html(body)).into_response()
}

/// Without the store the page still shows what is known now.
async fn days_of(pages: &Pages, dependency: &str, now: Time) -> Vec<Day> {
    let since = Time(now.0 - millis(DAYS));
    match pages.store.rollups(dependency, DAY, since).await {
        Ok(rows) => rows.into_iter().map(|row| (row.starts_at, row.counts)).collect(),
        Err(error) => {
            tracing::warn!(%error, "the page shows no bars: {error}");
            Vec::new()
        }
    }
}

async fn status_json(State(pages): State<Pages>) -> Response {
    let board = pages.board.borrow().clone();
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=15"));
    let body = format!("{:#}\n", status::json(&board, pages.details));
    (headers, body).into_response()
}

async fn healthz(State(pages): State<Pages>) -> Response {
    let board = pages.board.borrow().clone();
    let age = pages.clock.now().since(board.as_of);
    let outbox = pages.store.outbox_state().await;
    let unwritten = board.unwritten_since.map(|since| pages.clock.now().since(since));
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
