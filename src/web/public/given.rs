//! The input in a visitor's request: the query parameters, and a name in the path. Input that cannot be parsed is
//! refused with the reason, as JSON if JSON was requested.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::answer::refused;
use crate::web::Pages;

/// The query parameters; all others are ignored, because a proxy may have added them.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) lang: Option<String>,
    pub(super) v: Option<String>,
}

/// The whole input.
pub(super) struct Given {
    pub(super) pages: Pages,
    pub(super) headers: HeaderMap,
    pub(super) asked: Asked,
    /// The name at the end of the path, if the route has one.
    pub(super) last: String,
}

/// The response to input that cannot be parsed.
pub(super) struct Refusal(Box<Response>);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl FromRequestParts<Pages> for Given {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Given, Refusal> {
        let path = parts.uri.path().to_owned();
        let headers = parts.headers.clone();
        let wrong = |why: &str| Refusal(Box::new(refused(StatusCode::BAD_REQUEST, &headers, &path, why)));
        let asked = asked(parts.uri.query().unwrap_or_default()).map_err(|why| wrong(&why))?;
        // A route without a name has none.
        let last = if path_has_name(&path) {
            let name = Path::<String>::from_request_parts(parts, pages).await;
            name.map_err(|_| wrong("The address is not valid UTF-8 after percent-decoding."))?.0
        } else {
            String::new()
        };
        Ok(Given { pages: pages.clone(), headers, asked, last })
    }
}

fn path_has_name(path: &str) -> bool {
    ["/incidents/", "/api/v2/", "/badge/"].iter().any(|begin| path.starts_with(begin))
}

fn asked(query: &str) -> Result<Asked, String> {
    let mut asked = Asked::default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let place = match name.as_ref() {
            "lang" => &mut asked.lang,
            "v" => &mut asked.v,
            _ => continue,
        };
        if place.replace(value.into_owned()).is_some() {
            return Err(format!("`{name}` is given twice; give it once."));
        }
    }
    Ok(asked)
}
