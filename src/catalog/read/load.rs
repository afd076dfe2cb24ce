//! Reads all catalogue files: vendors, shared HTTP rules, parents, recordings.

use std::collections::BTreeMap;

use super::check::CheckReader;
use super::rule::{read_examples, read_rules};
use crate::catalog::grammar::vendor::{StatusPage, Vendor};
use crate::catalog::{Catalog, Files, Recording};
use crate::core::budget::Pace;
use crate::read::{At, Problem, Source, Table};

/// Reads every file; what is wrong comes back beside what could be read.
pub fn read_all(files: Files) -> (Catalog, Vec<Problem>) {
    let mut catalog = Catalog::default();
    let mut problems = Vec::new();
    for (key, (name, text)) in files {
        let source = Source::new(name, text);
        match key.rsplit('/').next().unwrap_or(&key) {
            "_parents.toml" => read_parents(&source, &mut catalog),
            "_http.toml" => read_shared(&source, &mut catalog),
            "_carriers.toml" => read_carriers(&source, &mut catalog),
            "_usual.toml" => catalog.usual = crate::catalog::grammar::usual::read(&source),
            "_permissions.toml" => catalog.permissions = crate::catalog::grammar::permission::read(&source),
            "_recordings.toml" => catalog.recordings = crate::catalog::prove::recordings::read(&source),
            _ => read_vendor(&source, &mut catalog),
        }
        problems.extend(source.into_problems());
    }
    mark_status_pages(&mut catalog);
    problems.extend(unknown_parents(&catalog));
    (catalog, problems)
}

fn read_parents(source: &Source, catalog: &mut Catalog) {
    let parsed = source.parse();
    let root = Table::root(source, &parsed);
    for key in root.keys() {
        if let Some(name) = root.string(&key.value) {
            catalog.parents.insert(key.value, name.value);
        }
    }
}

fn read_carriers(source: &Source, catalog: &mut Catalog) {
    let parsed = source.parse();
    let root = Table::root(source, &parsed);
    for key in root.keys() {
        if let Some(company) = root.string(&key.value) {
            catalog.carriers.insert(key.value, company.value);
        }
    }
}

fn read_shared(source: &Source, catalog: &mut Catalog) {
    let parsed = source.parse();
    let root = Table::root(source, &parsed);
    catalog.http_rules = read_rules(&root, source, None);
    catalog.http_examples = read_examples(&root, source, &BTreeMap::new());
    root.finish();
}

fn read_vendor(source: &Source, catalog: &mut Catalog) {
    let parsed = source.parse();
    let root = Table::root(source, &parsed);
    let Some(id) = root.need_string("id", "\"acme\"") else { return };
    if !id.value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        source.problem(id.span.clone(), "an id is lower case letters, digits and `_`", "for example \"google_play\"");
    }
    let name = root.need_string("name", "\"Acme\"").map(|name| name.value).unwrap_or_default();
    let parent = root.need_string("parent", "\"acme\"").map(|parent| parent.value).unwrap_or_default();
    let category = root.need_string("category", "\"sms\"").map(|category| category.value).unwrap_or_default();
    let notice_senders = root.strings("notice_senders").map(plain_texts).unwrap_or_default();
    read_paces(&root, catalog);
    let decider = root.string("decider").map_or_else(|| name.clone(), |decider| decider.value);
    let mut vendor = Vendor {
        id: id.value.clone(),
        decider,
        name,
        parent,
        category,
        status_page: root.table("status_page").and_then(|table| read_status_page(&table)),
        notice_senders,
        checks: BTreeMap::new(),
        file: source.name.clone(),
    };
    if let Some(checks) = root.table("check") {
        for (name, table) in checks.subtables() {
            let reader = CheckReader { source, vendor: &vendor.id, table: &table };
            if let Some(check) = reader.read(&name) {
                vendor.checks.insert(name.value, check);
            }
        }
    }
    check_second_paths(source, &root, &vendor);
    root.finish();
    catalog.vendors.insert(id.value, vendor);
}

/// Texts without their places.
pub(in crate::catalog) fn plain_texts(list: At<Vec<At<String>>>) -> Vec<String> {
    list.value.into_iter().map(|item| item.value).collect()
}

fn read_status_page(table: &Table<'_>) -> Option<StatusPage> {
    let url = table.need_string("url", "\"https://status.example.com/api/v2/summary.json\"")?.value;
    let format = table.need_string("format", "\"statuspage\"")?.value;
    let component = table.string("component").map(|component| component.value);
    let page = table.string("page").map(|page| page.value);
    table.finish();
    Some(StatusPage { url, format, component, page })
}

fn read_paces(root: &Table<'_>, catalog: &mut Catalog) {
    let Some(table) = root.table("per_minute") else { return };
    for host in table.keys() {
        if let Some(count) = table.count(&host.value) {
            catalog.paces.insert(host.value, Pace::per_minute(count.value));
        }
    }
}

fn check_second_paths(source: &Source, root: &Table<'_>, vendor: &Vendor) {
    for check in vendor.checks.values() {
        let Some(second) = &check.second_path else { continue };
        if !vendor.checks.contains_key(second) {
            let what = format!("{} names the second path `{second}`, which this vendor has not", check.id);
            source.problem(root.key_span("check"), what, format!("add [check.{second}] or correct the name"));
        }
    }
}

/// Tells each check whether its vendor's status page is in a format that can be read.
fn mark_status_pages(catalog: &mut Catalog) {
    let page = |vendor: &Vendor| vendor.status_page.as_ref().is_some_and(|page| catalog.reads_status(page));
    let readable: Vec<bool> = catalog.vendors.values().map(page).collect();
    for (vendor, readable) in catalog.vendors.values_mut().zip(readable) {
        for check in vendor.checks.values_mut() {
            check.vendor_status = readable;
        }
    }
}

fn unknown_parents(catalog: &Catalog) -> Vec<Problem> {
    let known = |vendor: &&Vendor| !catalog.parents.contains_key(&vendor.parent);
    let problem = |vendor: &Vendor| {
        Problem::of_file(
            &vendor.file,
            format!("the parent `{}` is not in _parents.toml", vendor.parent),
            "use a slug that stands there, or add the company: spelling must not fake a cascade",
        )
    };
    let carrier = |(host, company): (&String, &String)| {
        let what = format!("the company `{company}` behind {host} is not in _parents.toml");
        Problem::of_file("_carriers.toml", what, "use a slug that stands there, or add the company")
    };
    let strangers = catalog.carriers.iter().filter(|(_, company)| !catalog.parents.contains_key(*company));
    catalog.vendors.values().filter(known).map(problem).chain(strangers.map(carrier)).collect()
}

/// Reads a file of recordings, for the catalogue's own and for a folder's.
pub(in crate::catalog) fn recordings_of(root: &Table<'_>) -> Vec<Recording> {
    root.tables("recording").iter().filter_map(crate::catalog::prove::recordings::read_one).collect()
}
