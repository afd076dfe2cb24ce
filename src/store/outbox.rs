//! The outbox: what is still to be told, under leases, at least once and in order.

use std::time::Duration;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

use super::{AlertRow, NewAlert, Result, Store};
use crate::core::incident::{Level, Reason};
use crate::core::time::Time;

/// A message that is to be delivered now.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The outbox row.
    pub id: i64,
    /// The attempt that was written down for it.
    pub attempt: i64,
    /// Its channel.
    pub channel: String,
    /// Its recipient.
    pub recipient: String,
    /// How often it was tried before.
    pub attempts: i64,
    /// An earlier try ended without a known result: this may be a repeat.
    pub maybe_repeat: bool,
    /// What to tell.
    pub alert: AlertRow,
}

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It arrived; the other side's number for it, if it gave one.
    Sent(Option<String>),
    /// Try again after this long, for this reason.
    Retry(Duration, String),
    /// It will never arrive here, for this reason.
    Dead(String),
}

pub(super) async fn add(tx: &mut Transaction<'_, Sqlite>, alert: &NewAlert) -> Result<()> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO alert (public_id, incident, dependency, reason, level, at, snapshot) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
    )
    .bind(&alert.public_id)
    .bind(alert.incident)
    .bind(&alert.dependency)
    .bind(alert.reason.word())
    .bind(alert.level.word())
    .bind(alert.at.0)
    .bind(alert.snapshot.to_string())
    .fetch_one(&mut **tx)
    .await?;
    for (channel, recipient) in &alert.to {
        address(tx, id, channel, recipient, alert.at.0).await?;
    }
    Ok(())
}

