//! PagerDuty, through its Events API v2 (developer.pagerduty.com, "Send an Alert Event"). A loss triggers an
//! incident, an acknowledgement in plugwatch acknowledges it, and the end of the trouble resolves it. The dedup key
//! is the incident's public id, so a repeat does not page people again.

use std::sync::Arc;

use serde_json::{Value, json};
use url::Url;

use super::http::{Reply, ask, client, first_line};
use super::message::{Message, Tried};
use super::settings::{self, Carrier, Read, Sender, Trying, opened};
use super::shared::Shared;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::words::question::{Key, Secret};
use crate::read::{Table, secret};

/// The maximum length of a summary; PagerDuty allows 1,024 characters.
const SUMMARY: usize = 1_000;

/// An integration of a PagerDuty service.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The integration key.
    pub routing_key: Key,
    /// The API's URL, if it is not PagerDuty's.
    pub api_url: Option<Url>,
}

/// Parses `routing_key` and `api_url`.
pub(super) fn read(table: &Table<'_>) -> Read {
    if table.any("routing_key").is_none() {
        table.missing("routing_key", "{ env = \"PLUGWATCH_PAGERDUTY_KEY\" }");
    }
    let routing_key = secret::read(table, "routing_key");
    let api_url = table.url("api_url");
    Some(Arc::new(Settings { routing_key: routing_key?, api_url }))
}

impl settings::Settings for Settings {
    fn recipients(&self) -> Vec<String> {
        vec!["PagerDuty".to_owned()]
    }

    fn keys(&self) -> Vec<(&'static str, &Key)> {
        vec![("key", &self.routing_key)]
    }

    fn carrier(&self) -> Option<Carrier> {
        Some(Carrier::Company("pagerduty"))
    }

    fn sender(&self, _shared: &Shared) -> Result<Arc<dyn Sender>, String> {
        Ok(Arc::new(PagerDuty::new(opened(&self.routing_key)?, self.api_url.clone())?))
    }
}

/// Sends the events of one integration.
struct PagerDuty {
    client: reqwest::Client,
    key: Secret,
    url: String,
}

impl PagerDuty {
    fn new(key: Secret, api_url: Option<Url>) -> Result<PagerDuty, String> {
        let base = api_url.map_or_else(|| "https://events.pagerduty.com".to_owned(), |url| url.to_string());
        Ok(PagerDuty { client: client()?, key, url: format!("{}/v2/enqueue", base.trim_end_matches('/')) })
    }

    /// Triggers an incident, or resolves one that is over. A message without an incident triggers one under its own
    /// id.
    async fn report(&self, message: &Message) -> Tried {
        // Nobody is paged for information, or again for the same incident, because PagerDuty itself reminds and
        // escalates.
        if message.reason == Reason::Situation || (message.level == Level::Info && !message.over) {
            return Tried::Sent(None);
        }
        let action = if message.over { "resolve" } else { "trigger" };
        self.event(action, message).await
    }

    /// Passes an acknowledgement in plugwatch on to PagerDuty's incident.
    async fn acknowledge(&self, message: &Message) -> Tried {
        if message.over || message.acked_by.is_none() {
            return Tried::Sent(None);
        }
        self.event("acknowledge", message).await
    }

    /// Sends one event for each incident in the message, because each is resolved separately. Repeats have no effect.
    async fn event(&self, action: &str, message: &Message) -> Tried {
        let first = message.thread.as_deref().unwrap_or(&message.id);
        let others = message.others.iter().map(String::as_str).filter(|other| *other != first);
        for key in others {
            match self.one(action, message, key).await {
                Tried::Sent(_) => {}
                failed => return failed,
            }
        }
        self.one(action, message, first).await
    }

    async fn one(&self, action: &str, message: &Message, dedup_key: &str) -> Tried {
        let mut body = json!({ "routing_key": self.key.open(), "event_action": action, "dedup_key": dedup_key });
        if action == "trigger" {
            body["payload"] = payload(message);
            body["client"] = json!("plugwatch");
        }
        match ask(self.client.post(&self.url).json(&body), "PagerDuty").await {
            Ok(reply) => meant(&reply, dedup_key),
            Err(tried) => tried,
        }
    }
}

impl Sender for PagerDuty {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        Box::pin(self.report(message))
    }

    fn amend<'m>(&'m self, _remote_id: &'m str, message: &'m Message) -> Trying<'m> {
        Box::pin(self.acknowledge(message))
    }

    fn reads_digests(&self) -> bool {
        false
    }
}

fn payload(message: &Message) -> Value {
    let severity = match message.level {
        Level::Critical => "critical",
        Level::Warning => "warning",
        Level::Info => "info",
    };
    let summary: String = message.title.chars().take(SUMMARY).collect();
    json!({
        "summary": summary, "source": message.platform, "severity": severity,
        "timestamp": message.at.rfc3339(), "class": message.reason.word(),
        "custom_details": { "text": message.plain },
    })
}

/// The result of a response: 202 means queued, 400 is permanent, and everything else is retried.
fn meant(reply: &Reply, dedup_key: &str) -> Tried {
    match reply.status {
        200..=299 => Tried::Sent(Some(dedup_key.to_owned())),
        // An unknown key also results in a 400.
        400 if reply.body.contains("routing_key") => Tried::Refused {
            why: format!("PagerDuty refuses the key (400: {}): check the integration key", first_line(&reply.body)),
        },
        400 => Tried::Never { why: format!("PagerDuty refuses the event (400: {})", first_line(&reply.body)) },
        status @ (401 | 403 | 404) => Tried::Refused {
            why: format!("PagerDuty answers {status} ({}): check the integration key", first_line(&reply.body)),
        },
        status => Tried::Retry { after: reply.wait, why: format!("PagerDuty answers {status}") },
    }
}
