//! The whole catalogue, from the binary or a bundle. Files in the user's own folder take precedence.

use std::path::Path;

use super::bundle::Bundle;
use super::files::{folder_files, shipped};
use super::load::{Files, Tests, read_all};
use crate::catalog::grammar::catalog::Catalog;
use crate::read::{Problem, Problems};

impl Catalog {
    /// The catalogue in the binary. Files in the user's own folder take precedence.
    ///
    /// # Errors
    /// Fails if files have problems. The error lists all problems of all files.
    pub fn load(overlay: Option<&Path>) -> Result<Catalog, Problems> {
        Catalog::load_from(None, overlay)
    }

    /// Like [`Catalog::load`], but uses a bundle, if one is given, instead of the catalogue in the binary.
    ///
    /// # Errors
    /// Fails if files have problems. The error lists all problems of all files.
    pub fn load_from(bundle: Option<&Bundle>, overlay: Option<&Path>) -> Result<Catalog, Problems> {
        load(bundle, overlay, Tests::Kept)
    }

    /// Like [`Catalog::load_from`], without what only tests the rules.
    ///
    /// # Errors
    /// Fails if files have problems. The error lists all problems of all files.
    pub fn load_rules(bundle: Option<&Bundle>, overlay: Option<&Path>) -> Result<Catalog, Problems> {
        load(bundle, overlay, Tests::Forgotten)
    }
}

fn load(bundle: Option<&Bundle>, overlay: Option<&Path>, tests: Tests) -> Result<Catalog, Problems> {
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
    let (catalog, found) = read_all(files, own, tests);
    problems.extend(found);
    if problems.is_empty() { Ok(catalog) } else { Err(Problems(problems)) }
}
