//! What a stranger gives with an address: what stands behind a `?`, and a name in the path. What cannot be read is
//! refused with the reason, in JSON where JSON was asked for.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::answer::refused;
use crate::web::Pages;

/// What may stand behind a `?`; anything else there is for others, such as a counter of a proxy's.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) lang: Option<String>,
    pub(super) v: Option<String>,
}

/// All of it.
pub(super) struct Given {
    pub(super) pages: Pages,
    pub(super) headers: HeaderMap,
    pub(super) asked: Asked,
    /// The name at the end of the path, where the route has one.
    pub(super) last: String,
}

/// The answer to what cannot be read.
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
            name.map_err(|_| wrong("The address is not valid UTF-8 when its percent signs are decoded."))?.0
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
