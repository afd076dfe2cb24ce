//! Finds the catalogue's files: those in the binary, and those in the user's own folder, which take precedence.

use std::path::Path;

use include_dir::{Dir, include_dir};

use super::load::Files;

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/config/catalog");
static REGISTRIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/config/registries");

/// All files in the binary.
pub(super) fn shipped() -> Files {
    let mut files = shipped_files(&SHIPPED, "");
    files.extend(shipped_files(&REGISTRIES, "registries/"));
    files
}

/// Files with their names below `folder`.
fn shipped_files(dir: &Dir<'_>, folder: &str) -> Files {
    let mut files = Files::new();
    for entry in dir.entries() {
        if let Some(dir) = entry.as_dir() {
            files.extend(shipped_files(dir, folder));
        }
        let text = entry.as_file().and_then(|file| file.contents_utf8());
        if let Some(text) = text.filter(|_| entry.path().extension().is_some_and(|ext| ext == "toml")) {
            let name = format!("{folder}{}", entry.path().display());
            let place = if folder.is_empty() { format!("config/catalog/{name}") } else { format!("config/{name}") };
            files.insert(name, (place, text.to_owned()));
        }
    }
    files
}

pub(super) fn folder_files(folder: &Path) -> std::io::Result<Files> {
    let mut files = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "toml") {
                let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
                files.insert(name, (path.display().to_string(), std::fs::read_to_string(&path)?));
            }
        }
    }
    Ok(files)
}
