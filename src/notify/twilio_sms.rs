//! Text messages through Twilio (twilio.com/docs/messaging/api/message-resource). A reply of "1" acknowledges.
//! plugwatch reads the replies from Twilio's list of messages, so it needs no public address.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::DateTime;

use super::answer::{Answer, Waiting};
use super::message::{Message, Tried};
use super::settings::{self, Answering, Carrier, Read, Sender, Trying};
use super::shared::Shared;
use super::twilio::{self, Account, Client};
use crate::core::dependency::incident::Reason;
use crate::core::time::Time;
use crate::core::words::question::Key;
use crate::read::Table;

/// Replies that acknowledge. Any other text does not.
const YES: [&str; 6] = ["1", "ok", "ack", "yes", "on it", "i'm on it"];

/// An account, with its recipients.
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
        Ok(Arc::new(Sms { client: self.0.client()?, from: self.0.from.clone() }))
    }
}

struct Sms {
    client: Client,
    from: String,
}

impl Sms {
    async fn text(&self, message: &Message) -> Tried {
        // Reports are not sent as text messages; they go to the other channels.
        if message.reason == Reason::Report {
            return Tried::Sent(None);
        }
        let text = match message.can_be_acknowledged() {
            true => format!("{} Reply 1: I'm on it.", message.short),
            false => message.short.clone(),
        };
        let form = [("To", message.recipient.as_str()), ("From", self.from.as_str()), ("Body", text.as_str())];
        self.client.make("Messages", &form).await
    }

    /// The recipients who confirmed by reply after a message was sent to them. The reply acknowledges everything that
    /// awaits an acknowledgement from them.
    async fn replies(&self, waiting: &[Waiting]) -> Result<Vec<Answer>, String> {
        let Some(first) = waiting.iter().map(|one| one.sent).min() else { return Ok(Vec::new()) };
        let day = first.utc().format("%Y-%m-%d").to_string();
        let query = [("To", self.from.as_str()), ("DateSent>", day.as_str()), ("PageSize", "200")];
        let list = self.client.list("Messages", &query).await?;
        let mut latest: HashMap<&str, Time> = HashMap::new();
        for one in list["messages"].as_array().into_iter().flatten() {
            let (from, at) = (one["from"].as_str().unwrap_or_default(), sent_at(&one["date_sent"]));
            if one["direction"] == "inbound" && is_yes(one["body"].as_str().unwrap_or_default()) {
                let at = at.unwrap_or(Time(0));
                latest.entry(from).and_modify(|known| *known = at.max(*known)).or_insert(at);
            }
        }
        let answered =
            |one: &&Waiting| latest.get(one.recipient.as_str()).is_some_and(|at| *at >= whole_second(one.sent));
        Ok(waiting.iter().filter(answered).map(|one| one.answered(&one.recipient)).collect())
    }
}

impl Sender for Sms {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        Box::pin(self.text(message))
    }

    fn answers<'m>(&'m self, waiting: &'m [Waiting], _now: Time) -> Option<Answering<'m>> {
        Some(Box::pin(self.replies(waiting)))
    }
}

/// Twilio's times have whole seconds (RFC 2822), so a reply in the same second as the message counts as a reply to it.
fn whole_second(at: Time) -> Time {
    Time(at.0 / 1_000 * 1_000)
}

fn sent_at(value: &serde_json::Value) -> Option<Time> {
    Some(Time(DateTime::parse_from_rfc2822(value.as_str()?).ok()?.timestamp_millis()))
}

fn is_yes(body: &str) -> bool {
    let said = body.trim().trim_end_matches(['.', '!']).to_lowercase().replace('’', "'");
    YES.contains(&said.as_str())
}
