//! The configuration that is measured.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::kind::Kind;
use super::server::{AUTHORITY, Ports};

/// The vendor file of what is measured.
const VENDOR: &str = include_str!("bench.toml");

/// Where a configuration and its database lie.
pub struct Place {
    /// The configuration.
    pub config: PathBuf,
    /// The database.
    pub database: PathBuf,
}

/// Writes the configuration of so many checks of one kind.
///
/// # Errors
/// The folder cannot be written.
pub fn write(folder: &Path, kind: Kind, checks: u32, every: Duration, ports: &Ports) -> std::io::Result<Place> {
    let place = Place { config: folder.join("plugwatch.toml"), database: folder.join("plugwatch.db") };
    std::fs::create_dir_all(folder.join("catalog/hosting"))?;
    std::fs::write(folder.join("catalog/hosting/bench.toml"), VENDOR)?;
    std::fs::write(folder.join("authority.pem"), AUTHORITY)?;
    std::fs::write(&place.config, text(folder, &place, kind, checks, every, ports))?;
    Ok(place)
}

fn text(folder: &Path, place: &Place, kind: Kind, checks: u32, every: Duration, ports: &Ports) -> String {
    let Ports { plain, names, .. } = ports;
    let mut text = format!(
        "platform = \"Load\"\ndatabase = {:?}\ncatalog = {:?}\n[web]\nlisten = \"127.0.0.1:0\"\n\
         [network]\nloopback_only = true\nca_file = {:?}\ndns_roots = [\"127.0.0.1\"]\ndns_port = {names}\n\
         anchors = [\"127.0.0.14:{plain}\", \"127.0.0.15:{plain}\", \"127.0.0.16:{plain}\"]\n\
         [[channel]]\nkind = \"webhook\"\nname = \"hook\"\nurl = \"http://127.0.0.1:{plain}/hook\"\n",
        place.database.display().to_string(),
        folder.join("catalog").display().to_string(),
        folder.join("authority.pem").display().to_string(),
    );
    let every = every.as_secs();
    for number in 0..checks {
        // A `String` takes everything.
        _ = write!(text, "[[dependency]]\nid = \"d{number}\"\nevery = \"{every}s\"\n{}\n", kind.asked(ports, number));
    }
    text
}

/// The number of the dependency with this id.
pub fn number(id: &str) -> Option<u32> {
    id.strip_prefix('d')?.parse().ok()
}
