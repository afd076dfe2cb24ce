//! Where a redirect leads, as browsers read it.

use http::HeaderMap;
use http::header::LOCATION;
use url::Url;

use super::client::Net;

/// What comes after an answer.
pub enum Hop {
    /// Nothing: it is the answer.
    Stay,
    /// Another request.
    To(Url),
    /// It leads where nobody follows.
    Refused,
}

/// Where an answer of the logical `url` leads.
pub fn next(net: &Net, url: &Url, status: u16, headers: &HeaderMap) -> Hop {
    let redirects = matches!(status, 300..=303 | 307 | 308);
    let Some(location) = headers.get(LOCATION).filter(|_| redirects) else { return Hop::Stay };
    // Browsers show an answer that leads nowhere.
    if text(location.as_bytes()).trim().is_empty() {
        return Hop::Stay;
    }
    // The server speaks of where it really is; what it means is the logical place.
    match join(&net.actual(url), location.as_bytes()).map(|next| net.logical(next)) {
        Some(next) if !matches!(next.scheme(), "http" | "https") => Hop::Refused,
        Some(next) if url.scheme() == "https" && next.scheme() == "http" => Hop::Refused,
        Some(next) => Hop::To(next),
        None => Hop::Refused,
    }
}

/// The place that a `Location` names, seen from `base`.
pub fn join(base: &Url, location: &[u8]) -> Option<Url> {
    base.join(&text(location)).ok().map(anonymous)
}

/// A location's bytes. Raw UTF-8 is taken for what it says; any other byte stands for itself, for the
/// server that wrote it knows it as that byte.
fn text(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let plain = |byte: &u8| if byte.is_ascii() { char::from(*byte).to_string() } else { format!("%{byte:02X}") };
    bytes.iter().map(plain).collect()
}

/// Nobody but the configuration says who we are: a name and password in a redirect go nowhere.
fn anonymous(mut url: Url) -> Url {
    // Both fail only for URLs without a host, which have none.
    _ = url.set_username("");
    _ = url.set_password(None);
    url
}
