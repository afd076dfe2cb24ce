//! Checks whether the file belongs to plugwatch, and to which platform.

use std::collections::HashSet;
use std::path::Path;

use sqlx::SqliteConnection;

use super::{Error, Result, Store};

/// `plwg`, in the file's header (sqlite.org, PRAGMA application_id).
const APPLICATION: i64 = 0x706c_7767;

/// Refuses a file that contains another program's tables.
pub(super) async fn check_program(path: &Path, connection: &mut SqliteConnection) -> Result<()> {
    let application: i64 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *connection).await?;
    let ours = "SELECT COUNT(*) FROM sqlite_schema WHERE name IN ('observation', 'outbox')";
    let all = "SELECT COUNT(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'";
    let ours: i64 = sqlx::query_scalar(ours).fetch_one(&mut *connection).await?;
    let all: i64 = sqlx::query_scalar(all).fetch_one(connection).await?;
    // Files from before this mark was introduced have plugwatch's tables, but not the mark.
    if application == APPLICATION || (application == 0 && (all == 0 || ours == 2)) {
        return Ok(());
    }
    Err(Error::Foreign(path.display().to_string()))
}

/// The schema version of the file; 0 if it has no tables yet.
pub(super) async fn version(connection: &mut SqliteConnection) -> Result<i64> {
    let table = "SELECT COUNT(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'";
    let table: i64 = sqlx::query_scalar(table).fetch_one(&mut *connection).await?;
    if table == 0 {
        return Ok(0);
    }
    Ok(sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations").fetch_one(connection).await?)
}

/// The version of plugwatch that last wrote the file, for use in a sentence.
pub(super) async fn signed(connection: &mut SqliteConnection) -> Result<String> {
    let by: Option<String> =
        sqlx::query_scalar("SELECT value FROM note WHERE name = 'written_by'").fetch_optional(connection).await?;
    Ok(by.unwrap_or_else(|| "of another version".to_owned()))
}

/// Stores which version of plugwatch is writing the file.
pub(super) async fn sign(connection: &mut SqliteConnection) -> Result<()> {
    let sign = "INSERT INTO note (name, value) VALUES ('written_by', $1) ON CONFLICT (name) \
                DO UPDATE SET value = excluded.value WHERE note.value <> excluded.value";
    sqlx::query(sign).bind(env!("CARGO_PKG_VERSION")).execute(connection).await?;
    Ok(())
}

/// Marks the file as plugwatch's.
pub(super) async fn mark(connection: &mut SqliteConnection) -> Result<()> {
    sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA application_id = {APPLICATION}"))).execute(connection).await?;
    Ok(())
}

impl Store {
    /// Refuses a file with another platform's history, and stores the platform's name. A renamed platform is
    /// recognised by its probes.
    ///
    /// # Errors
    /// Fails if the file belongs to another platform, or the database does not answer.
    pub async fn claim(&self, platform: &str, identities: &HashSet<&str>) -> Result<()> {
        if let Some(other) = self.other_platform(platform, identities).await? {
            return Err(Error::OtherPlatform { platform: platform.to_owned(), other });
        }
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        super::history::note(&mut tx, "platform", platform).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The platform that the history belongs to, if it is a different one.
    ///
    /// # Errors
    /// Fails if the database does not answer.
    pub async fn other_platform(&self, platform: &str, identities: &HashSet<&str>) -> Result<Option<String>> {
        let kept: Option<String> =
            sqlx::query_scalar("SELECT value FROM note WHERE name = 'platform'").fetch_optional(&self.readers).await?;
        let Some(other) = kept.filter(|kept| kept != platform) else { return Ok(None) };
        let active = self.active_probes().await?;
        let shared = active.iter().any(|probe| identities.contains(probe.identity.as_str()));
        Ok((!active.is_empty() && !shared).then_some(other))
    }
}
