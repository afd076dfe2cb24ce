//! Counts that benchmarks compare with what they did: how many checks and bytes are stored.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use super::{Result, Store};

/// How often a dependency was checked, and how often the verdict was not `live`.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Tally {
    /// Its id.
    pub dependency: String,
    /// All checks.
    pub looks: i64,
    /// The checks whose verdict was not `live`.
    pub unlike_live: i64,
}

impl Store {
    /// Opens a file of any version for reading, even while plugwatch uses it. Only data that all versions contain is
    /// read.
    ///
    /// # Errors
    /// Fails if the file cannot be read.
    pub async fn measured(path: &Path) -> Result<Store> {
        let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(Duration::from_secs(5));
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        Ok(Store::over(pool))
    }

    /// How often each dependency was checked.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn tallies(&self) -> Result<Vec<Tally>> {
        // `1` means `live`.
        let all = "SELECT probe.dependency, COUNT(*) AS looks, COUNT(*) FILTER (WHERE verdict <> 1) AS unlike_live \
                   FROM observation JOIN probe ON probe.id = observation.probe GROUP BY probe.dependency";
        Ok(sqlx::query_as(all).fetch_all(&self.readers).await?)
    }

    /// The size of the database in bytes, without its write-ahead log.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn bytes(&self) -> Result<i64> {
        let all = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        Ok(sqlx::query_scalar(all).fetch_one(&self.readers).await?)
    }
}
