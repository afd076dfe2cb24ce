//! Delivers from memory while nothing can be written, so that a full disk silences no alert. Waiting messages are
//! read from the outbox; messages that could not be written come from the engine. Once the disk can be written again,
//! delivered messages are recorded as sent and are not sent again.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;

use super::{Dispatcher, FromMemory, LONGEST_TRY, Said};
use crate::core::alerting::route::Only;
use crate::core::time::Time;
use crate::notify::Tried;
use crate::store::{AlertRow, Delivery, Error, NewAlert, Result, SaidUnwritten};

/// How long to wait first, because the next write may succeed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Alerts that could not be written.
#[derive(Clone, Debug, Default)]
pub struct Unsaid {
    /// Since when nothing can be written.
    pub since: Option<Time>,
    /// The waiting alerts.
    pub alerts: Vec<NewAlert>,
}

impl Dispatcher {
    /// Records whether the outbox could be written, and logs changes.
    pub(super) fn note_writable(&self, failed: Option<Error>, now: Time) {
        let mut since = self.unwritable_since.lock().unwrap_or_else(PoisonError::into_inner);
        match failed {
            Some(error) if since.is_none() => {
                *since = Some(now);
                tracing::error!(%error, "the outbox cannot be written: {error}; until it can, alerts are sent from memory");
            }
            Some(_) => {}
            None if since.is_some() => {
                *since = None;
                tracing::info!("the outbox can be written again");
            }
            None => {}
        }
    }

    /// Since when nothing can be written, whichever part noticed it first.
    pub(super) fn unwritable(&self, unsaid: &Unsaid) -> Option<Time> {
        let own = *self.unwritable_since.lock().unwrap_or_else(PoisonError::into_inner);
        own.into_iter().chain(unsaid.since).min()
    }

    /// Sends messages from memory that have waited too long to be written.
    pub async fn say_from_memory(&self, unsaid: &Arc<Unsaid>, now: Time) {
        let Some(since) = self.unwritable(unsaid).filter(|since| now.since(*since) >= PATIENCE) else { return };
        {
            let mut last = self.said_at.lock().unwrap_or_else(PoisonError::into_inner);
            if now.since(*last) < PATIENCE && *last != Time(0) && *last <= now {
                return;
            }
            *last = now;
        }
        let instead = format!("plugwatch cannot write since {}: check whether its disk is full", since.short());
        let mut places: BTreeMap<(String, String), Vec<Delivery>> = BTreeMap::new();
        for delivery in self.unwritten(unsaid, &instead, now).await {
            places.entry((delivery.channel.clone(), delivery.recipient.clone())).or_default().push(delivery);
        }
        // A recipient that does not accept messages does not delay any other.
        join_all(places.into_values().map(|waiting| self.say_there(waiting, now))).await;
    }

    /// Sends the waiting messages of one recipient, the most urgent first, until it stops accepting them.
    async fn say_there(&self, mut waiting: Vec<Delivery>, now: Time) {
        waiting.sort_by_key(|delivery| std::cmp::Reverse(delivery.alert.level));
        for delivery in waiting {
            if !self.say_one(&delivery, now).await {
                return;
            }
        }
    }

    /// Messages that are due but cannot be leased, the oldest first, and messages that are not in the outbox yet.
    async fn unwritten(&self, unsaid: &Unsaid, instead: &str, now: Time) -> Vec<Delivery> {
        // Messages that were or may have been delivered only have to be recorded.
        let tried: Vec<i64> = {
            let unsettled = self.unsettled.lock().unwrap_or_else(PoisonError::into_inner);
            let arrived = unsettled.iter().filter(|(_, tried)| matches!(tried, Tried::Sent(_) | Tried::Unsure { .. }));
            arrived.flat_map(|(delivery, _)| delivery.with.iter().chain([delivery])).map(|one| one.id).collect()
        };
        let waiting = self.store.due_unleased(now).await.unwrap_or_default();
        let waiting = waiting.into_iter().filter(|delivery| !tried.contains(&delivery.id));
        let mut all: Vec<Delivery> =
            waiting.map(|delivery| Delivery { instead: Some(instead.to_owned()), ..delivery }).collect();
        for alert in &unsaid.alerts {
            // Nobody's acknowledgement can be recorded now, so escalations are sent. For recipients that are notified
            // only of the end of earlier alerts, this is decided once the outbox can be written.
            let to = alert.to.iter().filter(|to| to.only != Only::IfTold && to.at <= now);
            all.extend(to.map(|to| from_memory(alert, &to.channel, &to.recipient, instead)));
        }
        all
    }

