//! Corrects times after a clock that was ahead has been set back, so that nothing waits longer than it should and
//! nothing is dated in the future.

use std::time::Duration;

use sqlx::{Sqlite, Transaction};

use super::{Result, Store};
use crate::core::time::{Time, millis};

/// The longest time that a message can wait for its turn. Quiet hours end within a week.
const LONGEST_TURN: Duration = Duration::from_secs(7 * 86_400);
/// The longest time between two attempts at a recipient: ten minutes plus a fifth, rounded up.
const LONGEST_REST: Duration = Duration::from_secs(900);
/// The longest duration of a lease.
const LONGEST_LEASE: Duration = Duration::from_secs(120);

impl Store {
    /// Moves planned times back by `ahead`, the amount by which the clock was ahead. Anything that would still wait
    /// longer than the limits above is due now. Past events keep their dates.
    ///
    /// # Errors
    /// Fails if the database does not answer; nothing was changed.
    pub async fn plan_by(&self, now: Time, ahead: Duration) -> Result<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        plans(&mut tx, now, ahead).await?;
        Ok(tx.commit().await?)
    }

    /// Like [`Store::plan_by`], while plugwatch keeps running. Alerts and people's actions since `started` that are
    /// dated in the future are dated `now`. Otherwise an acknowledgement would come before its alert.
    ///
    /// # Errors
    /// Fails if the database does not answer; nothing was changed.
    pub async fn follow_clock(&self, now: Time, ahead: Duration, started: Time) -> Result<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        plans(&mut tx, now, ahead).await?;
        // Reminders and reports for a time that has not been reached yet are dropped.
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

/// Corrects the planned times of messages and of attempts at recipients.
async fn plans(tx: &mut Transaction<'_, Sqlite>, now: Time, ahead: Duration) -> Result<()> {
    // A message that was made by the wrong clock waits from now on. An earlier message keeps its time.
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
        // The times of messages were already corrected above.
        let ahead = if column == "next_at" { Duration::ZERO } else { ahead };
        let forward = format!("UPDATE {table} SET {column} = MAX($1, {column} - $2) WHERE {column} > $1");
        sqlx::query(sqlx::AssertSqlSafe(forward)).bind(now.0).bind(millis(ahead)).execute(&mut **tx).await?;
        let cap = format!("UPDATE {table} SET {column} = $1 WHERE {column} > $2");
        sqlx::query(sqlx::AssertSqlSafe(cap)).bind(now.0).bind(now.plus(most).0).execute(&mut **tx).await?;
    }
    Ok(())
}
