//! When keys that belong to no check or channel were last used: the status page's token and the dead man's switch.

use std::collections::HashMap;
use std::time::Duration;

use super::{Result, Store};
use crate::core::time::Time;

/// The status page's token.
pub const DETAILS_TOKEN: &str = "details";
/// The dead man's switch.
pub const DEAD_MANS_SWITCH: &str = "heartbeat";

/// The prefix of these notes' names.
const USED: &str = "key used ";
/// The minimum time between two writes, so that reloading a page all day does not write each time.
const GRAIN: Duration = Duration::from_secs(5 * 60);

impl Store {
    /// Records that this key was used and accepted.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn note_key_use(&self, key: &str, at: Time) -> Result<()> {
        let known = self.key_uses().await?;
        if known.get(key).is_some_and(|before| at.since(*before) < GRAIN && *before <= at) {
            return Ok(());
        }
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        super::history::note(&mut tx, &format!("{USED}{key}"), &at.0.to_string()).await?;
        Ok(tx.commit().await?)
    }

    /// When each key was last used.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn key_uses(&self) -> Result<HashMap<String, Time>> {
        let rows: Vec<(String, String)> = sqlx::query_as("SELECT name, value FROM note WHERE name LIKE 'key used %'")
            .fetch_all(&self.readers)
            .await?;
        let used = |(name, at): (String, String)| Some((name.strip_prefix(USED)?.to_owned(), Time(at.parse().ok()?)));
        Ok(rows.into_iter().filter_map(used).collect())
    }
}
