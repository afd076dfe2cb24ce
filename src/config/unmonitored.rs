//! `not_monitored`: a known dependency that nothing checks. The map and reports show it as not monitored
//! until its key is set.

use super::find::{find_check, find_vendor};
use super::probe::know_params;
use crate::catalog::Catalog;
use crate::read::Table;

/// Why nothing checks it, and the vendors of its checks.
pub(super) struct Unmonitored {
    /// The reason, as the file gives it.
    pub(super) why: String,
    /// Vendor ids, in the file's order.
    pub(super) vendors: Vec<String>,
}

/// Reads `not_monitored`, if it is given. Parameters next to it are known but not read, because they may
/// still be placeholders.
pub(super) fn read(table: &Table<'_>, catalog: &Catalog) -> Option<Unmonitored> {
    let why = table.string("not_monitored")?;
    if why.value.trim().is_empty() {
        let cure = "for example not_monitored = \"needs a key\"; or remove it, to monitor this dependency";
        table.problem(why.span, "`not_monitored` gives no reason", cure);
    }
    table.know("key_risk_accepted");
    let mut vendors: Vec<String> = Vec::new();
    if let Some(named) = table.string("vendor")
        && let Some(vendor) = find_vendor(table, catalog, &named)
    {
        vendor.checks.values().for_each(|check| know_params(table, check));
        vendors.push(vendor.id.clone());
    }
    if let Some(named) = table.string("check")
        && let Some(check) = find_check(table, catalog, &named)
    {
        know_params(table, check);
        vendors.extend(check.id.split('/').next().map(str::to_owned));
    }
    for probe in table.tables("probe") {
        let check = probe.string("check").and_then(|named| find_check(&probe, catalog, &named));
        vendors.extend(check.and_then(|check| check.id.split('/').next()).map(str::to_owned));
    }
    vendors.dedup();
    Some(Unmonitored { why: why.value.trim().to_owned(), vendors })
}
