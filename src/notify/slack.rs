//! Slack, through an incoming webhook (docs.slack.dev, "Sending messages using incoming webhooks").

use std::sync::Arc;

use serde_json::json;

use super::http::{ask, client, first_line, meaning};
use super::message::{Message, Tried};
use super::secret_url;
use super::settings::{self, Carrier, Read, Sender, Trying, opened};
use super::shared::Shared;
use crate::core::words::question::{Key, Secret};
use crate::read::Table;
use crate::say::split::two_parts;

/// The maximum length of a part; Slack accepts 40,000 characters but shows fewer.
const LIMIT: usize = 12_000;

/// A Slack webhook.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The webhook's URL, which is a secret, because anyone who has it can post there.
    pub url: Key,
}

/// Parses `url`.
pub(super) fn read(table: &Table<'_>) -> Read {
    Some(Arc::new(Settings { url: secret_url::read(table, "Slack")? }))
}

impl settings::Settings for Settings {
    fn recipients(&self) -> Vec<String> {
        vec!["Slack".to_owned()]
    }

    fn keys(&self) -> Vec<(&'static str, &Key)> {
        vec![("URL", &self.url)]
    }

    fn carrier(&self) -> Option<Carrier> {
        // Slack belongs to Salesforce.
        Some(Carrier::Company("salesforce"))
    }

    fn sender(&self, _shared: &Shared) -> Result<Arc<dyn Sender>, String> {
        Ok(Arc::new(Slack::new(opened(&self.url)?)?))
    }
}

/// Posts to one Slack channel.
struct Slack {
    client: reqwest::Client,
    url: Secret,
}

impl Slack {
    fn new(url: Secret) -> Result<Slack, String> {
        Ok(Slack { client: client()?, url })
    }

    /// Posts all parts. A part that was sent is not posted again in the same attempt.
    async fn post(&self, message: &Message) -> Tried {
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
                    let why = format!(
                        "Slack answered {} ({said}): create a new incoming webhook for the channel",
                        reply.status
                    );
                    return Tried::Refused { why }.after_parts(sent);
                }
                _ => {
                    let meant = meaning(&reply, "Slack", &[401], "create a new incoming webhook for the channel");
                    return meant.after_parts(sent);
                }
            }
        }
        Tried::Sent(None)
    }
}

impl Sender for Slack {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        Box::pin(self.post(message))
    }
}

/// Converts to Slack's format: escaped like HTML, bold between asterisks.
fn mrkdwn(html: &str) -> String {
    html.replace("<b>", "*").replace("</b>", "*")
}
