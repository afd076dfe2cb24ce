//! History, standings, incidents, outbox and evidence in one SQLite file.
//!
//! There is one writer at a time. It starts every transaction with `BEGIN IMMEDIATE`, so that no transaction waits
//! for a lock half-way. Readers have a separate pool. The SQL is plain text with `$1`, `BIGINT` and `TEXT`, which
//! PostgreSQL accepts, too. Code that is specific to SQLite (pragmas, the lock, the integrity check) is in `open`.
//!
//! # To add a table
//!
//! 1. `migrations/NNNN_word.sql`, with the next number, starting with `-- Why:`; times are `BIGINT` milliseconds. A
//!    released migration is never edited, and older programs refuse a file that has it.
//! 2. A file here for its family, declared below: a `FromRow` struct next to its query (`updates.rs` is short,
//!    `acts.rs` more complete). Read from `readers`; write in `BEGIN IMMEDIATE`, or, if a check causes the write, in a
//!    function that `commit.rs` calls with its transaction. JSON gets a type in `document`.
//! 3. How long a row is kept: delete old rows where new ones are written. Planned times and dates are corrected in
//!    `set_back`; data that decisions depend on must be in `replayed` and in the event log.
//! 4. A test in `tests/suite/store.rs` that opens the file again. If the shape of data from older versions changes,
//!    add a folder in `tests/upgrade`.

mod acts;
mod check_in;
mod commit;
pub(crate) mod document;
mod evidence;
mod facts;
mod going;
mod history;
mod incidents;
mod key_use;
mod letters;
mod measured;
mod observations;
mod open;
mod outbox;
mod owner;
mod probes;
mod prune;
mod public;
mod read;
mod rename;
mod replayed;
mod reports;
mod set_back;
mod situations;
mod stocks;
mod sums;
mod updates;

pub use commit::{AlertRow, Batch, CheckRow, DependencyChange, IncidentChange, NewAlert};
pub use document::{
    AboutDocument, AlertDocument, BodyDocument, CombinedDocument, GroupDocument, Kept, NoteDocument, OpenDocument,
    OpenItemDocument, ReportDocument, RowDocument, SituationBodyDocument, SituationDocument, SituationItemDocument,
    SituationStepDocument, StandingDocument, StartedDocument, TodoDocument, ToldDocument, WorkingDocument, freeze,
    thaw,
};
pub use evidence::{Blob, EvidenceRow, KeptEvidence, Packer, verify_chain};
pub use facts::{ChangedFact, FactChange, FactRow, NamedFact};
pub use key_use::{DEAD_MANS_SWITCH, DETAILS_TOKEN};
pub use letters::LetterChange;
pub use measured::Tally;
pub use observations::{SeenLook, Sums};
pub use outbox::{Address, Amend, Delivered, Delivery, Outcome, PlaceRow, SaidUnwritten, SentMessage, SentRow};
pub use probes::{ProbeRow, WantedProbe};
pub use prune::BITE;
pub use public::TroubleRow;
pub use read::{FlipRow, IncidentRow, OutboxState, RollupRow};
pub use rename::Renamed;
pub use reports::{KeptReport, ToldSince};
pub use situations::{SITUATION, SituationChange};

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64};

use sqlx::SqlitePool;

/// The database.
pub struct Store {
    writer: SqlitePool,
    readers: SqlitePool,
    words: Mutex<HashMap<String, i64>>,
    /// Whether this process stored a person's action.
    acted: AtomicBool,
    /// All checks with ids up to this one are in the sums.
    summed_to: AtomicI64,
    /// The record of attempts whose sending has begun.
    going: going::Going,
    /// The path of the file, and which file it is (device and inode).
    place: Option<(std::path::PathBuf, Option<(u64, u64)>)>,
    /// Held while the store is open.
    _lock: Option<std::fs::File>,
}

/// Why a store operation failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another plugwatch is using the file: stop it, or use another file.
    #[error("{0} is in use by another plugwatch; stop that one, or give another `database`")]
    InUse(String),
    /// The file is damaged: keep it, and start with a different file or a backup.
    #[error("{file} is damaged ({what}); keep it as it is, restore a backup, or move it away to start with a new one")]
    Damaged {
        /// The path of the file.
        file: String,
        /// SQLite's message.
        what: String,
    },
    /// The file belongs to another program: use another file.
    #[error("{0} is another program's database, and was not touched; give another `database`")]
    Foreign(String),
    /// The history belongs to another platform: give each platform its own file.
    #[error(
        "this database holds the history of `{other}`, and nothing of `{platform}`; give each platform its own \
         `database`"
    )]
    OtherPlatform {
        /// This platform.
        platform: String,
        /// The platform in the file.
        other: String,
    },
    /// The file or its folder cannot be used: check the path and the permissions.
    #[error("{file} cannot be opened: {what}; check `database`, and whether plugwatch can read and write there")]
    Unusable {
        /// The path of the file.
        file: String,
        /// The system's message.
        what: String,
    },
    /// The disk with the file is full.
    #[error("the disk with {0} is full; nothing was changed. Make room, then try again")]
    Full(String),
    /// The file was removed or replaced while it was open, so anything written to it is lost.
    #[error(
        "{0} was removed or replaced while plugwatch was running; restart plugwatch to open the file that is there now"
    )]
    Displaced(String),
    /// The SQLite library has a known bug that corrupts files: build with the bundled one.
    #[error("this build has SQLite {0}, which can corrupt its log; build with the bundled library")]
    OldLibrary(String),
    /// Any other error: try again; the disk may be full.
    #[error("the database cannot be read or written: {0}")]
    Sql(#[from] sqlx::Error),
    /// The file was written by a newer plugwatch: update, or restore a backup.
    #[error("This database was written by plugwatch {0}, which is newer. Update plugwatch or restore a backup.")]
    Newer(String),
    /// An older plugwatch is using the file, which this version would have to change first.
    #[error("{0} is in use by an older plugwatch; restart it, so that the new version opens the file")]
    OlderRuns(String),
    /// A stored document has a newer version.
    #[error("a stored document has version {0}, which is newer than this plugwatch; update plugwatch")]
    NewerDocument(u32),
    /// A stored document cannot be read: it is damaged or was edited manually.
    #[error("a stored document cannot be read: {0}")]
    Document(#[from] serde_json::Error),
}

/// The result of every store operation.
pub type Result<T> = std::result::Result<T, Error>;

impl Store {
    /// Finishes all work and closes the file cleanly.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Opens the same file for reading through separate connections. Requests for the public page therefore take no
    /// connections from monitoring, and do not wait for one that is stuck. Writes still go through the one writer.
    pub fn read_apart(&self) -> Store {
        Store {
            writer: self.writer.clone(),
            readers: open::readers_apart(&self.readers),
            words: Mutex::default(),
            acted: AtomicBool::default(),
            summed_to: AtomicI64::default(),
            going: going::Going::none(),
            place: None,
            _lock: None,
        }
    }

    /// Closes this store's readers. The writer is shared with another store and stays open.
    pub async fn close_apart(&self) {
        self.readers.close().await;
    }
}
