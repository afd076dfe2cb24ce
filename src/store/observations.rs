//! The hot path: writes all checks of a batch in one statement. `sums` contains their sums.
//!
//! Each statement is a round trip to the database's thread. With many checks per second, the round trips cost more
//! than the work itself, so rows are passed as one JSON text. PostgreSQL would unfold it with `jsonb_array_elements`,
//! so these statements would need a second version.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use sqlx::{Sqlite, Transaction};

use super::{CheckRow, Result, Store};
use crate::core::probe::history::{Counts, DAY, HOUR, bucket};
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;

const APPEND: &str = "INSERT INTO observation (probe, at, verdict, reason, latency_ms) \
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each($1)";

const SUM: &str = "INSERT INTO rollup (probe, width, starts_at, live, degraded, outage, dropped, unknown, latency_ms) \
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, \
     value ->> 8 FROM json_each($1) WHERE TRUE ON CONFLICT (probe, width, starts_at) DO UPDATE SET \
     live = live + excluded.live, degraded = degraded + excluded.degraded, outage = outage + excluded.outage, \
     dropped = dropped + excluded.dropped, unknown = unknown + excluded.unknown, \
     latency_ms = latency_ms + excluded.latency_ms";

/// Sums by hour and day, for each probe, of checks that are not stored individually.
#[derive(Clone, Debug, Default)]
pub struct Sums(BTreeMap<(i64, i64, i64), Counts>);

impl Sums {
    /// Adds a check to its hour and its day.
    pub fn add(&mut self, look: &CheckRow) {
        if !look.asked {
            return;
        }
        for width in [HOUR, DAY] {
            let counts = self.0.entry((look.probe, width, bucket(look.at, width))).or_default();
            counts.add(look.verdict, i64::from(look.latency_ms));
        }
    }

    /// Adds other sums.
    pub fn append(&mut self, other: Sums) {
        for (key, counts) in other.0 {
            let own = self.0.entry(key).or_default();
            *own = own.plus(counts);
        }
    }

    /// Whether there are no sums.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn rows(&self) -> String {
        let row = |((probe, width, starts_at), c): (&(i64, i64, i64), &Counts)| {
            json!([probe, width, starts_at, c.live, c.degraded, c.outage, c.dropped, c.unknown, c.latency_ms])
        };
        json!(self.0.iter().map(row).collect::<Vec<_>>()).to_string()
    }
}

/// Appends the checks, and adds `sums` of others to their hours and days. Returns the id of the last check.
pub(super) async fn append(
    tx: &mut Transaction<'_, Sqlite>,
    looks: &[CheckRow],
    sums: &Sums,
    reasons: &HashMap<String, i64>,
) -> Result<Option<i64>> {
    let looks = looks.iter().filter(|look| look.asked);
    let row =
        |look: &CheckRow| json!([look.probe, look.at.0, number(look.verdict), reasons[&look.reason], look.latency_ms]);
    let last = together(tx, APPEND, Box::new(looks.map(row).map(Ok))).await?;
    if !sums.is_empty() {
        sqlx::query(SUM).bind(sums.rows()).execute(&mut **tx).await?;
    }
    Ok(last)
}

/// The maximum number of rows in one JSON text. SQLite's parsed form of it is several times as large, and the first write
/// after a start has a row for each dependency.
const AT_ONCE: usize = 500;

/// Writes rows with statements that unfold many of them from one JSON text. Returns the id of the last row; `None` if there
/// were none.
pub(super) async fn together(
    tx: &mut Transaction<'_, Sqlite>,
    statement: &'static str,
    mut rows: Box<dyn Iterator<Item = Result<Value>> + Send + '_>,
) -> Result<Option<i64>> {
    let mut last = None;
    loop {
        let some: Vec<Value> = rows.by_ref().take(AT_ONCE).collect::<Result<_>>()?;
        if some.is_empty() {
            return Ok(last);
        }
        let written = sqlx::query(statement).bind(Value::Array(some).to_string()).execute(&mut **tx).await?;
        last = Some(written.last_insert_rowid());
    }
}

/// Verdicts as small numbers, used only for the many rows of the history.
fn number(verdict: Verdict) -> i64 {
    match verdict {
        Verdict::Unknown => 0,
        Verdict::Live => 1,
        Verdict::Degraded => 2,
        Verdict::Outage => 3,
        Verdict::Dropped => 4,
    }
}

/// A check, as stored in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenLook {
    /// The probe's id.
    pub probe: i64,
    /// When the check ran.
    pub at: Time,
    /// The verdict of the answer.
    pub verdict: Verdict,
    /// The reason code.
    pub reason: String,
    /// How long it took, in milliseconds.
    pub latency_ms: u32,
}

#[derive(sqlx::FromRow)]
struct StoredLook {
    probe: i64,
    at: i64,
    verdict: i64,
    word: String,
    latency_ms: i64,
}

impl From<StoredLook> for SeenLook {
    fn from(row: StoredLook) -> SeenLook {
        SeenLook {
            probe: row.probe,
            at: Time(row.at),
            verdict: verdict(row.verdict),
            reason: row.word,
            latency_ms: u32::try_from(row.latency_ms).unwrap_or(0),
        }
    }
}

impl Store {
    /// The maximum number of times that any check ran within one minute.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn busiest_minute(&self) -> Result<i64> {
        let most = "SELECT COALESCE(MAX(looks), 0) FROM (SELECT COUNT(*) AS looks FROM observation \
                    GROUP BY probe, at / 60000)";
        Ok(sqlx::query_scalar(most).fetch_one(&self.readers).await?)
    }

    /// The last check of each probe, if it is recent.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn last_looks(&self) -> Result<Vec<SeenLook>> {
        // Checks are stored in order of time, so the last few thousand include today's.
        let rows = sqlx::query_as(
            "SELECT probe, at, verdict, word.word, latency_ms FROM (SELECT * FROM observation ORDER BY id DESC LIMIT \
             20000) AS late JOIN word ON word.id = late.reason ORDER BY late.id DESC",
        );
        let rows: Vec<StoredLook> = rows.fetch_all(&self.readers).await?;
        let mut looks: Vec<SeenLook> = Vec::new();
        for look in rows.into_iter().map(SeenLook::from) {
            if !looks.iter().any(|other| other.probe == look.probe) {
                looks.push(look);
            }
        }
        Ok(looks)
    }
}

fn verdict(number: i64) -> Verdict {
    let found = Verdict::ALL.iter().find(|verdict| self::number(**verdict) == number);
    found.copied().unwrap_or(Verdict::Unknown)
}
