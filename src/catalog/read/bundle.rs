//! A whole catalogue in one file, as `plugwatch catalog pack` writes it and `plugwatch catalog update` takes it in: JSON
//! with the files by name, packed with zstd. Who may give one out is a matter of its signature (`signature.rs`).

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::files::{folder_files, shipped};
use super::load::{Files, read_edition};
use crate::catalog::grammar::catalog::Edition;
use crate::read::Source;

/// What a bundle calls itself; a shape that an older program would misread gets another number.
const SCHEMA: &str = "plugwatch.catalog/1";
/// So much is unpacked: today's catalogue has 1.5 MB.
const MOST: u64 = 64 << 20;
/// How hard it is packed: it is written seldom and sent often.
const LEVEL: i32 = 19;

#[derive(Deserialize, Serialize)]
struct Document {
    schema: String,
    /// Public keys that may sign the next ones; none keeps those of now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    keys: Vec<String>,
    files: BTreeMap<String, String>,
}

/// A catalogue's files, before anybody has read them.
#[derive(Clone, Debug)]
pub struct Bundle {
    pub(super) files: Files,
    /// Public keys that may sign the next bundles, where it names any.
    pub keys: Vec<String>,
}

impl Edition {
    /// That of the catalogue inside the binary.
    pub fn shipped() -> Edition {
        edition(&shipped())
    }
}

/// Which catalogue these files are, whatever else is wrong with them.
fn edition(files: &Files) -> Edition {
    let source = files.get("_version.toml").map(|(name, text)| Source::new(name.clone(), text.clone()));
    source.map_or_else(Edition::default, |source| read_edition(&source))
}

impl Bundle {
    /// Which catalogue it is; version 0 where it does not say.
    pub fn edition(&self) -> Edition {
        edition(&self.files)
    }

    /// Reads a bundle.
    ///
    /// # Errors
    /// It is not one; a sentence.
    pub fn parse(bytes: &[u8]) -> Result<Bundle, String> {
        let broken = |error: &dyn std::fmt::Display| format!("it is not a catalogue that plugwatch can read: {error}");
        let unpacked = zstd::stream::Decoder::new(bytes).map_err(|error| broken(&error))?;
        let mut text = String::new();
        let size = unpacked.take(MOST).read_to_string(&mut text).map_err(|error| broken(&error))?;
        if size as u64 >= MOST {
            return Err(format!("it unpacks to more than {} MB", MOST >> 20));
        }
        let document: Document = serde_json::from_str(&text).map_err(|error| broken(&error))?;
        if document.schema != SCHEMA {
            return Err(format!(
                "its form is `{}`, and this plugwatch reads `{SCHEMA}`: update plugwatch first",
                document.schema
            ));
        }
        let files = document.files.into_iter().map(|(name, text)| (name.clone(), (name, text))).collect();
        Ok(Bundle { files, keys: document.keys })
    }

    /// The catalogue that this program came with, where a folder's files take the place of those of the same name.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn shipped(overlay: Option<&Path>, keys: Vec<String>) -> Result<Bundle, String> {
        let mut files = shipped();
        if let Some(folder) = overlay {
            let own = folder_files(folder).map_err(|error| format!("{} cannot be read: {error}", folder.display()))?;
            files.extend(own);
        }
        Ok(Bundle { files, keys })
    }

    /// As one file.
    ///
    /// # Errors
    /// It cannot be packed.
    pub fn pack(&self) -> Result<Vec<u8>, String> {
        let files = self.files.iter().map(|(name, (_, text))| (name.clone(), text.clone())).collect();
        let document = Document { schema: SCHEMA.to_owned(), keys: self.keys.clone(), files };
        let text = serde_json::to_vec(&document).map_err(|error| error.to_string())?;
        zstd::encode_all(text.as_slice(), LEVEL).map_err(|error| error.to_string())
    }
}
