//! Reports as pages: a list, and each report as it was sent, kept for ever. They name vendors, so they are shown only
//! where details are.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::Pages;
use super::details::{self, Seer};
use super::public::refused;
use crate::engine::kept_report;
use crate::say::escape;

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/// A report names everything that is monitored: if something is not public, only the operator sees reports.
fn shows_reports(pages: &Pages, headers: &HeaderMap) -> bool {
    match details::who(pages, headers) {
        Some(Seer::Operator) => true,
        Some(Seer::Anybody) => pages.snapshot.borrow().each().all(|dependency| dependency.public.is_some()),
        None => false,
    }
}

fn unreadable(headers: &HeaderMap) -> Response {
    let why = "The database does not answer now; try again in a minute.";
    refused(StatusCode::SERVICE_UNAVAILABLE, headers, "", why)
}

pub(super) async fn list(State(pages): State<Pages>, headers: HeaderMap) -> Response {
    if !shows_reports(&pages, &headers) {
        return details::refused(&pages, &headers);
    }
    let Ok(reports) = pages.store.reports().await else { return unreadable(&headers) };
    let platform = escape(&pages.snapshot.borrow().platform);
    let line = |report: &crate::store::KeptReport| {
        let (id, span, day) = (&report.public_id, &report.span, report.to.utc().format("%-d %B %Y"));
        format!("<li><a href=\"/reports/{}\">The {} to {day}</a></li>", escape(id), escape(span))
    };
    let items: String = reports.iter().map(line).collect();
    let items = if items.is_empty() { "<li>None yet.</li>".to_owned() } else { items };
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
         <title>{platform}: reports</title><style>body{{margin:16px auto;max-width:44em;padding:0 16px;\
         font:16px/1.6 system-ui,sans-serif}}</style><h1>{platform}: reports</h1><ul>{items}</ul>\
         <p><a href=\"/\">Status</a></p></html>"
    );
    let headers = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "private, no-store")];
    (headers, Html(page)).into_response()
}

pub(super) async fn one(State(pages): State<Pages>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if !shows_reports(&pages, &headers) {
        return details::refused(&pages, &headers);
    }
    let kept = match pages.store.report(&id).await {
        Ok(Some(kept)) => kept,
        Ok(None) => {
            let why = "There is no report with this id; /reports has all of them.";
            return refused(StatusCode::NOT_FOUND, &headers, "", why);
        }
        Err(_) => return unreadable(&headers),
    };
    let Ok(report) = kept_report(&kept.snapshot) else {
        let why = "This report cannot be read: a newer plugwatch wrote it, or it is damaged.";
        return refused(StatusCode::INTERNAL_SERVER_ERROR, &headers, "", why);
    };
    let snapshot = pages.snapshot.borrow().clone();
    let headers = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "private, no-store")];
    (headers, Html(report.page(&snapshot.platform, snapshot.simulation))).into_response()
}
