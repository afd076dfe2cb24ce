//! What people look at: flips, incidents, sums, the outbox's state.

use super::incidents::StoredIncident;
use super::outbox::StoredAlert;
use super::{AlertRow, Result, Store};
use crate::core::dependency::incident::Incident;
use crate::core::probe::history::{Counts, DAY};
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

#[derive(sqlx::FromRow)]
struct StoredFlip {
    check_id: String,
    country: Option<String>,
    change: String,
    from_verdict: Option<String>,
    to_verdict: String,
    reason: String,
    say: String,
    at: i64,
    confirmed_at: i64,
}

impl From<StoredFlip> for FlipRow {
    fn from(row: StoredFlip) -> FlipRow {
        FlipRow {
            check: row.check_id,
            country: row.country,
            change: row.change,
            from: row.from_verdict,
            to: row.to_verdict,
            reason: row.reason,
            say: row.say,
            at: Time(row.at),
            confirmed_at: Time(row.confirmed_at),
        }
    }
}

#[derive(sqlx::FromRow)]
struct ToldIncident {
    #[sqlx(flatten)]
    incident: StoredIncident,
    dependency: String,
    say: String,
    opened_at: i64,
    closed_at: Option<i64>,
}

impl From<ToldIncident> for IncidentRow {
    fn from(row: ToldIncident) -> IncidentRow {
        IncidentRow {
            incident: row.incident.into(),
            dependency: row.dependency,
            say: row.say,
            opened_at: Time(row.opened_at),
            closed_at: row.closed_at.map(Time),
        }
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct StoredRollup {
    starts_at: i64,
    live: i64,
    degraded: i64,
    outage: i64,
    dropped: i64,
    unknown: i64,
    latency_ms: i64,
}

impl From<StoredRollup> for RollupRow {
    fn from(row: StoredRollup) -> RollupRow {
        let StoredRollup { starts_at, live, degraded, outage, dropped, unknown, latency_ms } = row;
        RollupRow {
            starts_at: Time(starts_at),
            counts: Counts { live, degraded, outage, dropped, unknown, latency_ms },
        }
    }
}

#[derive(sqlx::FromRow)]
struct OutboxCounts {
    pending: i64,
    oldest: Option<i64>,
    sent: i64,
    dead: i64,
}

impl From<OutboxCounts> for OutboxState {
    fn from(row: OutboxCounts) -> OutboxState {
        let OutboxCounts { pending, oldest, sent, dead } = row;
        OutboxState { pending, oldest: oldest.map(Time), sent, dead }
    }
}

impl Store {
    /// The last flips of a dependency, newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn flips(&self, dependency: &str, limit: i64) -> Result<Vec<FlipRow>> {
        let rows = sqlx::query_as(
            "SELECT probe.check_id, probe.country, change, from_verdict, to_verdict, reason, say, at, confirmed_at \
             FROM flip JOIN probe ON probe.id = flip.probe WHERE flip.dependency = $1 ORDER BY flip.id DESC LIMIT $2",
        );
        let rows: Vec<StoredFlip> = rows.bind(dependency).bind(limit).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(FlipRow::from).collect())
    }

