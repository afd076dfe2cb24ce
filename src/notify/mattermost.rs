//! Mattermost, through an incoming webhook (developers.mattermost.com, "Incoming webhooks").

use std::sync::Arc;

use serde_json::json;
use url::Url;

use super::http::{ask, client, meaning};
use super::message::{Message, Tried};
use super::secret_url;
use super::settings::{self, Carrier, Read, Sender, Trying, opened};
use super::shared::Shared;
use crate::core::words::question::{Key, Secret};
use crate::read::Table;
use crate::say::markdown;
use crate::say::split::two_parts;

/// The maximum length of a part; Mattermost allows 16,383 characters.
const LIMIT: usize = 12_000;

/// A Mattermost webhook.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The webhook's URL, which is a secret, because anyone who has it can post there.
    pub url: Key,
}

/// Parses `url`.
pub(super) fn read(table: &Table<'_>) -> Read {
    Some(Arc::new(Settings { url: secret_url::read(table, "Mattermost")? }))
}

impl settings::Settings for Settings {
    fn recipients(&self) -> Vec<String> {
        vec!["Mattermost".to_owned()]
    }

    fn keys(&self) -> Vec<(&'static str, &Key)> {
        vec![("URL", &self.url)]
    }

    fn carrier(&self) -> Option<Carrier> {
        let url = Url::parse(self.url.set()?.open()).ok()?;
        Some(Carrier::Host(url.host_str()?.to_owned()))
    }

    fn sender(&self, _shared: &Shared) -> Result<Arc<dyn Sender>, String> {
        Ok(Arc::new(Mattermost::new(opened(&self.url)?)?))
    }
}

/// Posts to one Mattermost channel.
struct Mattermost {
    client: reqwest::Client,
    url: Secret,
}

impl Mattermost {
    fn new(url: Secret) -> Result<Mattermost, String> {
        Ok(Mattermost { client: client()?, url })
    }

    /// Posts all parts.
    async fn post(&self, message: &Message) -> Tried {
        for (sent, part) in two_parts(&markdown(&message.html), LIMIT).into_iter().enumerate() {
            let reply = match ask(self.client.post(self.url.open()).json(&json!({ "text": part })), "Mattermost").await
            {
                Ok(reply) => reply,
                Err(tried) => return tried.after_parts(sent),
            };
            let cure = "create a new incoming webhook for the channel";
            match meaning(&reply, "Mattermost", &[401, 403, 404, 410], cure) {
                Tried::Sent(_) => {}
                other => return other.after_parts(sent),
            }
        }
        Tried::Sent(None)
    }
}

impl Sender for Mattermost {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        Box::pin(self.post(message))
    }
}
