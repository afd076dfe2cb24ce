//! The waiting messages of the outbox: those that are due, and those whose channel does not accept messages.

use std::time::Duration;

use sqlx::{Executor, Sqlite, Transaction};

use super::{Delivery, StoredAlert};
use crate::core::alerting::route::Only;
use crate::core::time::Time;
use crate::store::{AlertRow, Error, Result, Store};

/// The maximum number of messages read at once.
const MOST: i64 = 1_000;

/// A waiting message, and what it waits for.
pub(super) struct Due {
    pub(super) delivery: Delivery,
    pub(super) next_at: Time,
    pub(super) only: Only,
    /// Since when its recipient's channel has not accepted messages.
    pub(super) failing_since: Option<Time>,
}

const DUE: &str = "SELECT outbox.id AS outbox_id, outbox.channel, outbox.recipient, outbox.attempts, outbox.next_at, \
     outbox.only_if, outbox.instead, \
     EXISTS (SELECT 1 FROM attempt WHERE attempt.outbox = outbox.id \
     AND (attempt.outcome IS NULL OR attempt.outcome = 'not known')) AS maybe_repeat, \
     alert.id, alert.public_id, alert.incident, alert.dependency, alert.reason, alert.level, alert.at, \
     'null' AS snapshot, alert.thread, place.failing_since \
     FROM outbox JOIN alert ON alert.id = outbox.alert LEFT JOIN place ON place.channel = outbox.channel \
     AND place.recipient = outbox.recipient \
     WHERE outbox.state = 'pending' AND COALESCE(place.retry_at, 0) <= $2 AND NOT EXISTS (SELECT 1 FROM outbox AS busy \
     WHERE busy.state = 'pending' AND busy.channel = outbox.channel AND busy.recipient = outbox.recipient \
     AND busy.leased_until > $2) ORDER BY outbox.id LIMIT $1";

#[derive(sqlx::FromRow)]
struct StoredDelivery {
    outbox_id: i64,
    channel: String,
    recipient: String,
    attempts: i64,
    maybe_repeat: i64,
    instead: Option<String>,
    #[sqlx(flatten)]
    alert: StoredAlert,
}

impl TryFrom<StoredDelivery> for Delivery {
    type Error = Error;

    fn try_from(row: StoredDelivery) -> Result<Delivery> {
        Ok(Delivery {
            id: row.outbox_id,
            attempt: 0,
            channel: row.channel,
            recipient: row.recipient,
            attempts: row.attempts,
            maybe_repeat: row.maybe_repeat != 0,
            instead: row.instead,
            alert: row.alert.try_into()?,
            root: None,
            newer: None,
            with: Vec::new(),
        })
    }
}

#[derive(sqlx::FromRow)]
struct StoredDue {
    #[sqlx(flatten)]
    delivery: StoredDelivery,
    next_at: i64,
    only_if: String,
    failing_since: Option<i64>,
}

impl TryFrom<StoredDue> for Due {
    type Error = Error;

    fn try_from(row: StoredDue) -> Result<Due> {
        Ok(Due {
            delivery: row.delivery.try_into()?,
            next_at: Time(row.next_at),
            only: row.only_if.parse().unwrap_or(Only::Always),
            failing_since: row.failing_since.map(Time),
        })
    }
}

/// Reads an alert's contents. They are read only for messages that are sent, because a thousand may be waiting.
pub(super) async fn read(tx: &mut Transaction<'_, Sqlite>, alert: &mut AlertRow) -> Result<()> {
    if alert.snapshot.is_null() {
        let snapshot = sqlx::query_scalar("SELECT snapshot FROM alert WHERE id = $1");
        let snapshot: String = snapshot.bind(alert.id).fetch_one(&mut **tx).await?;
        alert.snapshot = serde_json::from_str(&snapshot)?;
    }
    Ok(())
}

/// The messages to recipients that can be tried at `now` and have no delivery in progress, oldest first.
pub(super) async fn at(database: impl Executor<'_, Database = Sqlite>, now: Time) -> Result<Vec<Due>> {
    let rows: Vec<StoredDue> = sqlx::query_as(DUE).bind(MOST).bind(now.0).fetch_all(database).await?;
    rows.into_iter().map(Due::try_from).collect()
}

const HELD_UP: &str = "SELECT outbox.id AS outbox_id, outbox.channel, outbox.recipient, outbox.attempts, outbox.next_at, \
     outbox.only_if, outbox.instead, 0 AS maybe_repeat, alert.id, alert.public_id, alert.incident, \
     alert.dependency, alert.reason, alert.level, alert.at, alert.snapshot, alert.thread, \
     COALESCE(place.why, '') AS why \
     FROM outbox JOIN alert ON alert.id = outbox.alert JOIN place ON place.channel = outbox.channel \
     AND place.recipient = outbox.recipient WHERE outbox.state = 'pending' AND outbox.only_if = 'always' \
     AND place.retry_at > $2 AND ((alert.level = 'critical' AND outbox.next_at <= $1) \
     OR (place.dead_since IS NOT NULL AND outbox.next_at <= $2)) AND NOT EXISTS (SELECT 1 FROM outbox AS passed \
     WHERE passed.alert = outbox.alert AND passed.instead IS NOT NULL) ORDER BY outbox.id DESC LIMIT 50";

#[derive(sqlx::FromRow)]
struct HeldUp {
    #[sqlx(flatten)]
    delivery: StoredDelivery,
    why: String,
}

impl Store {
    /// Messages that are held up, with the reason: critical ones that are overdue by more than `patience` because
    /// their channel does not accept messages, and all due ones if it rejects them.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn held_up(&self, now: Time, patience: Duration) -> Result<Vec<(Delivery, String)>> {
        let before = Time(now.0 - crate::core::time::millis(patience));
        let rows: Vec<HeldUp> = sqlx::query_as(HELD_UP).bind(before.0).bind(now.0).fetch_all(&self.readers).await?;
        // The newest messages, in the order in which they were made.
        rows.into_iter().rev().map(|row| Ok((row.delivery.try_into()?, row.why))).collect()
    }
}
