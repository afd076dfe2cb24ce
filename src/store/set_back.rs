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

impl Store {
    /// Brings forward by `ahead` what was planned by a clock that ran ahead by so much; what is still put
    /// off for longer than anything may be is due now. What happened keeps its date.
    ///
    /// # Errors
    /// The database does not answer; nothing was changed.
    pub async fn plan_by(&self, now: Time, ahead: Duration) -> Result<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        plans(&mut tx, now, ahead).await?;
        Ok(tx.commit().await?)
    }

    /// The same for a program that went on running: what it told since `started` and what people did
    /// meanwhile is dated `now`, if it lies in the future; an acknowledgement would else lie before what it
    /// acknowledges.
    ///
    /// # Errors
    /// The database does not answer; nothing was changed.
    pub async fn follow_clock(&self, now: Time, ahead: Duration, started: Time) -> Result<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        plans(&mut tx, now, ahead).await?;
        // What was to be called to mind or reported at a time that has not come is not.
        let early = "UPDATE outbox SET state = 'skipped', next_at = $1 WHERE state = 'pending' AND alert IN (SELECT id \
                     FROM alert WHERE at > $1 AND at >= $2 AND reason IN ('still_open', 'report'))";
        sqlx::query(early).bind(now.0).bind(started.0).execute(&mut *tx).await?;
        for told in [
            "UPDATE alert SET at = $1 WHERE at > $1 AND at >= $2 AND id > (SELECT COALESCE(MAX(id), 0) FROM alert) - 10000",
            "UPDATE act SET until_at = until_at - (at - $1), at = $1 WHERE at > $1 AND at >= $2",
        ] {
            sqlx::query(told).bind(now.0).bind(started.0).execute(&mut *tx).await?;
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

/// What is planned: messages, and the tries of places.
async fn plans(tx: &mut Transaction<'_, Sqlite>, now: Time, ahead: Duration) -> Result<()> {
    // What was made by the wrong clock waits from now on; what was made before it keeps its hour.
    let turn = "UPDATE outbox SET next_at = MAX($1, next_at - (SELECT alert.at - $1 FROM alert \
                WHERE alert.id = outbox.alert)) WHERE state = 'pending' AND next_at > $1 \
                AND (SELECT alert.at FROM alert WHERE alert.id = outbox.alert) > $1";
    sqlx::query(turn).bind(now.0).execute(&mut **tx).await?;
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
