//! What has really gone out. A lease is written before a message goes out, so that a crash loses
//! nothing; whether a crash fell before or after the first byte left, only this says: a line in the
//! lock file, written without waiting for the disk. It survives the end of the program, however it
//! ends, and not the end of the machine; the machine's boot id tells the two apart.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

use sqlx::SqlitePool;

use super::{Result, Store};

/// More lines than this, and only the last are kept: what is older has long been settled.
const MOST: usize = 10_000;
/// So many are kept then.
const KEPT: usize = 1_000;

/// The tries of this run that went out.
#[derive(Debug)]
pub(super) struct Going {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// The lock file; none for a store that sends nothing.
    file: Option<File>,
    boot: String,
    lines: Vec<i64>,
}

impl Going {
    /// A store that sends nothing.
    pub(super) fn none() -> Going {
        Going { inner: Mutex::new(Inner { file: None, boot: String::new(), lines: Vec::new() }) }
    }

    /// What the run before this left in the lock file: its tries that went out, or nothing where that
    /// cannot be known. The file begins anew once that has been written down.
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

    /// What the run before this left is written down.
    pub(super) fn begin_anew(&self) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).begin_anew();
    }
}

impl Inner {
    /// Without the first line nothing in the file is believed: it is written last.
    fn begin_anew(&mut self) {
        let lines: Vec<String> = self.lines.iter().map(i64::to_string).collect();
        let text = format!("{}\n{}{}", self.boot, lines.join("\n"), if lines.is_empty() { "" } else { "\n" });
        let Some(file) = &mut self.file else { return };
        let written =
            file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0))).and_then(|_| file.write_all(text.as_bytes()));
        if let Err(error) = written {
            tracing::debug!(%error, "what goes out is not noted: after a crash more is marked as a repeat than is one");
            // Half a list is none.
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
        // A full disk takes no line: then nothing in the file is believed any more.
        let failed = self.file.as_mut().is_some_and(|file| file.write_all(text.as_bytes()).is_err());
        if let Some(file) = self.file.take_if(|_| failed) {
            _ = file.set_len(0);
        }
    }
}

impl Store {
    /// These tries go out now.
    pub fn going_out(&self, attempts: &[i64]) {
        self.going.inner.lock().unwrap_or_else(PoisonError::into_inner).note(attempts);
    }
}

/// Tries that a crash ended: of those that went out, or may have, nobody knows what came; the others were
/// none, and what comes now is no repeat.
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
