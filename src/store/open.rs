//! Opens the file: lock, pragmas, migrations and integrity check. This is specific to SQLite.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};

use super::going::{self, Going};
use super::{Error, Result, Store, owner};

/// In earlier versions, the write-ahead log could corrupt a file (sqlite.org, 3.51.3).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// The cache of each reader in KiB, which SQLite writes as a negative number. It is small, because readers read
/// little and the system caches the file, too.
const READERS_CACHE: &str = "-512";

/// The permissions of the database and its companion files.
const PRIVATE: u32 = 0o600;

/// The history of table definitions. A released migration is never edited.
static MIGRATIONS: Migrator = sqlx::migrate!();

impl Store {
    /// Opens the file, creating it if it does not exist.
    ///
    /// # Errors
    /// Fails if another plugwatch is using the file, it is damaged, or it cannot be opened.
    pub async fn open(path: &Path) -> Result<Store> {
        Store::open_with(path, SqliteSynchronous::Full).await
    }

    /// Opens a file that need not survive a power failure, for benchmarks and simulations.
    ///
    /// # Errors
    /// Fails in the same cases as [`Store::open`].
    pub async fn open_scratch(path: &Path) -> Result<Store> {
        Store::open_with(path, SqliteSynchronous::Off).await
    }

    async fn open_with(path: &Path, synchronous: SqliteSynchronous) -> Result<Store> {
        // Resolves links: the lock file is next to the real file.
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        Store::open_file(&real, synchronous).await.map_err(|error| match error {
            Error::Sql(error) => unusable(path, &error),
            other => other,
        })
    }

    async fn open_file(path: &Path, synchronous: SqliteSynchronous) -> Result<Store> {
        look_first(path).await?;
        let lock = lock(path)?;
        keep_private(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(synchronous)
            .busy_timeout(Duration::from_secs(5))
            .pragma("trusted_schema", "OFF")
            .pragma("cell_size_check", "ON")
            .pragma("journal_size_limit", "67108864")
            .statement_cache_capacity(64);
        // A connection to a file needs no test before each use, which would cost a round trip. After a failed write
        // (a full disk), SQLite has rolled back, but the library does not notice that, and the connection would
        // refuse every further transaction. So such a connection is dropped.
        let writer = SqlitePoolOptions::new()
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone())
            .await
            .map_err(|error| unusable(path, &error))?;
        check_library(&writer).await?;
        check_file(path, &writer).await?;
        owner::mark(&mut *writer.acquire().await?).await?;
        MIGRATIONS.run(&writer).await.map_err(|error| not_brought_up(path, error))?;
        owner::sign(&mut *writer.acquire().await?).await?;
        // One reader stays open as long as the store. While any connection is open, the log is not read again, so a
        // failed commit cannot reappear when the writer is dropped.
        let readers = SqlitePoolOptions::new()
            .test_before_acquire(false)
            .max_connections(2)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.read_only(true).create_if_missing(false).pragma("cache_size", READERS_CACHE))
            .await
            .map_err(|error| unusable(path, &error))?;
        // This process holds the lock, so no other process can be sending. A lease left by a crash is cleared; its
        // attempt has no outcome, so the next attempt is marked as a repeat.
        sqlx::query("UPDATE outbox SET leased_until = 0 WHERE state = 'pending'").execute(&writer).await?;
        let (going, out) = Going::take_up(&lock);
        going::settle(&writer, out).await?;
        going.begin_anew();
        let (words, acted, summed_to) = (Mutex::default(), AtomicBool::new(true), AtomicI64::default());
        let place = Some((path.to_owned(), identity(path)));
        let store = Store { writer, readers, words, acted, summed_to, going, place, _lock: Some(lock) };
        store.load_words().await?;
        store.load_summed_to().await?;
        Ok(store)
    }
}

/// Additional readers of the same file. They are opened when first needed.
pub(super) fn readers_apart(readers: &SqlitePool) -> SqlitePool {
    SqlitePoolOptions::new()
        .test_before_acquire(false)
        .max_connections(2)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(readers.connect_options().as_ref().clone())
}

impl Store {
    /// Whether another plugwatch is using this file now.
    pub fn is_in_use(path: &Path) -> bool {
        let path = &std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        Store::exists(path) && matches!(lock(path), Err(Error::InUse(_)))
    }

    /// Whether anything was ever written to the file. An empty file does not count.
    pub fn exists(path: &Path) -> bool {
        std::fs::metadata(path).is_ok_and(|file| file.len() > 0)
    }

    /// Opens an existing file for reading only, even while another plugwatch is using it.
    ///
    /// # Errors
    /// Fails if there is no such file or it cannot be read.
    pub async fn view(path: &Path) -> Result<Store> {
        if !Store::exists(path) {
            let what = "the file does not exist yet; start `plugwatch run` first".to_owned();
            return Err(Error::Unusable { file: path.display().to_string(), what });
        }
        if look_first(path).await? < newest() {
            bring_up(path).await?;
        }
        let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(Duration::from_secs(5));
        let pool = SqlitePoolOptions::new().max_connections(2);
        let pool = pool.connect_with(options).await.map_err(|error| unusable(path, &error))?;
        Ok(Store::over(pool))
    }
}

