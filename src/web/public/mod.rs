//! The public routes: the page, its JSON, Statuspage's API, feeds, a calendar and badges. Everything is rendered from
//! one [`View`](crate::say::public::View), which contains public data only.

mod answer;
mod drawn;
mod files;
mod gather;
mod given;
mod language;
mod past;
mod publish;
mod told;

pub(super) use answer::{not_allowed, not_found, refused};
pub use drawn::Public;
pub use publish::{Publisher, Publishing, Target};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Pages;
use crate::core::platform::public::Language;
use crate::say::public::badge::Badge;
use crate::say::public::statuspage::{self, Resource};
use crate::say::public::{View, calendar, feed, page, status};
use answer::{Kind, Media};
use given::{Asked, Given};

/// All public routes.
pub(super) fn routes() -> Router<Pages> {
    Router::new()
        .route("/", get(front))
        .route("/incidents", get(incidents))
        .route("/incidents/{id}", get(incident))
        .route("/status.json", get(status_json))
        .route("/status.schema.json", get(schema))
        .route("/openapi.json", get(openapi))
        .route("/api/v2/{*rest}", get(api))
        .route("/feed.atom", get(atom))
        .route("/history.atom", get(atom))
        .route("/maintenance.ics", get(ical))
        .route("/badge.svg", get(badge_svg))
        .route("/badge.json", get(badge_json))
        .route("/badge/{name}", get(badge_one))
}

/// One request, in the visitor's language.
struct Call<'c> {
    pages: &'c Pages,
    headers: &'c HeaderMap,
    language: Language,
}

impl<'c> Call<'c> {
    fn new(pages: &'c Pages, headers: &'c HeaderMap, asked: &Asked, path: &str) -> Result<Call<'c>, Box<Response>> {
        let language = language::of(asked.lang.as_deref(), headers, pages.public.page().language);
        let language = language.map_err(|why| Box::new(refused(StatusCode::BAD_REQUEST, headers, path, &why)))?;
        Ok(Call { pages, headers, language })
    }

    /// Renders the response, or returns the one that was rendered a moment ago.
    async fn answer(&self, kind: Kind, draw: impl FnOnce(&View, Language) -> String) -> Response {
        let body = self.pages.public.body(self.pages, kind, self.language, draw).await;
        answer::of(&body, self.headers)
    }
}

async fn front(Given { pages, headers, asked, .. }: Given) -> Response {
    match Call::new(&pages, &headers, &asked, "/") {
        Ok(call) => call.answer(Kind::of("/", Media::Html), page::html).await,
        Err(refusal) => *refusal,
    }
}

async fn incidents(Given { pages, headers, asked, .. }: Given) -> Response {
    match Call::new(&pages, &headers, &asked, "/incidents") {
        Ok(call) => call.answer(Kind::of("/incidents", Media::Html), page::incidents).await,
        Err(refusal) => *refusal,
    }
}

async fn incident(Given { pages, headers, asked, last: id }: Given) -> Response {
    let call = match Call::new(&pages, &headers, &asked, &id) {
        Ok(call) => call,
        Err(refusal) => return *refusal,
    };
    let view = pages.public.view(&pages).await;
    let (id, json) = id.strip_suffix(".json").map_or((id.as_str(), false), |id| (id, true));
    let Some(found) = view.incident(id) else {
        let why = "There is no incident with this id; /incidents has all of them.";
        return refused(StatusCode::NOT_FOUND, &headers, if json { ".json" } else { "" }, why);
    };
    match json {
        true => {
            let draw = |_: &View, _| format!("{:#}\n", status::incident(&view, found));
            call.answer(Kind::of(&format!("/incidents/{id}.json"), Media::Json), draw).await
        }
        false => {
            let draw = |_: &View, language| page::incident(&view, found, language);
            call.answer(Kind::of(&format!("/incidents/{id}"), Media::Html), draw).await
        }
    }
}

