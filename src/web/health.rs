//! `/healthz`: whether monitoring is running. `/readyz`: whether there is anything to show yet.

use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Pages;
use crate::core::dependency::shown::Shown;

/// The maximum age of the snapshot, which is renewed every minute; if it is older, the engine has stalled.
const STALE: Duration = Duration::from_secs(300);
/// The longest time that results may wait to be written.
const UNWRITTEN: Duration = Duration::from_secs(60);

pub(super) async fn healthz(State(pages): State<Pages>) -> Response {
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
    said(alive, body)
}

/// Whether something has been checked, so that a load balancer may send visitors: a page without any state would look
/// like an outage.
pub(super) async fn readyz(State(pages): State<Pages>) -> Response {
    let snapshot = pages.snapshot.borrow().clone();
    let waiting = snapshot.each().filter(|dependency| dependency.shown() == Shown::Starting).count();
    let fresh = pages.clock.now().since(snapshot.as_of) < STALE;
    let readable = pages.store.public_salt().await.is_ok();
    let all = snapshot.dependencies.len();
    let ready = fresh && readable && (waiting < all || all == 0);
    said(ready, json!({ "status": if ready { "ready" } else { "starting" } }))
}

fn said(fine: bool, body: Value) -> Response {
    let code = if fine { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, [(header::CACHE_CONTROL, "no-store")], axum::Json(body)).into_response()
}
