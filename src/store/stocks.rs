//! What runs down, about once an hour.

use std::collections::HashMap;

use sqlx::{Sqlite, Transaction};

use super::{Result, Store};
use crate::core::time::burn::{LOOKED_BACK, Stock};
use crate::core::time::{Time, millis};

/// Levels that no longer count are kept a while longer, for people.
const KEPT: i64 = 60 * 86_400_000;

pub(super) async fn write(tx: &mut Transaction<'_, Sqlite>, probe: i64, stock: Stock) -> Result<()> {
    sqlx::query(
        "INSERT INTO stock (probe, at, value) VALUES ($1, $2, $3) \
         ON CONFLICT (probe, at) DO UPDATE SET value = excluded.value",
    )
    .bind(probe)
    .bind(stock.at.0)
    .bind(stock.value)
    .execute(&mut **tx)
    .await?;
    let old = "DELETE FROM stock WHERE probe = $1 AND at < $2";
    sqlx::query(old).bind(probe).bind(stock.at.0 - KEPT).execute(&mut **tx).await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct StoredStock {
    probe: i64,
    at: i64,
    value: f64,
}

impl Store {
    /// The stocks of every probe that still count at `now`, oldest first.
    ///
    /// # Errors
    /// The database does not answer.
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
