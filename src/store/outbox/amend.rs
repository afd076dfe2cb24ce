//! Sent messages that must be edited to show the current state: the first one of each incident.

use sqlx::{Sqlite, Transaction};

use super::{Delivery, StoredAlert, complete};
use crate::core::time::Time;
use crate::store::{AlertRow, Result, Store};

/// A message to edit.
#[derive(Clone, Debug)]
pub struct Amend {
    /// The outbox row.
    pub id: i64,
    /// Its channel.
    pub channel: String,
    /// Its recipient.
    pub recipient: String,
    /// The message's id in the channel's service.
    pub remote_id: String,
    /// The alert that it showed.
    pub alert: AlertRow,
    /// The newest alert of the same incident.
    pub newest: AlertRow,
}

/// Marks the first message of a thread at one recipient for editing, because another message was sent there since.
pub(super) async fn ask_here(
    tx: &mut Transaction<'_, Sqlite>,
    thread: &str,
    channel: &str,
    recipient: &str,
    now: Time,
) -> Result<()> {
    sqlx::query(
        "UPDATE outbox SET amend_at = $4 WHERE id = (SELECT MIN(outbox.id) FROM outbox \
         JOIN alert ON alert.id = outbox.alert WHERE alert.thread = $1 AND outbox.channel = $2 \
         AND outbox.recipient = $3 AND outbox.state = 'sent' AND outbox.remote_id IS NOT NULL)",
    )
    .bind(thread)
    .bind(channel)
    .bind(recipient)
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Marks the first message of a thread at every recipient for editing, because a person acted on it.
pub(crate) async fn ask(tx: &mut Transaction<'_, Sqlite>, thread: &str, now: Time) -> Result<()> {
    everywhere(tx, "MIN", thread, now).await
}

/// Marks the last message of a thread at every recipient for editing, because it shows the current state.
pub(crate) async fn ask_last(tx: &mut Transaction<'_, Sqlite>, thread: &str, now: Time) -> Result<()> {
    everywhere(tx, "MAX", thread, now).await
}

async fn everywhere(tx: &mut Transaction<'_, Sqlite>, which: &'static str, thread: &str, now: Time) -> Result<()> {
    let ask = format!(
        "UPDATE outbox SET amend_at = $2 WHERE id IN (SELECT {which}(outbox.id) FROM outbox \
         JOIN alert ON alert.id = outbox.alert WHERE alert.thread = $1 AND outbox.state = 'sent' \
         AND outbox.remote_id IS NOT NULL GROUP BY outbox.channel, outbox.recipient)"
    );
    sqlx::query(sqlx::AssertSqlSafe(ask)).bind(thread).bind(now.0).execute(&mut **tx).await?;
    Ok(())
}

/// Marks the message of a thread that `by` replaced at one recipient.
pub(super) async fn ask_replaced(
    tx: &mut Transaction<'_, Sqlite>,
    thread: &str,
    by: &Delivery,
    now: Time,
) -> Result<()> {
    sqlx::query(
        "UPDATE outbox SET amend_at = $5 WHERE id = (SELECT MAX(outbox.id) FROM outbox \
         JOIN alert ON alert.id = outbox.alert WHERE alert.thread = $1 AND outbox.channel = $2 \
         AND outbox.recipient = $3 AND outbox.state = 'sent' AND outbox.remote_id IS NOT NULL AND outbox.id < $4)",
    )
    .bind(thread)
    .bind(&by.channel)
    .bind(&by.recipient)
    .bind(by.id)
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct StoredAmend {
    outbox_id: i64,
    channel: String,
    recipient: String,
    remote_id: String,
    #[sqlx(flatten)]
    alert: StoredAlert,
}

impl Store {
    /// Whether a newer message of the same thread was delivered to the same recipient.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn is_replaced(&self, amend: &Amend) -> Result<bool> {
        let newer: i64 = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM outbox JOIN alert ON alert.id = outbox.alert WHERE outbox.id > $4 \
             AND outbox.channel = $2 AND outbox.recipient = $3 AND outbox.state = 'sent' AND alert.thread = $1)",
        )
        .bind(&amend.alert.thread)
        .bind(&amend.channel)
        .bind(&amend.recipient)
        .bind(amend.id)
        .fetch_one(&self.readers)
        .await?;
        Ok(newer != 0)
    }

    /// The messages to edit now.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn amends(&self, now: Time) -> Result<Vec<Amend>> {
        let mut tx = self.readers.begin().await?;
        let rows = sqlx::query_as(
            "SELECT outbox.id AS outbox_id, outbox.channel, outbox.recipient, outbox.remote_id, alert.id, \
             alert.public_id, alert.incident, alert.dependency, alert.reason, alert.level, alert.at, alert.snapshot, \
             alert.thread FROM outbox JOIN alert ON alert.id = outbox.alert WHERE amend_at <= $1 AND outbox.remote_id IS NOT NULL \
             ORDER BY outbox.id LIMIT 50",
        );
        let rows: Vec<StoredAmend> = rows.bind(now.0).fetch_all(&mut *tx).await?;
        let mut amends = Vec::new();
        for StoredAmend { outbox_id: id, channel, recipient, remote_id, alert } in rows {
            let alert = AlertRow::try_from(alert)?;
            let thread = alert.thread.clone().unwrap_or_default();
            let newest = complete::newest(&mut tx, &thread).await?.unwrap_or_else(|| alert.clone());
            amends.push(Amend { id, channel, recipient, remote_id, alert, newest });
        }
        Ok(amends)
    }

    /// Records that a message was edited, or never will be. `again` is when to retry, if at all.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn amended(&self, id: i64, asked_before: Time, again: Option<Time>) -> Result<()> {
        // If another edit was requested in the meantime, that request is kept.
        let done = "UPDATE outbox SET amend_at = $1 WHERE id = $2 AND amend_at <= $3";
        sqlx::query(done).bind(again.map(|at| at.0)).bind(id).bind(asked_before.0).execute(&self.writer).await?;
        Ok(())
    }
}
