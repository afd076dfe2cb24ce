//! History, standings, incidents, outbox and evidence in one SQLite file.
//!
//! One writer at a time, and it opens every transaction with `BEGIN IMMEDIATE`, so
//! nobody waits for a lock half-way. Readers have a pool of their own. The SQL is
//! plain text with `$1`, `BIGINT` and `TEXT`, as PostgreSQL reads it too; what
//! concerns SQLite only (pragmas, the lock, the check of the file) stands in
//! `open`.
//!
//! # To add a table
//!
//! 1. `migrations/NNNN_word.sql`, the next number, beginning with `-- Why:`; times are `BIGINT` milliseconds. One that has
//!    landed is never edited, and older programs refuse a file that has it.
//! 2. A file here for its family, declared below: a `FromRow` struct beside its query (`updates.rs` is short, `acts.rs`
//!    fuller). Read from `readers`; write in `BEGIN IMMEDIATE`, or, if a check decides it, by a function on the transaction
//!    that `commit.rs` calls. What is JSON gets a type in `document`.
//! 3. How long a row is kept: delete old ones where new ones are written. What plans or dates anything goes into
//!    `set_back`; what decisions hear goes into `replayed` and the event log.
//! 4. A test in `tests/suite/store.rs` that opens the file again. A new shape of what older versions wrote gets a folder in
//!    `tests/upgrade`.

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
    /// This program did something for a person.
    acted: AtomicBool,
    /// Everything up to this check is in the sums.
    summed_to: AtomicI64,
    /// Tries that went out.
    going: going::Going,
    /// Where the file lies, and which one it is.
    place: Option<(std::path::PathBuf, Option<(u64, u64)>)>,
    /// Held as long as the store is open.
    _lock: Option<std::fs::File>,
}

/// Why the store cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another plugwatch uses the file: stop that one, or give another file.
    #[error("{0} is in use by another plugwatch; stop that one, or give another `database`")]
    InUse(String),
    /// The file is damaged: keep it, and start with another or with a backup.
    #[error("{file} is damaged ({what}); keep it as it is, restore a backup, or move it away to start anew")]
    Damaged {
        /// The file.
        file: String,
        /// What SQLite says.
        what: String,
    },
    /// The file is another program's: give another file.
    #[error("{0} is another program's database, and was not touched; give another `database`")]
    Foreign(String),
    /// The history is another platform's: give each platform a file of its own.
    #[error(
        "this database holds the history of `{other}`, and nothing of `{platform}`; give each platform its own \
         `database`"
    )]
    OtherPlatform {
        /// Ours.
        platform: String,
        /// The one in the file.
        other: String,
    },
    /// The file or its folder cannot be used: look at its path and rights.
    #[error("{file} cannot be opened: {what}; check `database`, and whether plugwatch can read and write there")]
    Unusable {
        /// The file.
        file: String,
        /// What the system says.
        what: String,
    },
    /// The disk with the file is full.
    #[error("the disk with {0} is full; nothing was changed. Make room, then try again")]
    Full(String),
    /// The file was removed or replaced while it was open: what is written there is lost.
    #[error(
        "{0} was removed or replaced while plugwatch was running; restart plugwatch to open the file that is there now"
    )]
    Displaced(String),
    /// The SQLite library has a known fault that corrupts files: build with the bundled one.
    #[error("this build has SQLite {0}, which can corrupt its log; build with the bundled library")]
    OldLibrary(String),
    /// Anything else: try again; the disk may be full.
    #[error("the database does not answer: {0}")]
    Sql(#[from] sqlx::Error),
    /// The file was written by a newer plugwatch: update, or restore a backup.
    #[error("This database was written by plugwatch {0}, which is newer. Update plugwatch or restore a backup.")]
    Newer(String),
    /// An older plugwatch runs on the file, which this one would have to change first.
    #[error("{0} is in use by an older plugwatch; restart it, so that the new version opens the file")]
    OlderRuns(String),
    /// A stored document is of a newer version.
    #[error("a stored document has version {0}, which is newer than this plugwatch; update plugwatch")]
    NewerDocument(u32),
    /// A stored document cannot be read: it is damaged, or was changed by hand.
    #[error("a stored document cannot be read: {0}")]
    Document(#[from] serde_json::Error),
}

/// What every operation gives.
pub type Result<T> = std::result::Result<T, Error>;

impl Store {
    /// Ends all work and closes the file cleanly.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// The same file, read through connections of its own: what strangers ask takes none from the monitoring,
    /// and waits for none that a stuck one holds. Writing goes through the one writer.
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

    /// Ends reading, and leaves the writer open for the store that this one reads beside.
    pub async fn close_apart(&self) {
        self.readers.close().await;
    }
}
