//! Measures how long the disk takes for a durable write. Every alert waits for one.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use crate::clock::Stopwatch;

/// The number of writes; the median is reported.
const TIMES: usize = 50;
/// The size of a small commit.
const PAGE: [u8; 4_096] = [7; 4_096];

/// The median time to write and sync one page in a file in `folder`.
///
/// # Errors
/// Fails if `folder` cannot be written.
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
