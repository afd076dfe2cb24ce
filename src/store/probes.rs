//! Probes by identity, and their states.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use super::document::{self, CombinedDocument, StandingDocument, ToldDocument};
use super::observations::together;
use super::{Error, Result, Store};
use crate::core::alerting::notified::Notified;
use crate::core::dependency::state::Combined;
use crate::core::probe::standing::Standing;
use crate::core::time::Time;

/// A probe that the configuration defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedProbe {
    /// Its identity.
    pub identity: String,
    /// Its dependency.
    pub dependency: String,
    /// Its check.
    pub check: String,
    /// Its storefront.
    pub country: Option<String>,
    /// Whether its result counts towards the dependency's state.
    pub decides: bool,
}

/// A probe in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeRow {
    /// Its sequential id.
    pub id: i64,
    /// Its identity.
    pub identity: String,
    /// Its dependency.
    pub dependency: String,
    /// Its check.
    pub check: String,
    /// Its storefront.
    pub country: Option<String>,
}

const ADD: &str = "INSERT INTO probe (id, identity, dependency, check_id, country, added_at, decides) \
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6 FROM json_each($1)";

/// Updates only rows that differ. At most starts, there are none.
const WAKE: &str = "UPDATE probe SET retired_at = NULL, decides = one.decides \
     FROM (SELECT value ->> 0 AS identity, value ->> 1 AS decides FROM json_each($1)) AS one \
     WHERE probe.identity = one.identity AND (probe.retired_at IS NOT NULL OR probe.decides <> one.decides)";

const ACTIVE: &str =
    "SELECT id, identity, dependency, check_id, country FROM probe WHERE retired_at IS NULL ORDER BY id";

#[derive(sqlx::FromRow)]
struct StoredProbe {
    id: i64,
    identity: String,
    dependency: String,
    check_id: String,
    country: Option<String>,
}

impl From<StoredProbe> for ProbeRow {
    fn from(row: StoredProbe) -> ProbeRow {
        let StoredProbe { id, identity, dependency, check_id: check, country } = row;
        ProbeRow { id, identity, dependency, check, country }
    }
}

#[derive(sqlx::FromRow)]
struct StoredDependency {
    id: String,
    state: String,
    told: Option<String>,
}

impl TryFrom<StoredDependency> for (String, (Combined, Option<Notified>)) {
    type Error = Error;

    fn try_from(row: StoredDependency) -> Result<Self> {
        let told = row.told.map(|told| document::read::<_, ToldDocument>(&told)).transpose()?;
        Ok((row.id, (document::read::<_, CombinedDocument>(&row.state)?, told)))
    }
}

#[derive(sqlx::FromRow)]
struct StoredStanding {
    probe: i64,
    state: String,
}

impl TryFrom<StoredStanding> for (i64, Standing) {
    type Error = Error;

    fn try_from(row: StoredStanding) -> Result<Self> {
        Ok((row.probe, document::read::<_, StandingDocument>(&row.state)?))
    }
}

impl Store {
    /// Makes the stored active probes match the configuration: adds, reactivates and retires probes. Returns all ids
    /// by identity, and the probes that were just retired.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn set_probes(&self, wanted: &[WantedProbe], now: Time) -> Result<(HashMap<String, i64>, Vec<ProbeRow>)> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let first: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) + 1 FROM probe").fetch_one(&mut *tx).await?;
        let known: Vec<String> = sqlx::query_scalar("SELECT identity FROM probe").fetch_all(&mut *tx).await?;
        let known: HashSet<&str> = known.iter().map(String::as_str).collect();
        let (old, new): (Vec<&WantedProbe>, Vec<_>) =
            wanted.iter().partition(|probe| known.contains(probe.identity.as_str()));
        let row = |(id, probe): (i64, &WantedProbe)| {
            json!([id, probe.identity, probe.dependency, probe.check, probe.country, now.0, i64::from(probe.decides)])
        };
        together(&mut tx, ADD, Box::new((first..).zip(new).map(row).map(Ok))).await?;
        let row = |probe: &WantedProbe| json!([probe.identity, i64::from(probe.decides)]);
        together(&mut tx, WAKE, Box::new(old.into_iter().map(row).map(Ok))).await?;
        let active: Vec<StoredProbe> = sqlx::query_as(ACTIVE).fetch_all(&mut *tx).await?;
        let names: HashSet<&str> = wanted.iter().map(|probe| probe.identity.as_str()).collect();
        let (mut ids, mut retired) = (HashMap::new(), Vec::new());
        for probe in active.into_iter().map(ProbeRow::from) {
            if names.contains(probe.identity.as_str()) {
                ids.insert(probe.identity, probe.id);
            } else {
                retired.push(probe);
            }
        }
        for probe in &retired {
            let retire = "UPDATE probe SET retired_at = $1 WHERE id = $2";
            sqlx::query(retire).bind(now.0).bind(probe.id).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok((ids, retired))
    }

    /// The active probes, with their dependencies.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn active_probes(&self) -> Result<Vec<ProbeRow>> {
        let rows: Vec<StoredProbe> = sqlx::query_as(ACTIVE).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(ProbeRow::from).collect())
    }

    /// When each active probe was first monitored, by its identity.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn added(&self) -> Result<HashMap<String, Time>> {
        let added = "SELECT identity, added_at FROM probe WHERE retired_at IS NULL";
        let rows: Vec<(String, i64)> = sqlx::query_as(added).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(|(identity, at)| (identity, Time(at))).collect())
    }

    /// The last stored state of every dependency, and what was reported about it.
    ///
    /// # Errors
    /// Fails if the database does not answer, or a document in it cannot be read.
    pub async fn dependencies(&self) -> Result<HashMap<String, (Combined, Option<Notified>)>> {
        let rows: Vec<StoredDependency> =
            sqlx::query_as("SELECT id, state, told FROM dependency").fetch_all(&self.readers).await?;
        rows.into_iter().map(TryFrom::try_from).collect()
    }

    /// Deletes what was reported about dependencies that are no longer monitored.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn forget(&self, dependencies: &[String]) -> Result<()> {
        for id in dependencies {
            sqlx::query("DELETE FROM dependency WHERE id = $1").bind(id).execute(&self.writer).await?;
        }
        Ok(())
    }

    /// The stored standing of every active probe.
    ///
    /// # Errors
    /// Fails if the database does not answer, or a document in it cannot be read.
    pub async fn standings(&self) -> Result<HashMap<i64, Standing>> {
        let rows = sqlx::query_as(
            "SELECT standing.probe, standing.state FROM standing JOIN probe ON probe.id = standing.probe \
             WHERE probe.retired_at IS NULL",
        );
        let rows: Vec<StoredStanding> = rows.fetch_all(&self.readers).await?;
        rows.into_iter().map(TryFrom::try_from).collect()
    }
}