async fn status_json(Given { pages, headers, asked, .. }: Given) -> Response {
    match asked.v.as_deref() {
        Some("1") => return super::status_json_1(State(pages)).await,
        None | Some("2") => {}
        Some(other) => {
            let why = format!("There is no version {other:?} of this; use v=2, or v=1 for the format of 0.1.");
            return refused(StatusCode::BAD_REQUEST, &headers, ".json", &why);
        }
    }
    match Call::new(&pages, &headers, &asked, ".json") {
        Ok(call) => {
            let draw = |view: &View, language| format!("{:#}\n", status::json(view, language));
            call.answer(Kind::of("/status.json", Media::Json), draw).await
        }
        Err(refusal) => *refusal,
    }
}

async fn schema() -> Response {
    let headers = [(header::CONTENT_TYPE, "application/schema+json"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (headers, status::JSON_SCHEMA).into_response()
}

async fn openapi() -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (headers, include_str!("../../../docs/openapi.json")).into_response()
}

async fn api(Given { pages, headers, asked, last: rest }: Given) -> Response {
    let resource = rest.strip_suffix(".json").and_then(|name| name.parse::<Resource>().ok());
    let Some(resource) = resource else {
        let known: Vec<String> = Resource::ALL.iter().map(|one| format!("/api/v2/{one}.json")).collect();
        let why = format!("Not found. Available resources: {}.", known.join(", "));
        return refused(StatusCode::NOT_FOUND, &headers, ".json", &why);
    };
    match Call::new(&pages, &headers, &asked, ".json") {
        Ok(call) => {
            let draw = |view: &View, language| format!("{}\n", statuspage::json(view, resource, language));
            call.answer(Kind::of(&format!("/api/v2/{resource}.json"), Media::Json), draw).await
        }
        Err(refusal) => *refusal,
    }
}

async fn atom(Given { pages, headers, asked, .. }: Given) -> Response {
    match Call::new(&pages, &headers, &asked, "/feed.atom") {
        Ok(call) => call.answer(Kind::of("/feed.atom", Media::Atom), feed::atom).await,
        Err(refusal) => *refusal,
    }
}

async fn ical(Given { pages, headers, asked, .. }: Given) -> Response {
    match Call::new(&pages, &headers, &asked, "/maintenance.ics") {
        Ok(call) => call.answer(Kind::of("/maintenance.ics", Media::Calendar), calendar::ical).await,
        Err(refusal) => *refusal,
    }
}

async fn badge_svg(Given { pages, headers, asked, .. }: Given) -> Response {
    match Call::new(&pages, &headers, &asked, "/badge.svg") {
        Ok(call) => {
            call.answer(Kind::of("/badge.svg", Media::Svg), |view, language| Badge::of(view, language).svg()).await
        }
        Err(refusal) => *refusal,
    }
}

async fn badge_json(Given { pages, headers, asked, .. }: Given) -> Response {
    match Call::new(&pages, &headers, &asked, ".json") {
        Ok(call) => {
            let draw = |view: &View, language| format!("{}\n", Badge::of(view, language).shields());
            call.answer(Kind::of("/badge.json", Media::Json), draw).await
        }
        Err(refusal) => *refusal,
    }
}

/// `/badge/ID.svg` and `/badge/ID.json`: the badge of one component.
async fn badge_one(Given { pages, headers, asked, last: name }: Given) -> Response {
    let call = match Call::new(&pages, &headers, &asked, &name) {
        Ok(call) => call,
        Err(refusal) => return *refusal,
    };
    let view = pages.public.view(&pages).await;
    let parts = name.rsplit_once('.').filter(|(_, ending)| matches!(*ending, "svg" | "json"));
    let found = parts.and_then(|(id, ending)| Some((view.component(id)?, ending)));
    let Some((component, ending)) = found else {
        let why = "There is no badge of that name. Use /badge/ID.svg or /badge/ID.json with a component's id from \
                   /status.json.";
        return refused(StatusCode::NOT_FOUND, &headers, &name, why);
    };
    let media = if ending == "svg" { Media::Svg } else { Media::Json };
    let draw = |_: &View, language| {
        let badge = Badge::of_one(component, language);
        if media == Media::Svg { badge.svg() } else { format!("{}\n", badge.shields()) }
    };
    call.answer(Kind::of(&format!("/badge/{name}"), media), draw).await
}
