//! ntfy (docs.ntfy.sh, "Publish as JSON"): a topic on any server.

use std::sync::Arc;

use serde_json::json;
use url::Url;

use super::http::{ask, client, meaning};
use super::message::{Message, Tried};
use super::settings::{self, Carrier, Read, Sender, Trying, opened};
use super::shared::Shared;
use crate::core::dependency::incident::Level;
use crate::core::words::question::{Key, Secret};
use crate::read::{Table, secret};
use crate::say::split::two_parts;

/// The maximum length of a part in characters; ntfy turns messages above 4,096 bytes into files.
const LIMIT: usize = 1_300;

/// A topic on a server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server.
    pub server: Url,
    /// The topic.
    pub topic: String,
    /// An access token, if the topic needs one.
    pub token: Option<Key>,
}

/// Parses `server`, `topic` and `token`.
pub(super) fn read(table: &Table<'_>) -> Read {
    let server = match table.string("server") {
        Some(_) => table.url("server"),
        None => Url::parse("https://ntfy.sh/").ok(),
    };
    let topic = table.need_string("topic", "\"a-name-nobody-guesses\"")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if topic.value.is_empty() || topic.value.len() > 64 || !topic.value.chars().all(plain) {
        table.problem(topic.span, "a topic is 1 to 64 letters, digits, - or _", "topic = \"acme-alerts-7f3k\"");
        return None;
    }
    let token = match table.any("token") {
        Some(_) => Some(secret::read(table, "token")?),
        None => None,
    };
    Some(Arc::new(Settings { server: server?, topic: topic.value, token }))
}

impl settings::Settings for Settings {
    fn recipients(&self) -> Vec<String> {
        vec![self.topic.clone()]
    }

    fn keys(&self) -> Vec<(&'static str, &Key)> {
        self.token.iter().map(|token| ("key", token)).collect()
    }

    fn carrier(&self) -> Option<Carrier> {
        Some(Carrier::Host(self.server.host_str()?.to_owned()))
    }

    fn sender(&self, _shared: &Shared) -> Result<Arc<dyn Sender>, String> {
        let token = self.token.as_ref().map(opened).transpose()?;
        Ok(Arc::new(Ntfy::new(self.server.clone(), token)?))
    }
}

/// Publishes to the topics of one server.
struct Ntfy {
    client: reqwest::Client,
    server: Url,
    token: Option<Secret>,
}

impl Ntfy {
    fn new(server: Url, token: Option<Secret>) -> Result<Ntfy, String> {
        Ok(Ntfy { client: client()?, server, token })
    }

    /// Publishes all parts.
    async fn publish(&self, message: &Message) -> Tried {
        // The title is already shown above the text.
        let text = message.plain.strip_prefix(&message.title).unwrap_or(&message.plain).trim_start();
        let mut first = None;
        for (sent, part) in two_parts(text, LIMIT).into_iter().enumerate() {
            let body = json!({
                "topic": message.recipient, "title": message.title, "message": part,
                "priority": priority(message.level),
            });
            let mut post = self.client.post(self.server.clone()).json(&body);
            if let Some(token) = &self.token {
                post = post.bearer_auth(token.open());
            }
            let reply = match ask(post, "ntfy").await {
                Ok(reply) => reply,
                Err(tried) => return tried.after_parts(sent),
            };
            match meaning(&reply, "ntfy", &[401, 403, 404], "check the topic and its token") {
                Tried::Sent(_) => first = first.or(reply.json()["id"].as_str().map(str::to_owned)),
                other => return other.after_parts(sent),
            }
        }
        Tried::Sent(first)
    }
}

impl Sender for Ntfy {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        Box::pin(self.publish(message))
    }
}

/// The priority: 5 rings until the message is seen, 3 is the default.
fn priority(level: Level) -> u8 {
    match level {
        Level::Critical => 5,
        Level::Warning => 4,
        Level::Info => 3,
    }
}
