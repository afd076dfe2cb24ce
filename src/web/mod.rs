//! The pages for visitors (`public`), for the operator (`/details`, `/reports`, `/metrics`), and health. They read the
//! snapshot and the store and change nothing. `/in/TOKEN` receives reports.

mod check_in_point;
mod details;
mod health;
mod host;
mod metrics;
mod public;
mod reports;
mod serve;
mod threads;

#[cfg(fuzzing)]
pub use check_in_point::read as read_reports;
pub use public::{Public, Publisher, Publishing, Target};
pub use serve::{Listener, serve};
pub use threads::Threads;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::core::platform::ahead::Ahead;
use crate::core::platform::snapshot::Snapshot;
use crate::core::words::check_in::CheckInPoint;
use crate::core::words::question::Secret;
use crate::say::status;
use crate::store::{DETAILS_TOKEN, Store};
use crate::supervise::{Failures, guarded};

/// The maximum size of a request body; only `/in/` accepts bodies, with its own limits.
const LARGEST_POST: usize = 16 << 10;

/// The data that the pages use.
#[derive(Clone)]
pub struct Pages {
    /// The latest snapshot of all states.
    pub snapshot: watch::Receiver<Arc<Snapshot>>,
    /// The store, which holds the history.
    pub store: Arc<Store>,
    /// The clock.
    pub clock: Clock,
    /// Whether to show vendors and reasons of public dependencies.
    pub details: bool,
    /// The token for the details view.
    pub details_token: Option<Secret>,
    /// The public page.
    pub public: Public,
    /// Dates from the configuration, for the details page.
    pub dates: watch::Receiver<Vec<Ahead>>,
    /// Whether to serve `/metrics`, which name everything that is monitored.
    pub metrics: bool,
    /// The allowed host names; if empty, all are allowed.
    pub names: Vec<String>,
    /// Addresses of proxies, which connect for many visitors.
    pub trusted_proxies: Vec<IpAddr>,
    /// The tokens of `/in/`, and what each may report.
    pub check_in_points: watch::Receiver<Vec<CheckInPoint>>,
    /// Where the page is published as files, if anywhere.
    pub publishing: Option<Publishing>,
    /// How often parts of the program have failed.
    pub failures: Failures,
}

/// All routes.
pub fn router(pages: Pages) -> Router {
    let routes = Router::new()
        .merge(public::routes())
        .route("/details", get(details::page))
        .route("/details/map.svg", get(details::map))
        .route("/details/whatif/{name}", get(details::whatif))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/reports", get(reports::list))
        .route("/reports/{id}", get(reports::one))
        .route("/in/{*rest}", any(check_in_point::take))
        .route("/metrics", get(metrics::metrics))
        .fallback(public::not_found)
        .method_not_allowed_fallback(public::not_allowed)
        .layer(DefaultBodyLimit::max(LARGEST_POST));
    routes.layer(from_fn(in_time)).layer(from_fn_with_state(pages.clone(), host::check)).with_state(pages)
}

/// The longest time that a client may take to send its body and get a response.
const SLOWEST: Duration = Duration::from_secs(15);

async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(SLOWEST, guarded(next.run(request))).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(what)) => {
            tracing::error!(
                "an answer of the status page failed: {what}; this is a bug in plugwatch, please report it"
            );
            (StatusCode::INTERNAL_SERVER_ERROR, "The request failed inside plugwatch; its log says why.\n")
                .into_response()
        }
        Err(_) => (StatusCode::REQUEST_TIMEOUT, "The request took too long.\n").into_response(),
    }
}

impl Pages {
    /// Records that the token was accepted, without delaying the response.
    fn note_token_use(&self) {
        let (store, now) = (self.store.clone(), self.clock.now());
        tokio::spawn(async move {
            if let Err(error) = store.note_key_use(DETAILS_TOKEN, now).await {
                tracing::debug!(%error, "the use of the page's token could not be recorded: {error}");
            }
        });
    }

    /// The public part of the snapshot. Other dependencies are not counted either.
    fn public_board(&self) -> Snapshot {
        let mut snapshot = self.snapshot.borrow().as_ref().clone();
        snapshot.dependencies.retain(|dependency| dependency.public.is_some());
        if let Some(name) = &self.public.page().name {
            snapshot.platform.clone_from(name);
        }
        for dependency in &mut snapshot.dependencies {
            if let Some(entry) = dependency.public.clone() {
                Arc::make_mut(dependency).label = entry.label;
            }
        }
        snapshot
    }

    /// Responses that name vendors are not cached, because others may read a shared cache, and no other site's script
    /// can read them.
    fn caching(&self) -> HeaderValue {
        HeaderValue::from_static(if self.details { "private, no-store" } else { "public, max-age=15" })
    }
}

/// `/status.json?v=1`, in the format of plugwatch 0.1.
async fn status_json_1(State(pages): State<Pages>) -> Response {
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
