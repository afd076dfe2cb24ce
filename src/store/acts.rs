//! People's actions. They are never deleted, and always read as a whole, because there are few.

use std::sync::atomic::Ordering;

use sqlx::{Sqlite, Transaction};

use super::{Result, Store, outbox};
use crate::core::people::action::{ActionKind, OperatorAction};
use crate::core::time::Time;

const COLUMNS: &str = "SELECT id, at, said_by, via, deed, dependency, about, from_at, until_at, words FROM act";

#[derive(sqlx::FromRow)]
struct StoredAct {
    id: i64,
    at: i64,
    said_by: String,
    via: String,
    deed: String,
    dependency: Option<String>,
    about: Option<String>,
    from_at: Option<i64>,
    until_at: Option<i64>,
    words: String,
}

impl Store {
    /// Stores a person's action. If it accepts changed facts, they are marked as accepted in the same transaction.
    ///
    /// # Errors
    /// Fails if the database does not answer; nothing was kept.
    pub async fn act(&self, act: &OperatorAction) -> Result<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        insert(&mut tx, act).await?;
        if let (ActionKind::Accept, Some(dependency)) = (act.deed, &act.dependency) {
            sqlx::query(
                "UPDATE fact_change SET accepted_by = $1, accepted_at = $2 WHERE accepted_at IS NULL AND at <= $2 \
                 AND probe IN (SELECT id FROM probe WHERE dependency = $3)",
            )
            .bind(&act.by)
            .bind(act.at.0)
            .bind(dependency)
            .execute(&mut *tx)
            .await?;
        }
        if let Some(about) = &act.about {
            outbox::ask_amend(&mut tx, about, act.at).await?;
        }
        tx.commit().await?;
        self.acted.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// All actions, oldest first.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn acts(&self) -> Result<Vec<OperatorAction>> {
        let rows = sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} ORDER BY id")));
        Ok(rows.fetch_all(&self.readers).await?.into_iter().filter_map(act_of).collect())
    }

    /// The actions about an incident, a drill or a letter, oldest first.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn acts_about(&self, about: &str) -> Result<Vec<OperatorAction>> {
        let rows = sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE about = $1 ORDER BY id"))).bind(about);
        Ok(rows.fetch_all(&self.readers).await?.into_iter().filter_map(act_of).collect())
    }

    /// Whether this process stored an action since the last call.
    pub fn has_acted(&self) -> bool {
        self.acted.swap(false, Ordering::SeqCst)
    }

    /// The id of the last action, including actions that other processes stored.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn last_act(&self) -> Result<i64> {
        let last = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) FROM act");
        Ok(last.fetch_one(&self.readers).await?)
    }
}

pub(super) async fn insert(tx: &mut Transaction<'_, Sqlite>, act: &OperatorAction) -> Result<()> {
    sqlx::query(
        "INSERT INTO act (at, said_by, via, deed, dependency, about, from_at, until_at, words) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(act.at.0)
    .bind(&act.by)
    .bind(&act.via)
    .bind(act.deed.word())
    .bind(&act.dependency)
    .bind(&act.about)
    .bind(act.from.map(|at| at.0))
    .bind(act.until.map(|at| at.0))
    .bind(&act.words)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Converts a row, or skips it if only a newer version knows its kind of action.
fn act_of(row: StoredAct) -> Option<OperatorAction> {
    Some(OperatorAction {
        id: row.id,
        at: Time(row.at),
        by: row.said_by,
        via: row.via,
        deed: row.deed.parse().ok()?,
        dependency: row.dependency,
        about: row.about,
        from: row.from_at.map(Time),
        until: row.until_at.map(Time),
        words: row.words,
    })
}
