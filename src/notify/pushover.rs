//! Pushover (pushover.net/api) lets a phone ring until someone acknowledges. Critical messages have emergency
//! priority and repeat every minute for an hour. plugwatch queries their receipts to find acknowledgements
//! (pushover.net/api/receipts), and stops the ringing when the incident is over or was acknowledged elsewhere.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::answer::{Answer, Waiting};
use super::http::{Reply, ask, client, first_line, meaning};
use super::message::{Message, Tried};
use super::settings::{self, Answering, Carrier, Read, Sender, Trying, opened};
use super::shared::Shared;
use crate::core::dependency::incident::Level;
use crate::core::time::Time;
use crate::core::words::question::{Key, Secret};
use crate::read::{Table, secret};

/// The maximum lengths in characters: 1,024 for a message, 250 for a title (pushover.net/api, "Limits").
const TEXT: usize = 1_024;
const TITLE: usize = 250;
/// How often the phone rings; 30 seconds is the minimum.
const RETRY: Duration = Duration::from_secs(60);
/// How long the phone rings; the maximum is 3 hours, but plugwatch sends its own reminders anyway.
const EXPIRE: Duration = Duration::from_secs(3_600);

/// A Pushover application, and its recipient.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The application's token.
    pub token: Key,
    /// The key of a user or a group.
    pub user: Key,
    /// The API's URL, if it is not Pushover's.
    pub api_url: Option<Url>,
}

/// Parses `token`, `user` and `api_url`.
pub(super) fn read(table: &Table<'_>) -> Read {
    for (key, variable) in [("token", "PLUGWATCH_PUSHOVER_TOKEN"), ("user", "PLUGWATCH_PUSHOVER_USER")] {
        if table.any(key).is_none() {
            table.missing(key, &format!("{{ env = \"{variable}\" }}"));
        }
    }
    let (token, user, api_url) = (secret::read(table, "token"), secret::read(table, "user"), table.url("api_url"));
    Some(Arc::new(Settings { token: token?, user: user?, api_url }))
}

impl settings::Settings for Settings {
    fn recipients(&self) -> Vec<String> {
        vec!["Pushover".to_owned()]
    }

    fn keys(&self) -> Vec<(&'static str, &Key)> {
        vec![("token", &self.token), ("user key", &self.user)]
    }

    fn carrier(&self) -> Option<Carrier> {
        Some(Carrier::Host("api.pushover.net".to_owned()))
    }

    fn sender(&self, _shared: &Shared) -> Result<Arc<dyn Sender>, String> {
        let base =
            self.api_url.as_ref().map_or("https://api.pushover.net", Url::as_str).trim_end_matches('/').to_owned();
        Ok(Arc::new(Pushover { client: client()?, base, token: opened(&self.token)?, user: opened(&self.user)? }))
    }
}

/// Sends for one application.
struct Pushover {
    client: reqwest::Client,
    base: String,
    token: Secret,
    user: Secret,
}

impl Pushover {
    async fn push(&self, message: &Message) -> Tried {
        // The phone must not ring for an incident that is over.
        if message.over {
            self.hush(message).await;
        }
        let text = message.plain.strip_prefix(&message.title).unwrap_or(&message.plain).trim_start();
        let text = if text.is_empty() { &message.title } else { text };
        let (title, text) = (cut(&message.title, TITLE), cut(text, TEXT));
        let (retry, expire) = (RETRY.as_secs().to_string(), EXPIRE.as_secs().to_string());
        let mut form =
            vec![("token", self.token.open()), ("user", self.user.open()), ("title", &title), ("message", &text)];
        form.push(("priority", priority(message)));
        if rings(message) {
            form.extend([("retry", retry.as_str()), ("expire", expire.as_str())]);
            form.extend(message.thread.as_deref().map(|thread| ("tags", thread)));
        }
        match ask(self.client.post(format!("{}/1/messages.json", self.base)).form(&form), "Pushover").await {
            Ok(reply) => meant(&reply),
            Err(tried) => tried,
        }
    }

    /// Stops the ringing for the message's thread, whichever of its messages started it.
    async fn hush(&self, message: &Message) -> Tried {
        let Some(thread) = &message.thread else { return Tried::Sent(None) };
        let url = format!("{}/1/receipts/cancel_by_tag/{thread}.json", self.base);
        match ask(self.client.post(url).form(&[("token", self.token.open())]), "Pushover").await {
            Ok(reply) => meant(&reply),
            Err(tried) => tried,
        }
    }

    /// Queries the receipts of messages that are still ringing, each at most once every five seconds.
    async fn receipts(&self, waiting: &[Waiting], now: Time) -> Result<Vec<Answer>, String> {
        let mut answers = Vec::new();
        for one in waiting.iter().filter(|one| now.since(one.sent) <= EXPIRE + RETRY) {
            let url = format!("{}/1/receipts/{}.json", self.base, one.remote_id);
            let request = self.client.get(url).query(&[("token", self.token.open())]);
            let reply = ask(request, "Pushover").await.map_err(|tried| tried.why().to_owned())?;
            if reply.status == 429 || reply.status >= 500 {
                return Err(format!("Pushover answers {}", reply.status));
            }
            let said = reply.json();
            if said["acknowledged"].as_i64() == Some(1) {
                let device = said["acknowledged_by_device"].as_str().filter(|device| !device.is_empty());
                answers.push(one.answered(device.unwrap_or("Pushover")));
            }
        }
        Ok(answers)
    }
}

impl Sender for Pushover {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        Box::pin(self.push(message))
    }

    fn amend<'m>(&'m self, _remote_id: &'m str, message: &'m Message) -> Trying<'m> {
        Box::pin(async move {
            match message.over || message.acked_by.is_some() {
                true => self.hush(message).await,
                false => Tried::Sent(None),
            }
        })
    }

    fn answers<'m>(&'m self, waiting: &'m [Waiting], now: Time) -> Option<Answering<'m>> {
        Some(Box::pin(self.receipts(waiting, now)))
    }
}

/// Whether the phone rings until someone acknowledges.
fn rings(message: &Message) -> bool {
    message.level == Level::Critical && message.can_be_acknowledged()
}

/// The priority: 2 repeats until acknowledged, 1 ignores the quiet hours set in the app, 0 is the default.
fn priority(message: &Message) -> &'static str {
    match message.level {
        Level::Critical if rings(message) => "2",
        Level::Critical => "1",
        Level::Warning => "1",
        Level::Info => "0",
    }
}

fn cut(text: &str, most: usize) -> String {
    crate::say::cut(text, most)
}

/// The result of a response: 400 lists the problems in `errors`, and 429 means that the monthly quota is used up.
/// Neither is retried unchanged.
fn meant(reply: &Reply) -> Tried {
    let said = reply.json();
    let errors = said["errors"].as_array().into_iter().flatten().filter_map(|error| error.as_str());
    let errors = first_line(&errors.collect::<Vec<_>>().join("; "));
    match reply.status {
        200..=299 => Tried::Sent(said["receipt"].as_str().or(said["request"].as_str()).map(str::to_owned)),
        429 => Tried::Refused {
            why: "Pushover answers 429: the application has used up this month's messages; buy more at Pushover"
                .to_owned(),
        },
        400 if said["token"] == "invalid" || said["user"] == "invalid" => {
            Tried::Refused { why: format!("Pushover refuses the token or the user key (400: {errors}): check both") }
        }
        400..=499 if !errors.is_empty() => {
            Tried::Never { why: format!("Pushover refuses the message ({}: {errors})", reply.status) }
        }
        _ => meaning(reply, "Pushover", &[401, 403, 404], "check the application's token"),
    }
}
