//! Instatus: sets components (instatus.com/help/api/components) and writes incidents.

use std::sync::Arc;

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use url::Url;

use super::components::{self, Components};
use super::http::client;
use super::message::Message;
use super::page_incidents::{self, Book, Incidents, Named, Stage, Text};
use super::settings::{self, Carrier, Read, Sender, Trying, opened};
use super::shared::Shared;
use crate::core::words::question::{Key, Secret};
use crate::core::words::verdict::Verdict;
use crate::read::{Table, secret};

/// A page with its components.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The API's address.
    pub api: Url,
    /// The page's id.
    pub page: String,
    /// The API key.
    pub token: Key,
    /// The components there, by the dependency's id.
    pub components: Components,
    /// Whether incidents are written there.
    pub incidents: Incidents,
}

/// Parses `page`, `token`, `components`, `incidents` and, for tests, `url`.
pub(super) fn read(table: &Table<'_>) -> Read {
    let api = match table.any("url") {
        Some(_) => table.url("url"),
        None => Url::parse("https://api.instatus.com/").ok(),
    };
    let page = table.need_string("page", "\"kctbh9vrtdwd\"").map(|id| id.value);
    if table.any("token").is_none() {
        table.missing("token", "{ env = \"STATUS_PAGE_TOKEN\" }");
    }
    let (token, components) = (secret::read(table, "token"), components::read(table));
    let incidents = page_incidents::read(table);
    Some(Arc::new(Settings { api: api?, page: page?, token: token?, components: components?, incidents }))
}

impl settings::Settings for Settings {
    fn recipients(&self) -> Vec<String> {
        vec![self.page.clone()]
    }

    fn keys(&self) -> Vec<(&'static str, &Key)> {
        vec![("token", &self.token)]
    }

    fn wakes(&self) -> bool {
        false
    }

    fn carrier(&self) -> Option<Carrier> {
        Some(Carrier::Host(self.api.host_str()?.to_owned()))
    }

    fn sender(&self, _shared: &Shared) -> Result<Arc<dyn Sender>, String> {
        let token = opened(&self.token)?;
        Ok(Arc::new(Page { client: client()?, settings: self.clone(), token }))
    }
}

struct Page {
    client: reqwest::Client,
    settings: Settings,
    token: Secret,
}

impl Page {
    fn request(&self, component: &str, verdict: Verdict) -> Option<RequestBuilder> {
        let url = self.settings.api.join(&format!("v1/{}/components/{component}", self.settings.page)).ok()?;
        // The same names as Statuspage's, without underscores and in upper case: `MAJOROUTAGE`.
        let status = components::status(verdict).replace('_', "").to_uppercase();
        Some(self.client.put(url).json(&json!({ "status": status })).bearer_auth(self.token.open()))
    }
}

impl Sender for Page {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        let request = move |component: &str, verdict| self.request(component, verdict);
        Box::pin(async move {
            match components::set(message, &self.settings.components, "Instatus", request).await {
                Ok((set, verdict)) => page_incidents::write(self, &set, verdict, self.settings.incidents).await,
                Err(tried) => tried,
            }
        })
    }

    fn reads_digests(&self) -> bool {
        false
    }
}

impl Page {
    fn address(&self, below: &str) -> Option<Url> {
        self.settings.api.join(&format!("v1/{}/incidents{below}", self.settings.page)).ok()
    }

    /// The body of an update, which also sets the components that it names.
    fn update(text: &Text<'_>) -> Value {
        let status = match text.stage {
            Stage::Investigating => "INVESTIGATING",
            Stage::Resolved => "RESOLVED",
        };
        let ids: Vec<&str> = text.all.iter().map(|one| one.id.as_str()).collect();
        let state = |one: &Named| {
            let gone = text.gone.iter().any(|other| other.id == one.id);
            json!({ "id": one.id, "status": if gone { "MAJOROUTAGE" } else { "OPERATIONAL" } })
        };
        let statuses: Vec<Value> = text.all.iter().map(state).collect();
        json!({ "message": text.body, "status": status, "notify": text.notify, "components": ids, "statuses": statuses })
    }
}

/// instatus.com/help/api/incidents and instatus.com/help/api/incident-updates.
impl Book for Page {
    fn list(&self) -> Option<RequestBuilder> {
        Some(self.client.get(self.address("")?).bearer_auth(self.token.open()))
    }

    fn open(&self, text: &Text<'_>) -> Option<RequestBuilder> {
        let mut incident = Page::update(text);
        incident["name"] = json!(text.title);
        Some(self.client.post(self.address("")?).json(&incident).bearer_auth(self.token.open()))
    }

    fn say_more(&self, id: &str, text: &Text<'_>) -> Option<RequestBuilder> {
        let url = self.address(&format!("/{id}/incident-updates"))?;
        Some(self.client.post(url).json(&Page::update(text)).bearer_auth(self.token.open()))
    }

    fn who(&self) -> &'static str {
        "Instatus"
    }
}
