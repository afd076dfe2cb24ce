//! Gatus: reports to external endpoints (its README, "External Endpoints").

use std::sync::Arc;

use reqwest::RequestBuilder;
use url::Url;

use super::components::{self, Components};
use super::http::client;
use super::message::{Message, Tried};
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
    /// The API key.
    pub token: Key,
    /// The components there, by the dependency's id.
    pub components: Components,
}

/// Parses `url`, `token` and `components`, whose ids are keys of external endpoints: `group_name`.
pub(super) fn read(table: &Table<'_>) -> Read {
    if table.any("url").is_none() {
        table.missing("url", "\"https://gatus.example.com/\"");
    }
    if table.any("token").is_none() {
        table.missing("token", "{ env = \"GATUS_TOKEN\" }");
    }
    let (api, token, components) = (table.url("url"), secret::read(table, "token"), components::read(table));
    Some(Arc::new(Settings { api: api?, token: token?, components: components? }))
}

impl settings::Settings for Settings {
    fn recipients(&self) -> Vec<String> {
        vec![self.api.host_str().unwrap_or_default().to_owned()]
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
    /// The request for one component. Gatus has only success and failure, so none is sent for a dependency that
    /// cannot be checked.
    fn request(&self, component: &str, verdict: Verdict) -> Option<RequestBuilder> {
        let mut url = self.settings.api.join(&format!("api/v1/endpoints/{component}/external")).ok()?;
        match verdict {
            Verdict::Unknown => return None,
            Verdict::Live | Verdict::Degraded => drop(url.query_pairs_mut().append_pair("success", "true")),
            Verdict::Outage | Verdict::Dropped => {
                let mut pairs = url.query_pairs_mut();
                pairs.append_pair("success", "false").append_pair("error", "unavailable");
            }
        }
        Some(self.client.post(url).bearer_auth(self.token.open()))
    }
}

impl Sender for Page {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        let request = |component: &str, verdict| self.request(component, verdict);
        Box::pin(async move {
            let set = components::set(message, &self.settings.components, "Gatus", request).await;
            set.err().unwrap_or(Tried::Sent(None))
        })
    }

    fn reads_digests(&self) -> bool {
        false
    }
}
