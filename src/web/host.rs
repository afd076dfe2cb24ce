//! The host names under which the page may be requested, so that another site cannot read it by pointing one of its
//! own names here (DNS rebinding).

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Pages;

/// Refuses names that are not configured; health checks are answered under any name.
pub(super) async fn check(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    let asked = host_of(&request);
    if request.uri().path() == "/healthz" || pages.names.is_empty() || is_known(&pages.names, asked.as_deref()) {
        return next.run(request).await;
    }
    let text = "This page is not served under that name. Its operator can add it to `names` in [web].\n";
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}

fn host_of(request: &Request) -> Option<String> {
    let header = |headers: &HeaderMap| Some(headers.get(header::HOST)?.to_str().ok()?.to_owned());
    // A whole URL in the request line takes precedence over the header (RFC 9112, section 3.2.2).
    request.uri().authority().map(ToString::to_string).or_else(|| header(request.headers()))
}

/// An IP address or `localhost` (RFC 6761) is always allowed, because nobody can point it elsewhere.
fn is_known(names: &[String], asked: Option<&str>) -> bool {
    let Some(asked) = asked else { return false };
    let host = without_port(asked).trim_end_matches('.').to_ascii_lowercase();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    address || host == "localhost" || host.ends_with(".localhost") || names.contains(&host)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if port.bytes().all(|b| b.is_ascii_digit()) && (!name.contains(':') || name.ends_with(']')) =>
        {
            name
        }
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_configured_names_and_addresses_are_known() {
        let names = ["status.acme.example".to_owned()];
        for host in ["status.acme.example", "STATUS.acme.example.:443", "127.0.0.1:8787", "[::1]:8787", "localhost:1"] {
            assert!(is_known(&names, Some(host)), "{host}");
        }
        for host in ["acme.example", "status.acme.example.evil.example", "localhost.evil.example", ""] {
            assert!(!is_known(&names, Some(host)), "{host}");
        }
        assert!(!is_known(&names, None));
    }
}
