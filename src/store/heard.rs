//! Reports: a job's sign of life, a person's word, counted outcomes.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Result, Store};
use crate::core::heard::{Inbox, Reading, Report, Word};
use crate::core::time::Time;

/// Counts of a minute are one row for each code.
const MINUTE: i64 = 60_000;
/// A minute knows no more codes than this; the rest is `other`.
const MOST_CODES: i64 = 50;
/// Reports older than this are nobody's, but for the newest of each name.
const KEPT: i64 = 60 * 86_400_000;

impl Store {
    /// Keeps a report under a name.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn hear(&self, name: &str, report: &Report) -> Result<()> {
        let at = if report.word == Word::Count { report.at.0 - report.at.0.rem_euclid(MINUTE) } else { report.at.0 };
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let others = "SELECT COUNT(*) FROM heard WHERE name = $1 AND at = $2 AND code <> $3";
        let codes: i64 = sqlx::query_scalar(others).bind(name).bind(at).bind(&report.code).fetch_one(&mut *tx).await?;
        let code = if codes >= MOST_CODES { "other" } else { report.code.as_str() };
        sqlx::query(
            "INSERT INTO heard (name, at, word, code, said_by, ok, failed) VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (name, at, word, code) DO UPDATE SET ok = ok + excluded.ok, failed = failed + excluded.failed, \
             said_by = excluded.said_by",
        )
        .bind(name)
        .bind(at)
        .bind(report.word.word())
        .bind(code)
        .bind(&report.by)
        .bind(whole(report.ok))
        .bind(whole(report.failed))
        .execute(&mut *tx)
        .await?;
        let old = "DELETE FROM heard WHERE name = $1 AND at < $2 AND at < (SELECT MAX(at) FROM heard WHERE name = $1)";
        sqlx::query(old).bind(name).bind(report.at.0 - KEPT).execute(&mut *tx).await?;
        Ok(tx.commit().await?)
    }

    async fn reports(&self, name: &str, since: Time) -> Result<Vec<Report>> {
        let rows = sqlx::query(
            "SELECT at, word, code, said_by, ok, failed FROM heard WHERE name = $1 \
             AND (at >= $2 OR at = (SELECT MAX(at) FROM heard WHERE name = $1)) ORDER BY at, word, code",
        )
        .bind(name)
        .bind(since.0)
        .fetch_all(&self.readers)
        .await?;
        Ok(rows.iter().filter_map(report_of).collect())
    }
}

/// More than the database can count in a minute is as good as what it can.
fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / 4).min(i64::MAX / 4)
}

/// A word of a newer version is left out.
fn report_of(row: &SqliteRow) -> Option<Report> {
    let count = |column: usize| u64::try_from(row.get::<i64, _>(column)).unwrap_or(0);
    Some(Report {
        at: Time(row.get(0)),
        word: row.get::<String, _>(1).parse().ok()?,
        code: row.get(2),
        by: row.get(3),
        ok: count(4),
        failed: count(5),
    })
}

impl Inbox for Store {
    fn heard<'a>(&'a self, name: &'a str, since: Time) -> Reading<'a> {
        Box::pin(async move { self.reports(name, since).await.map_err(|error| error.to_string()) })
    }
}
