//! Fills a scratch database with people's actions from an event log.

use super::acts::insert;
use super::{Result, Store};
use crate::core::people::action::OperatorAction;
use crate::core::people::notice::Letter;

impl Store {
    /// Replaces all people's actions and all current letters.
    ///
    /// # Errors
    /// Fails if the database does not answer; nothing was changed.
    pub async fn replace_people(&self, acts: &[OperatorAction], letters: &[Letter]) -> Result<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        for clear in ["DELETE FROM act", "DELETE FROM letter"] {
            sqlx::query(clear).execute(&mut *tx).await?;
        }
        for act in acts {
            insert(&mut tx, act).await?;
        }
        for letter in letters {
            let notice = &letter.notice;
            sqlx::query(
                "INSERT INTO letter (public_id, dependencies, received_at, effective_at, read_as, summary, left_us, \
                 said_by, via, added_at, sha256, confirmed_by, confirmed_at, answered_by, answered_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
            )
            .bind(&letter.public_id)
            .bind(serde_json::to_string(&notice.dependencies)?)
            .bind(notice.received.0)
            .bind(notice.effective.map(|at| at.0))
            .bind(&letter.read_as)
            .bind(&notice.text)
            .bind(i64::from(notice.left))
            .bind(&letter.by)
            .bind(&letter.via)
            .bind(letter.added_at.0)
            .bind(&letter.sha256)
            .bind(letter.confirmed.as_ref().map(|(by, _)| by))
            .bind(letter.confirmed.as_ref().map(|(_, at)| at.0))
            .bind(letter.answered.as_ref().map(|(by, _)| by))
            .bind(letter.answered.as_ref().map(|(_, at)| at.0))
            .execute(&mut *tx)
            .await?;
        }
        Ok(tx.commit().await?)
    }
}
