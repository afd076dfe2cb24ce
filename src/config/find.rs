//! Finds vendors and checks by the names in a file.

use crate::catalog::{Catalog, Check, Vendor};
use crate::core::platform::naming::nearest;
use crate::read::{At, Table};

pub(super) fn find_vendor<'c>(table: &Table<'_>, catalog: &'c Catalog, id: &At<String>) -> Option<&'c Vendor> {
    let found = catalog.vendors.get(&id.value);
    if found.is_none() {
        let near = nearest(&id.value, catalog.vendors.keys().map(String::as_str));
        let cure = format!("did you mean `{near}`? `plugwatch catalog list` shows all");
        table.problem(id.span.clone(), format!("`{}` is not a vendor in the catalogue", id.value), cure);
        // The vendor is unknown, so the parameters cannot be checked.
        table.forgive();
    }
    found
}

pub(super) fn find_check<'c>(table: &Table<'_>, catalog: &'c Catalog, id: &At<String>) -> Option<&'c Check> {
    let found = catalog.check(&id.value).map(|(_, check)| check);
    if found.is_none() {
        let all = catalog.vendors.values().flat_map(|vendor| vendor.checks.values()).map(|check| check.id.as_str());
        let cure = format!("did you mean `{}`? `plugwatch catalog list` shows all", nearest(&id.value, all));
        table.problem(id.span.clone(), format!("`{}` is not a check in the catalogue", id.value), cure);
        table.forgive();
    }
    found
}
