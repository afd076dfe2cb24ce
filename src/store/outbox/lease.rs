//! Takes due messages: one for each recipient, or several combined into a digest.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sqlx::{Sqlite, Transaction};

use super::complete;
use super::due::{self, Due};
use crate::core::alerting::route::Only;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::Time;
use crate::store::{AlertRow, Result, SITUATION, Store};

/// If at least this many messages are late, they are combined into one digest, so that nobody has to read a flood.
const DIGEST: usize = 4;
/// A message that has waited for longer counts as late.
pub(in crate::store) const LATE: Duration = Duration::from_secs(600);
/// A message that has failed this often lets other messages go first.
const STUBBORN: i64 = 5;

/// A message to deliver now.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The outbox row.
    pub id: i64,
    /// The id of the attempt that was stored for it.
    pub attempt: i64,
    /// Its channel.
    pub channel: String,
    /// Its recipient.
    pub recipient: String,
    /// The number of earlier attempts.
    pub attempts: i64,
    /// Whether an earlier attempt ended without a known result, so that this may be a repeat.
    pub maybe_repeat: bool,
    /// Why it is sent here instead of to its usual recipient, if it is.
    pub instead: Option<String>,
    /// The alert to send.
    pub alert: AlertRow,
    /// The id, in the channel's service, of the first message about the same incident.
    pub root: Option<String>,
    /// A newer alert about the same incident, either waiting or sent.
    pub newer: Option<AlertRow>,
    /// The other messages of a digest, oldest first. This message is the last one.
    pub with: Vec<Delivery>,
}

impl Store {
    /// Leases due messages. For each recipient, this is the most urgent one, then the oldest, but never before an
    /// older message about the same incident. The attempt is stored before anything is sent.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn lease(
        &self,
        now: Time,
        lease: Duration,
        reads_digests: impl Fn(&str) -> bool,
    ) -> Result<Vec<Delivery>> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let mut places: BTreeMap<(String, String), Vec<Due>> = BTreeMap::new();
        for due in due::at(&mut *tx, now).await? {
            let place = (due.delivery.channel.clone(), due.delivery.recipient.clone());
            places.entry(place).or_default().push(due);
        }
        let mut chosen = Vec::new();
        for ((channel, _), waiting) in places {
            chosen.extend(take(&mut tx, waiting, reads_digests(&channel), now).await?);
        }
        let leased = complete::all(&mut tx, chosen, now, lease).await?;
        tx.commit().await?;
        Ok(leased)
    }
}

impl Store {
    /// The due messages in the outbox, without leases, for when the database cannot be written.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn due_unleased(&self, now: Time) -> Result<Vec<Delivery>> {
        let waiting = due::at(&self.readers, now).await?;
        let mut tx = self.readers.begin().await?;
        let mut due = Vec::new();
        for mut one in waiting {
            if one.next_at <= now && !needless(&mut tx, &mut one, now).await? {
                due::read(&mut tx, &mut one.delivery.alert).await?;
                due.push(one.delivery);
            }
        }
        Ok(due)
    }
}

/// The next message for one recipient, if any. Messages that are no longer needed are settled.
async fn take(
    tx: &mut Transaction<'_, Sqlite>,
    waiting: Vec<Due>,
    reads_digests: bool,
    now: Time,
) -> Result<Option<Delivery>> {
    let mut open = Vec::new();
    for mut due in without_what_is_over(tx, waiting, now).await? {
        match due.next_at <= now && needless(tx, &mut due, now).await? {
            true => skip(tx, due.delivery.id, now).await?,
            false => open.push(due),
        }
    }
    if let Some(digest) = digest(&open, now).filter(|_| reads_digests) {
        return Ok(Some(digest));
    }
    let ready = open.iter().filter(|due| due.next_at <= now);
    let first = ready.min_by_key(|due| {
        let delivery = &due.delivery;
        (delivery.attempts >= STUBBORN, std::cmp::Reverse(delivery.alert.level), delivery.id)
    });
    let Some(first) = first else { return Ok(None) };
    // An earlier message about the same thread goes first. If the chosen message is critical, this includes an
    // earlier one that was to wait until morning.
    let thread = &first.delivery.alert.thread;
    let critical = first.delivery.alert.level == Level::Critical;
    let before = open.iter().find(|due| {
        let same = thread.is_some() && due.delivery.alert.thread == *thread;
        same && due.only != Only::UnlessAcked && (critical || due.next_at <= now)
    });
    let chosen = before.filter(|due| due.delivery.id < first.delivery.id).unwrap_or(first);
    Ok(Some(chosen.delivery.clone()))
}

