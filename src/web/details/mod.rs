//! `/details`: vendors, reasons and evidence, for the operator. With the token it shows everything. `details = true`
//! leaves access control to a proxy, and shows only the public dependencies, with reasons.

mod gather;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use super::Pages;
use crate::core::people::action::drilled;
use crate::core::platform::reliance;
use crate::say::details::{Facts, html};
use crate::say::map::{loss_svg, svg};

/// The page loads nothing from other hosts and runs no scripts; its pictures come from this server.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// A page that names vendors is not cached.
const UNCACHED: [(HeaderName, &str); 2] =
    [(header::CACHE_CONTROL, "private, no-store"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];

/// The visitors who may see details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seer {
    /// Anyone who can open the page.
    Anybody,
    /// Somebody with the token.
    Operator,
}

/// The visitor, if they may see details.
pub(super) fn who(pages: &Pages, headers: &HeaderMap) -> Option<Seer> {
    let Some(token) = &pages.details_token else { return pages.details.then_some(Seer::Anybody) };
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let given = match given.split_once(' ')? {
        (scheme, token) if scheme.eq_ignore_ascii_case("bearer") => token.trim().as_bytes().to_vec(),
        // A browser's login prompt: any name, with the token as the password.
        (scheme, pair) if scheme.eq_ignore_ascii_case("basic") => {
            let pair = BASE64_STANDARD.decode(pair.trim()).ok()?;
            let colon = pair.iter().position(|byte| *byte == b':')?;
            pair[colon + 1..].to_vec()
        }
        _ => return None,
    };
    // Hashes are compared, so that the time it takes reveals nothing about the token.
    (Sha256::digest(given) == Sha256::digest(token.open())).then(|| {
        pages.note_token_use();
        Seer::Operator
    })
}

/// The answer to a visitor who may not see details.
pub(super) fn refused(pages: &Pages, headers: &HeaderMap) -> Response {
    if pages.details_token.is_none() {
        return super::public::refused(StatusCode::NOT_FOUND, headers, "", "There is no such address here.");
    }
    let ask = [(header::WWW_AUTHENTICATE, "Basic realm=\"plugwatch details\", charset=\"UTF-8\"")];
    let text = "Enter the token of [web] details as the password; any name will do.";
    (ask, super::public::refused(StatusCode::UNAUTHORIZED, headers, "", text)).into_response()
}

/// `/details`.
pub(super) async fn page(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    let Some(seer) = who(&pages, &headers) else { return refused(&pages, &headers) };
    let snapshot = match seer {
        Seer::Anybody => Arc::new(pages.public_board()),
        Seer::Operator => pages.snapshot.borrow().clone(),
    };
    let (now, zone) = (pages.clock.now(), pages.public.page().zone);
    let operator = match seer {
        Seer::Anybody => None,
        Seer::Operator => Some(gather::operator(&pages, &snapshot, zone, now).await),
    };
    let history = pages.public.histories(&pages).await;
    let page = apart(move || {
        Html(html(&Facts { snapshot: &snapshot, history: &history, operator, zone, now })).into_response()
    });
    let safe = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::REFERRER_POLICY, "no-referrer")];
    (UNCACHED, safe, page.await).into_response()
}

/// `/details/map.svg`: which dependency relies on which company. It names every company, so only the operator sees it.
pub(super) async fn map(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    match who(&pages, &headers) {
        Some(Seer::Operator) => {
            let snapshot = pages.snapshot.borrow().clone();
            apart(move || picture(svg(&snapshot))).await
        }
        Some(Seer::Anybody) | None => refused(&pages, &headers),
    }
}

/// `/details/whatif/COMPANY.svg`: what would stop if one company failed.
pub(super) async fn whatif(State(pages): State<Pages>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    if who(&pages, &headers) != Some(Seer::Operator) {
        return refused(&pages, &headers);
    }
    let snapshot = pages.snapshot.borrow().clone();
    let slug = name.strip_suffix(".svg").unwrap_or(&name);
    let company = snapshot.each().flat_map(|dependency| &dependency.companies).find(|(own, _)| own == slug);
    let Some(company) = company.cloned() else {
        let why = "No dependency is known to depend on that company; /details lists all companies.";
        return super::public::refused(StatusCode::NOT_FOUND, &headers, "", why);
    };
    let acts = pages.store.acts().await.unwrap_or_default();
    apart(move || picture(loss_svg(&snapshot, &reliance::without(&snapshot, &company, &drilled(&acts))))).await
}

/// Draws on a blocking thread: with thousands of dependencies, drawing takes long enough to delay the page's own
/// threads.
async fn apart(draw: impl FnOnce() -> Response + Send + 'static) -> Response {
    tokio::task::spawn_blocking(draw).await.unwrap_or_else(|error| {
        tracing::error!(%error, "the details page could not be drawn: {error}; this is a bug in plugwatch, please report it");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

fn picture(svg: String) -> Response {
    let own = [(header::CONTENT_TYPE, "image/svg+xml; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, POLICY)];
    (UNCACHED, own, svg).into_response()
}
