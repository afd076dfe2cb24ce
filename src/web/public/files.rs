//! The public page as files for another server, under the same paths, so that links keep working.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::core::platform::public::Language;
use crate::say::public::badge::Badge;
use crate::say::public::statuspage::{self, Resource};
use crate::say::public::{View, calendar, feed, page, status};

/// How long the files are valid: they are written at each change and every hour.
pub(super) const LASTS: Duration = Duration::from_secs(2 * 3_600);

/// Every file, with its path.
pub(super) fn files(view: &View, language: Language) -> Vec<(String, String)> {
    let mut all = vec![
        ("index.html".to_owned(), page::html(view, language)),
        ("incidents/index.html".to_owned(), page::incidents(view, language)),
        ("status.json".to_owned(), format!("{:#}\n", status::json(view, language))),
        ("status.schema.json".to_owned(), status::JSON_SCHEMA.to_owned()),
        ("feed.atom".to_owned(), feed::atom(view, language)),
        ("history.atom".to_owned(), feed::atom(view, language)),
        ("maintenance.ics".to_owned(), calendar::ical(view, language)),
        ("badge.svg".to_owned(), Badge::of(view, language).svg()),
        ("badge.json".to_owned(), format!("{}\n", Badge::of(view, language).shields())),
    ];
    for resource in Resource::ALL {
        let json = statuspage::json(view, *resource, language);
        all.push((format!("api/v2/{resource}.json"), format!("{json}\n")));
    }
    for component in &view.components {
        let badge = Badge::of_one(component, language);
        all.push((format!("badge/{}.svg", component.id), badge.svg()));
        all.push((format!("badge/{}.json", component.id), format!("{}\n", badge.shields())));
    }
    for incident in &view.incidents {
        all.push((format!("incidents/{}/index.html", incident.id), page::incident(view, incident, language)));
        all.push((format!("incidents/{}.json", incident.id), format!("{:#}\n", status::incident(view, incident))));
    }
    all
}

/// Writes a file, so that a reader finds either the old or the new version.
///
/// # Errors
/// Fails if the folder cannot be written.
pub(super) fn write(folder: &Path, path: &str, text: &str) -> std::io::Result<()> {
    let whole = folder.join(path);
    let within = whole.parent().unwrap_or(folder);
    std::fs::create_dir_all(within)?;
    let mut file = tempfile::Builder::new().prefix(".plugwatch-").tempfile_in(within)?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    readable(file.as_file())?;
    file.persist(&whole).map_err(|error| error.error)?;
    Ok(())
}

/// Removes files that the new page no longer has: the badge of a component that is no longer public must not stay.
/// Only badges and incident pages, which plugwatch could have written, are removed.
///
/// # Errors
/// Fails if the folder cannot be read or changed.
pub(super) fn tidy(folder: &Path, wanted: &[(String, String)]) -> std::io::Result<()> {
    let wanted: std::collections::HashSet<std::path::PathBuf> =
        wanted.iter().map(|(path, _)| folder.join(path)).collect();
    for below in ["badge", "incidents"] {
        for entry in entries(&folder.join(below))? {
            let page = entry.join("index.html");
            if page.exists() && !wanted.contains(&page) {
                std::fs::remove_file(&page)?;
                // Files of others stay.
                _ = std::fs::remove_dir(&entry);
            }
            let ours = entry.extension().is_some_and(|ending| ending == "svg" || ending == "json");
            if ours && entry.is_file() && !wanted.contains(&entry) {
                std::fs::remove_file(&entry)?;
            }
        }
    }
    Ok(())
}

/// The entries of a folder; empty if it does not exist.
fn entries(folder: &Path) -> std::io::Result<Vec<std::path::PathBuf>> {
    match std::fs::read_dir(folder) {
        Ok(found) => found.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Makes the file readable for a web server that runs as another user.
fn readable(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

/// The part of a view that is news: states and incidents, but not the time of the checks.
pub(super) fn mark(view: &View) -> String {
    let mut news = format!("{} {} {}\n", view.name, view.blind, view.stale);
    for one in &view.components {
        let _ = writeln!(news, "{} {} {:?} {:?} {:?}", one.id, one.label, one.state, one.since, one.incident);
    }
    for one in &view.incidents {
        let _ = writeln!(news, "{} {} {} {}", one.id, one.title, one.updates.len(), one.postmortem.is_some());
    }
    for one in &view.maintenances {
        let _ = writeln!(news, "{} {:?} {}", one.id, one.title, one.from <= view.now);
    }
    Sha256::digest(news).iter().map(|byte| format!("{byte:02x}")).collect()
}
