//! Vendors' letters that people entered, in full, with what was done about them.

use sha2::{Digest, Sha256};

use super::{Error, Result, Store, acts, evidence};
use crate::core::people::action::{ActionKind, OperatorAction};
use crate::core::people::notice::{Letter, Notice};
use crate::core::time::{Time, deadline};

/// A change that a person makes to a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LetterChange {
    /// Sets when the letter takes effect, as entered or confirmed by a person, and how that time was read.
    Effective(Time, String),
    /// Sets the dependencies that the letter concerns.
    Concerns(Vec<String>),
    /// Confirms the time that plugwatch read in the letter.
    Confirmed,
    /// Records that someone answered the letter.
    Answered,
    /// Withdraws the letter: it was not about an end.
    Withdrawn,
}

impl LetterChange {
    /// The stored name of the action.
    fn word(&self) -> &'static str {
        match self {
            LetterChange::Effective(..) => "effective",
            LetterChange::Concerns(_) => "concerns",
            LetterChange::Confirmed => "confirmed",
            LetterChange::Answered => "answered",
            LetterChange::Withdrawn => "withdrawn",
        }
    }
}

const COLUMNS: &str = "SELECT public_id, dependencies, received_at, effective_at, read_as, summary, left_us, said_by, \
     via, added_at, sha256, confirmed_by, confirmed_at, answered_by, answered_at FROM letter";

#[derive(sqlx::FromRow)]
struct StoredLetter {
    public_id: String,
    dependencies: String,
    received_at: i64,
    effective_at: Option<i64>,
    read_as: String,
    summary: String,
    left_us: i64,
    said_by: String,
    via: String,
    added_at: i64,
    sha256: String,
    confirmed_by: Option<String>,
    confirmed_at: Option<i64>,
    answered_by: Option<String>,
    answered_at: Option<i64>,
}

impl TryFrom<StoredLetter> for Letter {
    type Error = Error;

    fn try_from(row: StoredLetter) -> Result<Letter> {
        let notice = Notice {
            dependencies: serde_json::from_str(&row.dependencies)?,
            received: Time(row.received_at),
            effective: row.effective_at.map(Time),
            whole_day: deadline::names_no_hour(&row.read_as),
            text: row.summary,
            left: row.left_us != 0,
        };
        Ok(Letter {
            public_id: row.public_id,
            notice,
            read_as: row.read_as,
            by: row.said_by,
            via: row.via,
            added_at: Time(row.added_at),
            sha256: row.sha256,
            confirmed: row.confirmed_by.zip(row.confirmed_at.map(Time)),
            answered: row.answered_by.zip(row.answered_at.map(Time)),
        })
    }
}

impl Store {
    /// Stores a letter with its original bytes. The same bytes about the same dependencies are stored only once; the
    /// stored letter is then returned.
    ///
    /// # Errors
    /// Fails if the database does not answer; nothing was kept.
    pub async fn add_letter(&self, letter: &Letter, bytes: &[u8]) -> Result<Letter> {
        let blob = evidence::Blob::pack(bytes).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        let sha256 = hex(bytes);
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let dependencies = serde_json::to_string(&letter.notice.dependencies)?;
        let known = format!("{COLUMNS} WHERE sha256 = $1 AND dependencies = $2 AND withdrawn_at IS NULL");
        let known = sqlx::query_as(sqlx::AssertSqlSafe(known)).bind(&sha256).bind(&dependencies);
        let known: Option<StoredLetter> = known.fetch_optional(&mut *tx).await?;
        if let Some(row) = known {
            return row.try_into();
        }
        evidence::add_blob(&mut tx, &blob).await?;
        sqlx::query(
            "INSERT INTO letter (public_id, dependencies, received_at, effective_at, read_as, summary, left_us, \
             said_by, via, added_at, sha256, blob) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
        )
        .bind(&letter.public_id)
        .bind(&dependencies)
        .bind(letter.notice.received.0)
        .bind(letter.notice.effective.map(|at| at.0))
        .bind(&letter.read_as)
        .bind(&letter.notice.text)
        .bind(i64::from(letter.notice.left))
        .bind(&letter.by)
        .bind(&letter.via)
        .bind(letter.added_at.0)
        .bind(&sha256)
        .execute(&mut *tx)
        .await?;
        let act = OperatorAction {
            about: Some(letter.public_id.clone()),
            words: "came".to_owned(),
            ..OperatorAction::new(ActionKind::Letter, &letter.by, &letter.via, letter.added_at)
        };
        acts::insert(&mut tx, &act).await?;
        tx.commit().await?;
        self.acted.store(true, std::sync::atomic::Ordering::SeqCst);
        Ok(Letter { sha256, ..letter.clone() })
    }

