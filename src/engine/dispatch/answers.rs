//! Acknowledgements that arrive through channels, and messages that must be repeated on channels.

use std::collections::{HashMap, HashSet};

use super::Dispatcher;
use super::message::view;
use crate::core::people::action::ActionKind;
use crate::core::time::{Time, millis};
use crate::notify::{Answer, Message, Tried, Waiting};
use crate::say::alert::{AlertView, Body};
use crate::say::buttons::{self, Verb};
use crate::store::{AlertRow, IncidentRow, Result, SentMessage};

/// The maximum age of messages that can be acknowledged. For older ones, a reminder has been sent since.
const WITHIN: std::time::Duration = std::time::Duration::from_secs(24 * 3_600);

/// What an acknowledgement of a message refers to, as public ids; empty if there is nothing to acknowledge.
fn about(view: &AlertView, alert: &AlertRow) -> Vec<String> {
    let buttons = buttons::of(view, alert.thread.as_deref(), &alert.public_id);
    let ack = |data: &str| buttons::read(data).filter(|(verb, _)| *verb == Verb::Ack).map(|(_, id)| id.to_owned());
    let mut ids: Vec<String> = buttons.iter().flatten().filter_map(|button| ack(&button.data)).collect();
    if let Body::Open { items, .. } = &view.body {
        // A reminder has buttons only for the first items.
        ids.extend(items.iter().filter_map(|item| item.incident.clone()));
    }
    ids.sort();
    ids.dedup();
    ids
}

impl Dispatcher {
    /// Acknowledgements given in the channels' services, with the channel. Failed requests are logged and repeated
    /// later.
    ///
    /// # Errors
    /// Fails if the store does not answer.
    pub async fn answers(&self, now: Time) -> Result<Vec<(String, Answer)>> {
        let ways = self.ways();
        let mut all = Vec::new();
        for channel in ways.senders.that_answer(now) {
            let waiting = self.waiting(&channel, now).await?;
            if waiting.is_empty() {
                continue;
            }
            match ways.senders.answers(&channel, &waiting, now).await {
                Ok(answers) => all.extend(answers.into_iter().map(|answer| (channel.clone(), answer))),
                Err(why) => {
                    tracing::warn!(channel, why, "{channel}: acknowledgements cannot be read: {why}")
                }
            }
        }
        Ok(all)
    }

    /// The messages that were sent through a channel and await an acknowledgement.
    async fn waiting(&self, channel: &str, now: Time) -> Result<Vec<Waiting>> {
        let since = Time(now.0 - millis(WITHIN));
        let ended: HashSet<String> = self.incidents(since, |row| row.closed_at.is_some()).await?.into_keys().collect();
        let mut waiting = Vec::new();
        for sent in self.store.sent_since(channel, since).await? {
            let (Ok(view), Some(remote_id)) = (view(&sent.alert), sent.remote_id) else { continue };
            let about = about(&view, &sent.alert).into_iter().filter(|id| !ended.contains(id)).collect();
            let about = self.unacknowledged(about, sent.alert.at).await?;
            if !about.is_empty() {
                waiting.push(Waiting { recipient: sent.recipient, remote_id, about, sent: sent.sent_at });
            }
        }
        Ok(waiting)
    }

    /// Those of the ids that nobody has acknowledged since `since`.
    async fn unacknowledged(&self, ids: Vec<String>, since: Time) -> Result<Vec<String>> {
        let mut open = Vec::new();
        for id in ids {
            let acts = self.store.acts_about(&id).await?;
            if !acts.iter().any(|act| act.deed == ActionKind::Ack && act.at >= since) {
                open.push(id);
            }
        }
        Ok(open)
    }

    /// Incidents that are open or ended after `since`, by public id.
    async fn incidents(&self, since: Time, of: impl Fn(&IncidentRow) -> bool) -> Result<HashMap<String, IncidentRow>> {
        let rows = self.store.incidents(None, since).await?.into_iter().filter(|row| of(row));
        Ok(rows.map(|row| (row.incident.public_id.clone(), row)).collect())
    }

    /// Repeats the last message of each open incident on channels where it would otherwise expire.
    ///
    /// # Errors
    /// Fails if the store does not answer.
    pub async fn say_again(&self, now: Time) -> Result<()> {
        let ways = self.ways();
        for channel in ways.senders.that_forget() {
            let mut open = self.incidents(now, |row| row.closed_at.is_none()).await?;
            let Some(since) = open.values().map(|row| row.opened_at).min() else { continue };
            for sent in self.store.sent_since(&channel, since).await? {
                let Ok(view) = view(&sent.alert) else { continue };
                for row in named(&view).iter().filter_map(|id| open.remove(*id)).collect::<Vec<_>>() {
                    let message = self.of_one(&sent, &view, &row.dependency, now);
                    let tried = ways.senders.send(&channel, &message).await;
                    if !matches!(tried, Tried::Sent(_)) {
                        tracing::warn!(channel, "{channel}: an open alert could not be repeated: {}", tried.why());
                    }
                }
            }
        }
        Ok(())
    }

    /// The part of a message about one of its dependencies. The trouble of the others may be over.
    fn of_one(&self, sent: &SentMessage, view: &AlertView, dependency: &str, now: Time) -> Message {
        let mut message = self.as_told(&sent.alert, view, &sent.recipient, now);
        message.view["body"]["dependency"]["id"] = dependency.into();
        message.view["body"]["dependency"]["group"] = serde_json::Value::Null;
        message
    }
}

/// The incidents that a message about dependencies names, by public id.
fn named(view: &AlertView) -> Vec<&String> {
    let Body::Dependency(about) = &view.body else { return Vec::new() };
    about.incident.iter().chain(about.group.iter().flat_map(|group| &group.incidents)).collect()
}