/// Drops messages about problems that ended while a channel did not accept messages for a long time, and the messages
/// about their end. Someone who was not notified of a problem need not be notified of its end.
async fn without_what_is_over(tx: &mut Transaction<'_, Sqlite>, waiting: Vec<Due>, now: Time) -> Result<Vec<Due>> {
    let mut left = Vec::new();
    for mut due in waiting {
        match due.was_refused_for_long(now) && is_over(tx, &mut due.delivery).await? {
            true => skip(tx, due.delivery.id, now).await?,
            false => left.push(due),
        }
    }
    let stale = stale_reminders(&left, now);
    for due in left.iter().filter(|due| stale.contains(&due.delivery.id)) {
        skip(tx, due.delivery.id, now).await?;
    }
    left.retain(|due| !stale.contains(&due.delivery.id));
    Ok(left)
}

impl Due {
    /// Whether the message was due long ago and its channel has accepted nothing since.
    fn was_refused_for_long(&self, now: Time) -> bool {
        let failing = self.failing_since.is_some_and(|since| now.since(since) >= LATE);
        failing && self.only == Only::Always && now.since(self.next_at) >= LATE
    }
}

/// Reminders that a channel did not accept for a long time. The original message, or the last reminder, is sent
/// instead.
fn stale_reminders(waiting: &[Due], now: Time) -> Vec<i64> {
    let late = waiting.iter().filter(|due| due.was_refused_for_long(now));
    let (reminders, news): (Vec<&Due>, Vec<&Due>) = late.partition(|due| due.delivery.alert.reason.reminds());
    let last = reminders.iter().map(|due| due.delivery.id).max().filter(|_| news.is_empty());
    reminders.into_iter().map(|due| due.delivery.id).filter(|id| Some(*id) != last).collect()
}

/// Whether every problem in a message has ended and no message about it was delivered there.
async fn is_over(tx: &mut Transaction<'_, Sqlite>, delivery: &mut Delivery) -> Result<bool> {
    due::read(tx, &mut delivery.alert).await?;
    let Some(thread) = &delivery.alert.thread else { return Ok(false) };
    let over: i64 = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM incident WHERE public_id = $1 AND closed_at IS NOT NULL) \
         AND NOT EXISTS (SELECT 1 FROM incident WHERE closed_at IS NULL AND dependency IN (SELECT value FROM json_each($4))) \
         AND NOT EXISTS (SELECT 1 FROM outbox JOIN alert ON alert.id = outbox.alert WHERE alert.thread = $1 \
         AND outbox.channel = $2 AND outbox.recipient = $3 AND outbox.state = 'sent')",
    )
    .bind(thread)
    .bind(&delivery.channel)
    .bind(&delivery.recipient)
    .bind(serde_json::to_string(&delivery.alert.members())?)
    .fetch_one(&mut **tx)
    .await?;
    Ok(over != 0)
}

/// Combines all late messages into one digest. Reports, and critical alerts that are the latest about their incident,
/// are still sent in full. If the channel has accepted nothing for a long time, everything is combined.
fn digest(open: &[Due], now: Time) -> Option<Delivery> {
    let returning = open.iter().any(|due| due.failing_since.is_some_and(|since| now.since(since) >= LATE));
    let late = |due: &&Due| due.next_at <= now && now.since(due.delivery.alert.at) >= LATE;
    // A reminder adds nothing to its original.
    let last = |due: &Due| {
        let alert = &due.delivery.alert;
        let newer = |other: &&Due| other.delivery.alert.id > alert.id && other.delivery.alert.thread == alert.thread;
        open.iter().filter(newer).all(|other| other.delivery.alert.reason.reminds())
    };
    let in_full = |due: &Due| {
        let alert = &due.delivery.alert;
        let critical = alert.level == Level::Critical && alert.thread.is_some() && last(due);
        (critical && !returning) || alert.reason == Reason::Report
    };
    let mut members: Vec<Delivery> =
        open.iter().filter(late).filter(|due| !in_full(due)).map(|due| due.delivery.clone()).collect();
    let matters: BTreeSet<&String> = members.iter().filter_map(|one| one.alert.thread.as_ref()).collect();
    if members.len() < if returning { 2 } else { DIGEST } || (returning && matters.len() < 2) {
        return None;
    }
    // Messages that are sent in full go first.
    if open.iter().any(|due| late(&due) && in_full(due) && due.delivery.alert.level == Level::Critical) {
        return None;
    }
    let last = members.pop()?;
    Some(Delivery { with: members, ..last })
}

