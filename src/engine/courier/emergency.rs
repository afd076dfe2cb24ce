//! When nothing can be written down, what is to be told is said from memory, once: a full disk
//! silences nobody. When the disk takes it again it is sent once more, marked as a repeat.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::Courier;
use crate::core::route::Only;
use crate::core::time::Time;
use crate::notify::Tried;
use crate::store::{AlertRow, Delivery, NewAlert};

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

impl Courier {
    /// Says from memory what has waited for too long to be written down.
    pub async fn say_from_memory(&self, unsaid: &Arc<Unsaid>, now: Time) {
        let Some(since) = unsaid.since.filter(|since| now.since(*since) >= PATIENCE) else { return };
        {
            let mut last = self.said_at.lock().unwrap_or_else(PoisonError::into_inner);
            if now.since(*last) < PATIENCE && *last != Time(0) {
                return;
            }
            *last = now;
        }
        let instead = format!("plugwatch cannot write since {}: look whether its disk is full", since.short());
        let ways = self.ways();
        for alert in &unsaid.alerts {
            for to in alert.to.iter().filter(|to| to.only == Only::Always) {
                let place = (alert.public_id.clone(), to.channel.clone(), to.recipient.clone());
                if self.said.lock().unwrap_or_else(PoisonError::into_inner).contains(&place) {
                    continue;
                }
                let delivery = from_memory(alert, &to.channel, &to.recipient, &instead);
                let Ok(message) = self.message(&delivery, now) else { continue };
                // What perhaps arrived is not said again from memory: it comes from the disk, as a repeat.
                if let Tried::Sent(_) | Tried::Unsure { .. } = ways.senders.send(&to.channel, &message).await {
                    self.said.lock().unwrap_or_else(PoisonError::into_inner).insert(place);
                }
            }
        }
    }
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
