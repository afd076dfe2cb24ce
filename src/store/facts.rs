//! Facts: the last known value of each, and every change.

use std::collections::HashMap;

use serde_json::{Value, json};
use sqlx::{Sqlite, Transaction};

use super::observations::together;
use super::{CheckRow, Error, Result, Store};
use crate::core::time::Time;

/// A fact's known value, and a new value that is waiting for a second check.
#[derive(Clone, Debug, PartialEq)]
pub struct FactRow {
    /// The name of the fact.
    pub name: String,
    /// The known value.
    pub value: Value,
    /// When the value became known.
    pub since: Time,
    /// A new value that only one check has found so far.
    pub candidate: Option<Value>,
}

/// A change that two checks have found.
#[derive(Clone, Debug, PartialEq)]
pub struct FactChange {
    /// The name of the fact.
    pub name: String,
    /// The value before.
    pub before: Value,
    /// The value now.
    pub after: Value,
    /// When the change was confirmed.
    pub at: Time,
}

const NEW: &str = "INSERT INTO fact (probe, name, value, since, candidate) \
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each($1) WHERE TRUE \
     ON CONFLICT (probe, name) DO UPDATE SET value = excluded.value, since = excluded.since, \
     candidate = excluded.candidate";

const CHANGED: &str = "INSERT INTO fact_change (probe, name, at, before, after) \
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each($1)";

/// Writes the facts of all checks in a batch: new ones, those waiting for confirmation, and changed ones.
pub(super) async fn write(tx: &mut Transaction<'_, Sqlite>, looks: &[CheckRow]) -> Result<()> {
    let fact = |probe: i64, fact: &FactRow| {
        let candidate = fact.candidate.as_ref().map(Value::to_string);
        json!([probe, fact.name, fact.value.to_string(), fact.since.0, candidate])
    };
    let facts = looks.iter().flat_map(|look| look.facts.iter().map(move |row| fact(look.probe, row)));
    together(tx, NEW, Box::new(facts.map(Ok))).await?;
    let change = |probe: i64, change: &FactChange| {
        json!([probe, change.name, change.at.0, change.before.to_string(), change.after.to_string()])
    };
    let changes = looks.iter().flat_map(|look| look.fact_changes.iter().map(move |row| change(look.probe, row)));
    together(tx, CHANGED, Box::new(changes.map(Ok))).await?;
    Ok(())
}

/// A change, as shown to people.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedFact {
    /// Its dependency.
    pub dependency: String,
    /// The check that found it.
    pub check: String,
    /// The name of the fact.
    pub name: String,
    /// The value before.
    pub before: Value,
    /// The value now.
    pub after: Value,
    /// When the change was confirmed.
    pub at: Time,
    /// Who accepted the new value.
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

/// A known value, with its dependency and check.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct NamedFact {
    /// Its dependency, by id.
    pub dependency: String,
    /// The name of the fact.
    pub name: String,
    /// The value, as JSON.
    pub value: String,
}

impl Store {
    /// Known values of active checks whose names contain one of these words: a few among hundreds of thousands.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn facts_named(&self, words: &[&str]) -> Result<Vec<NamedFact>> {
        let rows = sqlx::query_as(
            "SELECT DISTINCT probe.dependency, name, value FROM fact JOIN probe ON probe.id = fact.probe \
             WHERE probe.retired_at IS NULL AND EXISTS (SELECT 1 FROM json_each($1) AS word \
             WHERE instr(fact.name, word.value) > 0) ORDER BY probe.dependency, name",
        );
        Ok(rows.bind(serde_json::to_string(words)?).fetch_all(&self.readers).await?)
    }

    /// Changes since `since`, of one dependency or of all, oldest first.
    ///
    /// # Errors
    /// Fails if the database does not answer, or a document in it cannot be read.
    pub async fn changed_facts(&self, dependency: Option<&str>, since: Time) -> Result<Vec<ChangedFact>> {
        let rows = sqlx::query_as(
            "SELECT probe.dependency, probe.check_id, name, before, after, at, accepted_by \
             FROM fact_change JOIN probe ON probe.id = fact_change.probe \
             WHERE ($1 IS NULL OR probe.dependency = $1) AND at >= $2 ORDER BY fact_change.id LIMIT 500",
        );
        let rows: Vec<StoredChange> = rows.bind(dependency).bind(since.0).fetch_all(&self.readers).await?;
        rows.into_iter().map(ChangedFact::try_from).collect()
    }

    /// The known facts of every probe, by its id.
    ///
    /// # Errors
    /// Fails if the database does not answer, or a document in it cannot be read.
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
