//! Reasons by number, gaps, and the last time that was watched.

use std::collections::HashMap;
use std::sync::PoisonError;

use sqlx::Row;

use super::{Result, Store};
use crate::core::time::Time;

/// Before the old id of a group, in the notes.
const MOVED: &str = "moved chat ";

impl Store {
    pub(super) async fn load_words(&self) -> Result<()> {
        let rows = sqlx::query("SELECT word, id FROM word").fetch_all(&self.writer).await?;
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        words.extend(rows.iter().map(|row| (row.get::<String, _>(0), row.get::<i64, _>(1))));
        Ok(())
    }

    /// The numbers of these words; new ones are added.
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

    /// A group of Telegram is elsewhere now.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn note_moved_chat(&self, from: i64, to: i64) -> Result<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        super::commit::note(&mut tx, &format!("{MOVED}{from}"), &to.to_string()).await?;
        Ok(tx.commit().await?)
    }

    /// Groups of Telegram that are elsewhere now.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn moved_chats(&self) -> Result<Vec<(i64, i64)>> {
        let rows = sqlx::query("SELECT name, value FROM note WHERE name LIKE 'moved chat %'");
        let rows = rows.fetch_all(&self.readers).await?;
        let read = |row: &sqlx::sqlite::SqliteRow| {
            let (name, value): (String, String) = (row.get(0), row.get(1));
            Some((name.strip_prefix(MOVED)?.parse().ok()?, value.parse().ok()?))
        };
        Ok(rows.iter().filter_map(read).collect())
    }

    /// Until when was watched, according to the last commit.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn watched_until(&self) -> Result<Option<Time>> {
        let value: Option<String> = sqlx::query_scalar("SELECT value FROM note WHERE name = 'watched_until'")
            .fetch_optional(&self.writer)
            .await?;
        Ok(value.and_then(|value| value.parse().ok()).map(Time))
    }

    /// Notes that nobody watched from `from` to `to`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn add_gap(&self, from: Time, to: Time) -> Result<()> {
        let insert = "INSERT INTO gap (from_at, to_at) VALUES ($1, $2)";
        sqlx::query(insert).bind(from.0).bind(to.0).execute(&self.writer).await?;
        Ok(())
    }

    /// The gaps since `since`, oldest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn gaps(&self, since: Time) -> Result<Vec<(Time, Time)>> {
        let rows = sqlx::query("SELECT from_at, to_at FROM gap WHERE to_at >= $1 ORDER BY id");
        let rows = rows.bind(since.0).fetch_all(&self.readers).await?;
        Ok(rows.iter().map(|row| (Time(row.get(0)), Time(row.get(1)))).collect())
    }
}
