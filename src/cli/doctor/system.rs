//! Findings about the machine: open files, disk space, and who may read and change plugwatch's files.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::process::{Resource, getrlimit};

use super::finding::Finding;
use crate::config::Config;
use crate::store::Store;

/// Files and connections in addition to those of checks: database, pages, channels.
const OTHERS: u64 = 256;
/// A check can hold its own connection, and one for its control.
const EACH: u64 = 2;
/// With less free space, in bytes, one day with much evidence can fill the disk.
const LITTLE: u64 = 1 << 30;
/// With less free space, in bytes, writing will soon fail.
const NOTHING: u64 = 100 << 20;
/// Permission bits for group and others: to read, and to change.
const OTHERS_READ: u32 = 0o044;
const OTHERS_CHANGE: u32 = 0o022;

pub(super) fn findings(path: &Path, config: &Config) -> Vec<Finding> {
    let mut findings = vec![descriptors(config), disk(&config.database), configuration(path), database(config)];
    findings.extend(credentials(config));
    findings
}

fn descriptors(config: &Config) -> Finding {
    let wanted = OTHERS + EACH * u64::try_from(config.probes().count()).unwrap_or(u64::MAX / EACH - OTHERS);
    match getrlimit(Resource::Nofile).maximum {
        Some(limit) if limit < wanted => {
            let says = format!("plugwatch may open {limit} files and connections, and needs up to {wanted}");
            Finding::mend("file descriptors", says, "set LimitNOFILE=65536 in its unit, or ulimit -n")
        }
        Some(limit) => Finding::fine("file descriptors", format!("up to {limit}, at most {wanted} needed")),
        None => Finding::fine("file descriptors", "no limit"),
    }
}

fn disk(database: &Path) -> Finding {
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let free = match rustix::fs::statvfs(folder) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            let says = format!("the folder of the database, {}, cannot be read: {error}", folder.display());
            return Finding::mend("disk", says, "create it, or give plugwatch the permission to use it");
        }
    };
    let says = format!("{} MB free on the disk with {}", free >> 20, database.display());
    match free {
        free if free < NOTHING => Finding::mend("disk", says, "free some space: soon plugwatch cannot write"),
        free if free < LITTLE => Finding::note("disk", says, "free some space"),
        _ => Finding::fine("disk", says),
    }
}

fn mode(path: &Path) -> Option<u32> {
    std::fs::metadata(path).ok().map(|file| file.permissions().mode() & 0o777)
}

fn configuration(path: &Path) -> Finding {
    let name = path.display();
    let cure = format!("chmod 600 {name}");
    match mode(path) {
        Some(mode) if mode & OTHERS_CHANGE != 0 => {
            Finding::mend("configuration", format!("{name} can be changed by other users"), cure)
        }
        Some(mode) if mode & OTHERS_READ != 0 => {
            Finding::note("configuration", format!("{name} can be read by other users, and lists your vendors"), cure)
        }
        _ => Finding::fine("configuration", format!("only its owner can read {name}")),
    }
}

fn database(config: &Config) -> Finding {
    let name = config.database.display();
    if !Store::exists(&config.database) {
        return Finding::note("database", format!("{name} does not exist yet"), "start plugwatch run");
    }
    match mode(&config.database) {
        Some(mode) if mode & (OTHERS_READ | OTHERS_CHANGE) != 0 => {
            let says = format!("{name} can be read or changed by other users; it holds evidence and letters");
            Finding::mend("database", says, format!("chmod 600 {name}"))
        }
        _ => Finding::fine("database", format!("only its owner can read {name}")),
    }
}

/// Files with secrets that other users can read or change.
fn credentials(config: &Config) -> Vec<Finding> {
    let mut files: Vec<PathBuf> = config.keys.iter().filter_map(|key| key.source.path()).collect();
    files.sort();
    files.dedup();
    let open = |path: &&PathBuf| mode(path).is_some_and(|mode| mode & (OTHERS_READ | OTHERS_CHANGE) != 0);
    let mut findings: Vec<Finding> = files
        .iter()
        .filter(open)
        .map(|path| {
            let says = format!("the secret in {} can be read by other users", path.display());
            Finding::mend("credential files", says, format!("chmod 600 {}", path.display()))
        })
        .collect();
    if findings.is_empty() && !files.is_empty() {
        findings.push(Finding::fine("credential files", "only their owner can read them"));
    }
    findings
}