    /// The last incidents, of one dependency or of all, newest first; not those of what could not be judged, which
    /// are nobody's outage.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn incidents(&self, dependency: Option<&str>, since: Time) -> Result<Vec<IncidentRow>> {
        let select = "SELECT id, public_id, verdict, worst, reason, fault, proof, began_at, alerts, dependency, say, \
                      opened_at, closed_at FROM incident WHERE ($1 IS NULL OR dependency = $1) \
                      AND (closed_at IS NULL OR closed_at >= $2) AND verdict <> 'unknown' ORDER BY id DESC LIMIT 200";
        self.incidents_of(select, dependency, since).await
    }

    /// What could not be judged lately, of one dependency or of all, newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn unjudged(&self, dependency: Option<&str>, since: Time) -> Result<Vec<IncidentRow>> {
        let select = "SELECT id, public_id, verdict, worst, reason, fault, proof, began_at, alerts, dependency, say, \
                      opened_at, closed_at FROM incident WHERE ($1 IS NULL OR dependency = $1) \
                      AND (closed_at IS NULL OR closed_at >= $2) AND verdict = 'unknown' ORDER BY id DESC LIMIT 200";
        self.incidents_of(select, dependency, since).await
    }

    async fn incidents_of(
        &self,
        select: &'static str,
        dependency: Option<&str>,
        since: Time,
    ) -> Result<Vec<IncidentRow>> {
        let rows = sqlx::query_as(select);
        let rows: Vec<ToldIncident> = rows.bind(dependency).bind(since.0).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(IncidentRow::from).collect())
    }

    /// Every incident there ever was, oldest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn all_incidents(&self) -> Result<Vec<IncidentRow>> {
        let rows = sqlx::query_as(
            "SELECT id, public_id, verdict, worst, reason, fault, proof, began_at, alerts, dependency, say, opened_at, \
             closed_at FROM incident WHERE verdict <> 'unknown' ORDER BY id",
        );
        let rows: Vec<ToldIncident> = rows.fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(IncidentRow::from).collect())
    }

    /// Sums of a dependency's active probes that decide, since `since`, by bucket of `width` ms.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn rollups(&self, dependency: &str, width: i64, since: Time) -> Result<Vec<RollupRow>> {
        let rows = sqlx::query_as(
            "SELECT starts_at, CAST(SUM(live) AS BIGINT) AS live, CAST(SUM(degraded) AS BIGINT) AS degraded, \
             CAST(SUM(outage) AS BIGINT) AS outage, CAST(SUM(dropped) AS BIGINT) AS dropped, \
             CAST(SUM(unknown) AS BIGINT) AS unknown, CAST(SUM(latency_ms) AS BIGINT) AS latency_ms \
             FROM probe CROSS JOIN rollup \
             WHERE rollup.probe = probe.id AND probe.dependency = $1 AND probe.retired_at IS NULL AND probe.decides = 1 AND width = $2 AND starts_at >= $3 \
             GROUP BY starts_at ORDER BY starts_at",
        );
        let rows = rows.bind(dependency).bind(width).bind(since.0);
        let rows: Vec<StoredRollup> = rows.fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(RollupRow::from).collect())
    }

    /// How the outbox stands.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn outbox_state(&self) -> Result<OutboxState> {
        let row = sqlx::query_as(
            "SELECT COUNT(CASE WHEN outbox.state = 'pending' THEN 1 END) AS pending, \
             MIN(CASE WHEN outbox.state = 'pending' THEN alert.at END) AS oldest, \
             COUNT(CASE WHEN outbox.state = 'sent' THEN 1 END) AS sent, \
             COUNT(CASE WHEN outbox.state = 'dead' THEN 1 END) AS dead FROM outbox JOIN alert ON alert.id = outbox.alert",
        );
        let row: OutboxCounts = row.fetch_one(&self.readers).await?;
        Ok(row.into())
    }

    /// Alerts whose number is above `after`, in their order.
    ///
    /// # Errors
    /// The database does not answer, or a document in it cannot be read.
    pub async fn alerts(&self, after: i64) -> Result<Vec<AlertRow>> {
        let rows = sqlx::query_as(
            "SELECT id, public_id, incident, dependency, reason, level, at, snapshot, thread FROM alert WHERE id > $1 ORDER BY id",
        );
        let rows: Vec<StoredAlert> = rows.bind(after).fetch_all(&self.readers).await?;
        rows.into_iter().map(AlertRow::try_from).collect()
    }

    /// Alerts with news that were made at `since` or later, in their order; reminders are left out: what is open
    /// for a year has brought thousands.
    ///
    /// # Errors
    /// The database does not answer, or a document in it cannot be read.
    pub async fn news_since(&self, since: Time) -> Result<Vec<AlertRow>> {
        let rows = sqlx::query_as(
            "SELECT id, public_id, incident, dependency, reason, level, at, snapshot, thread FROM alert WHERE at >= $1 \
             AND reason NOT IN ('still_open', 'situation', 'report', 'started') ORDER BY id",
        );
        let rows: Vec<StoredAlert> = rows.bind(since.0).fetch_all(&self.readers).await?;
        rows.into_iter().map(AlertRow::try_from).collect()
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
