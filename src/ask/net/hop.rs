//! Where a redirect leads, as browsers interpret it.

use http::HeaderMap;
use http::header::LOCATION;
use url::Url;

use super::client::Net;

/// The next step after a response.
pub enum Hop {
    /// None: the response is the answer.
    Stay,
    /// A request to this URL.
    To(Url),
    /// A redirect that is not followed, such as from HTTPS to HTTP.
    Refused,
}

/// The next step after a response of the logical `url`.
pub fn next(net: &Net, url: &Url, status: u16, headers: &HeaderMap) -> Hop {
    let redirects = matches!(status, 300..=303 | 307 | 308);
    let Some(location) = headers.get(LOCATION).filter(|_| redirects) else { return Hop::Stay };
    // Browsers show a response whose `Location` is empty.
    if text(location.as_bytes()).trim().is_empty() {
        return Hop::Stay;
    }
    // An overridden server uses its real address in redirects; it means the logical one.
    match join(&net.actual(url), location.as_bytes()).map(|next| net.logical(next)) {
        Some(next) if !matches!(next.scheme(), "http" | "https") => Hop::Refused,
        Some(next) if url.scheme() == "https" && next.scheme() == "http" => Hop::Refused,
        Some(next) => Hop::To(next),
        None => Hop::Refused,
    }
}

/// Resolves a `Location` relative to `base`.
pub fn join(base: &Url, location: &[u8]) -> Option<Url> {
    base.join(&text(location)).ok().map(anonymous)
}

/// A location's bytes as text. If they are not valid UTF-8, the bytes outside ASCII are percent-encoded, because the
/// server that wrote them expects the same bytes.
fn text(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let plain = |byte: &u8| if byte.is_ascii() { char::from(*byte).to_string() } else { format!("%{byte:02X}") };
    bytes.iter().map(plain).collect()
}

/// Removes a user name and password from a redirect: only the configuration sets credentials.
fn anonymous(mut url: Url) -> Url {
    // Both calls fail only for URLs without a host, and those have no credentials.
    _ = url.set_username("");
    _ = url.set_password(None);
    url
}
