//! ntfy (docs.ntfy.sh, "Publish as JSON"): a topic of any server.

use serde_json::json;
use url::Url;

use super::http::{ask, client, meaning};
use super::{Message, Tried};
use crate::core::incident::Level;
use crate::core::question::Secret;
use crate::say::split::two_parts;

/// A message is 4,096 bytes at most; beyond that it becomes a file.
const LIMIT: usize = 1_300;

/// Publishes to the topics of one server.
pub(super) struct Ntfy {
    client: reqwest::Client,
    server: Url,
    token: Option<Secret>,
}

impl Ntfy {
    pub(super) fn new(server: Url, token: Option<Secret>) -> Result<Ntfy, String> {
        Ok(Ntfy { client: client()?, server, token })
    }

    /// Publishes all parts.
    pub(super) async fn send(&self, message: &Message) -> Tried {
        // The title stands above the text already.
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

/// 5 rings until it is seen, 3 is the usual.
fn priority(level: Level) -> u8 {
    match level {
        Level::Critical => 5,
        Level::Warning => 4,
        Level::Info => 3,
    }
}
