//! The public page's data: the salt of its ids, what it showed in earlier versions, and the incidents that people
//! published.

use std::collections::HashMap;

use sqlx::{Sqlite, Transaction};

use super::{Result, Store};
use crate::core::people::public_incident::{Impact, PublicIncident, StoryState, StoryUpdate};
use crate::core::probe::days::Trouble;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;

#[derive(sqlx::FromRow)]
struct StoredPublicIncident {
    id: i64,
    public_id: String,
    cause: Option<String>,
    title: String,
    impact: String,
    dependencies: String,
    began_at: i64,
    postmortem: Option<String>,
}

#[derive(sqlx::FromRow)]
struct StoredPublicUpdate {
    id: i64,
    incident: i64,
    at: i64,
    state: String,
    words: String,
    said_by: String,
}

/// A word that only a newer version knows is read as the most cautious of the known words.
fn incident_of(row: StoredPublicIncident, updates: Vec<StoryUpdate>) -> Option<PublicIncident> {
    Some(PublicIncident {
        public_id: row.public_id,
        cause: row.cause,
        title: row.title,
        impact: row.impact.parse().unwrap_or(Impact::Major),
        dependencies: serde_json::from_str(&row.dependencies).ok()?,
        began_at: Time(row.began_at),
        postmortem: row.postmortem,
        updates,
    })
}

fn update_of(row: StoredPublicUpdate) -> StoryUpdate {
    StoryUpdate {
        id: row.id,
        at: Time(row.at),
        state: row.state.parse().unwrap_or(StoryState::Investigating),
        words: row.words,
        by: row.said_by,
    }
}

/// A confirmed incident, with the data that the availability bars need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TroubleRow {
    /// Its public id.
    pub public_id: String,
    /// Its dependency.
    pub dependency: String,
    /// Its start, end and worst verdict.
    pub trouble: Trouble,
}

#[derive(sqlx::FromRow)]
struct StoredTrouble {
    public_id: String,
    dependency: String,
    began_at: i64,
    closed_at: Option<i64>,
    worst: String,
}

impl From<StoredTrouble> for TroubleRow {
    fn from(row: StoredTrouble) -> TroubleRow {
        // A word that only a newer version knows is read as the most cautious of the known words.
        let worst = row.worst.parse().unwrap_or(Verdict::Degraded);
        let trouble = Trouble { from: Time(row.began_at), until: row.closed_at.map(Time), worst };
        TroubleRow { public_id: row.public_id, dependency: row.dependency, trouble }
    }
}

