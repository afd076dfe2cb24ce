//! Finds the catalogue's files: those within the binary, overlaid by a folder of the user's own.

use std::path::Path;

use include_dir::{Dir, include_dir};

use super::bundle::Bundle;
use super::load::{Files, read_all};
use crate::catalog::grammar::catalog::Catalog;
use crate::read::{Problem, Problems};

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/config/catalog");
static REGISTRIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/config/registries");

impl Catalog {
    /// The catalogue inside the binary, overlaid by a folder of the user's own.
    ///
    /// # Errors
    /// Every problem of every file at once.
    pub fn load(overlay: Option<&Path>) -> Result<Catalog, Problems> {
        Catalog::load_from(None, overlay)
    }

    /// The same of a bundle, if one is given, instead of what is in the binary.
    ///
    /// # Errors
    /// Every problem of every file at once.
    pub fn load_from(bundle: Option<&Bundle>, overlay: Option<&Path>) -> Result<Catalog, Problems> {
        let files = bundle.map_or_else(shipped, |bundle| bundle.files.clone());
        let (mut own, mut problems) = (Files::new(), Vec::new());
        if let Some(folder) = overlay {
            match folder_files(folder) {
                Ok(found) => own = found,
                Err(error) => problems.push(Problem::of_file(
                    &folder.display().to_string(),
                    format!("the catalogue folder cannot be read: {error}"),
                    "correct `catalog` in your configuration, or create the folder",
                )),
            }
        }
        let (catalog, found) = read_all(files, own);
        problems.extend(found);
        if problems.is_empty() { Ok(catalog) } else { Err(Problems(problems)) }
    }
}

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
