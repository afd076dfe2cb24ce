//! After a clock that ran ahead was set right: nothing waits for a time that lies further ahead than it
//! could have been put off, and nothing is dated into the future.

use std::time::Duration;

use sqlx::{Sqlite, Transaction};

use super::{Result, Store};
use crate::core::time::{Time, millis};

/// No message waits longer for its turn: quiet hours end within a week.
const LONGEST_TURN: Duration = Duration::from_secs(7 * 86_400);
/// No place is left alone longer between two tries: ten minutes, and a fifth.
const LONGEST_REST: Duration = Duration::from_secs(900);
/// No try takes longer than its lease.
const LONGEST_LEASE: Duration = Duration::from_secs(120);

/// Rows that were written last; what is dated into the future is among them.
const LAST: i64 = 10_000;

impl Store {
    /// Dates nothing after `now`, and brings forward by `ahead` what was planned by a clock that ran
    /// ahead by so much; what is still put off for longer than anything may be is due now.
    ///
    /// # Errors
    /// The database does not answer; nothing was changed.
    pub async fn not_after(&self, now: Time, ahead: Duration) -> Result<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        plans(&mut tx, now, ahead).await?;
        for (table, column) in DATED {
            let date = format!(
                "UPDATE {table} SET {column} = $1 WHERE {column} > $1 \
                 AND id > (SELECT COALESCE(MAX(id), 0) FROM {table}) - {LAST}"
            );
            sqlx::query(sqlx::AssertSqlSafe(date)).bind(now.0).execute(&mut *tx).await?;
        }
        for column in ["failing_since", "dead_since", "told_at", "sent_at"] {
            let date = format!("UPDATE place SET {column} = $1 WHERE {column} > $1");
            sqlx::query(sqlx::AssertSqlSafe(date)).bind(now.0).execute(&mut *tx).await?;
        }
        let watched =
            "UPDATE note SET value = CAST($1 AS TEXT) WHERE name = 'watched_until' AND CAST(value AS BIGINT) > $1";
        sqlx::query(watched).bind(now.0).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }
}

/// What has a date of its own.
const DATED: [(&str, &str); 9] = [
    ("alert", "at"),
    ("flip", "at"),
    ("flip", "confirmed_at"),
    ("incident", "began_at"),
    ("incident", "opened_at"),
    ("incident", "closed_at"),
    ("letter", "received_at"),
    ("letter", "added_at"),
    ("report", "to_at"),
];

/// What is planned: messages, tries, and what people asked for.
async fn plans(tx: &mut Transaction<'_, Sqlite>, now: Time, ahead: Duration) -> Result<()> {
    // What was made by the wrong clock waits from now on; what was made before it keeps its hour.
    let turn = "UPDATE outbox SET next_at = MAX($1, next_at - (SELECT alert.at - $1 FROM alert \
                WHERE alert.id = outbox.alert)) WHERE state = 'pending' AND next_at > $1 \
                AND (SELECT alert.at FROM alert WHERE alert.id = outbox.alert) > $1";
    sqlx::query(turn).bind(now.0).execute(&mut **tx).await?;
    let people = "UPDATE act SET until_at = until_at - (at - $1), at = $1 WHERE at > $1";
    sqlx::query(people).bind(now.0).execute(&mut **tx).await?;
    for (table, column, most) in [
        ("outbox", "next_at", LONGEST_TURN),
        ("outbox", "leased_until", LONGEST_LEASE),
        ("outbox", "amend_at", LONGEST_REST),
        ("place", "retry_at", LONGEST_REST),
    ] {
        // A turn is moved by its own message, above.
        let ahead = if column == "next_at" { Duration::ZERO } else { ahead };
        let forward = format!("UPDATE {table} SET {column} = MAX($1, {column} - $2) WHERE {column} > $1");
        sqlx::query(sqlx::AssertSqlSafe(forward)).bind(now.0).bind(millis(ahead)).execute(&mut **tx).await?;
        let cap = format!("UPDATE {table} SET {column} = $1 WHERE {column} > $2");
        sqlx::query(sqlx::AssertSqlSafe(cap)).bind(now.0).bind(now.plus(most).0).execute(&mut **tx).await?;
    }
    Ok(())
}
