//! Tests of the house rules: which module may use which, which file reads the clock, how large
//! files and functions may be.

use std::path::{Path, PathBuf};

use crate::modules::Modules;

/// Which modules each module may use; every module may use itself.
const MAY_USE: [(&str, &[&str]); 24] = [
    ("core", &[]),
    ("read", &["core"]),
    ("draw", &[]),
    ("clock", &["core"]),
    ("ids", &[]),
    ("supervise", &["core", "clock"]),
    ("service", &["clock"]),
    ("say", &["core"]),
    ("ask", &["core", "clock"]),
    ("catalog", &["core", "read"]),
    ("store", &["core"]),
    ("notify", &["core", "read", "say", "clock"]),
    ("config", &["core", "catalog", "read", "notify"]),
    ("discover", &["core", "read", "ask", "catalog", "config", "clock"]),
    ("engine", &["core", "say", "draw", "ask", "catalog", "store", "notify", "config", "clock", "ids", "supervise"]),
    ("acts", &["core", "read", "config", "store", "ids"]),
    ("answers", &["acts", "core", "engine", "store", "notify", "clock", "ids"]),
    ("bot", &["acts", "core", "say", "draw", "engine", "store", "notify", "clock", "ids"]),
    ("web", &["core", "say", "clock", "store", "engine", "supervise"]),
    ("demo", &["core", "read"]),
    (
        "bench",
        &["acts", "core", "read", "say", "ask", "store", "notify", "catalog", "config", "engine", "clock", "ids"],
    ),
    (
        "cli",
        &[
            "acts",
            "answers",
            "core",
            "read",
            "say",
            "ask",
            "catalog",
            "store",
            "notify",
            "config",
            "engine",
            "bot",
            "web",
            "draw",
            "demo",
            "discover",
            "bench",
            "clock",
            "ids",
            "service",
            "supervise",
        ],
    ),
    ("main", &["cli"]),
    ("lib", &[]),
];

fn files(folder: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut folders = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(&root).unwrap().to_owned(), text));
            }
        }
    }
    found
}

