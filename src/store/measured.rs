//! What benches hold against what they did: how much is stored, and of what.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use super::{Result, Store};

/// How often a dependency was checked, and how often it was not read as live.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Tally {
    /// Its id.
    pub dependency: String,
    /// All checks.
    pub looks: i64,
    /// Those that read anything but live.
    pub unlike_live: i64,
}

impl Store {
    /// A file of whatever version, read as it is while its program goes on: what is read here stands in all of them.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn measured(path: &Path) -> Result<Store> {
        let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(Duration::from_secs(5));
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        Ok(Store::over(pool))
    }

    /// How often each dependency was checked.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn tallies(&self) -> Result<Vec<Tally>> {
        // 1 stands for live.
        let all = "SELECT probe.dependency, COUNT(*) AS looks, COUNT(*) FILTER (WHERE verdict <> 1) AS unlike_live \
                   FROM observation JOIN probe ON probe.id = observation.probe GROUP BY probe.dependency";
        Ok(sqlx::query_as(all).fetch_all(&self.readers).await?)
    }

    /// Bytes that the database takes up, without its log.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn bytes(&self) -> Result<i64> {
        let all = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        Ok(sqlx::query_scalar(all).fetch_one(&self.readers).await?)
    }
}
