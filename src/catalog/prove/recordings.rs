//! Runs recorded answers from a folder through the catalogue.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::examples::asked_url;
use super::params::params_of;
use super::tested::Tested;
use crate::catalog::grammar::catalog::Catalog;
use crate::catalog::grammar::example::Recording;
use crate::catalog::read::recording;
use crate::core::time::Time;
use crate::core::words::answer::{Answer, HttpFacts};
use crate::read::Source;

/// Runs every recording in `folder` that the catalogue lists, and returns one line for each.
///
/// A file `recordings.toml` in the folder is used in addition to the catalogue's own list.
///
/// # Errors
/// Fails if the folder cannot be read.
pub fn test_recordings(catalog: &Catalog, folder: &Path, now: Time) -> std::io::Result<(Vec<String>, Tested)> {
    let mut known = catalog.recordings.clone();
    let own = folder.join("recordings.toml");
    let mut tested = Tested::default();
    if own.exists() {
        let source = Source::new(own.display().to_string(), std::fs::read_to_string(&own)?);
        known.extend(recording::read(&source));
        tested.failed.extend(source.into_problems().iter().map(ToString::to_string));
    }
    let files = files_below(folder)?;
    let mut lines = Vec::new();
    let mut read_files = BTreeSet::new();
    for recording in known.iter().filter(|recording| folder.join(&recording.file).is_file()) {
        read_files.insert(folder.join(&recording.file));
        let body = std::fs::read(folder.join(&recording.file))?;
        run(catalog, recording, body, now, &mut lines, &mut tested);
    }
    let unread = files.iter().filter(|file| !read_files.contains(*file)).count();
    lines.push(format!("{} files read, {unread} have no check in this catalogue yet", read_files.len()));
    Ok((lines, tested))
}

fn run(
    catalog: &Catalog,
    recording: &Recording,
    body: Vec<u8>,
    now: Time,
    lines: &mut Vec<String>,
    tested: &mut Tested,
) {
    let Some((_, check)) = catalog.check(&recording.check) else {
        tested.failed.push(format!("{}: there is no check {}", recording.file, recording.check));
        return;
    };
    let params = params_of(check, &recording.params);
    let url = recording.url.clone().unwrap_or_else(|| asked_url(check, &params));
    let reading = catalog.judge(check, &params, &answer_of(recording, url, body), now);
    let fits = reading.verdict == recording.verdict
        && recording.reason.as_ref().is_none_or(|reason| *reason == reading.reason);
    let mark = if fits { "ok  " } else { "FAIL" };
    lines.push(format!("{mark} {}  {} ({}): {}", recording.file, reading.verdict, reading.reason, reading.say));
    if fits {
        tested.passed += 1;
    } else {
        tested.failed.push(format!("{}: should read {}, reads {}", recording.file, recording.verdict, reading.verdict));
    }
}

fn answer_of(recording: &Recording, url: String, body: Vec<u8>) -> Answer {
    let parsed = url::Url::parse(&url).ok();
    // A recording with a head starts with the status line. Only the body is used.
    let body = match body.windows(4).position(|four| four == b"\r\n\r\n") {
        Some(at) if body.starts_with(b"HTTP/") => body[at + 4..].to_vec(),
        _ if body.starts_with(b"HTTP/") => Vec::new(),
        _ => body,
    };
    let http = HttpFacts {
        status: recording.status,
        host: parsed.as_ref().and_then(|url| url.host_str()).unwrap_or("").to_owned(),
        path: parsed.as_ref().map_or("", |url| url.path()).to_owned(),
        url,
        content_type: recording.content_type.clone(),
        size: body.len() as u64,
        ..HttpFacts::default()
    };
    Answer { asked: recording.file.clone(), http: Some(http), body, ..Answer::default() }
}

fn files_below(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { files.extend(files_below(&path)?) } else { files.push(path) }
    }
    Ok(files)
}
