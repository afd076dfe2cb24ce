//! A whole catalogue in one file, as `plugwatch catalog pack` writes it and `plugwatch catalog update` installs it:
//! JSON with the files by name, compressed with zstd. Its signature (`signature.rs`) shows who published it.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::files::{folder_files, shipped};
use super::load::{Files, read_edition};
use crate::catalog::grammar::catalog::Edition;
use crate::read::Source;

/// The name of the format. A format that older programs would misread gets a higher number.
const SCHEMA: &str = "plugwatch.catalog/1";
/// The maximum unpacked size in bytes. The current catalogue has 1.5 MB.
const MOST: u64 = 64 << 20;
/// The compression level, a high one because bundles are written rarely and sent often.
const LEVEL: i32 = 19;

#[derive(Deserialize, Serialize)]
struct Document {
    schema: String,
    /// Public keys that may sign later bundles; if there are none, the current keys stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    keys: Vec<String>,
    files: BTreeMap<String, String>,
}

/// A catalogue's files, before they are parsed.
#[derive(Clone, Debug)]
pub struct Bundle {
    pub(super) files: Files,
    /// Public keys that may sign later bundles; if there are none, the current keys stay.
    pub keys: Vec<String>,
}

impl Edition {
    /// The edition of the catalogue in the binary.
    pub fn shipped() -> Edition {
        edition(&shipped())
    }
}

/// The edition of these files, even if they are otherwise invalid.
fn edition(files: &Files) -> Edition {
    let source = files.get("_version.toml").map(|(name, text)| Source::new(name.clone(), text.clone()));
    source.map_or_else(Edition::default, |source| read_edition(&source))
}

impl Bundle {
    /// The edition; version 0 if it does not state one.
    pub fn edition(&self) -> Edition {
        edition(&self.files)
    }

    /// Parses a bundle.
    ///
    /// # Errors
    /// Fails if it is not a valid bundle. The error says why.
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
                "its format is `{}`, but this plugwatch reads `{SCHEMA}`: update plugwatch first",
                document.schema
            ));
        }
        let files = document.files.into_iter().map(|(name, text)| (name.clone(), (name, text))).collect();
        Ok(Bundle { files, keys: document.keys })
    }

    /// The catalogue in the binary, with files of the same name replaced by those in a folder.
    ///
    /// # Errors
    /// Fails if the folder cannot be read.
    pub fn shipped(overlay: Option<&Path>, keys: Vec<String>) -> Result<Bundle, String> {
        let mut files = shipped();
        if let Some(folder) = overlay {
            let own = folder_files(folder).map_err(|error| format!("{} cannot be read: {error}", folder.display()))?;
            files.extend(own);
        }
        Ok(Bundle { files, keys })
    }

    /// Packs it into one file.
    ///
    /// # Errors
    /// Fails if the bundle cannot be compressed.
    pub fn pack(&self) -> Result<Vec<u8>, String> {
        let files = self.files.iter().map(|(name, (_, text))| (name.clone(), text.clone())).collect();
        let document = Document { schema: SCHEMA.to_owned(), keys: self.keys.clone(), files };
        let text = serde_json::to_vec(&document).map_err(|error| error.to_string())?;
        zstd::encode_all(text.as_slice(), LEVEL).map_err(|error| error.to_string())
    }
}
