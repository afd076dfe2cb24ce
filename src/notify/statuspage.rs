//! Atlassian Statuspage: sets components (developer.statuspage.io, "Update a component").

use std::sync::Arc;

use reqwest::RequestBuilder;
use serde_json::json;
use url::Url;

use super::components::{self, Components};
use super::http::client;
use super::message::Message;
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
}

/// Reads `page`, `token`, `components` and, for a trial, `url`.
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
    Some(Arc::new(Settings { api: api?, page: page?, token: token?, components: components? }))
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
        let request = |component: &str, verdict| self.request(component, verdict);
        Box::pin(components::set(message, &self.settings.components, "Statuspage", request))
    }

    fn reads_digests(&self) -> bool {
        false
    }
}
