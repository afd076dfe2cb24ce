//! Installs the service's files, each readable only by those who need it.

use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Mode of secrets, the configuration and the history: for the owner only.
const PRIVATE: u32 = 0o600;
/// Mode of their folders.
const PRIVATE_FOLDER: u32 = 0o700;
/// Mode of a unit file, which holds no secret.
const PUBLIC: u32 = 0o644;
/// Mode of a program, which everybody may run.
const PROGRAM: u32 = 0o755;

/// The error message for a file that could not be written.
fn failed(path: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be written: {error}", path.display())
}

/// Writes a file that only its owner can read. An existing file is replaced atomically.
pub(in crate::cli) fn private(path: &Path, text: &str) -> Result<(), String> {
    write(path, text.as_bytes(), PRIVATE)
}

/// Writes bytes to a file that only its owner can read.
pub(in crate::cli) fn private_bytes(path: &Path, bytes: &[u8]) -> Result<(), String> {
    write(path, bytes, PRIVATE)
}

/// Writes a file that everybody can read.
pub(super) fn public(path: &Path, text: &str) -> Result<(), String> {
    write(path, text.as_bytes(), PUBLIC)
}

/// Creates a folder that only its owner can enter.
pub(in crate::cli) fn private_folder(path: &Path) -> Result<(), String> {
    fs::create_dir_all(path).map_err(|error| failed(path, &error))?;
    fs::set_permissions(path, Permissions::from_mode(PRIVATE_FOLDER)).map_err(|error| failed(path, &error))
}

/// Copies the program.
pub(super) fn program(from: &Path, to: &Path) -> Result<(), String> {
    let bytes = fs::read(from).map_err(|error| format!("{} cannot be read: {error}", from.display()))?;
    write(to, &bytes, PROGRAM)
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Other users cannot read the file, not even while it is being written.
    let beside = path.with_file_name(format!(".{name}.new"));
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    }
    // A file left by an interrupted attempt may have other permissions.
    _ = fs::remove_file(&beside);
    let opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside);
    let written = opened.and_then(|mut file| {
        file.write_all(bytes)?;
        file.set_permissions(Permissions::from_mode(mode))?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&beside, path)).map_err(|error| failed(path, &error))
}
