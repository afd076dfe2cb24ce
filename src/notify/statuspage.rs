//! Atlassian Statuspage: sets components (developer.statuspage.io, "Update a component") and writes incidents.

use std::sync::Arc;

use reqwest::RequestBuilder;
use serde_json::{Value, json};
use url::Url;

use super::components::{self, Components};
use super::http::client;
use super::message::Message;
use super::page_incidents::{self, Book, Incidents, Stage, Text};
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
        None => Url::parse("https://api.statuspage.io/").ok(),
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
        let url = self.settings.api.join(&format!("v1/pages/{}/components/{component}", self.settings.page)).ok()?;
        let body = json!({ "component": { "status": components::status(verdict) } });
        let token = format!("OAuth {}", self.token.open());
        Some(self.client.patch(url).json(&body).header("authorization", token))
    }
}

impl Sender for Page {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        let request = move |component: &str, verdict| self.request(component, verdict);
        Box::pin(async move {
            match components::set(message, &self.settings.components, "Statuspage", request).await {
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
        self.settings.api.join(&format!("v1/pages/{}/incidents{below}", self.settings.page)).ok()
    }

    fn authorization(&self) -> String {
        format!("OAuth {}", self.token.open())
    }

    fn incident(text: &Text<'_>) -> Value {
        let status = match text.stage {
            Stage::Investigating => "investigating",
            Stage::Resolved => "resolved",
        };
        json!({ "status": status, "body": text.body, "deliver_notifications": text.notify })
    }
}

/// The request format is in developer.statuspage.io, "Incidents": `components` sets components, and `component_ids`
/// links them to the incident.
impl Book for Page {
    fn list(&self) -> Option<RequestBuilder> {
        let url = self.address("/unresolved")?;
        Some(self.client.get(url).header("authorization", self.authorization()))
    }

    fn open(&self, text: &Text<'_>) -> Option<RequestBuilder> {
        let mut incident = Page::incident(text);
        let ids: Vec<&str> = text.all.iter().map(|one| one.id.as_str()).collect();
        let set: serde_json::Map<String, Value> =
            ids.iter().map(|id| ((*id).to_owned(), json!("major_outage"))).collect();
        incident["name"] = json!(text.title);
        incident["component_ids"] = json!(ids);
        incident["components"] = Value::Object(set);
        let request = self.client.post(self.address("")?).json(&json!({ "incident": incident }));
        Some(request.header("authorization", self.authorization()))
    }

    fn say_more(&self, id: &str, text: &Text<'_>) -> Option<RequestBuilder> {
        let url = self.address(&format!("/{id}"))?;
        let request = self.client.patch(url).json(&json!({ "incident": Page::incident(text) }));
        Some(request.header("authorization", self.authorization()))
    }

    fn who(&self) -> &'static str {
        "Statuspage"
    }
}
