//! `/details`: vendors, reasons and evidence, for the operator. Behind a token it shows everything; `details = true`
//! leaves the door to a proxy's own authentication, and shows no more than what is public, with reasons.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use super::Pages;
use crate::core::platform::snapshot::Snapshot;
use crate::core::probe::history::DAY;
use crate::core::time::{Time, millis};
use crate::say::page::{Day, html};

/// The bars show so many days.
const DAYS: Duration = Duration::from_secs(90 * 86_400);
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/// Who may see details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seer {
    /// Everybody who can open the page.
    Anybody,
    /// Somebody with the token.
    Operator,
}

/// Who asks, if they may see details.
pub(super) fn who(pages: &Pages, headers: &HeaderMap) -> Option<Seer> {
    let Some(token) = &pages.details_token else { return pages.details.then_some(Seer::Anybody) };
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let given = match given.split_once(' ')? {
        (scheme, token) if scheme.eq_ignore_ascii_case("bearer") => token.trim().as_bytes().to_vec(),
        // What a browser asks a person for: any name, and the token as the password.
        (scheme, pair) if scheme.eq_ignore_ascii_case("basic") => {
            let pair = BASE64_STANDARD.decode(pair.trim()).ok()?;
            let colon = pair.iter().position(|byte| *byte == b':')?;
            pair[colon + 1..].to_vec()
        }
        _ => return None,
    };
    // Hashes are compared, so that time tells nothing about how much of the token was right.
    (Sha256::digest(given) == Sha256::digest(token.open())).then_some(Seer::Operator)
}

/// What somebody hears who may not.
pub(super) fn refused(pages: &Pages, headers: &HeaderMap) -> Response {
    if pages.details_token.is_none() {
        return super::public::refused(StatusCode::NOT_FOUND, headers, "", "There is no such address here.");
    }
    let ask = [(header::WWW_AUTHENTICATE, "Basic realm=\"plugwatch details\", charset=\"UTF-8\"")];
    let text = "Enter the token of [web] details as the password; any name will do.";
    (ask, super::public::refused(StatusCode::UNAUTHORIZED, headers, "", text)).into_response()
}

pub(super) async fn page(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    let Some(seer) = who(&pages, &headers) else { return refused(&pages, &headers) };
    let snapshot = match seer {
        Seer::Anybody => Arc::new(pages.public_board()),
        Seer::Operator => pages.snapshot.borrow().clone(),
    };
    let now = pages.clock.now();
    let days = days(&pages, &snapshot, now).await;
    let caching = [(header::CACHE_CONTROL, "private, no-store")];
    let safe = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (caching, safe, Html(html(&snapshot, &days, true, now))).into_response()
}

/// Without the store the page still shows what is known now.
async fn days(pages: &Pages, snapshot: &Snapshot, now: Time) -> Vec<Vec<Day>> {
    let rows = pages.store.sums_by_dependency(DAY, Time(now.0 - millis(DAYS))).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the page cannot show its bars: {error}");
        Vec::new()
    });
    let of = |id: &str| {
        let own = rows.iter().filter(|(dependency, _)| dependency == id);
        own.map(|(_, row)| (row.starts_at, row.counts)).collect()
    };
    snapshot.each().map(|dependency| of(&dependency.id)).collect()
}
