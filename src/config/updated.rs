//! The catalogue that a configuration is read with: the shipped one, or a newer one that was installed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::catalog::{Bundle, Catalog, Edition};
use crate::read::{Problems, Table};

/// The default path of the database.
pub(super) const DATABASE: &str = "plugwatch.db";

/// The path of an installed catalogue: next to the database, whose owner installed it.
pub fn updated_catalog(database: &Path) -> PathBuf {
    beside(database, ".catalog")
}

/// The path of the keys that may sign the next catalogue.
pub fn catalog_keys(database: &Path) -> PathBuf {
    beside(database, ".catalog.keys")
}

fn beside(database: &Path, end: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(end);
    path.into()
}

/// The catalogue, and a note for the operator. An installed catalogue that cannot be used is ignored, and
/// monitoring continues with the shipped one.
pub(super) fn load(root: &Table<'_>, overlay: Option<&Path>) -> Result<(Arc<Catalog>, Option<String>), Problems> {
    let database = root.string("database").map_or_else(|| DATABASE.to_owned(), |path| path.value);
    let path = updated_catalog(Path::new(&database));
    let shipped = |note| Ok((Arc::new(Catalog::load_rules(None, overlay)?), note));
    let Ok(bytes) = std::fs::read(&path) else { return shipped(None) };
    let bundle = match Bundle::parse(&bytes) {
        Ok(bundle) => bundle,
        Err(why) => return shipped(Some(left_aside(&path, &why))),
    };
    // After an upgrade, the shipped catalogue may be the newer one.
    if bundle.edition().version <= Edition::shipped().version {
        return shipped(None);
    }
    match Catalog::load_rules(Some(&bundle), overlay) {
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
