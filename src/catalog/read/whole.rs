//! The whole catalogue: of the binary or of a bundle, with a folder of the user's own over it.

use std::path::Path;

use super::bundle::Bundle;
use super::files::{folder_files, shipped};
use super::load::{Files, read_all};
use crate::catalog::grammar::catalog::Catalog;
use crate::read::{Problem, Problems};

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
