//! Evidence: redacted answers, stored by their hash and linked in a hash chain.

use std::collections::BTreeMap;

use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::{QueryBuilder, Sqlite, Transaction};

use super::observations::together;
use super::{CheckRow, Result, Store};
use crate::core::time::Time;

/// An entry before it is added to the chain.
#[derive(Clone, Debug)]
pub struct EvidenceRow {
    /// Why it is kept: `first`, `reason` or `flip`.
    pub cause: String,
    /// The verdict of the check.
    pub verdict: String,
    /// The reason code.
    pub reason: String,
    /// The request and the facts, as JSON.
    pub facts: String,
    /// SHA-256 of the raw body, hexadecimal.
    pub raw_sha256: String,
    /// The size of the raw body in bytes.
    pub raw_size: usize,
    /// What was redacted, as JSON.
    pub redacted: String,
    /// The redacted body; `None` if there was none, or if only its hash is kept.
    pub body: Option<Blob>,
}

impl EvidenceRow {
    /// The same entry with another `cause`.
    pub fn caused(self, cause: &str) -> EvidenceRow {
        EvidenceRow { cause: cause.to_owned(), ..self }
    }
}

/// A compressed body, addressed by its hash. It is compressed before the transaction begins, to keep the transaction
/// short.
#[derive(Clone, Debug)]
pub struct Blob {
    sha256: String,
    packed: Vec<u8>,
    size: usize,
}

/// Compresses several bodies one after another. Creating a compressor costs more than compressing a small body.
pub struct Packer(zstd::bulk::Compressor<'static>);

impl Packer {
    /// Creates a compressor with the library's default level.
    ///
    /// # Errors
    /// Fails if there is not enough memory.
    pub fn new() -> std::io::Result<Packer> {
        Ok(Packer(zstd::bulk::Compressor::new(3)?))
    }

    /// Compresses a body.
    ///
    /// # Errors
    /// Fails if it cannot be compressed.
    pub fn pack(&mut self, body: &[u8]) -> std::io::Result<Blob> {
        Ok(Blob { sha256: hex(&Sha256::digest(body)), packed: self.0.compress(body)?, size: body.len() })
    }
}

impl Blob {
    /// Compresses a body.
    ///
    /// # Errors
    /// Fails if it cannot be compressed.
    pub fn pack(body: &[u8]) -> std::io::Result<Blob> {
        Packer::new()?.pack(body)
    }

    /// The compressed size in bytes.
    pub fn packed_size(&self) -> usize {
        self.packed.len()
    }

    /// The decompressed body.
    ///
    /// # Errors
    /// Fails if it cannot be decompressed.
    pub fn unpacked(&self) -> std::io::Result<Vec<u8>> {
        zstd::bulk::decompress(&self.packed, self.size)
    }
}

/// The "previous hash" of the first entry.
const START: &str = "plugwatch evidence 1";

const ADD: &str = "INSERT INTO evidence (probe, at, cause, verdict, reason, facts, raw_sha256, raw_size, redacted, blob, \
     prev_hash, hash) SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, \
     value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11 FROM json_each($1)";

/// Adds the evidence of all checks of a batch, each linked to the entry before it.
pub(super) async fn add(tx: &mut Transaction<'_, Sqlite>, looks: &[CheckRow]) -> Result<()> {
    let kept: Vec<(&CheckRow, &EvidenceRow)> =
        looks.iter().filter_map(|look| Some((look, look.evidence.as_ref()?))).collect();
    if kept.is_empty() {
        return Ok(());
    }
    add_blobs(tx, kept.iter().filter_map(|(_, row)| row.body.as_ref())).await?;
    let last: Option<String> =
        sqlx::query_scalar("SELECT hash FROM evidence ORDER BY id DESC LIMIT 1").fetch_optional(&mut **tx).await?;
    let mut prev = last.unwrap_or_else(|| START.to_owned());
    let entries = kept.into_iter().map(|(look, row)| {
        let blob = row.body.as_ref().map(|blob| blob.sha256.as_str());
        let size = i64::try_from(row.raw_size).unwrap_or(i64::MAX);
        let hash = chain(&prev, &fields(look.probe, look.at.0, row, size, blob));
        let before = std::mem::replace(&mut prev, hash.clone());
        let EvidenceRow { cause, verdict, reason, facts, raw_sha256, redacted, .. } = row;
        json!([look.probe, look.at.0, cause, verdict, reason, facts, raw_sha256, size, redacted, blob, before, hash])
    });
    together(tx, ADD, Box::new(entries.map(Ok))).await?;
    Ok(())
}

/// The number of bodies per statement. Each body is a few kilobytes.
const AT_ONCE: usize = 50;

/// Stores a body. A body that is already stored is not stored again.
pub(super) async fn add_blob(tx: &mut Transaction<'_, Sqlite>, blob: &Blob) -> Result<()> {
    add_blobs(tx, std::iter::once(blob)).await
}

/// Stores several bodies at once. At start-up there is one for each check, and each statement is a round trip.
async fn add_blobs<'b>(tx: &mut Transaction<'_, Sqlite>, blobs: impl Iterator<Item = &'b Blob>) -> Result<()> {
    let different: BTreeMap<&str, &Blob> = blobs.map(|blob| (blob.sha256.as_str(), blob)).collect();
    let different: Vec<&Blob> = different.into_values().collect();
    for some in different.chunks(AT_ONCE) {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO blob (sha256, packed, size) ");
        insert.push_values(some, |mut row, blob| {
            row.push_bind(blob.sha256.as_str()).push_bind(blob.packed.as_slice());
            row.push_bind(i64::try_from(blob.size).unwrap_or(i64::MAX));
        });
        insert.push(" ON CONFLICT (sha256) DO NOTHING");
        insert.build().persistent(false).execute(&mut **tx).await?;
    }
    Ok(())
}

