//! The updates that a bot has handled, so that an update that Telegram delivers again is ignored.

use std::time::Duration;

use super::{Result, Store};
use crate::core::time::{Time, millis};

/// Telegram keeps an update for at most 24 hours (Bot API, "Getting updates"), so it cannot be delivered again after
/// this time.
const KEPT: Duration = Duration::from_secs(2 * 86_400);

impl Store {
    /// Whether an update was handled before.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn has_dealt_with(&self, channel: &str, update: i64) -> Result<bool> {
        let known: i64 =
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM bot_update WHERE channel = $1 AND update_id = $2)")
                .bind(channel)
                .bind(update)
                .fetch_one(&self.readers)
                .await?;
        Ok(known != 0)
    }

    /// Records that an update was handled.
    ///
    /// # Errors
    /// Fails if the database does not answer; the update may then be handled again.
    pub async fn note_dealt_with(&self, channel: &str, update: i64, now: Time) -> Result<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM bot_update WHERE at < $1").bind(now.0 - millis(KEPT)).execute(&mut *tx).await?;
        sqlx::query("INSERT INTO bot_update (channel, update_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(channel)
            .bind(update)
            .bind(now.0)
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }
}
