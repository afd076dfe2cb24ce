//! Parses a vendor's file.

use std::collections::BTreeMap;

use super::check::CheckReader;
use super::tables::plain_texts;
use crate::catalog::grammar::catalog::Catalog;
use crate::catalog::grammar::vendor::{Appeal, Demand, Partly, Region, StatusPage, Vendor};
use crate::core::time::budget::Pace;
use crate::read::{Source, Table};

/// Parses one vendor with its checks, and the request limits of its hosts.
pub(super) fn read_vendor(source: &Source, catalog: &mut Catalog) {
    let parsed = source.parse();
    let root = Table::root(source, &parsed);
    let Some(id) = root.need_string("id", "\"acme\"") else { return };
    if !id.value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        source.problem(
            id.span.clone(),
            "an id consists of lower case letters, digits and `_`",
            "for example \"google_play\"",
        );
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
        appeal: root.table("appeal").and_then(|table| read_appeal(&table)),
        partly: root.table("partly").and_then(|table| read_partly(&table)),
        demands: root.tables("demand").iter().filter_map(read_demand).collect(),
        keeps_working: root.string("keeps_working").map(|text| text.value),
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

fn read_status_page(table: &Table<'_>) -> Option<StatusPage> {
    let url = table.need_string("url", "\"https://status.example.com/api/v2/summary.json\"")?.value;
    let format = table.need_string("format", "\"statuspage\"")?.value;
    let component = table.string("component").map(|component| component.value);
    let page = table.string("page").map(|page| page.value);
    table.finish();
    Some(StatusPage { url, format, component, page })
}

fn read_appeal(table: &Table<'_>) -> Option<Appeal> {
    let url = table.need_string("url", "\"https://acme.example/appeal\"")?.value;
    let deadline = table.string("deadline").map(|deadline| deadline.value);
    let behind_login = table.flag("behind_login").is_some_and(|flag| flag.value);
    table.finish();
    Some(Appeal { url, deadline, behind_login })
}

fn read_partly(table: &Table<'_>) -> Option<Partly> {
    let hint = table.need_string("hint", "\"Check availability in the console.\"")?.value;
    let region = |region: &Table<'_>| {
        let name = region.string("name").map(|name| name.value);
        let countries = region.strings("countries").map(plain_texts).unwrap_or_default();
        let hint = region.need_string("hint", "\"All EU countries and only these: ...\"")?.value;
        region.finish();
        Some(Region { name, countries, hint })
    };
    let regions = table.tables("region").iter().filter_map(region).collect();
    table.finish();
    Some(Partly { hint, regions })
}

fn read_demand(table: &Table<'_>) -> Option<Demand> {
    let words = table.need_string("words", "\"trader status\"")?.value.to_lowercase();
    let hint = table.need_string("hint", "\"Enter it in the console.\"")?.value;
    table.finish();
    Some(Demand { words, hint })
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
            let what = format!("{} names the second path `{second}`, which this vendor does not have", check.id);
            source.problem(root.key_span("check"), what, format!("add [check.{second}] or correct the name"));
        }
    }
}
