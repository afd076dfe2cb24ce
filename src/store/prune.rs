//! Deletes old checks in small steps; sums, confirmed changes, incidents and alerts are kept for ever.

use super::{Result, Store, sums};
use crate::core::time::Time;

/// The number of checks deleted at once.
pub const BITE: u64 = 5_000;

impl Store {
    /// Deletes at most 5,000 checks older than `before`; returns how many.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn prune(&self, before: Time) -> Result<u64> {
        // Ids follow time, so the oldest rows come first; the scan ends at the first newer one.
        let delete = "DELETE FROM observation WHERE id IN \
                      (SELECT id FROM (SELECT id, at FROM observation ORDER BY id LIMIT 5000) AS oldest WHERE at < $1)";
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        // Deleted checks must be in the sums.
        sums::add(&mut tx).await?;
        let deleted = sqlx::query(delete).bind(before.0).execute(&mut *tx).await?.rows_affected();
        let summed_to = sums::add(&mut tx).await?;
        tx.commit().await?;
        self.note_summed(summed_to);
        Ok(deleted)
    }
}
