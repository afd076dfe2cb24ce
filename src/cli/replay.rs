//! `plugwatch bench replay`: makes the decisions of event logs again, and compares them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::failed;
use crate::bench::replay;

/// Replays each log, or each log in a folder.
pub(super) async fn replay_all(logs: &[PathBuf]) -> ExitCode {
    let mut files = Vec::new();
    for log in logs {
        match files_of(log) {
            Ok(found) => files.extend(found),
            Err(error) => return failed(2, format!("{}: {error}", log.display())),
        }
    }
    if files.is_empty() {
        return failed(2, "there is no event log; write one with `plugwatch bench drops --events FOLDER`");
    }
    let (mut equal, mut events, mut decisions) = (0, 0, 0);
    for file in &files {
        let folder = match tempfile::tempdir() {
            Ok(folder) => folder,
            Err(error) => return failed(2, format!("no temporary folder for a database: {error}")),
        };
        match replay(file, folder.path()).await {
            Ok(replayed) => {
                (equal, events, decisions) = (equal + 1, events + replayed.events, decisions + replayed.decisions)
            }
            Err(why) => println!("FAIL  {}: {why}", file.display()),
        }
    }
    println!("{equal} of {} logs gave the recorded decisions: {events} events, {decisions} commits", files.len());
    if equal == files.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn files_of(log: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !log.is_dir() {
        return Ok(vec![log.to_owned()]);
    }
    let entries: std::io::Result<Vec<PathBuf>> =
        std::fs::read_dir(log)?.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut files = entries?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
    files.sort();
    Ok(files)
}
