//! Remaining amounts of what is used up over time, stored about once an hour.

use std::collections::HashMap;

use serde_json::json;
use sqlx::{Sqlite, Transaction};

use super::observations::together;
use super::{CheckRow, Result, Store};
use crate::core::time::burn::{LOOKED_BACK, Stock};
use crate::core::time::{Time, millis};

/// How long amounts are kept for display after they no longer count, in milliseconds.
const KEPT: i64 = 60 * 86_400_000;

const NEW: &str = "INSERT INTO stock (probe, at, value) \
     SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($1) WHERE TRUE \
     ON CONFLICT (probe, at) DO UPDATE SET value = excluded.value";

const OLD: &str =
    "DELETE FROM stock WHERE EXISTS (SELECT 1 FROM json_each($1) WHERE probe = value ->> 0 AND at < value ->> 1)";

/// Writes the remaining amounts that the checks of a batch found.
pub(super) async fn write(tx: &mut Transaction<'_, Sqlite>, looks: &[CheckRow]) -> Result<()> {
    let stocks = || looks.iter().filter_map(|look| Some((look.probe, look.stock?)));
    together(tx, NEW, Box::new(stocks().map(|(probe, stock)| Ok(json!([probe, stock.at.0, stock.value]))))).await?;
    together(tx, OLD, Box::new(stocks().map(|(probe, stock)| Ok(json!([probe, stock.at.0 - KEPT]))))).await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct StoredStock {
    probe: i64,
    at: i64,
    value: f64,
}

impl Store {
    /// The amounts of each probe that still count at `now`, oldest first.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn stocks(&self, now: Time) -> Result<HashMap<i64, Vec<Stock>>> {
        let rows: Vec<StoredStock> =
            sqlx::query_as("SELECT probe, at, value FROM stock WHERE at >= $1 ORDER BY probe, at")
                .bind(now.0 - millis(LOOKED_BACK))
                .fetch_all(&self.readers)
                .await?;
        let mut stocks: HashMap<i64, Vec<Stock>> = HashMap::new();
        for row in rows {
            stocks.entry(row.probe).or_default().push(Stock { at: Time(row.at), value: row.value });
        }
        Ok(stocks)
    }
}