    /// Sends one message. Returns whether the recipient accepts messages.
    async fn say_one(&self, delivery: &Delivery, now: Time) -> bool {
        let key = said(delivery);
        if self.said.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&key) {
            return true;
        }
        let Ok(message) = self.message(delivery, now) else { return true };
        let message = self.with_picture(delivery, message).await;
        let ways = self.ways();
        let sent = tokio::time::timeout(LONGEST_TRY, ways.senders.send(&delivery.channel, &message)).await;
        let came = match sent.unwrap_or_else(|_| Tried::Unsure { why: "no answer in time".to_owned() }) {
            Tried::Sent(remote_id) => FromMemory::Arrived(remote_id, now),
            // A message that may have been delivered is not sent again from memory. It is later sent from the outbox,
            // as a repeat.
            Tried::Unsure { .. } => FromMemory::Perhaps,
            Tried::Retry { why, .. } | Tried::Refused { why } | Tried::Never { why } => {
                tracing::warn!(why, "{} to {}: {why}; will be tried again", delivery.channel, delivery.recipient);
                return false;
            }
        };
        let took = matches!(came, FromMemory::Arrived(..));
        self.said.lock().unwrap_or_else(PoisonError::into_inner).insert(key, came);
        took
    }

    /// The id, in the channel's service, of a message that was delivered from memory; `None` if it was not delivered.
    pub(super) fn arrived(&self, delivery: &Delivery) -> Option<Option<String>> {
        match self.said.lock().unwrap_or_else(PoisonError::into_inner).get(&said(delivery)) {
            Some(FromMemory::Arrived(remote_id, _)) => Some(remote_id.clone()),
            _ => None,
        }
    }

    /// Records in the outbox what was sent from memory, as far as the messages are in it by now.
    pub(super) async fn settle_said(&self) -> Result<()> {
        let arrived: Vec<SaidUnwritten> = {
            let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            said.iter().filter_map(|(key, came)| arrived(key, came)).collect()
        };
        if arrived.is_empty() {
            return Ok(());
        }
        for one in self.store.settle_said(&arrived).await? {
            let key = (one.public_id, one.channel, one.recipient);
            self.said.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        }
        Ok(())
    }

    /// Whether a message may have been sent from memory.
    pub(super) fn was_said(&self, delivery: &Delivery) -> bool {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&said(delivery))
    }
}

fn said(delivery: &Delivery) -> Said {
    (delivery.alert.public_id.clone(), delivery.channel.clone(), delivery.recipient.clone())
}

fn arrived((public_id, channel, recipient): &Said, came: &FromMemory) -> Option<SaidUnwritten> {
    let FromMemory::Arrived(remote_id, at) = came else { return None };
    Some(SaidUnwritten {
        public_id: public_id.clone(),
        channel: channel.clone(),
        recipient: recipient.clone(),
        remote_id: remote_id.clone(),
        at: *at,
    })
}

fn from_memory(alert: &NewAlert, channel: &str, recipient: &str, instead: &str) -> Delivery {
    Delivery {
        id: 0,
        attempt: 0,
        channel: channel.to_owned(),
        recipient: recipient.to_owned(),
        attempts: 0,
        maybe_repeat: false,
        instead: Some(instead.to_owned()),
        alert: AlertRow {
            id: 0,
            public_id: alert.public_id.clone(),
            incident: alert.incident,
            dependency: alert.dependency.clone(),
            reason: alert.reason,
            level: alert.level,
            at: alert.at,
            snapshot: alert.snapshot.clone(),
            thread: alert.thread.clone(),
        },
        root: None,
        newer: None,
        with: Vec::new(),
    }
}
