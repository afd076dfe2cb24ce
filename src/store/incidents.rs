//! Incidents: open ones for the engine, and ended ones for people.

use std::collections::HashMap;

use sqlx::{Sqlite, Transaction};

use super::{IncidentChange, Result, Store};
use crate::core::dependency::incident::Incident;
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Verdict};

pub(super) async fn write(tx: &mut Transaction<'_, Sqlite>, change: &IncidentChange) -> Result<()> {
    let incident = &change.incident;
    sqlx::query(
        "INSERT INTO incident (id, public_id, dependency, verdict, worst, reason, fault, proof, say, began_at, opened_at, \
         closed_at, alerts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (id) DO UPDATE SET verdict = excluded.verdict, worst = excluded.worst, reason = excluded.reason, \
         fault = excluded.fault, proof = excluded.proof, \
         say = (CASE WHEN excluded.say = '' THEN incident.say ELSE excluded.say END) || $14, closed_at = excluded.closed_at, \
         alerts = excluded.alerts",
    )
    .bind(incident.id)
    .bind(&incident.public_id)
    .bind(&change.dependency)
    .bind(incident.verdict.word())
    .bind(incident.worst.word())
    .bind(&incident.reason)
    .bind(incident.fault.word())
    .bind(incident.proof.word())
    .bind(&change.say)
    .bind(incident.began_at.0)
    .bind(change.opened_at.0)
    .bind(change.closed_at.map(|at| at.0))
    .bind(i64::from(incident.alerts))
    .bind(change.ends)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
pub(super) struct StoredIncident {
    id: i64,
    public_id: String,
    verdict: String,
    worst: String,
    reason: String,
    fault: String,
    proof: String,
    began_at: i64,
    alerts: i64,
}

/// A word that only a newer version knows is read as the most cautious of the known words.
impl From<StoredIncident> for Incident {
    fn from(row: StoredIncident) -> Incident {
        Incident {
            id: row.id,
            public_id: row.public_id,
            verdict: row.verdict.parse().unwrap_or(Verdict::Degraded),
            worst: row.worst.parse().unwrap_or(Verdict::Degraded),
            reason: row.reason,
            fault: row.fault.parse().unwrap_or(Fault::Unclear),
            proof: row.proof.parse().unwrap_or(Proof::Inferred),
            began_at: Time(row.began_at),
            alerts: u32::try_from(row.alerts).unwrap_or(0),
        }
    }
}

#[derive(sqlx::FromRow)]
struct OpenIncident {
    #[sqlx(flatten)]
    incident: StoredIncident,
    dependency: String,
}

impl Store {
    /// Open incidents by dependency.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn open_incidents(&self) -> Result<HashMap<String, Incident>> {
        self.open_of(
            "SELECT id, public_id, verdict, worst, reason, fault, proof, began_at, alerts, dependency \
             FROM incident WHERE closed_at IS NULL AND verdict <> 'unknown'",
        )
        .await
    }

    /// Open incidents about dependencies that cannot be checked, by dependency.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn open_unjudged(&self) -> Result<HashMap<String, Incident>> {
        self.open_of(
            "SELECT id, public_id, verdict, worst, reason, fault, proof, began_at, alerts, dependency \
             FROM incident WHERE closed_at IS NULL AND verdict = 'unknown'",
        )
        .await
    }

    async fn open_of(&self, select: &'static str) -> Result<HashMap<String, Incident>> {
        let rows: Vec<OpenIncident> = sqlx::query_as(select).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(|row| (row.dependency, row.incident.into())).collect())
    }

    /// The id of the next incident.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn next_incident(&self) -> Result<i64> {
        let next = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) + 1 FROM incident");
        Ok(next.fetch_one(&self.readers).await?)
    }
}
