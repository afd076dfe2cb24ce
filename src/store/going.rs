//! Records which messages were actually sent. A lease is written before a message is sent, so a crash loses nothing.
//! Only this record shows whether a crash came before or after sending began: one line per attempt in the lock file,
//! written without waiting for the disk. The record survives any end of the process, but not of the machine; the
//! machine's boot id distinguishes the two.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

use sqlx::SqlitePool;

use super::{Result, Store};

/// Above this number of lines, only the last ones are kept. Older attempts were settled long ago.
const MOST: usize = 10_000;
/// The number of lines that are then kept.
const KEPT: usize = 1_000;

/// The attempts of this run whose sending has begun.
#[derive(Debug)]
pub(super) struct Going {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// The lock file; `None` for a store that sends nothing.
    file: Option<File>,
    boot: String,
    lines: Vec<i64>,
}

impl Going {
    /// A record that is not kept, for a store that sends nothing.
    pub(super) fn none() -> Going {
        Going { inner: Mutex::new(Inner { file: None, boot: String::new(), lines: Vec::new() }) }
    }

    /// Reads from the lock file which attempts of the previous run were sent; `None` if that is unknown. The file is
    /// restarted once these attempts have been written to the database.
    pub(super) fn take_up(file: &File) -> (Going, Option<BTreeSet<i64>>) {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned();
        let mut text = String::new();
        let mut own = file.try_clone().ok();
        let read = own.as_mut().is_some_and(|file| file.read_to_string(&mut text).is_ok());
        let mut lines = text.lines();
        let same = read && !boot.is_empty() && lines.next() == Some(boot.as_str());
        let out = same.then(|| lines.filter_map(|line| line.parse().ok()).collect());
        (Going { inner: Mutex::new(Inner { file: own, boot, lines: Vec::new() }) }, out)
    }

    /// Restarts the file, after the previous run's attempts were written to the database.
    pub(super) fn begin_anew(&self) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).begin_anew();
    }
}

impl Inner {
    /// Restarts the file with the boot id and the attempts of this run.
    fn begin_anew(&mut self) {
        let lines: Vec<String> = self.lines.iter().map(i64::to_string).collect();
        let text = format!("{}\n{}{}", self.boot, lines.join("\n"), if lines.is_empty() { "" } else { "\n" });
        let Some(file) = &mut self.file else { return };
        let written =
            file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0))).and_then(|_| file.write_all(text.as_bytes()));
        if let Err(error) = written {
            tracing::debug!(%error, "cannot record sent messages; after a crash, some may wrongly be marked as repeats");
            // An incomplete list must not be used.
            if let Some(file) = self.file.take() {
                _ = file.set_len(0);
            }
        }
    }

    fn note(&mut self, attempts: &[i64]) {
        self.lines.extend(attempts);
        if self.lines.len() > MOST {
            self.lines.drain(..self.lines.len() - KEPT);
            return self.begin_anew();
        }
        let text: String = attempts.iter().map(|attempt| format!("{attempt}\n")).collect();
        // If the disk is full, a line is missing, so the whole file must no longer be trusted.
        let failed = self.file.as_mut().is_some_and(|file| file.write_all(text.as_bytes()).is_err());
        if let Some(file) = self.file.take_if(|_| failed) {
            _ = file.set_len(0);
        }
    }
}

impl Store {
    /// Records that these attempts are being sent now.
    pub fn going_out(&self, attempts: &[i64]) {
        self.going.inner.lock().unwrap_or_else(PoisonError::into_inner).note(attempts);
    }
}

/// Closes the attempts that a crash interrupted. If sending began or may have begun, the result is marked as unknown.
/// Otherwise the attempt is marked as not sent, and the next one is not a repeat.
pub(super) async fn settle(writer: &SqlitePool, out: Option<BTreeSet<i64>>) -> Result<()> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    let open: Vec<i64> = sqlx::query_scalar("SELECT id FROM attempt WHERE outcome IS NULL").fetch_all(&mut *tx).await?;
    for attempt in open {
        let went = out.as_ref().is_none_or(|out| out.contains(&attempt));
        let came = if went { "not known" } else { "not sent" };
        let ended = "UPDATE attempt SET ended_at = started_at, outcome = $1 WHERE id = $2";
        sqlx::query(ended).bind(came).bind(attempt).execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}
