//! Problems that no single key shows: duplicate names, circular needs, missing folders.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Config, Dependency};
use crate::core::words::check_in::Takes;
use crate::read::{At, Table};

/// Reports every problem that concerns several places.
pub(super) fn check(root: &Table<'_>, config: &Config) {
    let tables = root.tables("dependency");
    if tables.is_empty() {
        root.problem(0..0, "nothing is monitored: there is no [[dependency]]", "copy one from config/plugwatch.toml");
    }
    check_ids(&tables);
    check_renamed(&tables, config);
    check_probes(&tables, config);
    check_inlets(&tables, config);
    check_needs(&tables, config);
    check_maintenance(root, config);
    check_channels(root, config);
    check_database(root);
}

fn check_ids(tables: &[Table<'_>]) {
    let (mut seen, mut labels) = (BTreeSet::new(), BTreeSet::new());
    for table in tables {
        if let Some(label) = table.string("label") {
            if label.value.trim().is_empty() {
                table.problem(label.span, "the label is empty", "write a label, or remove the key");
            } else if !labels.insert(label.value.clone()) {
                let what = format!("two dependencies are called `{}`", label.value);
                table.problem(label.span, what, "give each its own label, because alerts use it");
            }
        }
        let Some(id) = table.string("id") else { continue };
        if !seen.insert(id.value.clone()) {
            table.problem(id.span, format!("`{}` is used twice", id.value), "give each dependency its own id");
        }
    }
}

/// `was` must name an id that is no longer used, and each old id only once.
fn check_renamed(tables: &[Table<'_>], config: &Config) {
    let mut seen = BTreeSet::new();
    for table in tables {
        let Some(was) = table.string("was") else { continue };
        if config.dependencies.iter().any(|dependency| dependency.id == was.value) {
            let what = format!("`{}` is still the id of a dependency", was.value);
            table.problem(was.span, what, "remove `was`, or the dependency with that id");
        } else if !seen.insert(was.value.clone()) {
            let what = format!("`{}` was renamed to two dependencies", was.value);
            table.problem(was.span, what, "keep `was` only at the dependency that continues its history");
        }
    }
}

/// The table of a dependency.
fn table_of<'t, 's>(tables: &'t [Table<'s>], dependency: &Dependency) -> Option<&'t Table<'s>> {
    tables.iter().find(|table| table.string("id").is_some_and(|id| id.value == dependency.id))
}

/// Two identical probes would share one history, and only one would run.
fn check_probes(tables: &[Table<'_>], config: &Config) {
    let mut seen = BTreeSet::new();
    for (dependency, probe) in config.probes() {
        if seen.insert(probe.identity.as_str()) {
            continue;
        }
        let Some(table) = table_of(tables, dependency) else { continue };
        let place = probe.country.as_ref().map_or_else(String::new, |country| format!(" for {country}"));
        let what = format!("`{}` has {}{place} twice with the same parameters", dependency.id, probe.check);
        table.problem(table.span(), what, "remove one, or give it another id, URL or country");
    }
}

/// A token that is short or used twice would let others send reports for this dependency.
fn check_inlets(tables: &[Table<'_>], config: &Config) {
    const SHORTEST: usize = 16;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
    let (mut names, mut marks) = (BTreeSet::new(), BTreeMap::new());
    for (dependency, probe) in config.probes() {
        let Some(takes) = config.takes(probe) else { continue };
        let Some(table) = table_of(tables, dependency) else { continue };
        let problem = |what: String, cure: &str| table.problem(table.span(), what, cure);
        let name = probe.params.public.get("name").and_then(|name| name.as_str()).unwrap_or("");
        if !names.insert(crate::core::words::check_in::key(takes, name)) {
            problem(format!("`{name}` is used twice, so a report would count for both"), "give each its own `name`");
        }
        let Some(token) = probe.params.secret.get("token").and_then(|token| token.set()) else { continue };
        if token.open().len() < SHORTEST || !token.open().chars().all(plain) {
            let what = format!("the token of `{}` is not a long random text", dependency.id);
            problem(what, "use at least 16 letters, digits or -_.~, because it is part of a URL: openssl rand -hex 24");
        }
        // Feeds may share a token, because each report names its feed.
        let before = marks.insert(token.open().to_owned(), takes);
        if before.is_some_and(|before| before != takes || takes == Takes::Pings) {
            let what = format!("the token of `{}` is also used by another dependency", dependency.id);
            problem(what, "give each job its own token; only feeds can share one");
        }
    }
}

/// `needs` must name existing dependencies, and none may need itself, directly or through others.
fn check_needs(tables: &[Table<'_>], config: &Config) {
    let ids: BTreeSet<&str> = config.dependencies.iter().map(|dependency| dependency.id.as_str()).collect();
    let needs: BTreeMap<&str, &[String]> =
        config.dependencies.iter().map(|dependency| (dependency.id.as_str(), dependency.needs.as_slice())).collect();
    for table in tables {
        let Some(id) = table.string("id") else { continue };
        if let Some(on) =
            table.string("fallback_on").filter(|on| on.value == id.value || !ids.contains(on.value.as_str()))
        {
            let what = format!("`{}` is not another dependency that the fallback can depend on", on.value);
            table.problem(
                on.span,
                what,
                format!("your dependencies are: {}", ids.iter().copied().collect::<Vec<_>>().join(", ")),
            );
        }
        for need in table.strings("needs").map(|needs| needs.value).unwrap_or_default() {
            check_need(table, &id.value, &need, &ids, &needs);
        }
    }
}

fn check_need(table: &Table<'_>, id: &str, need: &At<String>, ids: &BTreeSet<&str>, needs: &BTreeMap<&str, &[String]>) {
    let what = if need.value == id {
        format!("`{id}` cannot need itself")
    } else if !ids.contains(need.value.as_str()) {
        format!("`{}` is not another dependency", need.value)
    } else if leads_to(&need.value, id, needs) {
        format!("`{id}` and `{}` need each other, directly or through others", need.value)
    } else {
        return;
    };
    let others: Vec<&str> = ids.iter().copied().filter(|other| *other != id).collect();
    let cure = match others.as_slice() {
        [] => "remove it: there is no other dependency".to_owned(),
        others => format!("name what `{id}` cannot work without, from: {}", others.join(", ")),
    };
    table.problem(need.span.clone(), what, cure);
}

fn leads_to<'c>(from: &'c str, to: &str, needs: &BTreeMap<&'c str, &'c [String]>) -> bool {
    let (mut open, mut seen) = (vec![from], BTreeSet::new());
    while let Some(id) = open.pop() {
        if id == to {
            return true;
        }
        if seen.insert(id) {
            open.extend(needs.get(id).copied().unwrap_or_default().iter().map(String::as_str));
        }
    }
    false
}

fn check_maintenance(root: &Table<'_>, config: &Config) {
    for table in root.tables("maintenance") {
        for id in table.strings("dependencies").map(|ids| ids.value).unwrap_or_default() {
            check_exists(&table, &id, config);
        }
    }
}

fn check_exists(table: &Table<'_>, id: &At<String>, config: &Config) {
    if !config.dependencies.iter().any(|dependency| dependency.id == id.value) {
        let known: Vec<&str> = config.dependencies.iter().map(|dependency| dependency.id.as_str()).collect();
        let cure = format!("your dependencies are: {}", known.join(", "));
        table.problem(id.span.clone(), format!("`{}` is not a dependency", id.value), cure);
    }
}

fn check_channels(root: &Table<'_>, config: &Config) {
    let mut names = BTreeSet::new();
    for table in root.tables("channel") {
        for id in table.strings("dependencies").map(|ids| ids.value).unwrap_or_default() {
            check_exists(&table, &id, config);
        }
        let Some(name) = table.string("name").or_else(|| table.string("kind")) else { continue };
        if !names.insert(name.value.clone()) {
            let what = format!("two channels are called `{}`", name.value);
            table.problem(name.span, what, "give each its own name = \"...\"");
        }
    }
}

fn check_database(root: &Table<'_>) {
    let Some(database) = root.string("database") else { return };
    let folder = Path::new(&database.value).parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        let cure = "create it; relative paths start in the folder where plugwatch is started";
        root.problem(database.span, format!("there is no folder `{}`", folder.display()), cure);
    }
}