/// The fields that an entry's hash covers, one per line. No field can contain a line break.
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

/// An evidence entry, as shown to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptEvidence {
    /// Its position in the chain.
    pub id: i64,
    /// When the check ran.
    pub at: Time,
    /// The verdict of the check.
    pub verdict: String,
    /// The reason code.
    pub reason: String,
    /// SHA-256 of the raw answer.
    pub raw_sha256: String,
}

#[derive(sqlx::FromRow)]
struct ListedEntry {
    id: i64,
    at: i64,
    verdict: String,
    reason: String,
    raw_sha256: String,
}

impl From<ListedEntry> for KeptEvidence {
    fn from(row: ListedEntry) -> KeptEvidence {
        let ListedEntry { id, at, verdict, reason, raw_sha256 } = row;
        KeptEvidence { id, at: Time(at), verdict, reason, raw_sha256 }
    }
}

impl Store {
    /// The last entries about a dependency, newest first.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn last_evidence(&self, dependency: &str, limit: i64) -> Result<Vec<KeptEvidence>> {
        let rows = sqlx::query_as(
            "SELECT evidence.id, evidence.at, verdict, reason, raw_sha256 FROM evidence \
             JOIN probe ON probe.id = evidence.probe WHERE probe.dependency = $1 ORDER BY evidence.id DESC LIMIT $2",
        );
        let rows: Vec<ListedEntry> = rows.bind(dependency).bind(limit).fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(KeptEvidence::from).collect())
    }
}

/// An entry with everything that its hash covers, and its body.
#[derive(sqlx::FromRow)]
struct ChainedEntry {
    id: i64,
    probe: i64,
    at: i64,
    cause: String,
    verdict: String,
    reason: String,
    facts: String,
    raw_sha256: String,
    raw_size: i64,
    redacted: String,
    blob: Option<String>,
    prev_hash: String,
    hash: String,
    packed: Option<Vec<u8>>,
    size: Option<i64>,
}

impl ChainedEntry {
    /// Whether the entry is unchanged and follows the entry whose hash is `prev`.
    fn fits(&self, prev: &str) -> bool {
        let entry = EvidenceRow {
            cause: self.cause.clone(),
            verdict: self.verdict.clone(),
            reason: self.reason.clone(),
            facts: self.facts.clone(),
            raw_sha256: self.raw_sha256.clone(),
            raw_size: 0,
            redacted: self.redacted.clone(),
            body: None,
        };
        let hash = chain(prev, &fields(self.probe, self.at, &entry, self.raw_size, self.blob.as_deref()));
        self.prev_hash == prev && self.hash == hash && self.body_fits()
    }

    fn body_fits(&self) -> bool {
        let Some(address) = &self.blob else { return true };
        let size = self.size.and_then(|size| usize::try_from(size).ok());
        let packed = self.packed.as_ref().zip(size);
        let body = packed.and_then(|(packed, size)| zstd::bulk::decompress(packed, size).ok());
        body.is_some_and(|body| hex(&Sha256::digest(body)) == *address)
    }
}

/// Verifies the whole chain and every body. Returns the number of entries, or the id of the first entry that does not
/// match.
///
/// # Errors
/// Fails if the database does not answer.
pub async fn verify_chain(store: &Store) -> Result<std::result::Result<usize, i64>> {
    let rows = sqlx::query_as(
        "SELECT evidence.id, probe, at, cause, verdict, reason, facts, raw_sha256, raw_size, redacted, evidence.blob, \
         prev_hash, hash, packed, size FROM evidence LEFT JOIN blob ON blob.sha256 = evidence.blob ORDER BY evidence.id",
    );
    let rows: Vec<ChainedEntry> = rows.fetch_all(&store.readers).await?;
    let mut prev = START;
    for entry in &rows {
        if !entry.fits(prev) {
            return Ok(Err(entry.id));
        }
        prev = &entry.hash;
    }
    Ok(Ok(rows.len()))
}
