//! Microsoft Teams, through a workflow that starts with "When a Teams webhook request is received"
//! (learn.microsoft.com, "Create incoming webhooks with Workflows for Microsoft Teams"): an Adaptive Card within a
//! message.

use std::sync::Arc;

use serde_json::{Value, json};
use url::Url;

use super::http::{ask, client, meaning};
use super::message::{Message, Tried};
use super::secret_url;
use super::settings::{self, Carrier, Read, Sender, Trying, opened};
use super::shared::Shared;
use crate::core::dependency::incident::Level;
use crate::core::words::question::{Key, Secret};
use crate::read::Table;
use crate::say::split::two_parts;

/// The maximum length of a part. Teams allows 28 KB per message (learn.microsoft.com, "Limits and specifications for
/// Teams"), and each line adds about 90 bytes.
const LIMIT: usize = 5_000;

/// A Teams workflow.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The workflow's URL, which is a secret, because anyone who has it can post there.
    pub url: Key,
}

/// Parses `url`.
pub(super) fn read(table: &Table<'_>) -> Read {
    Some(Arc::new(Settings { url: secret_url::read(table, "Teams")? }))
}

impl settings::Settings for Settings {
    fn recipients(&self) -> Vec<String> {
        vec!["Teams".to_owned()]
    }

    fn keys(&self) -> Vec<(&'static str, &Key)> {
        vec![("URL", &self.url)]
    }

    fn carrier(&self) -> Option<Carrier> {
        let url = Url::parse(self.url.set()?.open()).ok()?;
        Some(Carrier::Host(url.host_str()?.to_owned()))
    }

    fn sender(&self, _shared: &Shared) -> Result<Arc<dyn Sender>, String> {
        Ok(Arc::new(Teams { client: client()?, url: opened(&self.url)? }))
    }
}

/// Posts to one workflow.
struct Teams {
    client: reqwest::Client,
    url: Secret,
}

impl Teams {
    /// Posts all parts.
    async fn post(&self, message: &Message) -> Tried {
        let text = message.plain.strip_prefix(&message.title).unwrap_or(&message.plain).trim_start();
        for (sent, part) in two_parts(text, LIMIT).into_iter().enumerate() {
            let post = self.client.post(self.url.open()).json(&card(message, &part));
            let reply = match ask(post, "Teams").await {
                Ok(reply) => reply,
                Err(tried) => return tried.after_parts(sent),
            };
            // The workflow returns 202 and posts the message a moment later.
            match meaning(&reply, "Teams", &[401, 403, 404, 410], "create a new workflow for the channel") {
                Tried::Sent(_) => {}
                other => return other.after_parts(sent),
            }
        }
        Tried::Sent(None)
    }
}

impl Sender for Teams {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        Box::pin(self.post(message))
    }
}

/// One line as a text run, which is shown unchanged. A text block would interpret `*` and `_` as Markdown.
fn line(text: &str) -> Value {
    json!({
        "type": "RichTextBlock", "spacing": "Small", "inlines": [{ "type": "TextRun", "text": text }],
    })
}

/// The card: the title in the colour of the level, and one line for each line of text.
fn card(message: &Message, part: &str) -> Value {
    let colour = match message.level {
        Level::Critical if !message.over => "Attention",
        Level::Warning => "Warning",
        Level::Critical | Level::Info => "Default",
    };
    let title = json!({
        "type": "RichTextBlock",
        "inlines": [{ "type": "TextRun", "text": message.title, "weight": "Bolder", "size": "Medium", "color": colour }],
    });
    let lines = part.lines().filter(|line| !line.trim().is_empty()).map(line);
    let body: Vec<Value> = std::iter::once(title).chain(lines).collect();
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
                "msteams": { "width": "Full" }, "body": body,
            },
        }],
    })
}
