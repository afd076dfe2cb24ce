//! Changes a dependency's id and keeps its history. All rows with the old id are moved in one transaction, so that
//! nothing is announced twice and nothing is lost.

use serde_json::Value;
use sqlx::{Sqlite, Transaction};

use super::{Result, Store};

/// A dependency with a new id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renamed {
    /// The old id.
    pub from: String,
    /// The new id.
    pub to: String,
    /// The old and new identities of its probes, and of the data that its storefronts share.
    pub identities: Vec<(String, String)>,
}

/// Statements for rows that name a dependency in a column.
const COLUMNS: [&str; 5] = [
    "UPDATE probe SET dependency = $2 WHERE dependency = $1",
    "UPDATE flip SET dependency = $2 WHERE dependency = $1",
    "UPDATE incident SET dependency = $2 WHERE dependency = $1",
    "UPDATE alert SET dependency = $2 WHERE dependency = $1",
    "UPDATE act SET dependency = $2 WHERE dependency = $1",
];
/// Statements for rows that contain the id in JSON, in quotation marks.
const DOCUMENTS: [&str; 4] = [
    "UPDATE letter SET dependencies = REPLACE(dependencies, $1, $2) WHERE instr(dependencies, $1) > 0",
    "UPDATE public_incident SET dependencies = REPLACE(dependencies, $1, $2) WHERE instr(dependencies, $1) > 0",
    "UPDATE alert SET snapshot = REPLACE(snapshot, $1, $2) WHERE instr(snapshot, $1) > 0",
    "UPDATE situation SET snapshot = REPLACE(snapshot, $1, $2) WHERE closed_at IS NULL AND instr(snapshot, $1) > 0",
];

impl Store {
    /// Moves the rows of old ids to the new ones. Ids that were moved earlier stay as they are. Returns those that
    /// were moved now.
    ///
    /// # Errors
    /// Fails if the database does not answer; nothing was moved.
    pub async fn rename(&self, all: &[Renamed]) -> Result<Vec<Renamed>> {
        if all.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let mut moved = Vec::new();
        for renamed in all {
            if is_known(&mut tx, &renamed.from).await? {
                move_one(&mut tx, renamed).await?;
                moved.push(renamed.clone());
            }
        }
        tx.commit().await?;
        Ok(moved)
    }
}

/// Whether any row has this id.
async fn is_known(tx: &mut Transaction<'_, Sqlite>, id: &str) -> Result<bool> {
    let known =
        "SELECT EXISTS (SELECT 1 FROM probe WHERE dependency = $1) OR EXISTS (SELECT 1 FROM dependency WHERE id = $1)";
    let known: i64 = sqlx::query_scalar(known).bind(id).fetch_one(&mut **tx).await?;
    Ok(known > 0)
}

async fn move_one(tx: &mut Transaction<'_, Sqlite>, Renamed { from, to, identities }: &Renamed) -> Result<()> {
    for statement in COLUMNS {
        sqlx::query(statement).bind(from).bind(to).execute(&mut **tx).await?;
    }
    for statement in DOCUMENTS {
        sqlx::query(statement).bind(format!("\"{from}\"")).bind(format!("\"{to}\"")).execute(&mut **tx).await?;
    }
    move_situation(tx, from, to).await?;
    // If the dependency has already run under the new id, its state there is newer and is kept.
    let state = "UPDATE OR IGNORE dependency SET id = $2 WHERE id = $1";
    sqlx::query(state).bind(from).bind(to).execute(&mut **tx).await?;
    sqlx::query("DELETE FROM dependency WHERE id = $1").bind(from).execute(&mut **tx).await?;
    for (before, now) in identities {
        let probe = "UPDATE OR IGNORE probe SET identity = $2 WHERE identity = $1";
        sqlx::query(probe).bind(before).bind(now).execute(&mut **tx).await?;
        // What was reported about each check is stored under the check's identity.
        let told = "UPDATE dependency SET state = REPLACE(state, $1, $2), told = REPLACE(told, $1, $2) WHERE id = $3";
        sqlx::query(told).bind(before).bind(now).bind(to).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Replaces the id in the state of a situation, which has lines such as `lost ID` and `ends ID TIME`.
async fn move_situation(tx: &mut Transaction<'_, Sqlite>, from: &str, to: &str) -> Result<()> {
    let open = "SELECT public_id, state FROM situation WHERE closed_at IS NULL";
    let open: Vec<(String, String)> = sqlx::query_as(open).fetch_all(&mut **tx).await?;
    for (public_id, text) in open {
        let mut state: Value = serde_json::from_str(&text)?;
        for lines in state.as_object_mut().into_iter().flat_map(|fields| fields.values_mut()) {
            lines.as_array_mut().into_iter().flatten().for_each(|line| rename_words(line, from, to));
        }
        let moved = "UPDATE situation SET state = $2 WHERE public_id = $1";
        sqlx::query(moved).bind(public_id).bind(state.to_string()).execute(&mut **tx).await?;
    }
    Ok(())
}

fn rename_words(line: &mut Value, from: &str, to: &str) {
    if let Some(text) = line.as_str() {
        let words = text.split(' ').map(|word| if word == from { to } else { word });
        *line = words.collect::<Vec<_>>().join(" ").into();
    }
}
