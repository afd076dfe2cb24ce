//! Evidence: redacted answers, content-addressed and hash-chained.

use sha2::{Digest, Sha256};
use sqlx::{Row, Sqlite, Transaction};

use super::{Result, Store};
use crate::core::time::Time;

/// One entry before it is chained.
#[derive(Clone, Debug)]
pub struct EvidenceRow {
    /// Why it is kept: `first`, `reason` or `flip`.
    pub cause: String,
    /// What it read.
    pub verdict: String,
    /// Why.
    pub reason: String,
    /// What was asked and what the asker saw, as JSON.
    pub facts: String,
    /// SHA-256 of the raw body, hexadecimal.
    pub raw_sha256: String,
    /// Its size in bytes.
    pub raw_size: usize,
    /// What was redacted, as JSON.
    pub redacted: String,
    /// The redacted body; empty where there was none.
    pub body: Vec<u8>,
}

/// The first entry follows this.
const START: &str = "plugwatch evidence 1";

pub(super) async fn add(tx: &mut Transaction<'_, Sqlite>, probe: i64, at: Time, row: &EvidenceRow) -> Result<()> {
    let blob = if row.body.is_empty() { None } else { Some(add_blob(tx, &row.body).await?) };
    let prev: Option<String> =
        sqlx::query_scalar("SELECT hash FROM evidence ORDER BY id DESC LIMIT 1").fetch_optional(&mut **tx).await?;
    let prev = prev.unwrap_or_else(|| START.to_owned());
    let size = i64::try_from(row.raw_size).unwrap_or(i64::MAX);
    let hash = chain(&prev, &fields(probe, at.0, row, size, blob.as_deref()));
    sqlx::query(
        "INSERT INTO evidence (probe, at, cause, verdict, reason, facts, raw_sha256, raw_size, redacted, blob, prev_hash, \
         hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(probe)
    .bind(at.0)
    .bind(&row.cause)
    .bind(&row.verdict)
    .bind(&row.reason)
    .bind(&row.facts)
    .bind(&row.raw_sha256)
    .bind(size)
    .bind(&row.redacted)
    .bind(blob)
    .bind(prev)
    .bind(hash)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(super) async fn add_blob(tx: &mut Transaction<'_, Sqlite>, body: &[u8]) -> Result<String> {
    let address = hex(&Sha256::digest(body));
    let known: Option<i64> =
        sqlx::query_scalar("SELECT size FROM blob WHERE sha256 = $1").bind(&address).fetch_optional(&mut **tx).await?;
    if known.is_none() {
        let packed = zstd::bulk::compress(body, 3).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
        sqlx::query("INSERT INTO blob (sha256, packed, size) VALUES ($1, $2, $3)")
            .bind(&address)
            .bind(packed)
            .bind(i64::try_from(body.len()).unwrap_or(i64::MAX))
            .execute(&mut **tx)
            .await?;
    }
    Ok(address)
}

/// Every field that an entry's hash covers, each on a line, none able to hold a line end.
fn fields(probe: i64, at: i64, row: &EvidenceRow, size: i64, blob: Option<&str>) -> String {
    let EvidenceRow { cause, verdict, reason, facts, raw_sha256, redacted, .. } = row;
    format!(
        "{probe}\n{at}\n{cause}\n{verdict}\n{reason}\n{facts}\n{raw_sha256}\n{size}\n{redacted}\n{}",
        blob.unwrap_or("-")
    )
}

fn chain(prev: &str, fields: &str) -> String {
    hex(&Sha256::digest(format!("{prev}\n{fields}")))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An entry as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptEvidence {
    /// Its number in the chain.
    pub id: i64,
    /// When.
    pub at: Time,
    /// What it read.
    pub verdict: String,
    /// Why.
    pub reason: String,
    /// SHA-256 of the raw answer.
    pub raw_sha256: String,
}

impl Store {
    /// The last entries about a dependency, the newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn last_evidence(&self, dependency: &str, limit: i64) -> Result<Vec<KeptEvidence>> {
        let rows = sqlx::query(
            "SELECT evidence.id, evidence.at, verdict, reason, raw_sha256 FROM evidence \
             JOIN probe ON probe.id = evidence.probe WHERE probe.dependency = $1 ORDER BY evidence.id DESC LIMIT $2",
        );
        let rows = rows.bind(dependency).bind(limit).fetch_all(&self.readers).await?;
        let read = |row: &sqlx::sqlite::SqliteRow| KeptEvidence {
            id: row.get(0),
            at: Time(row.get(1)),
            verdict: row.get(2),
            reason: row.get(3),
            raw_sha256: row.get(4),
        };
        Ok(rows.iter().map(read).collect())
    }
}

/// Goes through the whole chain and every body: the number of entries, or the first
/// entry that does not fit.
///
/// # Errors
/// The database does not answer.
pub async fn verify_chain(store: &Store) -> Result<std::result::Result<usize, i64>> {
    let rows = sqlx::query(
        "SELECT evidence.id, probe, at, cause, verdict, reason, facts, raw_sha256, raw_size, redacted, evidence.blob, \
         prev_hash, hash, packed, size FROM evidence LEFT JOIN blob ON blob.sha256 = evidence.blob ORDER BY evidence.id",
    );
    let mut prev = START.to_owned();
    let rows = rows.fetch_all(&store.readers).await?;
    for row in &rows {
        let entry = EvidenceRow {
            cause: row.get(3),
            verdict: row.get(4),
            reason: row.get(5),
            facts: row.get(6),
            raw_sha256: row.get(7),
            raw_size: 0,
            redacted: row.get(9),
            body: Vec::new(),
        };
        let blob: Option<String> = row.get(10);
        let hash = chain(&prev, &fields(row.get(1), row.get(2), &entry, row.get(8), blob.as_deref()));
        let kept: String = row.get(12);
        let fits = row.get::<String, _>(11) == prev && kept == hash && body_fits(blob, row.get(13), row.get(14));
        if !fits {
            return Ok(Err(row.get(0)));
        }
        prev = kept;
    }
    Ok(Ok(rows.len()))
}

fn body_fits(address: Option<String>, packed: Option<Vec<u8>>, size: Option<i64>) -> bool {
    let Some(address) = address else { return true };
    let size = size.and_then(|size| usize::try_from(size).ok());
    let body = packed.zip(size).and_then(|(packed, size)| zstd::bulk::decompress(&packed, size).ok());
    body.is_some_and(|body| hex(&Sha256::digest(body)) == address)
}
