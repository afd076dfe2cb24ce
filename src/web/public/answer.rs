//! Responses with their headers: how long they are cached, and when they are not sent again.

use std::io::Write;
use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::say::public::page;

/// The media type of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Media {
    Html,
    Json,
    Atom,
    Calendar,
    Svg,
}

impl Media {
    fn content_type(self) -> &'static str {
        match self {
            Media::Html => "text/html; charset=utf-8",
            Media::Json => "application/json",
            Media::Atom => "application/atom+xml; charset=utf-8",
            Media::Calendar => "text/calendar; charset=utf-8",
            Media::Svg => "image/svg+xml; charset=utf-8",
        }
    }

    /// Pages and JSON are read in an emergency, so they are cached briefly; feeds and badges are polled by programs
    /// all the time.
    fn caching(self) -> &'static str {
        match self {
            Media::Html | Media::Json => "public, max-age=15",
            Media::Atom | Media::Svg => "public, max-age=60",
            Media::Calendar => "public, max-age=300",
        }
    }
}

/// The kind of response that was requested.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    pub(super) path: String,
    pub(super) media: Media,
}

impl Kind {
    pub(super) fn of(path: &str, media: Media) -> Kind {
        Kind { path: path.to_owned(), media }
    }
}

/// A rendered body, ready to be sent.
#[derive(Debug)]
pub(super) struct Body {
    media: Media,
    plain: bytes::Bytes,
    packed: bytes::Bytes,
    mark: String,
    language: &'static str,
}

impl Body {
    pub(super) fn new(media: Media, text: String, language: &'static str) -> Body {
        let hash = Sha256::digest(&text);
        // A weak tag: compressed and plain bodies are equivalent (RFC 9110, section 8.8.1).
        let mark: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let packed = pack(text.as_bytes()).unwrap_or_default();
        Body { media, plain: text.into(), packed: packed.into(), mark: format!("W/\"{mark}\""), language }
    }
}

fn pack(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes)?;
    packer.finish()
}

/// Constant: the policy of every page.
static POLICY: LazyLock<Option<HeaderValue>> = LazyLock::new(|| HeaderValue::from_str(&page::policy()).ok());

/// The response for a client that may already have the body, and that may accept compression.
pub(super) fn of(body: &Body, asked: &HeaderMap) -> Response {
    let mut headers = HeaderMap::new();
    let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, body.media.content_type());
    set(header::CACHE_CONTROL, body.media.caching());
    set(header::VARY, "accept-encoding, accept-language");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CONTENT_LANGUAGE, body.language);
    if body.media == Media::Html {
        set(header::REFERRER_POLICY, "no-referrer");
    } else {
        set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    if let (Media::Html, Some(policy)) = (body.media, &*POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy.clone());
    }
    if let Ok(mark) = HeaderValue::from_str(&body.mark) {
        headers.insert(header::ETAG, mark);
    }
    if has_it(asked, &body.mark) {
        headers.remove(header::CONTENT_TYPE);
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    if takes_gzip(asked) && !body.packed.is_empty() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        return (headers, body.packed.clone()).into_response();
    }
    (headers, body.plain.clone()).into_response()
}

/// `If-None-Match`, compared weakly (RFC 9110, section 13.1.2).
fn has_it(asked: &HeaderMap, mark: &str) -> bool {
    let bare = |mark: &str| mark.trim().trim_start_matches("W/").to_owned();
    let given = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|given| given.to_str().ok());
    given.flat_map(|given| given.split(',')).any(|given| given.trim() == "*" || bare(given) == bare(mark))
}

fn takes_gzip(asked: &HeaderMap) -> bool {
    let given = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|given| given.to_str().ok());
    given.flat_map(|given| given.split(',')).any(|given| {
        let (coding, weight) = given.split_once(';').unwrap_or((given, ""));
        let refused =
            weight.trim().strip_prefix("q=").is_some_and(|weight| weight.parse::<f32>().is_ok_and(|q| q == 0.0));
        matches!(coding.trim().to_ascii_lowercase().as_str(), "gzip" | "x-gzip" | "*") && !refused
    })
}

/// The reason for refusing a request: as JSON if JSON was requested, otherwise as a sentence.
pub(in crate::web) fn refused(code: StatusCode, asked: &HeaderMap, path: &str, why: &str) -> Response {
    let accepts = asked.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let wants_json = path.ends_with(".json") || path.starts_with("/api/") || accepts.starts_with("application/json");
    let caching = [(header::CACHE_CONTROL, "no-store"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    if wants_json {
        return (code, caching, axum::Json(json!({ "error": why }))).into_response();
    }
    (code, caching, format!("{why}\n")).into_response()
}

/// The response to an address that does not exist.
pub(in crate::web) async fn not_found(uri: axum::http::Uri, asked: HeaderMap) -> Response {
    refused(StatusCode::NOT_FOUND, &asked, uri.path(), "There is no such address here; / is the status page.")
}

/// The response to a method that an address does not accept.
pub(in crate::web) async fn not_allowed(uri: axum::http::Uri, asked: HeaderMap) -> Response {
    refused(StatusCode::METHOD_NOT_ALLOWED, &asked, uri.path(), "This address can only be read: use GET or HEAD.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn what_a_reader_has_is_known_by_its_mark_and_what_it_unpacks_by_its_word() {
        let body = Body::new(Media::Json, "{}".to_owned(), "en");
        let status = |headers: &HeaderMap| of(&body, headers).status().as_u16();
        assert_eq!(status(&HeaderMap::new()), 200);
        for same in ["*", "\"a\", \"44136fa355b3678a\"", "W/\"44136fa355b3678a\""] {
            assert_eq!(status(&with(header::IF_NONE_MATCH, same)), 304, "{same}");
        }
        assert_eq!(status(&with(header::IF_NONE_MATCH, "\"other\"")), 200);
        for (coding, packed) in
            [("gzip", true), ("br, gzip;q=0.5", true), ("gzip;q=0", false), ("br", false), ("*", true)]
        {
            assert_eq!(takes_gzip(&with(header::ACCEPT_ENCODING, coding)), packed, "{coding}");
        }
    }
}
