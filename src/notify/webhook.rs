//! A signed POST for each alert, by the Standard Webhooks specification, with the headers `webhook-id`,
//! `webhook-timestamp` and `webhook-signature` (v1, HMAC-SHA-256).

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;
use url::Url;

use super::http::{ask, client, meaning};
use super::message::{Message, Tried};
use super::settings::{self, Carrier, Read, Sender, Trying, opened, unset};
use super::shared::Shared;
use crate::core::time::Time;
use crate::core::words::question::{Key, Secret};
use crate::read::{Table, secret};

/// The version of the body's format; it increases with each incompatible change.
pub const SCHEMA: &str = "plugwatch.alert/1";

/// The minimum length of a secret in bytes; Standard Webhooks recommends 24.
const SHORTEST: usize = 16;

/// The URL, and the signing secret.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The URL.
    pub url: Url,
    /// The secret that signs each message. If it is configured but not set, the channel is off.
    pub secret: Option<Key>,
}

/// Parses `url` and `secret`.
pub(super) fn read(table: &Table<'_>) -> Read {
    if table.string("url").is_none() {
        table.missing("url", "\"https://example.com/hook\"");
    }
    let secret = table.any("secret").map(|given| (given.span, secret::read(table, "secret")));
    if let Some((span, Some(Key::Set(set)))) = &secret
        && set.open().len() < SHORTEST
    {
        let cure = "make one with `openssl rand -base64 32`, and give the receiver the same";
        table.problem(
            span.clone(),
            format!("a secret of {} characters is too short to sign with", set.open().len()),
            cure,
        );
    }
    let secret = match secret {
        Some((_, read)) => Some(read?),
        None => None,
    };
    Some(Arc::new(Settings { url: table.url("url")?, secret }))
}

impl settings::Settings for Settings {
    fn recipients(&self) -> Vec<String> {
        vec![self.url.host_str().unwrap_or("webhook").to_owned()]
    }

    fn keys(&self) -> Vec<(&'static str, &Key)> {
        self.secret.iter().map(|secret| ("secret", secret)).collect()
    }

    fn off(&self) -> Option<String> {
        unset(&self.keys()).map(|why| format!("{why}, and its messages must be signed"))
    }

    fn carrier(&self) -> Option<Carrier> {
        Some(Carrier::Host(self.url.host_str()?.to_owned()))
    }

    fn notes(&self, name: &str) -> Vec<String> {
        let unsigned = || format!("the channel `{name}` sends unsigned messages: it has no `secret`");
        self.secret.is_none().then(unsigned).into_iter().collect()
    }

    fn sender(&self, _shared: &Shared) -> Result<Arc<dyn Sender>, String> {
        let secret = self.secret.as_ref().map(opened).transpose()?;
        Ok(Arc::new(Webhook::new(self.url.clone(), secret)?))
    }
}

/// Posts alerts to one URL.
struct Webhook {
    client: reqwest::Client,
    url: Url,
    secret: Option<Secret>,
}

impl Webhook {
    /// Posts to `url`, signed if there is a secret.
    fn new(url: Url, secret: Option<Secret>) -> Result<Webhook, String> {
        Ok(Webhook { client: client()?, url, secret })
    }

    /// Makes one attempt.
    async fn post(&self, message: &Message) -> Tried {
        let body = body(message);
        let mut request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", (message.at.0 / 1_000).to_string());
        if let Some(secret) = &self.secret {
            request = request.header("webhook-signature", signature(secret, &message.id, message.at, &body));
        }
        match ask(request.body(body), "the webhook").await {
            Ok(reply) => meaning(&reply, "the webhook", &[401, 403, 404, 410], "check its URL and secret"),
            Err(tried) => tried,
        }
    }
}

impl Sender for Webhook {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        Box::pin(self.post(message))
    }

    fn reads_digests(&self) -> bool {
        false
    }
}

/// The message as JSON (`docs/webhook.schema.json`): a webhook's body, and the input of `exec` channels.
pub(super) fn body(message: &Message) -> String {
    json!({
        "schema": SCHEMA, "id": message.id, "reason": message.reason, "level": message.level,
        "sent_at": message.at.rfc3339(), "title": message.title, "short": message.short, "text": message.plain,
        "incident": message.thread, "over": message.over, "alert": message.view,
    })
    .to_string()
}

/// The signature: `v1,` and the base64 of the HMAC over `id.timestamp.body`.
fn signature(secret: &Secret, id: &str, at: Time, body: &str) -> String {
    let key = match secret.open().strip_prefix("whsec_").map(|text| BASE64_STANDARD.decode(text)) {
        Some(Ok(key)) => key,
        _ => secret.open().as_bytes().to_vec(),
    };
    // HMAC accepts keys of any length; with an empty signature, no receiver trusts the message.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else { return String::new() };
    mac.update(format!("{id}.{}.{body}", at.0 / 1_000).as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_specification() {
        // The example of the Standard Webhooks specification's reference libraries.
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed =
            signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", Time(1_614_265_330_000), r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
