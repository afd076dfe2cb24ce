//! When nothing can be written down, what is to be told is said from memory: a full disk silences
//! nobody. What waits in the outbox is read from there, and what could not be written comes from the
//! engine. When the disk takes it again, what arrived is written down as sent, and is not sent again.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;

use super::{Dispatcher, FromMemory, LONGEST_TRY, Said};
use crate::core::alerting::route::Only;
use crate::core::time::Time;
use crate::notify::Tried;
use crate::store::{AlertRow, Delivery, Error, NewAlert, Result, SaidUnwritten};

/// The disk may take it with the next try.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is to be told and could not be written down.
#[derive(Clone, Debug, Default)]
pub struct Unsaid {
    /// Since when nothing can be written.
    pub since: Option<Time>,
    /// What waits.
    pub alerts: Vec<NewAlert>,
}

impl Dispatcher {
    /// Notes whether the outbox could be written, and says so in the log when that changes.
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

    /// Since when nothing can be written, whoever noticed it.
    pub(super) fn unwritable(&self, unsaid: &Unsaid) -> Option<Time> {
        let own = *self.unwritable_since.lock().unwrap_or_else(PoisonError::into_inner);
        own.into_iter().chain(unsaid.since).min()
    }

    /// Says from memory what has waited for too long to be written down.
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
        // A place that takes nothing holds up no other.
        join_all(places.into_values().map(|waiting| self.say_there(waiting, now))).await;
    }

    /// Says at one place what waits for it, the loudest first, until it takes nothing more.
    async fn say_there(&self, mut waiting: Vec<Delivery>, now: Time) {
        waiting.sort_by_key(|delivery| std::cmp::Reverse(delivery.alert.level));
        for delivery in waiting {
            if !self.say_one(&delivery, now).await {
                return;
            }
        }
    }

    /// What is due and cannot be leased, the oldest first, and what is in no outbox yet.
    async fn unwritten(&self, unsaid: &Unsaid, instead: &str, now: Time) -> Vec<Delivery> {
        // What arrived, or perhaps did, waits only to be written down.
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
            // Nobody can acknowledge anything now, so escalations go out; who hears only the end of what he was
            // told of is found once the outbox can be written.
            let to = alert.to.iter().filter(|to| to.only != Only::IfTold && to.at <= now);
            all.extend(to.map(|to| from_memory(alert, &to.channel, &to.recipient, instead)));
        }
        all
    }

    /// Whether the place takes messages.
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
            // What perhaps arrived is not said again from memory: it comes from the disk, as a repeat.
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

    /// The other side's number for a message that arrived from memory; nothing where none did.
    pub(super) fn arrived(&self, delivery: &Delivery) -> Option<Option<String>> {
        match self.said.lock().unwrap_or_else(PoisonError::into_inner).get(&said(delivery)) {
            Some(FromMemory::Arrived(remote_id, _)) => Some(remote_id.clone()),
            _ => None,
        }
    }

    /// Writes down what was said from memory, as far as it stands in the outbox now.
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

    /// Whether a message may have been said from memory.
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
