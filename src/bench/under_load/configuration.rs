//! The configuration of the measured program.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::load::Load;
use super::server::{ADDRESSES, AUTHORITY, Ports};

/// The vendor file of the measured checks.
const VENDOR: &str = include_str!("bench.toml");

/// The paths of a configuration and its database.
pub struct Place {
    /// The configuration file.
    pub config: PathBuf,
    /// The database file.
    pub database: PathBuf,
}

/// Writes the configuration for a load.
///
/// # Errors
/// Fails if `folder` cannot be written.
pub fn write(folder: &Path, load: &Load, ports: &Ports) -> std::io::Result<Place> {
    let place = Place { config: folder.join("plugwatch.toml"), database: folder.join("plugwatch.db") };
    std::fs::create_dir_all(folder.join("catalog/hosting"))?;
    std::fs::write(folder.join("catalog/hosting/bench.toml"), VENDOR)?;
    std::fs::write(folder.join("authority.pem"), AUTHORITY)?;
    std::fs::write(&place.config, text(folder, &place, load, ports))?;
    Ok(place)
}

fn text(folder: &Path, place: &Place, load: &Load, ports: &Ports) -> String {
    let Ports { plain, names, .. } = ports;
    let mut text = format!(
        "platform = \"Load\"\ndatabase = {:?}\ncatalog = {:?}\n[web]\nlisten = \"127.0.0.1:0\"\n\
         [network]\nloopback_only = true\nca_file = {:?}\ndns_roots = [\"127.0.0.1\"]\ndns_port = {names}\n\
         anchors = [\"127.0.0.14:{plain}\", \"127.0.0.15:{plain}\", \"127.0.0.16:{plain}\"]\n",
        place.database.display().to_string(),
        folder.join("catalog").display().to_string(),
        folder.join("authority.pem").display().to_string(),
    );
    for place in 0..load.places {
        // Each place has its own host, because places on the same host are called one after the other.
        let host = 1 + place % u32::from(ADDRESSES);
        // Writing to a `String` cannot fail.
        _ = write!(
            text,
            "[[channel]]\nkind = \"webhook\"\nname = \"hook{place}\"\nurl = \"http://127.0.0.{host}:{plain}/hook/{place}/\"\n"
        );
    }
    let every = load.every.as_secs();
    for number in 0..load.checks {
        // Writing to a `String` cannot fail.
        _ = write!(
            text,
            "[[dependency]]\nid = \"d{number}\"\nevery = \"{every}s\"\n{}\n",
            load.kind.asked(ports, number)
        );
    }
    text
}

/// The number of the dependency with this id.
pub fn number(id: &str) -> Option<u32> {
    id.strip_prefix('d')?.parse().ok()
}
