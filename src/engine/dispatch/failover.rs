//! Fail-over: if a recipient does not accept messages, others receive them, with the reason.

use std::time::Duration;

use super::Dispatcher;
use crate::core::alerting::route::Way;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::Time;
use crate::engine::alert_snapshot;
use crate::say::alert::{AlertView, Body};
use crate::store::{Address, Batch, Delivery, NewAlert, Outcome, PlaceRow, Result};

/// After this many attempts, a critical message is also sent to others.
const TRIES: i64 = 3;
/// After this waiting time, a critical message is also sent to others.
const URGENT: Duration = Duration::from_secs(30);
/// The corresponding waiting time for a message that is not critical.
const PATIENCE: Duration = Duration::from_secs(60);
/// A recipient that has not accepted messages for this long is reported in a separate message.
const FAILING: Duration = Duration::from_secs(600);

impl Dispatcher {
    /// Handles the consequences of an attempt for other recipients.
    pub(super) async fn see_to(
        &self,
        delivery: &Delivery,
        outcome: &Outcome,
        (before, after): (&PlaceRow, &PlaceRow),
        now: Time,
    ) -> Result<()> {
        match outcome {
            Outcome::Sent(_) => {
                if before.told_at.is_some() {
                    self.tell_back(delivery, before, now).await?;
                }
            }
            // Only this message was rejected, and others receive it.
            Outcome::Dead(_) => {}
            Outcome::Refused(_, why) => {
                if after.told_at.is_none() {
                    self.tell_dead(delivery, why, None, now).await?;
                }
            }
            Outcome::Retry(_, why) | Outcome::Unsure(_, why) => {
                let since = after.failing_since.unwrap_or(now);
                let waited = now.since(since).min(now.since(delivery.alert.at));
                let critical = delivery.alert.level == Level::Critical;
                // A message that is not critical may wait for a short failure to end.
                let due =
                    if critical { delivery.attempts + 1 >= TRIES || waited >= URGENT } else { waited >= PATIENCE };
                if due {
                    let others = self.instead(delivery, why, now);
                    for one in delivery.with.iter().chain([delivery]) {
                        self.store.address_also(one.alert.id, &others).await?;
                    }
                }
                if after.told_at.is_none() && now.since(since) >= FAILING {
                    self.tell_dead(delivery, why, Some(since), now).await?;
                }
            }
        }
        Ok(())
    }

    /// Sends critical messages to others if the recipient's host asked clients to wait.
    pub(super) async fn help_the_held_up(&self, now: Time) -> Result<()> {
        for (delivery, why) in self.store.held_up(now, URGENT).await? {
            let others = self.instead(&delivery, &why, now);
            self.store.address_also(delivery.alert.id, &others).await?;
        }
        Ok(())
    }

    /// All other recipients; if any of them can wake someone, only those.
    fn others(&self, delivery: &Delivery) -> Vec<Way> {
        let ways = self.ways();
        let own = |way: &&Way| way.channel == delivery.channel && way.recipient == delivery.recipient;
        let others: Vec<Way> = ways.everybody.iter().filter(|way| !own(way)).cloned().collect();
        match others.iter().any(|way| way.wakes) {
            true => others.into_iter().filter(|way| way.wakes).collect(),
            false => others,
        }
    }

    /// The recipients of undeliverable messages. News about a dead channel is not sent to another dead channel, and
    /// minor messages are not sent to channels that wake someone.
    pub(super) fn instead(&self, delivery: &Delivery, why: &str, now: Time) -> Vec<Address> {
        if matches!(delivery.alert.reason, Reason::ChannelDead | Reason::ChannelBack) {
            return Vec::new();
        }
        let level = delivery.alert.level;
        let instead = format!("{} to {} failed: {why}", delivery.channel, delivery.recipient);
        let others = self.others(delivery);
        let fits = |way: &&Way| level == Level::Critical || way.route.after.is_none();
        let to = |way: &Way| {
            let at = way.route.in_quiet(level, now).at;
            Address { instead: Some(instead.clone()), ..Address::plain(&way.channel, &way.recipient, at) }
        };
        others.iter().filter(fits).map(to).collect()
    }

    /// Notifies the others, once, that a recipient does not accept messages.
    async fn tell_dead(&self, delivery: &Delivery, why: &str, since: Option<Time>, now: Time) -> Result<()> {
        let (channel, recipient) = (&delivery.channel, &delivery.recipient);
        let (title, then) = match since {
            None => (
                format!("🟠 CHANNEL REFUSES MESSAGES: {channel} to {recipient}"),
                "Its alerts go to your other channels, and wait for it as well: plugwatch tries again after \
                 15 s, then less often, and every 10 min in the end. `plugwatch notify test` tries it now.",
            ),
            Some(_) => (
                format!("🟠 CHANNEL FAILING: {channel} to {recipient}"),
                "Do now: Look at the status page of that service, and check that your other channels can wake someone. \
                 Until this one works, the others get its messages. plugwatch retries every minute and tells you when it works.",
            ),
        };
        let since = since.map(|since| format!("No message has gone through since {}.", since.short()));
        let why = format!("Why: {}.", why.trim_end_matches('.'));
        let lines = since.into_iter().chain([why, then.to_owned()]).collect();
        self.tell_others(delivery, Reason::ChannelDead, Level::Critical, title, lines, now).await?;
        self.store.note_place_told(channel, recipient, now).await
    }

    async fn tell_back(&self, delivery: &Delivery, before: &PlaceRow, now: Time) -> Result<()> {
        let (channel, recipient) = (&delivery.channel, &delivery.recipient);
        let title = format!("🟢 CHANNEL WORKS AGAIN: {channel} to {recipient}");
        let since = before.failing_since.map_or_else(String::new, |since| format!(" since {}", since.short()));
        let lines = vec![format!(
            "No message had gone through{since}. Queued messages have now been sent; some may be out of date."
        )];
        self.tell_others(delivery, Reason::ChannelBack, Level::Info, title, lines, now).await
    }

    async fn tell_others(
        &self,
        delivery: &Delivery,
        reason: Reason,
        level: Level,
        title: String,
        lines: Vec<String>,
        now: Time,
    ) -> Result<()> {
        let to: Vec<Address> =
            self.others(delivery).iter().map(|way| Address::plain(&way.channel, &way.recipient, now)).collect();
        if to.is_empty() {
            return Ok(());
        }
        let view = AlertView {
            reason,
            level,
            platform: delivery.alert.snapshot["platform"].as_str().unwrap_or("plugwatch").to_owned(),
            at: now,
            simulation: delivery.alert.snapshot["simulation"].as_bool().unwrap_or(false),
            body: Body::Note { title, lines },
        };
        let alert = NewAlert {
            public_id: self.ids.next(),
            incident: None,
            dependency: None,
            reason,
            level,
            at: now,
            snapshot: alert_snapshot(&view),
            thread: None,
            to,
        };
        self.store.commit(&Batch { alerts: vec![alert], ..Batch::default() }).await
    }
}
