//! Facts: the last known value of each, and every change.

use std::collections::HashMap;

use serde_json::Value;
use sqlx::{Sqlite, Transaction};

use super::{Error, Result, Store};
use crate::core::time::Time;

/// A fact's known value, with a new one waiting for its second read.
#[derive(Clone, Debug, PartialEq)]
pub struct FactRow {
    /// Its name.
    pub name: String,
    /// The known value.
    pub value: Value,
    /// Since when.
    pub since: Time,
    /// A new value that was read once.
    pub candidate: Option<Value>,
}

/// A change that was read twice.
#[derive(Clone, Debug, PartialEq)]
pub struct FactChange {
    /// Its name.
    pub name: String,
    /// The value before.
    pub before: Value,
    /// The value now.
    pub after: Value,
    /// When.
    pub at: Time,
}

pub(super) async fn write(
    tx: &mut Transaction<'_, Sqlite>,
    probe: i64,
    facts: &[FactRow],
    changes: &[FactChange],
) -> Result<()> {
    for fact in facts {
        sqlx::query(
            "INSERT INTO fact (probe, name, value, since, candidate) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (probe, name) DO UPDATE SET value = excluded.value, since = excluded.since, \
             candidate = excluded.candidate",
        )
        .bind(probe)
        .bind(&fact.name)
        .bind(fact.value.to_string())
        .bind(fact.since.0)
        .bind(fact.candidate.as_ref().map(Value::to_string))
        .execute(&mut **tx)
        .await?;
    }
    for change in changes {
        sqlx::query("INSERT INTO fact_change (probe, name, at, before, after) VALUES ($1, $2, $3, $4, $5)")
            .bind(probe)
            .bind(&change.name)
            .bind(change.at.0)
            .bind(change.before.to_string())
            .bind(change.after.to_string())
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// A change as people read it.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedFact {
    /// Its dependency.
    pub dependency: String,
    /// The check that read it.
    pub check: String,
    /// Its name.
    pub name: String,
    /// The value before.
    pub before: Value,
    /// The value now.
    pub after: Value,
    /// When.
    pub at: Time,
    /// Who took it as the new normal.
    pub accepted: Option<String>,
}

#[derive(sqlx::FromRow)]
struct StoredChange {
    dependency: String,
    check_id: String,
    name: String,
    before: String,
    after: String,
    at: i64,
    accepted_by: Option<String>,
}

impl TryFrom<StoredChange> for ChangedFact {
    type Error = Error;

    fn try_from(row: StoredChange) -> Result<ChangedFact> {
        Ok(ChangedFact {
            dependency: row.dependency,
            check: row.check_id,
            name: row.name,
            before: serde_json::from_str(&row.before)?,
            after: serde_json::from_str(&row.after)?,
            at: Time(row.at),
            accepted: row.accepted_by,
        })
    }
}

#[derive(sqlx::FromRow)]
struct StoredFact {
    probe: i64,
    name: String,
    value: String,
    since: i64,
    candidate: Option<String>,
}

impl TryFrom<StoredFact> for FactRow {
    type Error = Error;

    fn try_from(row: StoredFact) -> Result<FactRow> {
        Ok(FactRow {
            name: row.name,
            value: serde_json::from_str(&row.value)?,
            since: Time(row.since),
            candidate: row.candidate.map(|text| serde_json::from_str(&text)).transpose()?,
        })
    }
}

impl Store {
    /// Changes since `since`, of one dependency or of all, oldest first.
    ///
    /// # Errors
    /// The database does not answer, or a document in it cannot be read.
    pub async fn changed_facts(&self, dependency: Option<&str>, since: Time) -> Result<Vec<ChangedFact>> {
        let rows = sqlx::query_as(
            "SELECT probe.dependency, probe.check_id, name, before, after, at, accepted_by \
             FROM fact_change JOIN probe ON probe.id = fact_change.probe \
             WHERE ($1 IS NULL OR probe.dependency = $1) AND at >= $2 ORDER BY fact_change.id LIMIT 500",
        );
        let rows: Vec<StoredChange> = rows.bind(dependency).bind(since.0).fetch_all(&self.readers).await?;
        rows.into_iter().map(ChangedFact::try_from).collect()
    }

    /// The known facts of every probe.
    ///
    /// # Errors
    /// The database does not answer, or a document in it cannot be read.
    pub async fn facts(&self) -> Result<HashMap<i64, Vec<FactRow>>> {
        let rows: Vec<StoredFact> =
            sqlx::query_as("SELECT probe, name, value, since, candidate FROM fact").fetch_all(&self.readers).await?;
        let mut facts: HashMap<i64, Vec<FactRow>> = HashMap::new();
        for row in rows {
            facts.entry(row.probe).or_default().push(row.try_into()?);
        }
        Ok(facts)
    }
}
