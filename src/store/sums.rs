//! Sums of checks by hour and day. Updating a sum with each check would write one more database page each time, so
//! checks are added a few thousand at a time. The latest checks are not in the sums yet; queries count them
//! separately.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::Ordering;

use sqlx::{Sqlite, Transaction};

use super::history::note;
use super::read::{RollupRow, StoredRollup};
use super::{Result, Store};
use crate::core::probe::history::{Counts, DAY, HOUR};
use crate::core::time::Time;

/// How many checks may be missing from the sums. Counting them separately takes a millisecond or two.
pub(super) const LATE: i64 = 8_192;

/// The id up to which all checks are in the sums.
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

/// The sums of one dependency from its active deciding probes: `$1` is the width, `$2` the start, `$3` the
/// dependency. SQLite keeps the order of a CROSS JOIN, so it finds the few required rows probe by probe. Otherwise it
/// would read all sums ever stored.
const READ: &str = "SELECT dependency, starts_at, CAST(SUM(live) AS BIGINT) AS live, \
     CAST(SUM(degraded) AS BIGINT) AS degraded, CAST(SUM(outage) AS BIGINT) AS outage, \
     CAST(SUM(dropped) AS BIGINT) AS dropped, CAST(SUM(unknown) AS BIGINT) AS unknown, \
     CAST(SUM(latency_ms) AS BIGINT) AS latency_ms FROM ( \
     SELECT probe.dependency, starts_at, live, degraded, outage, dropped, unknown, latency_ms \
     FROM probe CROSS JOIN rollup \
     WHERE rollup.probe = probe.id AND probe.retired_at IS NULL AND probe.decides = 1 AND width = $1 AND starts_at >= $2 AND probe.dependency = $3 \
     UNION ALL \
     SELECT probe.dependency, observation.at - observation.at % $1, CASE verdict WHEN 1 THEN 1 ELSE 0 END, \
     CASE verdict WHEN 2 THEN 1 ELSE 0 END, CASE verdict WHEN 3 THEN 1 ELSE 0 END, CASE verdict WHEN 4 THEN 1 ELSE 0 END, \
     CASE verdict WHEN 0 THEN 1 ELSE 0 END, latency_ms FROM observation JOIN probe ON probe.id = observation.probe \
     WHERE observation.id > (SELECT CAST(value AS BIGINT) FROM note WHERE name = 'summed_to') AND probe.retired_at IS NULL \
     AND probe.decides = 1 AND observation.at - observation.at % $1 >= $2 AND probe.dependency = $3) AS sums \
     GROUP BY dependency, starts_at ORDER BY dependency, starts_at";

/// The sums of each deciding probe, packed into one text. One row for each of ninety days would take ten times as
/// long.
const PACKED: &str = "SELECT dependency, (SELECT group_concat(starts_at || ' ' || live || ' ' || degraded || ' ' || outage || ' ' \
     || dropped || ' ' || unknown || ' ' || latency_ms, ';') FROM rollup \
     WHERE rollup.probe = probe.id AND width = $1 AND starts_at >= $2) AS packed \
     FROM probe WHERE retired_at IS NULL AND decides = 1";

/// The checks that are not in the sums yet.
const NOT_SUMMED: &str = "SELECT probe.dependency, observation.at - observation.at % $1 AS starts_at, \
     COUNT(CASE verdict WHEN 1 THEN 1 END) AS live, COUNT(CASE verdict WHEN 2 THEN 1 END) AS degraded, \
     COUNT(CASE verdict WHEN 3 THEN 1 END) AS outage, COUNT(CASE verdict WHEN 4 THEN 1 END) AS dropped, \
     COUNT(CASE verdict WHEN 0 THEN 1 END) AS unknown, CAST(SUM(latency_ms) AS BIGINT) AS latency_ms \
     FROM observation JOIN probe ON probe.id = observation.probe \
     WHERE observation.id > (SELECT CAST(value AS BIGINT) FROM note WHERE name = 'summed_to') AND probe.retired_at IS NULL \
     AND probe.decides = 1 AND observation.at - observation.at % $1 >= $2 \
     GROUP BY probe.dependency, observation.at - observation.at % $1";

#[derive(sqlx::FromRow)]
struct StoredSums {
    dependency: String,
    #[sqlx(flatten)]
    sums: StoredRollup,
}

#[derive(sqlx::FromRow)]
struct Packed {
    dependency: String,
    packed: Option<String>,
}

