//! The stage: vendors on loopback whose answers depend on their mode.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

use crate::read::{Problems, Source, Table};

/// One answer of a vendor on the stage.
#[derive(Clone, Debug)]
struct Answer {
    vendor: String,
    /// The vendor whose mode decides the answer: usually its own vendor.
    follows: String,
    mode: Option<String>,
    asks: Option<String>,
    status: u16,
    media: String,
    body: String,
}

/// Vendors on loopback.
#[derive(Clone)]
pub struct Stage {
    answers: Arc<Vec<Answer>>,
    modes: Arc<RwLock<HashMap<String, String>>>,
}

impl Stage {
    /// The demo's stage, with all vendors working.
    ///
    /// # Errors
    /// Fails if the file is wrong; a test parses it.
    pub fn new() -> Result<Stage, Problems> {
        let source = Source::new("stage.toml", include_str!("stage.toml"));
        let parsed = source.parse();
        let root = Table::root(&source, &parsed);
        let answers: Vec<Answer> = root.tables("answer").iter().filter_map(read).collect();
        root.finish();
        drop(parsed);
        let problems = source.into_problems();
        if problems.is_empty() {
            return Ok(Stage { answers: Arc::new(answers), modes: Arc::default() });
        }
        Err(Problems(problems))
    }

    /// Sets the mode of a vendor from now on.
    pub fn set(&self, vendor: &str, mode: &str) {
        self.modes.write().unwrap_or_else(PoisonError::into_inner).insert(vendor.to_owned(), mode.to_owned());
    }

    /// Opens the stage on a free port.
    ///
    /// # Errors
    /// Fails if no port can be opened on loopback.
    pub async fn open(&self) -> std::io::Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let routes = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(address)
    }

    fn find(&self, vendor: &str, asked: &str) -> Option<Answer> {
        let modes = self.modes.read().unwrap_or_else(PoisonError::into_inner);
        let fits = |answer: &&Answer| {
            let mode = modes.get(&answer.follows).map_or("live", String::as_str);
            answer.vendor == vendor
                && answer.mode.as_deref().is_none_or(|wanted| wanted == mode)
                && answer.asks.as_ref().is_none_or(|asks| asked.contains(asks.as_str()))
        };
        self.answers.iter().find(fits).cloned()
    }
}

fn read(table: &Table<'_>) -> Option<Answer> {
    let vendor = table.need_string("vendor", "\"apple\"")?.value;
    let text = |key: &str| table.string(key).map(|text| text.value);
    let answer = Answer {
        follows: text("follows").unwrap_or_else(|| vendor.clone()),
        vendor,
        mode: text("mode"),
        asks: text("asks"),
        status: table.count("status").and_then(|status| u16::try_from(status.value).ok()).unwrap_or(200),
        media: text("type").unwrap_or_else(|| "application/json".to_owned()),
        body: text("body")?,
    };
    table.finish();
    Some(answer)
}

async fn answer(State(stage): State<Stage>, uri: Uri) -> Response {
    let asked = uri.to_string();
    let vendor = uri.path().split('/').nth(1).unwrap_or("");
    match stage.find(vendor, &asked) {
        Some(answer) => {
            let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
            (status, [(header::CONTENT_TYPE, answer.media)], answer.body).into_response()
        }
        None => (StatusCode::NOT_IMPLEMENTED, "this vendor is not on the stage").into_response(),
    }
}
