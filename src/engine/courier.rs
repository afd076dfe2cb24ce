//! The courier: leases what is due, renders it now, sends it, and writes down what
//! came of it. At least once, in order for each recipient; at most one repeat for each
//! crash or lost answer, and the repeat says so.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::RwLock;

use super::Windows;
use crate::clock::Clock;
use crate::core::incident::{Level, Reason};
use crate::core::schedule::stable;
use crate::core::time::{Time, millis};
use crate::ids::Ids;
use crate::notify::{Message, Senders, Tried};
use crate::say::Format;
use crate::say::alert::{AlertView, Body};
use crate::store::{Batch, Delivery, NewAlert, Outcome, Result, Store};

/// A try takes no longer; then the lease ends and the message is sent again.
const LEASE: Duration = Duration::from_secs(120);
/// A message that did not arrive for so long is given up, and that is said elsewhere.
const GIVE_UP: Duration = Duration::from_secs(24 * 3_600);
/// The other side's wish to wait is honoured up to this long.
const LONGEST_WISH: Duration = Duration::from_secs(600);
/// Seconds between the first tries; afterwards once a minute.
const BACKOFF: [u64; 6] = [1, 2, 5, 10, 30, 60];

/// Delivers the outbox.
pub struct Courier {
    store: Arc<Store>,
    ways: RwLock<Ways>,
    clock: Clock,
    ids: Ids,
}

/// Channels, and channel and recipient of every place that can be told.
pub struct Ways {
    /// Those who send.
    pub senders: Senders,
    /// Every place.
    pub everybody: Vec<(String, String)>,
}

impl Courier {
    /// A courier for these channels.
    pub fn new(store: Arc<Store>, ways: Ways, clock: Clock, ids: Ids) -> Courier {
        Courier { store, ways: RwLock::new(ways), clock, ids }
    }

    /// Takes up changed channels between two rounds.
    pub async fn replace(&self, ways: Ways) {
        *self.ways.write().await = ways;
        self.readdress().await;
    }

    /// What waits for a channel that is no longer configured goes to those that are.
    pub async fn readdress(&self) {
        match self.store.readdress(&self.ways.read().await.everybody).await {
            Ok(0) => {}
            Ok(moved) => {
                tracing::warn!("{moved} messages waited for channels that are no longer configured: sent to all others")
            }
            Err(error) => tracing::error!(%error, "messages to channels that are no longer configured wait: {error}"),
        }
    }

