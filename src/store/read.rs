//! Data for display: confirmed changes, incidents, sums, and the state of the outbox.

use super::incidents::StoredIncident;
use super::outbox::StoredAlert;
use super::{AlertRow, Result, Store};
use crate::core::dependency::incident::Incident;
use crate::core::probe::history::Counts;
use crate::core::time::Time;

/// A confirmed change, as shown to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlipRow {
    /// The check that found it.
    pub check: String,
    /// The storefront.
    pub country: Option<String>,
    /// `verdict`, `blind` or `sighted`.
    pub change: String,
    /// The verdict before.
    pub from: Option<String>,
    /// The verdict now.
    pub to: String,
    /// The reason code.
    pub reason: String,
    /// The reason as a sentence.
    pub say: String,
    /// When it began.
    pub at: Time,
    /// When it was confirmed.
    pub confirmed_at: Time,
}

/// An incident, as shown to people.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidentRow {
    /// The incident.
    pub incident: Incident,
    /// Its dependency.
    pub dependency: String,
    /// The last sentence about it.
    pub say: String,
    /// When it was confirmed.
    pub opened_at: Time,
    /// When it ended.
    pub closed_at: Option<Time>,
}

/// The sums of one dependency in one bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollupRow {
    /// The start of the bucket.
    pub starts_at: Time,
    /// Its counts.
    pub counts: Counts,
}

/// The state of the outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxState {
    /// The number of messages that are not delivered yet.
    pub pending: i64,
    /// When the oldest of these was made.
    pub oldest: Option<Time>,
    /// The number of delivered messages.
    pub sent: i64,
    /// The number of messages that can never be delivered.
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
    /// The last confirmed changes of a dependency, newest first.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn flips(&self, dependency: &str, limit: i64) -> Result<Vec<FlipRow>> {
        let rows = sqlx::query_as(
            "SELECT probe.check_id, probe.country, change, from_verdict, to_verdict, reason, say, at, confirmed_at \
             FROM flip JOIN probe ON probe.id = flip.probe WHERE flip.dependency = $1 ORDER BY flip.id DESC LIMIT $2",
        );
        let rows: Vec<StoredFlip> = rows.bind(dependency).bind(limit).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(FlipRow::from).collect())
    }

    /// The last incidents of one dependency or of all, newest first. Periods in which a dependency could not be
    /// checked are left out, because they are not outages.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn incidents(&self, dependency: Option<&str>, since: Time) -> Result<Vec<IncidentRow>> {
        let select = "SELECT id, public_id, verdict, worst, reason, fault, proof, began_at, alerts, dependency, say, \
                      opened_at, closed_at FROM incident WHERE ($1 IS NULL OR dependency = $1) \
                      AND (closed_at IS NULL OR closed_at >= $2) AND verdict <> 'unknown' ORDER BY id DESC LIMIT 200";
        self.incidents_of(select, dependency, since).await
    }

    /// The recent periods in which one dependency, or any, could not be checked, newest first.
    ///
    /// # Errors
    /// Fails if the database does not answer.
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

    /// All incidents that were ever stored, oldest first.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn all_incidents(&self) -> Result<Vec<IncidentRow>> {
        let rows = sqlx::query_as(
            "SELECT id, public_id, verdict, worst, reason, fault, proof, began_at, alerts, dependency, say, opened_at, \
             closed_at FROM incident WHERE verdict <> 'unknown' ORDER BY id",
        );
        let rows: Vec<ToldIncident> = rows.fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(IncidentRow::from).collect())
    }

    /// The state of the outbox.
    ///
    /// # Errors
    /// Fails if the database does not answer.
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

    /// Alerts with an id above `after`, oldest first.
    ///
    /// # Errors
    /// Fails if the database does not answer, or a document in it cannot be read.
    pub async fn alerts(&self, after: i64) -> Result<Vec<AlertRow>> {
        let rows = sqlx::query_as(
            "SELECT id, public_id, incident, dependency, reason, level, at, snapshot, thread FROM alert WHERE id > $1 ORDER BY id",
        );
        let rows: Vec<StoredAlert> = rows.bind(after).fetch_all(&self.readers).await?;
        rows.into_iter().map(AlertRow::try_from).collect()
    }

    /// Alerts with news that were made at `since` or later, oldest first. Reminders are left out, because a problem
    /// that stays open for a year causes thousands of them.
    ///
    /// # Errors
    /// Fails if the database does not answer, or a document in it cannot be read.
    pub async fn news_since(&self, since: Time) -> Result<Vec<AlertRow>> {
        let rows = sqlx::query_as(
            "SELECT id, public_id, incident, dependency, reason, level, at, snapshot, thread FROM alert WHERE at >= $1 \
             AND reason NOT IN ('still_open', 'situation', 'report', 'started') ORDER BY id",
        );
        let rows: Vec<StoredAlert> = rows.bind(since.0).fetch_all(&self.readers).await?;
        rows.into_iter().map(AlertRow::try_from).collect()
    }
}