/// Nobody has acknowledged the alert: neither its id, nor its thread, nor, if it is about several problems, all of
/// them.
const UNACKED: &str = "SELECT CASE WHEN EXISTS (SELECT 1 FROM act WHERE about = $5 AND at >= $2 \
     AND deed IN ('ack', 'accept', 'it_was_us', 'false_alarm')) THEN 0 \
     WHEN $4 THEN EXISTS (SELECT 1 FROM incident WHERE closed_at IS NULL \
     AND dependency IN (SELECT value FROM json_each($3)) AND NOT EXISTS (SELECT 1 FROM act \
     WHERE act.about = incident.public_id AND act.at >= $2 \
     AND deed IN ('ack', 'accept', 'it_was_us', 'false_alarm'))) \
     ELSE NOT EXISTS (SELECT 1 FROM act WHERE about = $1 AND at >= $2 \
     AND deed IN ('ack', 'accept', 'it_was_us', 'false_alarm')) \
     AND NOT EXISTS (SELECT 1 FROM incident WHERE public_id = $1 AND closed_at IS NOT NULL) END";

/// Whether a message of the same thread was sent there before, alone or with others. Only the last few thousand
/// messages are searched.
const TOLD: &str = "SELECT EXISTS (SELECT 1 FROM outbox JOIN alert ON alert.id = outbox.alert WHERE outbox.channel = $2 \
     AND outbox.recipient = $3 AND outbox.id < $4 AND outbox.id > $4 - 5000 AND (alert.thread = $1 OR EXISTS (SELECT 1 \
     FROM json_each(alert.snapshot, '$.body.dependency.group.ids') WHERE value = $5)) \
     AND (outbox.state = 'sent' OR (outbox.state = 'pending' AND outbox.only_if = 'always')))";

/// Whether its condition no longer holds. A message about several problems is settled once all of them are.
async fn needless(tx: &mut Transaction<'_, Sqlite>, due: &mut Due, now: Time) -> Result<bool> {
    let told = match due.only {
        Only::Always => return Ok(false),
        Only::UnlessAcked => false,
        Only::IfTold => true,
    };
    due::read(tx, &mut due.delivery.alert).await?;
    let (alert, delivery) = (&due.delivery.alert, &due.delivery);
    let members = alert.members();
    // A situation has no incident. It is settled once its problems are, even if there is only one.
    let situation = alert.thread.as_ref().is_some_and(|thread| thread.starts_with(SITUATION));
    let several = members.len() > 1 || situation;
    // If a wrong clock dated the alert in the future, every acknowledgement counts.
    let since = if alert.at > now { Time(0) } else { alert.at };
    let query = match told {
        false => sqlx::query_scalar(UNACKED)
            .bind(&alert.thread)
            .bind(since.0)
            .bind(serde_json::to_string(&members)?)
            .bind(several)
            .bind(&alert.public_id),
        true => sqlx::query_scalar(TOLD)
            .bind(&alert.thread)
            .bind(&delivery.channel)
            .bind(&delivery.recipient)
            .bind(delivery.id)
            .bind(&alert.dependency),
    };
    let needed: i64 = query.fetch_one(&mut **tx).await?;
    Ok(needed == 0)
}

async fn skip(tx: &mut Transaction<'_, Sqlite>, id: i64, now: Time) -> Result<()> {
    let skip = "UPDATE outbox SET state = 'skipped', next_at = $1 WHERE id = $2";
    sqlx::query(skip).bind(now.0).bind(id).execute(&mut **tx).await?;
    Ok(())
}