    /// Stores a change that a person made to a letter.
    ///
    /// # Errors
    /// Fails if the database does not answer; nothing was kept.
    pub async fn change_letter(&self, public_id: &str, change: &LetterChange, act: &OperatorAction) -> Result<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let (effective, read_as, concerns) = match change {
            LetterChange::Effective(at, read_as) => (Some(at.0), Some(read_as.as_str()), None),
            LetterChange::Concerns(ids) => (None, None, Some(serde_json::to_string(ids)?)),
            LetterChange::Confirmed | LetterChange::Answered | LetterChange::Withdrawn => (None, None, None),
        };
        let words = change.word();
        sqlx::query(
            "UPDATE letter SET effective_at = COALESCE($2, effective_at), read_as = COALESCE($3, read_as), \
             dependencies = COALESCE($4, dependencies), \
             confirmed_by = CASE WHEN $5 IN ('effective', 'confirmed') THEN $6 ELSE confirmed_by END, \
             confirmed_at = CASE WHEN $5 IN ('effective', 'confirmed') THEN $7 ELSE confirmed_at END, \
             answered_by = CASE WHEN $5 = 'answered' THEN $6 ELSE answered_by END, \
             answered_at = CASE WHEN $5 = 'answered' THEN $7 ELSE answered_at END, \
             withdrawn_by = CASE WHEN $5 = 'withdrawn' THEN $6 ELSE withdrawn_by END, \
             withdrawn_at = CASE WHEN $5 = 'withdrawn' THEN $7 ELSE withdrawn_at END WHERE public_id = $1",
        )
        .bind(public_id)
        .bind(effective)
        .bind(read_as)
        .bind(concerns)
        .bind(words)
        .bind(&act.by)
        .bind(act.at.0)
        .execute(&mut *tx)
        .await?;
        let act = OperatorAction { about: Some(public_id.to_owned()), words: words.to_owned(), ..act.clone() };
        acts::insert(&mut tx, &act).await?;
        tx.commit().await?;
        self.acted.store(true, std::sync::atomic::Ordering::SeqCst);
        Ok(())
    }

    /// The letters that were not withdrawn, in the order of arrival.
    ///
    /// # Errors
    /// Fails if the database does not answer, or a document in it cannot be read.
    pub async fn letters(&self) -> Result<Vec<Letter>> {
        let rows = sqlx::query_as(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE withdrawn_at IS NULL ORDER BY id")));
        let rows: Vec<StoredLetter> = rows.fetch_all(&self.readers).await?;
        rows.into_iter().map(Letter::try_from).collect()
    }

    /// A letter's original bytes.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn letter_bytes(&self, public_id: &str) -> Result<Option<Vec<u8>>> {
        let packed: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT blob.packed FROM letter JOIN blob ON blob.sha256 = letter.blob WHERE letter.public_id = $1",
        )
        .bind(public_id)
        .fetch_optional(&self.readers)
        .await?;
        Ok(packed.and_then(|packed| zstd::decode_all(packed.as_slice()).ok()))
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
