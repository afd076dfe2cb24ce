//! Sums of hours and days. The latest checks are not in them yet: whoever reads sums counts those beside them, and
//! some thousands at a time they are added. Written with each check, a sum would cost a page of the disk for it.

use std::sync::atomic::Ordering;

use sqlx::{Sqlite, Transaction};

use super::history::note;
use super::read::{RollupRow, StoredRollup};
use super::{Result, Store};
use crate::core::probe::history::{DAY, HOUR};
use crate::core::time::Time;

/// So many checks are counted when sums are read: that takes a millisecond or two.
pub(super) const LATE: i64 = 8_192;

/// Up to which check everything is in the sums.
const SUMMED_TO: &str = "SELECT CAST(value AS BIGINT) FROM note WHERE name = 'summed_to'";

const ADD: &str = "INSERT INTO rollup (probe, width, starts_at, live, degraded, outage, dropped, unknown, latency_ms) \
     SELECT probe, width, at - at % width, COUNT(CASE verdict WHEN 1 THEN 1 END), COUNT(CASE verdict WHEN 2 THEN 1 END), \
     COUNT(CASE verdict WHEN 3 THEN 1 END), COUNT(CASE verdict WHEN 4 THEN 1 END), COUNT(CASE verdict WHEN 0 THEN 1 END), \
     SUM(latency_ms) FROM observation, (SELECT $1 AS width UNION ALL SELECT $2) AS widths \
     WHERE id > $3 AND id <= $4 GROUP BY probe, width, at - at % width \
     ON CONFLICT (probe, width, starts_at) DO UPDATE SET \
     live = live + excluded.live, degraded = degraded + excluded.degraded, outage = outage + excluded.outage, \
     dropped = dropped + excluded.dropped, unknown = unknown + excluded.unknown, \
     latency_ms = latency_ms + excluded.latency_ms";

/// One dependency's sums, or those of all, of the active probes that decide: `$1` is the width, `$2` where they start,
/// `$3` the dependency. SQLite keeps the order of a CROSS JOIN: probe by probe it finds the few rows that are wanted,
/// and would else read all that was ever summed.
const READ: &str = "SELECT dependency, starts_at, CAST(SUM(live) AS BIGINT) AS live, \
     CAST(SUM(degraded) AS BIGINT) AS degraded, CAST(SUM(outage) AS BIGINT) AS outage, \
     CAST(SUM(dropped) AS BIGINT) AS dropped, CAST(SUM(unknown) AS BIGINT) AS unknown, \
     CAST(SUM(latency_ms) AS BIGINT) AS latency_ms FROM ( \
     SELECT probe.dependency, starts_at, live, degraded, outage, dropped, unknown, latency_ms \
     FROM probe CROSS JOIN rollup \
     WHERE rollup.probe = probe.id AND probe.retired_at IS NULL AND probe.decides = 1 AND width = $1 AND starts_at >= $2 AND ($3 IS NULL OR probe.dependency = $3) \
     UNION ALL \
     SELECT probe.dependency, observation.at - observation.at % $1, CASE verdict WHEN 1 THEN 1 ELSE 0 END, \
     CASE verdict WHEN 2 THEN 1 ELSE 0 END, CASE verdict WHEN 3 THEN 1 ELSE 0 END, CASE verdict WHEN 4 THEN 1 ELSE 0 END, \
     CASE verdict WHEN 0 THEN 1 ELSE 0 END, latency_ms FROM observation JOIN probe ON probe.id = observation.probe \
     WHERE observation.id > (SELECT CAST(value AS BIGINT) FROM note WHERE name = 'summed_to') AND probe.retired_at IS NULL \
     AND probe.decides = 1 AND observation.at - observation.at % $1 >= $2 AND ($3 IS NULL OR probe.dependency = $3)) AS sums \
     GROUP BY dependency, starts_at ORDER BY dependency, starts_at";

#[derive(sqlx::FromRow)]
struct StoredSums {
    dependency: String,
    #[sqlx(flatten)]
    sums: StoredRollup,
}

/// Adds what is late to the sums, all of it; returns up to which check. From where is read here, where nobody else can
/// write meanwhile: nothing is counted twice.
pub(super) async fn add(tx: &mut Transaction<'_, Sqlite>) -> Result<i64> {
    let from: Option<i64> = sqlx::query_scalar(SUMMED_TO).fetch_optional(&mut **tx).await?;
    let from = from.unwrap_or(0);
    let last: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) FROM observation").fetch_one(&mut **tx).await?;
    if last > from {
        sqlx::query(ADD).bind(HOUR).bind(DAY).bind(from).bind(last).execute(&mut **tx).await?;
    }
    // Where all checks are gone their numbers begin anew.
    if last != from {
        note(tx, "summed_to", &last.to_string()).await?;
    }
    Ok(last)
}

impl Store {
    /// Reads up to which check everything is in the sums.
    pub(super) async fn load_summed_to(&self) -> Result<()> {
        let to: Option<i64> = sqlx::query_scalar(SUMMED_TO).fetch_optional(&self.writer).await?;
        self.note_summed(to.unwrap_or(0));
        Ok(())
    }

    /// Whether so much is late, with the check `last`, that it is to be added.
    pub(super) fn is_late(&self, last: i64) -> bool {
        last - self.summed_to.load(Ordering::Relaxed) >= LATE
    }

    /// Notes that everything up to this check is in the sums; only whether more is late is told by it.
    pub(super) fn note_summed(&self, to: i64) {
        self.summed_to.store(to, Ordering::Relaxed);
    }

    /// Sums of a dependency's active probes that decide, since `since`, by bucket of `width` ms.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn rollups(&self, dependency: &str, width: i64, since: Time) -> Result<Vec<RollupRow>> {
        Ok(self.sums(width, since, Some(dependency)).await?.into_iter().map(|(_, row)| row).collect())
    }

    /// Sums of the active probes that decide, of every dependency, by bucket of `width` ms that starts at `since` or later.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sums_by_dependency(&self, width: i64, since: Time) -> Result<Vec<(String, RollupRow)>> {
        self.sums(width, since, None).await
    }

    async fn sums(&self, width: i64, since: Time, dependency: Option<&str>) -> Result<Vec<(String, RollupRow)>> {
        let rows = sqlx::query_as(READ).bind(width).bind(since.0).bind(dependency);
        let rows: Vec<StoredSums> = rows.fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(|row| (row.dependency, row.sums.into())).collect())
    }

    /// How many looks were ever stored, also those whose rows have been pruned since.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn looks(&self) -> Result<i64> {
        let sum = "SELECT (SELECT COALESCE(SUM(live + degraded + outage + dropped + unknown), 0) FROM rollup WHERE width = $1) \
                   + (SELECT COUNT(*) FROM observation \
                   WHERE id > (SELECT CAST(value AS BIGINT) FROM note WHERE name = 'summed_to'))";
        Ok(sqlx::query_scalar(sum).bind(DAY).fetch_one(&self.readers).await?)
    }
}