async fn address(
    tx: &mut Transaction<'_, Sqlite>,
    alert: i64,
    channel: &str,
    recipient: &str,
    next_at: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO outbox (alert, channel, recipient, state, next_at, leased_until, attempts) \
         VALUES ($1, $2, $3, 'pending', $4, 0, 0) ON CONFLICT (alert, channel, recipient) DO NOTHING",
    )
    .bind(alert)
    .bind(channel)
    .bind(recipient)
    .bind(next_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    /// What waits for a place that is configured no longer goes to all that are. Returns how
    /// many messages were moved.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn readdress(&self, places: &[(String, String)]) -> Result<usize> {
        if places.is_empty() {
            return Ok(0);
        }
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let rows = sqlx::query("SELECT id, alert, channel, recipient, next_at FROM outbox WHERE state = 'pending'");
        let rows = rows.fetch_all(&mut *tx).await?;
        let known = |row: &&SqliteRow| {
            let (channel, recipient): (String, String) = (row.get(2), row.get(3));
            places.contains(&(channel, recipient))
        };
        let mut moved = 0;
        for row in rows.iter().filter(|row| !known(row)) {
            let (id, alert, next_at): (i64, i64, i64) = (row.get(0), row.get(1), row.get(4));
            for (channel, recipient) in places {
                address(&mut tx, alert, channel, recipient, next_at).await?;
            }
            let gone = "UPDATE outbox SET state = 'dead', last_error = 'no longer configured' WHERE id = $1";
            sqlx::query(gone).bind(id).execute(&mut *tx).await?;
            moved += 1;
        }
        tx.commit().await?;
        Ok(moved)
    }

    /// Leases the oldest open message of each recipient that is due, and writes down
    /// the attempt before anything goes out. Order holds: a later message to the same
    /// recipient is never taken before an earlier one is settled.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lease(&self, now: Time, lease: Duration) -> Result<Vec<Delivery>> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let rows = sqlx::query(
            "SELECT outbox.id, outbox.channel, outbox.recipient, outbox.attempts, alert.id, alert.public_id, \
             alert.incident, alert.dependency, alert.reason, alert.level, alert.at, alert.snapshot, \
             EXISTS (SELECT 1 FROM attempt WHERE attempt.outbox = outbox.id \
             AND (attempt.outcome IS NULL OR attempt.outcome = 'not known')) \
             FROM outbox JOIN alert ON alert.id = outbox.alert \
             WHERE outbox.state = 'pending' AND outbox.next_at <= $1 AND outbox.leased_until <= $1 \
             AND NOT EXISTS (SELECT 1 FROM outbox AS older WHERE older.state = 'pending' \
             AND older.channel = outbox.channel AND older.recipient = outbox.recipient AND older.id < outbox.id) \
             ORDER BY outbox.id",
        )
        .bind(now.0)
        .fetch_all(&mut *tx)
        .await?;
        let mut leased = Vec::new();
        for row in &rows {
            let mut delivery = delivery_of(row)?;
            let take = "UPDATE outbox SET leased_until = $1, attempts = attempts + 1 WHERE id = $2";
            sqlx::query(take).bind(now.plus(lease).0).bind(delivery.id).execute(&mut *tx).await?;
            delivery.attempt =
                sqlx::query_scalar("INSERT INTO attempt (outbox, started_at) VALUES ($1, $2) RETURNING id")
                    .bind(delivery.id)
                    .bind(now.0)
                    .fetch_one(&mut *tx)
                    .await?;
            leased.push(delivery);
        }
        tx.commit().await?;
        Ok(leased)
    }

    /// Writes down what came of a try.
    ///
    /// # Errors
    /// The database does not answer; the lease then runs out and the message is sent again.
    pub async fn settle(&self, delivery: &Delivery, outcome: &Outcome, now: Time) -> Result<()> {
        let (state, next_at, word, remote) = match outcome {
            Outcome::Sent(remote) => ("sent", now, "sent", remote.clone()),
            Outcome::Retry(wait, why) => ("pending", now.plus(*wait), why.as_str(), None),
            Outcome::Dead(why) => ("dead", now, why.as_str(), None),
        };
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "UPDATE outbox SET state = $1, next_at = $2, leased_until = 0, last_error = $3, remote_id = $4, \
             sent_at = CASE WHEN $1 = 'sent' THEN $5 ELSE NULL END WHERE id = $6",
        )
        .bind(state)
        .bind(next_at.0)
        .bind(if state == "sent" { None } else { Some(word) })
        .bind(remote)
        .bind(now.0)
        .bind(delivery.id)
        .execute(&mut *tx)
        .await?;
        let done = "UPDATE attempt SET ended_at = $1, outcome = $2 WHERE id = $3";
        sqlx::query(done).bind(now.0).bind(word).bind(delivery.attempt).execute(&mut *tx).await?;
        // What an earlier try came to will never be known; it has been counted as a repeat.
        let old = "UPDATE attempt SET outcome = 'not known' WHERE outbox = $1 AND outcome IS NULL";
        sqlx::query(old).bind(delivery.id).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// When the next message is due, if there is one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn next_delivery(&self) -> Result<Option<Time>> {
        let due: Option<i64> = sqlx::query_scalar(
            "SELECT MIN(MAX(next_at, leased_until)) FROM outbox WHERE id IN \
                 (SELECT MIN(id) FROM outbox WHERE state = 'pending' GROUP BY channel, recipient)",
        )
        .fetch_one(&self.readers)
        .await?;
        Ok(due.map(Time))
    }
}

/// The alert in eight columns from `first` on.
pub(super) fn alert_of(row: &SqliteRow, first: usize) -> Result<AlertRow> {
    Ok(AlertRow {
        id: row.get(first),
        public_id: row.get(first + 1),
        incident: row.get(first + 2),
        dependency: row.get(first + 3),
        reason: row.get::<String, _>(first + 4).parse().unwrap_or(Reason::Opened),
        level: row.get::<String, _>(first + 5).parse().unwrap_or(Level::Critical),
        at: Time(row.get(first + 6)),
        snapshot: serde_json::from_str(row.get(first + 7))?,
    })
}

fn delivery_of(row: &SqliteRow) -> Result<Delivery> {
    Ok(Delivery {
        id: row.get(0),
        attempt: 0,
        channel: row.get(1),
        recipient: row.get(2),
        attempts: row.get(3),
        maybe_repeat: row.get::<i64, _>(12) != 0,
        alert: alert_of(row, 4)?,
    })
}