fn module(path: &Path) -> String {
    path.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// The core's folders, from the lowest: each may use those before it.
const CORE: [&str; 7] = ["time", "words", "probe", "dependency", "platform", "people", "alerting"];

fn modules() -> Modules {
    let files = files("src");
    Modules::of(files.iter().map(|(path, text)| (path.as_path(), text.as_str())))
}

#[test]
fn nobody_uses_what_it_may_not() {
    let mut wrong = Vec::new();
    for (file, uses) in modules().uses {
        let own = file.split("::").next().unwrap();
        let row = MAY_USE.iter().find(|(name, _)| *name == own);
        let may = row.unwrap_or_else(|| panic!("{own} has no row in the table")).1;
        for used in uses {
            let top = used.split("::").next().unwrap();
            if top != own && !may.contains(&top) {
                wrong.push(format!("{file} uses {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The shared code of all askers must not depend on one of them, so that each can be removed or rewritten.
#[test]
fn the_network_knows_no_asker() {
    for (path, text) in files("src/ask/net") {
        let outside = if path.ends_with("mod.rs") { "use super::" } else { "super::super::" };
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            assert!(!line.contains(outside) && !line.contains("crate::ask::"), "{}: {line}", path.display());
        }
    }
}

#[test]
fn the_core_uses_only_what_lies_below() {
    let mut wrong = Vec::new();
    let height = |module: &str| {
        let folder = module.strip_prefix("core::")?.split("::").next()?;
        CORE.iter().position(|name| *name == folder)
    };
    for (file, uses) in modules().uses {
        let Some(own) = height(&file) else { continue };
        wrong.extend(
            uses.iter()
                .filter(|used| height(used).is_some_and(|used| used > own))
                .map(|used| format!("{file} uses {used}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let circles = modules().circles();
    let lines: Vec<String> = circles.iter().map(|circle| circle.join(", ")).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn the_core_uses_nothing_that_reads_writes_or_waits() {
    for (path, text) in files("src").iter().filter(|(path, _)| matches!(module(path).as_str(), "core" | "say")) {
        for forbidden in
            ["tokio", "reqwest", "sqlx", "std::fs", "std::net::Tcp", "std::time::Instant", "SystemTime", "Utc::now"]
        {
            let tests_read_files = path.ends_with("scenarios.rs") && forbidden == "std::fs";
            assert!(!text.contains(forbidden) || tests_read_files, "{} uses {forbidden}", path.display());
        }
    }
}

#[test]
fn only_the_clock_reads_the_time() {
    for (path, text) in files("src").iter().filter(|(path, _)| module(path) != "clock") {
        for reading in ["SystemTime::now", "Instant::now", "Utc::now", "Local::now"] {
            assert!(!text.contains(reading), "{} reads the time by {reading}", path.display());
        }
    }
}

/// A lint forbids the other ways to read a column. It cannot forbid `try_get`, which the derive of `FromRow` calls.
#[test]
fn rows_are_read_into_structs() {
    for (path, text) in files("src") {
        assert!(!text.contains("try_get"), "{} reads a column by itself", path.display());
    }
}

#[test]
fn tests_never_sleep() {
    for (path, text) in files("tests").iter().filter(|(path, _)| !path.ends_with("layers.rs")) {
        assert!(!text.contains("sleep("), "{} sleeps", path.display());
    }
}

/// The number of lines of each function, found by indentation.
fn functions(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    for (start, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let is_fn = ["fn ", "pub fn ", "async fn ", "pub async fn ", "pub(super) fn ", "pub(super) async fn "]
            .iter()
            .any(|begin| code.starts_with(begin));
        if is_fn && !line.trim_end().ends_with(';') {
            let indent = " ".repeat(line.len() - code.len());
            let end = lines[start..].iter().position(|line| *line == format!("{indent}}}")).unwrap_or(0);
            found.push((code.to_owned(), end + 1));
        }
    }
    found
}

#[test]
fn rooms_stay_small() {
    let mut wrong = Vec::new();
    for (path, text) in files("src") {
        let lines = text.split("#[cfg(test)]\nmod tests").next().unwrap().lines().count();
        if lines > 400 {
            wrong.push(format!("{} has {lines} lines", path.display()));
        }
        for (name, length) in functions(&text).into_iter().filter(|(_, length)| *length > 60) {
            wrong.push(format!("{}: {name} has {length} lines", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A new channel needs only a file and a line in the registry: no other place knows the list of channels. The bot
/// belongs to the Telegram channel, so that one is known elsewhere, too.
#[test]
fn a_channel_is_one_file_and_one_line() {
    let mut channels: Vec<String> = files("src/notify")
        .into_iter()
        .filter(|(_, text)| text.contains("\nimpl settings::Settings for Settings {"))
        .map(|(path, _)| module(&path))
        .collect();
    channels.sort();
    let mut kinds = plugwatch::notify::kinds();
    kinds.sort_unstable();
    assert_eq!(channels, kinds, "the channels' files, and the words of the registry");
    for (path, text) in files("src").iter().filter(|(path, _)| module(path) != "notify") {
        for kind in kinds.iter().filter(|kind| **kind != "telegram") {
            let words = [format!("notify::{kind}::"), format!("{kind}::Settings")];
            assert!(!words.iter().any(|word| text.contains(word)), "{} knows the channel {kind}", path.display());
        }
    }
}

#[test]
fn the_decider_asks_nobody_and_waits_for_nothing() {
    let mut found = 0;
    for (path, text) in files("src/engine") {
        // A file that also implements the engine passes what it read to the decider.
        if !text.contains("impl Decider {") || text.contains("impl Engine {") || path.starts_with("report") {
            continue;
        }
        found += 1;
        for word in
            ["async ", ".await", "clock::", "Askers", "store::Store", "Store,", "tokio::", "fastrand", "SystemTime"]
        {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
    assert!(found >= 10, "{found} files");
}
