//! Calls through Twilio (twilio.com/docs/voice/api/call-resource): a voice reads the short text twice. The TwiML is
//! sent with the request, so plugwatch needs no public address. Pressed keys can therefore not be received, and calls
//! are acknowledged elsewhere: by text message, in Telegram, or in the terminal.

use std::sync::Arc;

use super::message::{Message, Tried};
use super::settings::{self, Carrier, Read, Sender, Trying};
use super::shared::Shared;
use super::twilio::{self, Account, Client};
use crate::core::dependency::incident::{Level, Reason};
use crate::core::words::question::Key;
use crate::read::Table;

/// How long the phone rings, in seconds. Voicemail usually answers later.
const RINGS: &str = "30";

/// An account, with the numbers it calls.
#[derive(Clone, Debug)]
pub struct Settings(pub Account);

/// Parses the account and its numbers.
pub(super) fn read(table: &Table<'_>) -> Read {
    Some(Arc::new(Settings(twilio::read(table)?)))
}

impl settings::Settings for Settings {
    fn recipients(&self) -> Vec<String> {
        self.0.to.clone()
    }

    fn keys(&self) -> Vec<(&'static str, &Key)> {
        vec![("secret", &self.0.secret)]
    }

    fn carrier(&self) -> Option<Carrier> {
        Some(Carrier::Company("twilio"))
    }

    fn sender(&self, _shared: &Shared) -> Result<Arc<dyn Sender>, String> {
        Ok(Arc::new(Voice { client: self.0.client()?, from: self.0.from.clone() }))
    }
}

struct Voice {
    client: Client,
    from: String,
}

impl Voice {
    async fn call(&self, message: &Message) -> Tried {
        // Nobody is called about trouble that is over or can wait.
        let tests = matches!(message.reason, Reason::Test | Reason::Drill);
        if !tests && (message.over || message.level != Level::Critical) {
            return Tried::Sent(None);
        }
        let twiml = twiml(&message.short);
        let form = [
            ("To", message.recipient.as_str()),
            ("From", self.from.as_str()),
            ("Twiml", twiml.as_str()),
            ("Timeout", RINGS),
        ];
        self.client.make("Calls", &form).await
    }
}

impl Sender for Voice {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        Box::pin(self.call(message))
    }
}

/// Reads the text twice, with a pause, because a person who is just waking up misses the first words.
fn twiml(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<Response><Pause length=\"1\"/><Say>{text}</Say><Pause length=\"2\"/><Say>{text}</Say></Response>")
}
