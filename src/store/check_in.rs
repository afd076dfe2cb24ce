//! Reports: signs of life from jobs, confirmations by people, and counted outcomes.

use sqlx::{Sqlite, Transaction};

use super::{Result, Store};
use crate::core::time::Time;
use crate::core::words::check_in::{CheckIns, MOST_COUNTED, Reading, Report, Word};

/// The width of the buckets for counts, in milliseconds: the counts of one minute share one row per code.
const MINUTE: i64 = 60_000;
/// Repeated pings within this time, in milliseconds, count as one.
const SECOND: i64 = 1_000;
/// The maximum number of reports read at once, newest first.
const MOST_READ: i64 = 20_000;
/// The maximum number of codes per minute. Further codes are counted as `other`.
const MOST_CODES: i64 = 50;
/// Reports are deleted after this time, in milliseconds, except the newest one under each name.
const KEPT: i64 = 60 * 86_400_000;

#[derive(sqlx::FromRow)]
struct StoredReport {
    at: i64,
    word: String,
    code: String,
    said_by: String,
    ok: i64,
    failed: i64,
}

/// How many codes a minute has, and whether the current code is among them.
#[derive(sqlx::FromRow)]
struct Codes {
    codes: i64,
    known: i64,
}

impl Store {
    /// Stores reports, each under its key: either all of them or none.
    ///
    /// # Errors
    /// Fails if the database does not answer; nothing was kept.
    pub async fn hear(&self, reports: &[(String, Report)]) -> Result<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        for (key, report) in reports {
            keep(&mut tx, key, report).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn heard_since(&self, key: &str, since: Time) -> Result<Vec<Report>> {
        let rows = sqlx::query_as(
            "SELECT at, word, code, said_by, ok, failed FROM heard WHERE name = $1 \
             AND (at >= $2 OR at >= (SELECT MAX(at) FROM heard WHERE name = $1 AND word <> 'began')) \
             ORDER BY at DESC, rowid DESC LIMIT $3",
        )
        .bind(key)
        .bind(since.0)
        .bind(MOST_READ)
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.into_iter().rev().filter_map(report_of).collect())
    }
}

async fn keep(tx: &mut Transaction<'_, Sqlite>, key: &str, report: &Report) -> Result<()> {
    let grain = if report.word == Word::Count { MINUTE } else { SECOND };
    let at = report.at.0 - report.at.0.rem_euclid(grain);
    let codes = "SELECT COUNT(*) AS codes, COALESCE(SUM(code = $3), 0) AS known FROM heard WHERE name = $1 AND at = $2";
    let codes = sqlx::query_as(codes).bind(key).bind(at).bind(&report.code);
    let Codes { codes, known } = codes.fetch_one(&mut **tx).await?;
    let code = if codes >= MOST_CODES && known == 0 { "other" } else { report.code.as_str() };
    sqlx::query(
        "INSERT INTO heard (name, at, word, code, said_by, ok, failed) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (name, at, word, code) DO UPDATE SET ok = ok + excluded.ok, failed = failed + excluded.failed, \
         said_by = excluded.said_by",
    )
    .bind(key)
    .bind(at)
    .bind(report.word.word())
    .bind(code)
    .bind(&report.by)
    .bind(whole(report.ok))
    .bind(whole(report.failed))
    .execute(&mut **tx)
    .await?;
    let old = "DELETE FROM heard WHERE name = $1 AND at < $2 AND at < (SELECT MAX(at) FROM heard WHERE name = $1)";
    sqlx::query(old).bind(key).bind(report.at.0 - KEPT).execute(&mut **tx).await?;
    Ok(())
}

/// Limits a sum to the range of a stored integer.
fn whole(count: u64) -> i64 {
    i64::try_from(count.min(MOST_COUNTED)).unwrap_or(0)
}

/// Converts a row, or skips it if only a newer version knows its kind of report.
fn report_of(row: StoredReport) -> Option<Report> {
    Some(Report {
        at: Time(row.at),
        word: row.word.parse().ok()?,
        code: row.code,
        by: row.said_by,
        ok: u64::try_from(row.ok).unwrap_or(0),
        failed: u64::try_from(row.failed).unwrap_or(0),
    })
}

impl CheckIns for Store {
    fn heard<'a>(&'a self, key: &'a str, since: Time) -> Reading<'a> {
        Box::pin(async move { self.heard_since(key, since).await.map_err(|error| error.to_string()) })
    }
}
