//! Discord, through a webhook (docs.discord.com, "Webhook Resource": Execute, Edit Webhook Message).

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::http::{Reply, ask, client, meaning};
use super::message::{Message, Tried};
use super::secret_url;
use super::settings::{self, Carrier, Read, Sender, Trying, opened};
use super::shared::Shared;
use crate::core::words::question::{Key, Secret};
use crate::read::Table;
use crate::say::markdown;
use crate::say::split::two_parts;

/// The maximum length of a part; Discord allows 2,000 characters.
const LIMIT: usize = 1_900;

/// A Discord webhook.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The webhook's URL, which is a secret, because anyone who has it can post there.
    pub url: Key,
}

/// Parses `url`.
pub(super) fn read(table: &Table<'_>) -> Read {
    Some(Arc::new(Settings { url: secret_url::read(table, "Discord")? }))
}

impl settings::Settings for Settings {
    fn recipients(&self) -> Vec<String> {
        vec!["Discord".to_owned()]
    }

    fn keys(&self) -> Vec<(&'static str, &Key)> {
        vec![("URL", &self.url)]
    }

    fn edits(&self) -> bool {
        true
    }

    fn carrier(&self) -> Option<Carrier> {
        Some(Carrier::Company("discord"))
    }

    fn sender(&self, _shared: &Shared) -> Result<Arc<dyn Sender>, String> {
        Ok(Arc::new(Discord::new(opened(&self.url)?)?))
    }
}

/// Posts to one Discord channel.
struct Discord {
    client: reqwest::Client,
    url: Secret,
}

impl Discord {
    fn new(url: Secret) -> Result<Discord, String> {
        Ok(Discord { client: client()?, url })
    }

    /// Posts all parts and returns the id of the first one, so that it can be edited.
    async fn post(&self, message: &Message) -> Tried {
        let mut first = None;
        for (sent, part) in two_parts(&markdown(&message.html), LIMIT).into_iter().enumerate() {
            let post = self.client.post(format!("{}?wait=true", self.url.open())).json(&body(&part));
            let reply = match ask(post, "Discord").await {
                Ok(reply) => reply,
                Err(tried) => return tried.after_parts(sent),
            };
            match meant(&reply) {
                Tried::Sent(id) => first = first.or(id),
                other => return other.after_parts(sent),
            }
        }
        Tried::Sent(first)
    }

    /// Edits a message.
    async fn change(&self, id: &str, message: &Message) -> Tried {
        let Some(part) = two_parts(&markdown(&message.html), LIMIT).into_iter().next() else {
            return Tried::Sent(None);
        };
        let patch = self.client.patch(format!("{}/messages/{id}", self.url.open())).json(&body(&part));
        match ask(patch, "Discord").await {
            Ok(reply) => meant(&reply),
            Err(tried) => tried,
        }
    }
}

impl Sender for Discord {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        Box::pin(self.post(message))
    }

    fn amend<'m>(&'m self, remote_id: &'m str, message: &'m Message) -> Trying<'m> {
        Box::pin(self.change(remote_id, message))
    }
}

/// The request for one part. Mentions are disabled, so that a vendor's text cannot notify anyone.
fn body(part: &str) -> Value {
    json!({ "content": part, "allowed_mentions": { "parse": [] } })
}

/// The result of a response, with the id of the posted message.
fn meant(reply: &Reply) -> Tried {
    let said = reply.json();
    match reply.status {
        200..=299 => Tried::Sent(said["id"].as_str().map(str::to_owned)),
        // The wait is in seconds, with a fraction.
        429 => {
            let wait = said["retry_after"].as_f64().filter(|wait| (0.0..86_400.0).contains(wait));
            let after = wait.map(Duration::from_secs_f64).or(reply.wait);
            Tried::Retry { after, why: "Discord asks plugwatch to slow down (429)".to_owned() }
        }
        _ => meaning(reply, "Discord", &[401, 403, 404], "create a new webhook for the channel"),
    }
}