    /// Delivers until nothing is due at `now`. Returns how many messages were settled.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn deliver(&self, now: Time) -> Result<usize> {
        let mut settled = 0;
        loop {
            let leased = self.store.lease(now, LEASE).await?;
            if leased.is_empty() {
                return Ok(settled);
            }
            settled += leased.len();
            for outcome in join_all(leased.iter().map(|delivery| self.try_one(delivery))).await {
                outcome?;
            }
        }
    }

    async fn try_one(&self, delivery: &Delivery) -> Result<()> {
        let sent_at = self.clock.now();
        let tried = match message(delivery, sent_at) {
            Ok(message) => self.ways.read().await.senders.send(&delivery.channel, &message).await,
            Err(why) => Tried::Never { why },
        };
        let now = self.clock.now();
        let outcome = outcome(delivery, tried, now);
        if let Outcome::Dead(why) = &outcome {
            // The log is the last place where it can still be read.
            let lost = message(delivery, now).map(|message| message.plain).unwrap_or_default();
            tracing::error!(
                channel = delivery.channel,
                why,
                "{} to {}: {why}; what did not arrive:\n{lost}",
                delivery.channel,
                delivery.recipient
            );
        }
        if let Outcome::Retry(_, why) = &outcome {
            tracing::warn!(
                channel = delivery.channel,
                why,
                "{} to {}: {why}; tried again",
                delivery.channel,
                delivery.recipient
            );
        }
        self.store.settle(delivery, &outcome, now).await?;
        if let Outcome::Dead(why) = &outcome {
            self.tell_others(delivery, why, now).await?;
        }
        Ok(())
    }

    /// A dead channel is told to all others, with what it should have carried.
    async fn tell_others(&self, delivery: &Delivery, why: &str, now: Time) -> Result<()> {
        let dead =
            |(channel, recipient): &&(String, String)| *channel == delivery.channel && *recipient == delivery.recipient;
        let others: Vec<_> = self.ways.read().await.everybody.iter().filter(|place| !dead(place)).cloned().collect();
        // News about a dead channel is not news for another dead channel.
        if delivery.alert.reason == Reason::ChannelDead || others.is_empty() {
            return Ok(());
        }
        let view = AlertView {
            reason: Reason::ChannelDead,
            level: Level::Critical,
            platform: delivery.alert.snapshot["platform"].as_str().unwrap_or("plugwatch").to_owned(),
            at: now,
            simulation: delivery.alert.snapshot["simulation"].as_bool().unwrap_or(false),
            body: Body::Note {
                title: format!("{} to {} is dead: alerts do not arrive there", delivery.channel, delivery.recipient),
                lines: vec![
                    format!("Why: {why}."),
                    "What it should have carried went to the other channels too.".to_owned(),
                ],
            },
        };
        let alert = NewAlert {
            public_id: self.ids.next(),
            incident: None,
            dependency: None,
            reason: view.reason,
            level: view.level,
            at: now,
            snapshot: serde_json::to_value(&view)?,
            to: others,
        };
        self.store.commit(&Batch { alerts: vec![alert], ..Batch::default() }).await
    }

    /// Delivers for ever: when the bell rings, and when something is due.
    pub async fn run(&self, windows: Windows) {
        self.readdress().await;
        loop {
            let rung = windows.bell.notified();
            let now = self.clock.now();
            if let Err(error) = self.deliver(now).await {
                tracing::error!(%error, "the outbox cannot be read: {error}");
            }
            let usual = now.plus(Duration::from_secs(60));
            let due = match self.store.next_delivery().await {
                Ok(due) => due.unwrap_or(usual).min(usual),
                Err(_) => now.plus(Duration::from_secs(5)),
            };
            // A due time that has passed while we looked must not spin.
            let due = due.max(now.plus(Duration::from_millis(200)));
            tokio::select! {
                () = rung => {}
                _ = self.clock.sleep_until(due) => {}
            }
        }
    }
}

/// Rendered now, from what was frozen then.
fn message(delivery: &Delivery, now: Time) -> std::result::Result<Message, String> {
    let view: AlertView = serde_json::from_value(delivery.alert.snapshot.clone())
        .map_err(|error| format!("its stored text cannot be read: {error}"))?;
    Ok(Message {
        id: delivery.alert.public_id.clone(),
        recipient: delivery.recipient.clone(),
        reason: delivery.alert.reason,
        level: delivery.alert.level,
        at: now,
        plain: view.text(Format::Plain, now, delivery.maybe_repeat),
        html: view.text(Format::Html, now, delivery.maybe_repeat),
        view: delivery.alert.snapshot.clone(),
    })
}

fn outcome(delivery: &Delivery, tried: Tried, now: Time) -> Outcome {
    match tried {
        Tried::Sent(remote) => Outcome::Sent(remote),
        Tried::Never { why } => Outcome::Dead(why),
        Tried::Retry { why, .. } if now.since(delivery.alert.at) > GIVE_UP => {
            Outcome::Dead(format!("given up after a day: {why}"))
        }
        Tried::Retry { after: Some(wait), why } => Outcome::Retry(wait.min(LONGEST_WISH), why),
        Tried::Retry { after: None, why } => Outcome::Retry(backoff(delivery), why),
    }
}

/// Up to a fifth more or less, by the message's own id: no two retry in step.
fn backoff(delivery: &Delivery) -> Duration {
    let step = usize::try_from(delivery.attempts).unwrap_or(usize::MAX).min(BACKOFF.len() - 1);
    let spread = stable(&format!("{} {}", delivery.alert.public_id, delivery.attempts)) % 400;
    let factor = 0.8 + spread as f64 / 1_000.0;
    let wait = Duration::from_secs(BACKOFF[step]).mul_f64(factor);
    debug_assert!(millis(wait) > 0);
    wait
}
