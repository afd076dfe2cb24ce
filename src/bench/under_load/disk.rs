//! How long the disk takes to keep something for good: what an alert waits for, whatever else is quick.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use crate::clock::Stopwatch;

/// So often it is tried: the median of these.
const TIMES: usize = 50;
/// As much as a commit writes.
const PAGE: [u8; 4_096] = [7; 4_096];

/// How long one page takes to be kept in a file of this folder: the median.
///
/// # Errors
/// The folder cannot be written.
pub fn synced(folder: &Path) -> std::io::Result<Duration> {
    let mut file = tempfile::tempfile_in(folder)?;
    let mut took = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        file.write_all(&PAGE)?;
        let watch = Stopwatch::start();
        file.sync_data()?;
        took.push(watch.elapsed());
    }
    took.sort_unstable();
    Ok(took[TIMES / 2])
}
