//! Mattermost, by an incoming webhook (developers.mattermost.com, "Incoming webhooks").

use serde_json::json;

use super::http::{ask, client, meaning};
use super::{Message, Tried};
use crate::core::question::Secret;
use crate::say::markdown;
use crate::say::split::two_parts;

/// Posts are 16,383 characters at most.
const LIMIT: usize = 12_000;

/// Posts to one channel of Mattermost.
pub(super) struct Mattermost {
    client: reqwest::Client,
    url: Secret,
}

impl Mattermost {
    pub(super) fn new(url: Secret) -> Result<Mattermost, String> {
        Ok(Mattermost { client: client()?, url })
    }

    /// Posts all parts.
    pub(super) async fn send(&self, message: &Message) -> Tried {
        for (sent, part) in two_parts(&markdown(&message.html), LIMIT).into_iter().enumerate() {
            let reply = match ask(self.client.post(self.url.open()).json(&json!({ "text": part })), "Mattermost").await
            {
                Ok(reply) => reply,
                Err(tried) => return tried.after_parts(sent),
            };
            let cure = "make a new incoming webhook for it";
            match meaning(&reply, "Mattermost", &[401, 403, 404, 410], cure) {
                Tried::Sent(_) => {}
                other => return other.after_parts(sent),
            }
        }
        Tried::Sent(None)
    }
}
