//! Deletes old checks in small steps. Sums, confirmed changes, incidents and alerts are never deleted.

use super::{Result, Store, sums};
use crate::core::time::Time;

/// The maximum number of checks deleted at once.
pub const BITE: u64 = 5_000;

impl Store {
    /// Deletes at most 5,000 checks that are older than `before`. Returns how many were deleted.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn prune(&self, before: Time) -> Result<u64> {
        // Ids increase with time, so the oldest rows come first, and the scan ends at the first newer row.
        let delete = "DELETE FROM observation WHERE id IN \
                      (SELECT id FROM (SELECT id, at FROM observation ORDER BY id LIMIT 5000) AS oldest WHERE at < $1)";
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        // Checks must be in the sums before they are deleted.
        sums::add(&mut tx).await?;
        let deleted = sqlx::query(delete).bind(before.0).execute(&mut *tx).await?.rows_affected();
        let summed_to = sums::add(&mut tx).await?;
        tx.commit().await?;
        self.note_summed(summed_to);
        Ok(deleted)
    }
}
