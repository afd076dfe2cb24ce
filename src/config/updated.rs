//! The catalogue that a configuration is read with: the one that plugwatch came with, or a newer one that was taken in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::catalog::{Bundle, Catalog, Edition};
use crate::read::{Problems, Table};

/// Where the history is, unless the configuration says.
pub(super) const DATABASE: &str = "plugwatch.db";

/// Where a catalogue that was taken in lies: beside the history, whose owner answers for it.
pub fn updated_catalog(database: &Path) -> PathBuf {
    beside(database, ".catalog")
}

/// Where the keys lie that may sign the next one.
pub fn catalog_keys(database: &Path) -> PathBuf {
    beside(database, ".catalog.keys")
}

fn beside(database: &Path, end: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(end);
    path.into()
}

/// The catalogue, and what a person wants to know about it. One that was taken in and cannot be used any more is left
/// aside: monitoring goes on with the one that plugwatch came with.
pub(super) fn load(root: &Table<'_>, overlay: Option<&Path>) -> Result<(Arc<Catalog>, Option<String>), Problems> {
    let database = root.string("database").map_or_else(|| DATABASE.to_owned(), |path| path.value);
    let path = updated_catalog(Path::new(&database));
    let shipped = |note| Ok((Arc::new(Catalog::load(overlay)?), note));
    let Ok(bytes) = std::fs::read(&path) else { return shipped(None) };
    let bundle = match Bundle::parse(&bytes) {
        Ok(bundle) => bundle,
        Err(why) => return shipped(Some(left_aside(&path, &why))),
    };
    // A newer program brings a newer catalogue.
    if bundle.edition().version <= Edition::shipped().version {
        return shipped(None);
    }
    match Catalog::load_from(Some(&bundle), overlay) {
        Ok(catalog) => Ok((Arc::new(catalog), None)),
        Err(problems) => shipped(Some(left_aside(&path, problems.to_string().lines().next().unwrap_or_default()))),
    }
}

fn left_aside(path: &Path, why: &str) -> String {
    format!(
        "the catalogue in {} is not used: {why}; plugwatch uses the one that it came with. Run plugwatch catalog update again",
        path.display()
    )
}