/// The contents of one packed text: seven numbers for each bucket.
fn unpacked(text: &str) -> impl Iterator<Item = (Time, Counts)> {
    text.split(';').filter_map(|bucket| {
        let mut numbers = bucket.split(' ').map(|number| number.parse::<i64>().ok());
        let mut next = || numbers.next().flatten();
        let at = Time(next()?);
        let (live, degraded, outage) = (next()?, next()?, next()?);
        Some((at, Counts { live, degraded, outage, dropped: next()?, unknown: next()?, latency_ms: next()? }))
    })
}

/// Adds all outstanding checks to the sums. Returns the id up to which checks were added. The start is read in the
/// same transaction, so nothing is counted twice.
pub(super) async fn add(tx: &mut Transaction<'_, Sqlite>) -> Result<i64> {
    let from: Option<i64> = sqlx::query_scalar(SUMMED_TO).fetch_optional(&mut **tx).await?;
    let from = from.unwrap_or(0);
    let last: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) FROM observation").fetch_one(&mut **tx).await?;
    if last > from {
        sqlx::query(ADD).bind(HOUR).bind(DAY).bind(from).bind(last).execute(&mut **tx).await?;
    }
    // If all checks were deleted, ids start again from the beginning.
    if last != from {
        note(tx, "summed_to", &last.to_string()).await?;
    }
    Ok(last)
}

impl Store {
    /// Reads the id up to which all checks are in the sums.
    pub(super) async fn load_summed_to(&self) -> Result<()> {
        let to: Option<i64> = sqlx::query_scalar(SUMMED_TO).fetch_optional(&self.writer).await?;
        self.note_summed(to.unwrap_or(0));
        Ok(())
    }

    /// Whether enough checks up to `last` are outstanding to be added.
    pub(super) fn is_late(&self, last: i64) -> bool {
        last - self.summed_to.load(Ordering::Relaxed) >= LATE
    }

    /// Notes the id up to which all checks are in the sums. It is used only to decide whether enough are outstanding.
    pub(super) fn note_summed(&self, to: i64) {
        self.summed_to.store(to, Ordering::Relaxed);
    }

    /// The sums of a dependency's active deciding probes since `since`, in buckets of `width` milliseconds.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn rollups(&self, dependency: &str, width: i64, since: Time) -> Result<Vec<RollupRow>> {
        let rows = sqlx::query_as(READ).bind(width).bind(since.0).bind(dependency);
        let rows: Vec<StoredSums> = rows.fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(|row| row.sums.into()).collect())
    }

    /// The sums of every dependency's active deciding probes, in buckets of `width` milliseconds that start at
    /// `since` or later.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn sums_by_dependency(&self, width: i64, since: Time) -> Result<HashMap<String, BTreeMap<Time, Counts>>> {
        // Reads a snapshot of one moment, so that checks that are added to the sums meanwhile are counted only once.
        let mut tx = self.readers.begin().await?;
        let packed: Vec<Packed> = sqlx::query_as(PACKED).bind(width).bind(since.0).fetch_all(&mut *tx).await?;
        let late: Vec<StoredSums> = sqlx::query_as(NOT_SUMMED).bind(width).bind(since.0).fetch_all(&mut *tx).await?;
        drop(tx);
        let mut all: HashMap<String, BTreeMap<Time, Counts>> = HashMap::new();
        let mut add = |dependency: String, buckets: &mut dyn Iterator<Item = (Time, Counts)>| {
            let known = all.entry(dependency).or_default();
            for (at, counts) in buckets {
                let sum = known.entry(at).or_default();
                *sum = sum.plus(counts);
            }
        };
        for Packed { dependency, packed } in packed {
            packed.iter().for_each(|text| add(dependency.clone(), &mut unpacked(text)));
        }
        for StoredSums { dependency, sums } in late {
            let row = RollupRow::from(sums);
            add(dependency, &mut std::iter::once((row.starts_at, row.counts)));
        }
        Ok(all)
    }

    /// The number of checks ever stored, including those that were deleted later.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn looks(&self) -> Result<i64> {
        let sum = "SELECT (SELECT COALESCE(SUM(live + degraded + outage + dropped + unknown), 0) FROM rollup WHERE width = $1) \
                   + (SELECT COUNT(*) FROM observation \
                   WHERE id > (SELECT CAST(value AS BIGINT) FROM note WHERE name = 'summed_to'))";
        Ok(sqlx::query_scalar(sum).bind(DAY).fetch_one(&self.readers).await?)
    }
}
