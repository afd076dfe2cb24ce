//! The situation: what was reported about it, and the current contents of its message.

use sqlx::{Sqlite, Transaction};

use super::document::{self, SituationDocument};
use super::{Result, Store, outbox};
use crate::core::alerting::situation::Situation;
use crate::core::time::Time;

/// The prefix of its public id, which is the thread of its messages.
pub const SITUATION: &str = "situation-";

/// A change to a situation.
#[derive(Clone, Debug)]
pub struct SituationChange {
    /// What was reported about it.
    pub situation: Situation,
    /// The current contents of its message, as an alert.
    pub snapshot: serde_json::Value,
    /// Whether sent messages must be edited to show the new contents.
    pub edit: bool,
    /// When it ended, if it did.
    pub closed_at: Option<Time>,
    /// When the change happened.
    pub at: Time,
}

pub(super) async fn write(tx: &mut Transaction<'_, Sqlite>, change: &SituationChange) -> Result<()> {
    let id = &change.situation.public_id;
    sqlx::query(
        "INSERT INTO situation (public_id, opened_at, closed_at, state, snapshot) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (public_id) DO UPDATE SET closed_at = excluded.closed_at, state = excluded.state, \
         snapshot = excluded.snapshot",
    )
    .bind(id)
    .bind(change.situation.opened_at.0)
    .bind(change.closed_at.map(|at| at.0))
    .bind(document::write::<_, SituationDocument>(&change.situation)?)
    .bind(change.snapshot.to_string())
    .execute(&mut **tx)
    .await?;
    if change.edit {
        outbox::ask_amend_last(tx, &format!("{SITUATION}{id}"), change.at).await?;
    }
    Ok(())
}

impl Store {
    /// The open situation.
    ///
    /// # Errors
    /// Fails if the database does not answer, or the stored state cannot be read.
    pub async fn open_situation(&self) -> Result<Option<Situation>> {
        let text: Option<String> =
            sqlx::query_scalar("SELECT state FROM situation WHERE closed_at IS NULL ORDER BY opened_at DESC LIMIT 1")
                .fetch_optional(&self.readers)
                .await?;
        text.map(|text| document::read::<_, SituationDocument>(&text)).transpose()
    }

    /// The current contents of a thread's message, if the thread belongs to a situation.
    ///
    /// # Errors
    /// Fails if the database does not answer, or the stored state cannot be read.
    pub async fn situation_snapshot(&self, thread: &str) -> Result<Option<serde_json::Value>> {
        let Some(id) = thread.strip_prefix(SITUATION) else { return Ok(None) };
        let text: Option<String> = sqlx::query_scalar("SELECT snapshot FROM situation WHERE public_id = $1")
            .bind(id)
            .fetch_optional(&self.readers)
            .await?;
        Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
    }
}
