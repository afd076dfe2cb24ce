//! The state of each place (a recipient on a channel): since when it has not accepted messages.

use sqlx::{Sqlite, Transaction};

use crate::core::time::Time;
use crate::store::{Result, Store};

/// The state of one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceRow {
    /// The channel's name.
    pub channel: String,
    /// The recipient on that channel.
    pub recipient: String,
    /// The number of failed attempts since it last accepted a message.
    pub failures: i64,
    /// Since when it has accepted no messages.
    pub failing_since: Option<Time>,
    /// Since when it has rejected messages.
    pub dead_since: Option<Time>,
    /// Why the last attempt failed.
    pub why: Option<String>,
    /// When other channels reported the problem.
    pub told_at: Option<Time>,
    /// When it last accepted a message.
    pub sent_at: Option<Time>,
}

const COLUMNS: &str =
    "SELECT channel, recipient, failures, failing_since, dead_since, why, told_at, sent_at FROM place";

#[derive(sqlx::FromRow)]
struct StoredPlace {
    channel: String,
    recipient: String,
    failures: i64,
    failing_since: Option<i64>,
    dead_since: Option<i64>,
    why: Option<String>,
    told_at: Option<i64>,
    sent_at: Option<i64>,
}

impl From<StoredPlace> for PlaceRow {
    fn from(row: StoredPlace) -> PlaceRow {
        PlaceRow {
            channel: row.channel,
            recipient: row.recipient,
            failures: row.failures,
            failing_since: row.failing_since.map(Time),
            dead_since: row.dead_since.map(Time),
            why: row.why,
            told_at: row.told_at.map(Time),
            sent_at: row.sent_at.map(Time),
        }
    }
}

pub(super) async fn read(tx: &mut Transaction<'_, Sqlite>, channel: &str, recipient: &str) -> Result<PlaceRow> {
    let row = sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE channel = $1 AND recipient = $2")));
    let row: Option<StoredPlace> = row.bind(channel).bind(recipient).fetch_optional(&mut **tx).await?;
    Ok(row.map(PlaceRow::from).unwrap_or_default())
}

/// Records that the place accepted a message.
pub(super) async fn works(tx: &mut Transaction<'_, Sqlite>, channel: &str, recipient: &str, now: Time) -> Result<()> {
    sqlx::query(
        "INSERT INTO place (channel, recipient, sent_at) VALUES ($1, $2, $3) ON CONFLICT (channel, recipient) \
         DO UPDATE SET sent_at = $3, retry_at = 0, failures = 0, failing_since = NULL, dead_since = NULL, why = NULL, \
         told_at = NULL",
    )
    .bind(channel)
    .bind(recipient)
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Records that the channel did not accept the message, which is retried at `retry_at`.
pub(super) async fn fails(
    tx: &mut Transaction<'_, Sqlite>,
    channel: &str,
    recipient: &str,
    why: &str,
    retry_at: Time,
    now: Time,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO place (channel, recipient, retry_at, failures, failing_since, why) VALUES ($1, $2, $3, 1, $4, $5) \
         ON CONFLICT (channel, recipient) DO UPDATE SET retry_at = $3, failures = failures + 1, \
         failing_since = COALESCE(failing_since, $4), why = $5",
    )
    .bind(channel)
    .bind(recipient)
    .bind(retry_at.0)
    .bind(now.0)
    .bind(why)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Records that the channel rejected the message, which may require a change in its settings. The message is retried
/// at `retry_at`.
pub(super) async fn refuses(
    tx: &mut Transaction<'_, Sqlite>,
    channel: &str,
    recipient: &str,
    why: &str,
    retry_at: Time,
    now: Time,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO place (channel, recipient, failures, failing_since, dead_since, why, retry_at) \
         VALUES ($1, $2, 1, $3, $3, $4, $5) ON CONFLICT (channel, recipient) DO UPDATE SET retry_at = $5, \
         failures = failures + 1, failing_since = COALESCE(failing_since, $3), dead_since = COALESCE(dead_since, $3), \
         why = $4",
    )
    .bind(channel)
    .bind(recipient)
    .bind(now.0)
    .bind(why)
    .bind(retry_at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    /// The state of every place that was ever sent a message.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn places(&self) -> Result<Vec<PlaceRow>> {
        let rows = sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} ORDER BY channel, recipient")));
        let rows: Vec<StoredPlace> = rows.fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(PlaceRow::from).collect())
    }

    /// Records that a place accepted a message that was not in the outbox.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn note_works(&self, channel: &str, recipient: &str, now: Time) -> Result<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        works(&mut tx, channel, recipient, now).await?;
        Ok(tx.commit().await?)
    }

    /// Records that other channels reported that a place accepts no messages.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn note_place_told(&self, channel: &str, recipient: &str, now: Time) -> Result<()> {
        let told = "UPDATE place SET told_at = $1 WHERE channel = $2 AND recipient = $3";
        sqlx::query(told).bind(now.0).bind(channel).bind(recipient).execute(&self.writer).await?;
        Ok(())
    }
}