impl Store {
    /// Confirmed incidents that ended after `since` or are still open.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn troubles(&self, since: Time) -> Result<Vec<TroubleRow>> {
        let rows = "SELECT public_id, dependency, began_at, closed_at, worst FROM incident \
                    WHERE closed_at IS NULL OR closed_at >= $1 ORDER BY id";
        let rows: Vec<StoredTrouble> = sqlx::query_as(rows).bind(since.0).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(TroubleRow::from).collect())
    }

    /// The salt of public ids, because of which the ids do not reveal what they stand for.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn public_salt(&self) -> Result<String> {
        let salt = "SELECT value FROM note WHERE name = 'public_salt'";
        Ok(sqlx::query_scalar(salt).fetch_optional(&self.readers).await?.unwrap_or_default())
    }

    /// Whether an earlier version showed everything that was not hidden, while using this file.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn showed_everything(&self) -> Result<bool> {
        let before = "SELECT EXISTS (SELECT 1 FROM note WHERE name = 'public_before')";
        Ok(sqlx::query_scalar::<_, i64>(before).fetch_one(&self.readers).await? != 0)
    }

    /// Since when publishing had failed, according to the message about it; `None` if no message was sent.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn unpublished_since(&self) -> Result<Option<Time>> {
        let since = "SELECT CAST(value AS BIGINT) FROM note WHERE name = 'unpublished_since'";
        Ok(sqlx::query_scalar::<_, i64>(since).fetch_optional(&self.readers).await?.map(Time))
    }

    /// Stores that people were notified that publishing failed, or that it works again.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn note_unpublished(&self, since: Option<Time>) -> Result<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        match since {
            Some(since) => super::history::note(&mut tx, "unpublished_since", &since.0.to_string()).await?,
            None => {
                sqlx::query("DELETE FROM note WHERE name = 'unpublished_since'").execute(&mut *tx).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// Every published incident, newest first.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn public_incidents(&self) -> Result<Vec<PublicIncident>> {
        let rows = "SELECT id, public_id, cause, title, impact, dependencies, began_at, postmortem FROM public_incident \
                    ORDER BY began_at DESC, id DESC";
        let rows: Vec<StoredPublicIncident> = sqlx::query_as(rows).fetch_all(&self.readers).await?;
        let said = "SELECT id, incident, at, state, words, said_by FROM public_update ORDER BY id";
        let said: Vec<StoredPublicUpdate> = sqlx::query_as(said).fetch_all(&self.readers).await?;
        let mut updates: HashMap<i64, Vec<StoryUpdate>> = HashMap::new();
        for row in said {
            updates.entry(row.incident).or_default().push(update_of(row));
        }
        let whole = |row: StoredPublicIncident| {
            let updates = updates.remove(&row.id).unwrap_or_default();
            incident_of(row, updates)
        };
        Ok(rows.into_iter().filter_map(whole).collect())
    }

    /// Publishes an incident with its first updates.
    ///
    /// # Errors
    /// Fails if the database does not answer; nothing was kept.
    pub async fn publish(&self, incident: &PublicIncident, via: &str) -> Result<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let insert = "INSERT INTO public_incident (public_id, cause, title, impact, dependencies, began_at, postmortem) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
        let id: i64 = sqlx::query_scalar(insert)
            .bind(&incident.public_id)
            .bind(&incident.cause)
            .bind(&incident.title)
            .bind(incident.impact.word())
            .bind(serde_json::to_string(&incident.dependencies)?)
            .bind(incident.began_at.0)
            .bind(&incident.postmortem)
            .fetch_one(&mut *tx)
            .await?;
        for update in &incident.updates {
            add_update(&mut tx, id, update, via).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Adds an update to an incident. Returns `false` if there is no incident with this id.
    ///
    /// # Errors
    /// Fails if the database does not answer; nothing was kept.
    pub async fn say_more(&self, public_id: &str, update: &StoryUpdate, via: &str) -> Result<bool> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let id = "SELECT id FROM public_incident WHERE public_id = $1";
        let Some(id) = sqlx::query_scalar::<_, i64>(id).bind(public_id).fetch_optional(&mut *tx).await? else {
            return Ok(false);
        };
        add_update(&mut tx, id, update, via).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Stores the post-mortem of an incident. Returns `false` if there is no incident with this id.
    ///
    /// # Errors
    /// Fails if the database does not answer; nothing was kept.
    pub async fn keep_postmortem(&self, public_id: &str, text: &str) -> Result<bool> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let keep = sqlx::query("UPDATE public_incident SET postmortem = $2 WHERE public_id = $1");
        let kept = keep.bind(public_id).bind(text).execute(&mut *tx).await?.rows_affected();
        tx.commit().await?;
        Ok(kept == 1)
    }
}

async fn add_update(tx: &mut Transaction<'_, Sqlite>, incident: i64, update: &StoryUpdate, via: &str) -> Result<()> {
    let insert = "INSERT INTO public_update (incident, at, state, words, said_by, via) VALUES ($1, $2, $3, $4, $5, $6)";
    sqlx::query(insert)
        .bind(incident)
        .bind(update.at.0)
        .bind(update.state.word())
        .bind(&update.words)
        .bind(&update.by)
        .bind(via)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