impl Store {
    /// Opens an existing file for a few writes, even while another plugwatch is using it.
    ///
    /// # Errors
    /// Fails if there is no such file or it cannot be written.
    pub async fn beside(path: &Path) -> Result<Store> {
        Store::view(path).await?.close().await;
        let options = SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_secs(10));
        let pool = SqlitePoolOptions::new().max_connections(1);
        let pool = pool.connect_with(options).await.map_err(|error| unusable(path, &error))?;
        Ok(Store::over(pool))
    }

    /// A store that reads and writes through one pool, for commands that run while plugwatch is monitoring.
    pub(super) fn over(pool: SqlitePool) -> Store {
        Store {
            writer: pool.clone(),
            readers: pool,
            words: Mutex::default(),
            acted: AtomicBool::default(),
            summed_to: AtomicI64::default(),
            going: Going::none(),
            place: None,
            _lock: None,
        }
    }
}

/// Locks the file next to the database. The system releases the lock when the process ends for any reason.
fn lock(path: &Path) -> Result<File> {
    let name = path.display().to_string();
    let mut lock_path = path.as_os_str().to_owned();
    lock_path.push(".lock");
    let opened = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&lock_path);
    let file = opened.map_err(|error| Error::Unusable { file: name.clone(), what: error.to_string() })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse(name)),
        Err(TryLockError::Error(error)) => Err(Error::Unusable { file: name, what: error.to_string() }),
    }
}

/// The newest schema version that this program knows.
fn newest() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Migrates an older file that is not in use before it is read, because the reading code supports only one schema.
async fn bring_up(path: &Path) -> Result<()> {
    match Store::open(path).await {
        Ok(store) => {
            store.close().await;
            Ok(())
        }
        Err(Error::InUse(file)) => Err(Error::OlderRuns(file)),
        Err(error) => Err(error),
    }
}

/// Makes the file private, because the history names vendors and accounts. SQLite gives its log the same permissions.
fn keep_private(path: &Path) -> Result<()> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let failed = |error: std::io::Error| Error::Unusable { file: path.display().to_string(), what: error.to_string() };
    OpenOptions::new().create(true).truncate(false).write(true).mode(PRIVATE).open(path).map_err(failed)?;
    for end in ["", "-wal", "-shm", ".lock"] {
        let mut file = path.as_os_str().to_owned();
        file.push(end);
        // If the file belongs to another user and plugwatch may write to it, its permissions stay as they are.
        if let Err(error) = std::fs::set_permissions(&file, std::fs::Permissions::from_mode(PRIVATE)) {
            tracing::debug!(%error, "the permissions of {} could not be changed", file.to_string_lossy());
        }
    }
    Ok(())
}

/// The device and inode of the file, which identify it whatever its path.
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

impl Store {
    /// Checks that the open file is still at its path. Anything written to a removed or replaced file would be lost.
    pub(super) fn check_place(&self) -> Result<()> {
        match &self.place {
            Some((path, file)) if identity(path) != *file => Err(Error::Displaced(path.display().to_string())),
            _ => Ok(()),
        }
    }
}

/// Checks the file before anything is written. A file of another program or of a newer plugwatch stays unchanged and
/// gets no companion files. Returns the file's schema version; 0 if it has no tables.
async fn look_first(path: &Path) -> Result<i64> {
    if !Store::exists(path) {
        return Ok(0);
    }
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    // Without a write-ahead log, nobody is writing to the file, so it can be read without one.
    let still = !Path::new(&log).exists();
    let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(still);
    let opened = options.busy_timeout(Duration::from_secs(5)).connect().await;
    let mut connection = opened.map_err(|error| unusable(path, &error))?;
    let checked = check_whose(path, &mut connection).await;
    connection.close().await?;
    checked.map_err(|error| match error {
        Error::Sql(error) => unusable(path, &error),
        other => other,
    })
}

async fn check_whose(path: &Path, connection: &mut SqliteConnection) -> Result<i64> {
    owner::check_program(path, connection).await?;
    let version = owner::version(connection).await?;
    if version > newest() {
        return Err(Error::Newer(owner::signed(connection).await?));
    }
    Ok(version)
}

async fn check_library(pool: &SqlitePool) -> Result<()> {
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(pool).await?;
    let numbers: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    match numbers.as_slice() {
        [a, b, c, ..] if (*a, *b, *c) >= OLDEST_SQLITE => Ok(()),
        _ => Err(Error::OldLibrary(version)),
    }
}

async fn check_file(path: &Path, pool: &SqlitePool) -> Result<()> {
    let said: std::result::Result<String, _> = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(pool).await;
    match said {
        Ok(said) if said == "ok" => Ok(()),
        Ok(said) => Err(damaged(path, &said)),
        Err(error) => Err(damaged(path, &error.to_string())),
    }
}

/// Makes sure that a full disk is not reported as damage.
fn not_brought_up(path: &Path, error: MigrateError) -> Error {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => unusable(path, &error),
        other => damaged(path, &other.to_string()),
    }
}

fn damaged(path: &Path, what: &str) -> Error {
    Error::Damaged { file: path.display().to_string(), what: what.to_owned() }
}

fn unusable(path: &Path, error: &sqlx::Error) -> Error {
    let what = error.to_string();
    // SQLite finds some kinds of damage with the first pragma.
    if what.contains("disk is full") {
        return Error::Full(path.display().to_string());
    }
    if what.contains("malformed") || what.contains("not a database") {
        return damaged(path, &what);
    }
    Error::Unusable { file: path.display().to_string(), what }
}
