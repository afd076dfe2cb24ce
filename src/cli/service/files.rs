//! Puts the service's files where they belong, each readable by those only who need it.

use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Secrets, the configuration and the history are read by their owner only.
const PRIVATE: u32 = 0o600;
/// So are their folders.
const PRIVATE_FOLDER: u32 = 0o700;
/// A unit holds no secret.
const PUBLIC: u32 = 0o644;
/// A program can be run by everybody.
const PROGRAM: u32 = 0o755;

/// Why a file could not be written.
fn failed(path: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be written: {error}", path.display())
}

/// A file that only its owner can read. What is there is replaced as a whole, and never half written.
pub(in crate::cli) fn private(path: &Path, text: &str) -> Result<(), String> {
    write(path, text.as_bytes(), PRIVATE)
}

/// The same of bytes.
pub(in crate::cli) fn private_bytes(path: &Path, bytes: &[u8]) -> Result<(), String> {
    write(path, bytes, PRIVATE)
}

/// A file that everybody can read.
pub(super) fn public(path: &Path, text: &str) -> Result<(), String> {
    write(path, text.as_bytes(), PUBLIC)
}

/// A folder that only its owner can enter.
pub(in crate::cli) fn private_folder(path: &Path) -> Result<(), String> {
    fs::create_dir_all(path).map_err(|error| failed(path, &error))?;
    fs::set_permissions(path, Permissions::from_mode(PRIVATE_FOLDER)).map_err(|error| failed(path, &error))
}

/// A copy of this program.
pub(super) fn program(from: &Path, to: &Path) -> Result<(), String> {
    let bytes = fs::read(from).map_err(|error| format!("{} cannot be read: {error}", from.display()))?;
    write(to, &bytes, PROGRAM)
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Never readable by others, not even while it is written.
    let beside = path.with_file_name(format!(".{name}.new"));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    }
    // What an interrupted try left there may have other rights.
    _ = fs::remove_file(&beside);
    let opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside);
    let written = opened.and_then(|mut file| {
        file.write_all(bytes)?;
        file.set_permissions(Permissions::from_mode(mode))?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&beside, path)).map_err(|error| failed(path, &error))
}
