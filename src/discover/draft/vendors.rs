//! Vendors that want a key: what it would add, which key is enough, and where to make it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::conclude::Certainty;
use super::{Drafting, Entry, Param, Probe, State, line, slug, toml_value};
use crate::catalog::{Catalog, Check, Param as CatalogParam, Vendor};
use crate::core::model::Proves;

impl Drafting<'_> {
    pub(super) fn vendors(&self) -> Vec<Entry> {
        let mut done = BTreeSet::new();
        let mut entries = Vec::new();
        let hosted = self.doing(&super::SERVING).any(|finding| finding.certainty == Certainty::Confirmed);
        for finding in self.found {
            // A host lives in somebody's network: whose, is that host's matter.
            if hosted && finding.is_network_only() {
                continue;
            }
            let Some(vendor) = finding.vendor.as_ref().filter(|vendor| done.insert((*vendor).clone())) else {
                continue;
            };
            let Some(mut entry) = vendor_entry(self.catalog, vendor, &BTreeMap::new()) else { continue };
            entry.found.insert(0, line(finding));
            if finding.certainty == Certainty::Suggested {
                entry.state = State::Off("it was seen once only: is it yours?".to_owned());
            }
            entries.push(entry);
        }
        entries
    }
}

/// An entry for a vendor with the parameters that are given, as TOML; those that are lacking stand
/// there with an example. `None` where the catalogue has no check of it that counts.
pub fn vendor_entry(catalog: &Catalog, id: &str, given: &BTreeMap<String, String>) -> Option<Entry> {
    let vendor = catalog.vendors.get(id)?;
    let checks = useful(vendor);
    let first = checks.first()?;
    let kind = if catalog.usual.contains_key(&vendor.id) { &vendor.id } else { &vendor.category };
    let mut entry = Entry::new(catalog, &slug(&vendor.id), &vendor.name, kind);
    entry.vendor = Some(vendor.id.clone());
    let mut params: Vec<Param> = Vec::new();
    for check in &checks {
        let needed = check.id == first.id;
        for param in check.params.iter().filter(|param| param.required && param.default.is_none()) {
            add(&mut params, vendor, param, given, !needed);
        }
    }
    for (name, value) in given {
        if !params.iter().any(|param| param.name == *name) {
            params.push(Param { name: name.clone(), value: value.clone(), about: String::new(), off: false });
        }
    }
    if let Some(risk) = checks.iter().find_map(|check| check.key_risk.as_ref()) {
        let about = format!("its key can do more than read: {risk}");
        params.push(Param { name: "key_risk_accepted".to_owned(), value: "true".to_owned(), about, off: false });
    }
    for check in &checks {
        let key = check.least_key.as_ref().map_or_else(String::new, |key| format!("; least key: {key}"));
        entry.found.push(format!("{}: proves {}{key}", check.title, check.proves));
    }
    let lacking =
        params.iter().any(|param| !param.off && !given.contains_key(&param.name) && param.name != "key_risk_accepted");
    let secret = checks.iter().any(|check| check.params.iter().any(|param| param.secret));
    entry.probes.push(Probe { check: String::new(), params, off: None });
    if lacking {
        entry.state = State::Off(
            if secret { "it wants a key of yours" } else { "it wants to be told which is yours" }.to_owned(),
        );
    }
    Some(entry)
}

/// The checks that count, the one that is easiest to ask about an account first.
fn useful(vendor: &Vendor) -> Vec<&Check> {
    let mut checks: Vec<&Check> =
        vendor.checks.values().filter(|check| check.role != crate::core::model::Role::Witness).collect();
    let wants = |check: &Check| check.params.iter().filter(|param| param.required && param.default.is_none()).count();
    checks.sort_by_key(|check| (check.proves == Proves::Presence, wants(check), check.proves, check.id.clone()));
    checks
}

fn add(params: &mut Vec<Param>, vendor: &Vendor, param: &CatalogParam, given: &BTreeMap<String, String>, off: bool) {
    let name = param.each.as_ref().unwrap_or(&param.name);
    if params.iter().any(|known| known.name == *name) {
        return;
    }
    let variable = || format!("{{ env = \"{}_{}\" }}", vendor.id, param.name).to_uppercase().replace("ENV =", "env =");
    let sample = || match param.example.as_str() {
        "" => "\"...\"".to_owned(),
        list if list.starts_with('[') => list.to_owned(),
        text if text.parse::<u64>().is_ok() && param.kind != crate::catalog::Kind::Text => text.to_owned(),
        text => toml_value(&Value::from(text)),
    };
    let value = given.get(name).cloned().unwrap_or_else(|| if param.secret { variable() } else { sample() });
    params.push(Param { name: name.clone(), value, about: param.about.clone(), off: off && !given.contains_key(name) });
}
