//! What people look at: flips, incidents, sums, the outbox's state.

use sqlx::Row;

use super::incidents::incident_of;
use super::{AlertRow, Result, Store};
use crate::core::history::{Counts, DAY};
use crate::core::incident::Incident;
use crate::core::time::Time;

/// A confirmed change, as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlipRow {
    /// The check that saw it.
    pub check: String,
    /// The storefront.
    pub country: Option<String>,
    /// `verdict`, `blind` or `sighted`.
    pub change: String,
    /// The verdict before.
    pub from: Option<String>,
    /// The verdict now.
    pub to: String,
    /// Why.
    pub reason: String,
    /// One sentence.
    pub say: String,
    /// Since when.
    pub at: Time,
    /// When it was confirmed.
    pub confirmed_at: Time,
}

/// An incident, as people read it.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidentRow {
    /// The incident.
    pub incident: Incident,
    /// Its dependency.
    pub dependency: String,
    /// What was said of it last.
    pub say: String,
    /// When it was confirmed.
    pub opened_at: Time,
    /// When it ended.
    pub closed_at: Option<Time>,
}

/// Sums of one bucket of one dependency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollupRow {
    /// Where the bucket starts.
    pub starts_at: Time,
    /// What it holds.
    pub counts: Counts,
}

/// How the outbox stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxState {
    /// Messages not delivered yet.
    pub pending: i64,
    /// When the oldest of them was made.
    pub oldest: Option<Time>,
    /// Messages delivered.
    pub sent: i64,
    /// Messages that will never arrive.
    pub dead: i64,
}

fn incident_row(row: &sqlx::sqlite::SqliteRow) -> IncidentRow {
    IncidentRow {
        incident: incident_of(row),
        dependency: row.get(9),
        say: row.get(10),
        opened_at: Time(row.get(11)),
        closed_at: row.get::<Option<i64>, _>(12).map(Time),
    }
}

impl Store {
    /// The last flips of a dependency, newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn flips(&self, dependency: &str, limit: i64) -> Result<Vec<FlipRow>> {
        let rows = sqlx::query(
            "SELECT probe.check_id, probe.country, change, from_verdict, to_verdict, reason, say, at, confirmed_at \
             FROM flip JOIN probe ON probe.id = flip.probe WHERE flip.dependency = $1 ORDER BY flip.id DESC LIMIT $2",
        );
        let rows = rows.bind(dependency).bind(limit).fetch_all(&self.readers).await?;
        let read = |row: &sqlx::sqlite::SqliteRow| FlipRow {
            check: row.get(0),
            country: row.get(1),
            change: row.get(2),
            from: row.get(3),
            to: row.get(4),
            reason: row.get(5),
            say: row.get(6),
            at: Time(row.get(7)),
            confirmed_at: Time(row.get(8)),
        };
        Ok(rows.iter().map(read).collect())
    }

    /// The last incidents, of one dependency or of all, newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn incidents(&self, dependency: Option<&str>, since: Time) -> Result<Vec<IncidentRow>> {
        let rows = sqlx::query(
            "SELECT id, public_id, verdict, worst, reason, fault, proof, began_at, alerts, dependency, say, opened_at, \
             closed_at FROM incident WHERE ($1 IS NULL OR dependency = $1) AND (closed_at IS NULL OR closed_at >= $2) \
             ORDER BY id DESC LIMIT 200",
        );
        let rows = rows.bind(dependency).bind(since.0).fetch_all(&self.readers).await?;
        Ok(rows.iter().map(incident_row).collect())
    }

    /// Every incident there ever was, oldest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn all_incidents(&self) -> Result<Vec<IncidentRow>> {
        let rows = sqlx::query(
            "SELECT id, public_id, verdict, worst, reason, fault, proof, began_at, alerts, dependency, say, opened_at, \
             closed_at FROM incident ORDER BY id",
        );
        Ok(rows.fetch_all(&self.readers).await?.iter().map(incident_row).collect())
    }

    /// Sums of a dependency's active probes that decide, since `since`, by bucket of `width` ms.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn rollups(&self, dependency: &str, width: i64, since: Time) -> Result<Vec<RollupRow>> {
        let rows = sqlx::query(
            "SELECT starts_at, CAST(SUM(live) AS BIGINT), CAST(SUM(degraded) AS BIGINT), CAST(SUM(outage) AS BIGINT), \
             CAST(SUM(dropped) AS BIGINT), CAST(SUM(unknown) AS BIGINT), CAST(SUM(latency_ms) AS BIGINT) \
             FROM rollup JOIN probe ON probe.id = rollup.probe \
             WHERE probe.dependency = $1 AND probe.retired_at IS NULL AND probe.decides = 1 AND width = $2 AND starts_at >= $3 \
             GROUP BY starts_at ORDER BY starts_at",
        );
        let rows = rows.bind(dependency).bind(width).bind(since.0).fetch_all(&self.readers).await?;
        let read = |row: &sqlx::sqlite::SqliteRow| RollupRow {
            starts_at: Time(row.get(0)),
            counts: Counts {
                live: row.get(1),
                degraded: row.get(2),
                outage: row.get(3),
                dropped: row.get(4),
                unknown: row.get(5),
                latency_ms: row.get(6),
            },
        };
        Ok(rows.iter().map(read).collect())
    }

    /// How the outbox stands.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn outbox_state(&self) -> Result<OutboxState> {
        let row = sqlx::query(
            "SELECT COUNT(CASE WHEN outbox.state = 'pending' THEN 1 END), \
             MIN(CASE WHEN outbox.state = 'pending' THEN alert.at END), \
             COUNT(CASE WHEN outbox.state = 'sent' THEN 1 END), COUNT(CASE WHEN outbox.state = 'dead' THEN 1 END) \
             FROM outbox JOIN alert ON alert.id = outbox.alert",
        );
        let row = row.fetch_one(&self.readers).await?;
        Ok(OutboxState {
            pending: row.get(0),
            oldest: row.get::<Option<i64>, _>(1).map(Time),
            sent: row.get(2),
            dead: row.get(3),
        })
    }

    /// Alerts whose number is above `after`, in their order.
    ///
    /// # Errors
    /// The database does not answer, or a document in it cannot be read.
    pub async fn alerts(&self, after: i64) -> Result<Vec<AlertRow>> {
        let rows = sqlx::query(
            "SELECT id, public_id, incident, dependency, reason, level, at, snapshot, thread FROM alert WHERE id > $1 ORDER BY id",
        );
        let rows = rows.bind(after).fetch_all(&self.readers).await?;
        rows.iter().map(|row| super::outbox::alert_of(row, 0)).collect()
    }

    /// How many looks were ever stored, also those whose rows have been pruned since.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn looks(&self) -> Result<i64> {
        let sum = "SELECT COALESCE(SUM(live + degraded + outage + dropped + unknown), 0) FROM rollup WHERE width = $1";
        Ok(sqlx::query_scalar(sum).bind(DAY).fetch_one(&self.readers).await?)
    }
}
