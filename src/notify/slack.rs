//! Slack, by an incoming webhook (docs.slack.dev, "Sending messages using incoming webhooks").

use serde_json::json;

use super::http::{ask, client, first_line, meaning};
use super::{Message, Tried};
use crate::core::question::Secret;
use crate::say::split::two_parts;

/// Slack takes 40,000 characters and shows less.
const LIMIT: usize = 12_000;

/// Posts to one channel of Slack.
pub(super) struct Slack {
    client: reqwest::Client,
    url: Secret,
}

impl Slack {
    pub(super) fn new(url: Secret) -> Result<Slack, String> {
        Ok(Slack { client: client()?, url })
    }

    /// Posts all parts. A part that went out is not posted again in the same try.
    pub(super) async fn send(&self, message: &Message) -> Tried {
        for (sent, part) in two_parts(&mrkdwn(&message.html), LIMIT).into_iter().enumerate() {
            let body = json!({ "text": part, "unfurl_links": false, "unfurl_media": false });
            let reply = match ask(self.client.post(self.url.open()).json(&body), "Slack").await {
                Ok(reply) => reply,
                Err(tried) => return tried.after_parts(sent),
            };
            let said = first_line(&reply.body);
            match (reply.status, said.as_str()) {
                (200, _) => {}
                (403 | 404 | 410, said) => {
                    let why = format!("Slack answers {} ({said}): make a new incoming webhook for it", reply.status);
                    return Tried::Refused { why }.after_parts(sent);
                }
                _ => {
                    let meant = meaning(&reply, "Slack", &[401], "make a new incoming webhook for it");
                    return meant.after_parts(sent);
                }
            }
        }
        Tried::Sent(None)
    }
}

/// Slack escapes as HTML does, and sets bold between asterisks.
fn mrkdwn(html: &str) -> String {
    html.replace("<b>", "*").replace("</b>", "*")
}
