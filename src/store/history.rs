//! Reason codes with their numbers, monitoring gaps, and the end of the monitored period.

use std::collections::HashMap;
use std::sync::PoisonError;

use sqlx::{Sqlite, Transaction};

use super::{Result, Store};
use crate::core::time::Time;

/// The prefix of notes about Telegram groups that have a new id. The old id follows.
const MOVED: &str = "moved chat ";

#[derive(sqlx::FromRow)]
struct StoredWord {
    word: String,
    id: i64,
}

#[derive(sqlx::FromRow)]
struct StoredNote {
    name: String,
    value: String,
}

/// The old and the new id of a group; `None` if they cannot be parsed.
fn moved_of(note: &StoredNote) -> Option<(i64, i64)> {
    Some((note.name.strip_prefix(MOVED)?.parse().ok()?, note.value.parse().ok()?))
}

#[derive(sqlx::FromRow)]
struct StoredGap {
    from_at: i64,
    to_at: i64,
}

/// Stores a small value that must survive a restart.
pub(super) async fn note(tx: &mut Transaction<'_, Sqlite>, name: &str, value: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO note (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name)
    .bind(value)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    pub(super) async fn load_words(&self) -> Result<()> {
        let rows: Vec<StoredWord> = sqlx::query_as("SELECT word, id FROM word").fetch_all(&self.writer).await?;
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        words.extend(rows.into_iter().map(|row| (row.word, row.id)));
        Ok(())
    }

    /// The numbers of these words. New words are added.
    pub(super) async fn word_ids<'w>(&self, words: impl Iterator<Item = &'w str>) -> Result<HashMap<String, i64>> {
        let mut ids = HashMap::new();
        for word in words {
            if ids.contains_key(word) {
                continue;
            }
            let known = self.words.lock().unwrap_or_else(PoisonError::into_inner).get(word).copied();
            let id = match known {
                Some(id) => id,
                None => self.add_word(word).await?,
            };
            ids.insert(word.to_owned(), id);
        }
        Ok(ids)
    }

    async fn add_word(&self, word: &str) -> Result<i64> {
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO word (word) VALUES ($1) ON CONFLICT (word) DO UPDATE SET word = excluded.word RETURNING id",
        )
        .bind(word)
        .fetch_one(&self.writer)
        .await?;
        self.words.lock().unwrap_or_else(PoisonError::into_inner).insert(word.to_owned(), id);
        Ok(id)
    }

    /// Records that a Telegram group has a new id.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn note_moved_chat(&self, from: i64, to: i64) -> Result<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        note(&mut tx, &format!("{MOVED}{from}"), &to.to_string()).await?;
        Ok(tx.commit().await?)
    }

    /// Telegram groups that have a new id: the old id and the new id.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn moved_chats(&self) -> Result<Vec<(i64, i64)>> {
        let rows = sqlx::query_as("SELECT name, value FROM note WHERE name LIKE 'moved chat %'");
        let rows: Vec<StoredNote> = rows.fetch_all(&self.readers).await?;
        Ok(rows.iter().filter_map(moved_of).collect())
    }

    /// The end of the monitored period, as of the last commit.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn watched_until(&self) -> Result<Option<Time>> {
        let value: Option<String> = sqlx::query_scalar("SELECT value FROM note WHERE name = 'watched_until'")
            .fetch_optional(&self.writer)
            .await?;
        Ok(value.and_then(|value| value.parse().ok()).map(Time))
    }

    /// Records that nothing was monitored from `from` to `to`.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn add_gap(&self, from: Time, to: Time) -> Result<()> {
        let insert = "INSERT INTO gap (from_at, to_at) VALUES ($1, $2)";
        sqlx::query(insert).bind(from.0).bind(to.0).execute(&self.writer).await?;
        Ok(())
    }

    /// The gaps since `since`, oldest first.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn gaps(&self, since: Time) -> Result<Vec<(Time, Time)>> {
        let rows = sqlx::query_as("SELECT from_at, to_at FROM gap WHERE to_at >= $1 ORDER BY id");
        let rows: Vec<StoredGap> = rows.bind(since.0).fetch_all(&self.readers).await?;
        Ok(rows.iter().map(|row| (Time(row.from_at), Time(row.to_at))).collect())
    }
}
