//! Entries for vendors that need a key: what each check shows, which key is sufficient, and where to create
//! it.

use std::collections::{BTreeMap, BTreeSet};

use super::super::conclude::Certainty;
use super::{Drafting, Entry, Param, Probe, State, line, slug};
use crate::catalog::{Catalog, Check, Kind, Param as CatalogParam, Vendor};
use crate::core::words::verdict::{Proves, Role};

/// The parameter by which a person accepts that a key can do more than read.
pub const RISK: &str = "key_risk_accepted";

impl Drafting<'_> {
    pub(super) fn vendors(&self) -> Vec<Entry> {
        let mut done = BTreeSet::new();
        let mut entries = Vec::new();
        let hosted = self.doing(&super::SERVING).any(|finding| finding.certainty == Certainty::Confirmed);
        for finding in self.found {
            // The network belongs to the confirmed host, so it is not a separate vendor.
            if hosted && finding.is_network_only() {
                continue;
            }
            let Some(vendor) = finding.vendor.as_ref().filter(|vendor| done.insert((*vendor).clone())) else {
                continue;
            };
            let Some(mut entry) = vendor_entry(self.catalog, vendor, &BTreeMap::new()) else { continue };
            entry.found.insert(0, line(finding));
            if finding.certainty == Certainty::Suggested {
                entry.state = State::Off(super::SEEN_ONCE.to_owned());
            }
            entries.push(entry);
        }
        entries
    }
}

/// An entry for a vendor with the given parameters, as TOML. Missing ones are written as `<name>`. `None` if
/// the catalogue has no check of the vendor that can decide.
pub fn vendor_entry(catalog: &Catalog, id: &str, given: &BTreeMap<String, String>) -> Option<Entry> {
    let (id, only) = id.split_once('/').map_or((id, None), |(vendor, _)| (vendor, Some(id)));
    let vendor = catalog.vendors.get(id)?;
    let checks: Vec<&Check> =
        useful(vendor, given).into_iter().filter(|check| only.is_none_or(|only| check.id == only)).collect();
    let first = checks.first()?;
    let kind = if catalog.usual.contains_key(&vendor.id) { &vendor.id } else { &vendor.category };
    let mut entry = Entry::new(catalog, &slug(&vendor.id), &vendor.name, kind);
    let mut params: Vec<Param> = Vec::new();
    for check in &checks {
        for param in check.needed() {
            add(&mut params, vendor, param, given, check.id != first.id);
        }
        // A check that does not run proves nothing. Before any parameter is given, all checks are listed.
        let asked = check.id == first.id || given.is_empty() || lacking(check, given) == 0;
        entry.found.extend(asked.then(|| proves(check)));
    }
    for (name, value) in given {
        if !params.iter().any(|param| param.name == *name) {
            params.push(Param { name: name.clone(), value: value.clone(), about: String::new(), off: false });
        }
    }
    // A risk is accepted only for checks that run; a check without all parameters does not run yet.
    let mut asked = checks.iter().filter(|check| check.id == first.id || lacking(check, given) == 0);
    if let Some(risk) = asked.find_map(|check| check.key_risk.as_ref()) {
        let about = format!("its key can do more than read: {risk}");
        params.push(Param { name: RISK.to_owned(), value: "true".to_owned(), about, off: false });
    }
    if lacking(first, given) > 0 {
        let secret = first.params.iter().any(|param| param.secret);
        let why = if secret { super::NEEDS_KEY } else { "needs to know which one is yours" };
        entry.state = State::Off(why.to_owned());
    }
    let check = only.map_or_else(String::new, str::to_owned);
    entry.sure = true;
    entry.vendor = only.is_none().then(|| vendor.id.clone());
    entry.probes.push(Probe { check, params, off: None });
    Some(entry)
}

/// How many required parameters are missing.
fn lacking(check: &Check, given: &BTreeMap<String, String>) -> usize {
    check.needed().filter(|param| !given.contains_key(param.key())).count()
}

/// The vendor's checks, without witnesses, sorted: those that decide first, then those with the fewest
/// missing parameters, then those that prove more about an account.
fn useful<'v>(vendor: &'v Vendor, given: &BTreeMap<String, String>) -> Vec<&'v Check> {
    let mut checks: Vec<&Check> = vendor.checks.values().filter(|check| check.role != Role::Witness).collect();
    checks.sort_by_key(|check| {
        let unwanted = !given.is_empty() && lacking(check, given) > 0;
        (
            !check.role.decides(),
            unwanted,
            check.proves == Proves::Presence,
            check.experimental,
            check.needed().count(),
            check.proves,
            check.id.clone(),
        )
    });
    checks
}

/// The check that proves most about a vendor and needs the fewest parameters.
pub fn main_check(vendor: &Vendor) -> Option<&Check> {
    useful(vendor, &BTreeMap::new()).into_iter().next()
}

/// The checks that run for an entry of a whole vendor, the main one first.
pub fn asked_of<'c>(catalog: &'c Catalog, entry: &Entry) -> Vec<&'c Check> {
    let Some(vendor) = entry.vendor.as_ref().and_then(|id| catalog.vendors.get(id)) else { return Vec::new() };
    let params = entry.probes.iter().flat_map(|probe| &probe.params).filter(|param| !param.off);
    let given = params.map(|param| (param.name.clone(), param.value.clone())).collect();
    useful(vendor, &given).into_iter().filter(|check| lacking(check, &given) == 0).collect()
}

/// Limits the entry to these checks, each with its own parameters.
pub fn only(entry: &mut Entry, checks: &[&Check]) {
    let params: Vec<Param> = entry.probes.iter().flat_map(|probe| probe.params.clone()).collect();
    let probe = |check: &&Check| {
        let own = |given: &&Param| given.name == RISK || check.params.iter().any(|param| param.key() == given.name);
        Probe { check: check.id.clone(), params: params.iter().filter(own).cloned().collect(), off: None }
    };
    entry.probes = checks.iter().map(probe).collect();
    entry.vendor = None;
    entry.found = checks.iter().map(|check| proves(check)).collect();
}

/// Describes what a check proves, and the key that it needs.
fn proves(check: &Check) -> String {
    let key = check.least_key.as_ref().map_or_else(String::new, |key| format!("; least key: {key}"));
    format!("{}: proves {}{key}", check.title, check.proves)
}

fn add(params: &mut Vec<Param>, vendor: &Vendor, param: &CatalogParam, given: &BTreeMap<String, String>, off: bool) {
    let name = param.key();
    if params.iter().any(|known| known.name == *name) {
        return;
    }
    let variable = || format!("{{ env = \"{}_{}\" }}", vendor.id, param.name).to_uppercase().replace("ENV =", "env =");
    // Placeholders are marked, so that nobody takes an example for a real value.
    let value = given.get(name).cloned().unwrap_or_else(|| match param.secret {
        true => variable(),
        false if param.each.is_some() || param.kind == Kind::List => format!("[\"<{name}>\"]"),
        false => format!("\"<{name}>\""),
    });
    let example =
        if param.secret || param.example.is_empty() { String::new() } else { format!("; such as {}", param.example) };
    let about = if given.contains_key(name) { param.about.clone() } else { format!("{}{example}", param.about) };
    params.push(Param { name: name.to_owned(), value, about, off: off && !given.contains_key(name) });
}
