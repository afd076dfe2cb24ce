//! `[[dependency]]`: one thing that the platform depends on.

use chrono_tz::Tz;
use std::sync::Arc;

use super::find::{find_check, find_vendor};
use super::probe::{self, Probe};
use super::public::{self, Public};
use super::unmonitored;
use crate::catalog::{Catalog, Check, Vendor};
use crate::core::words::text::{VALUE, clean};
use crate::core::words::verdict::{Criticality, Role};
use crate::read::{At, Table};

/// One thing that the platform depends on.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// Its id, as used in commands.
    pub id: String,
    /// Its previous id, if it was renamed, so that its history continues.
    pub was: Option<String>,
    /// Its name for people.
    pub label: String,
    /// What kind of thing it is, for advice: what the file says, or else its vendor's category.
    pub kind: String,
    /// How critical it is.
    pub criticality: Criticality,
    /// What breaks without it.
    pub breaks: Option<String>,
    /// Dependencies without which it cannot work.
    pub needs: Vec<String>,
    /// The alternative to switch to.
    pub fallback: Option<String>,
    /// The dependency that the fallback depends on, if one is monitored.
    pub fallback_on: Option<String>,
    /// The platform's account at the vendor.
    pub account_id: Option<String>,
    /// Who to call at the vendor.
    pub contact: Option<String>,
    /// Who on your team is responsible.
    pub owner: Option<String>,
    /// The notice period in the contract, in days.
    pub contract_notice_days: Option<u32>,
    /// The steps to leave, longest first.
    pub leave: Vec<LeaveStep>,
    /// What the public page shows of it.
    pub public: Public,
    /// The vendor ids of its probes, the first probe's first.
    pub vendors: Vec<String>,
    /// The slugs of all companies that it depends on: those behind its vendors, and those of `rides_on`. The
    /// company that decides about it comes first.
    pub companies: Vec<String>,
    /// The registered domain that it is about. A zone and its registration with the same domain count as one
    /// loss.
    pub domain: Option<String>,
    /// If it is checked from outside: ids of the accounts that may carry it, if the file does not say which
    /// one does.
    pub accounts: Vec<String>,
    /// Why nothing checks it, in the file's words. It then has no probes.
    pub not_monitored: Option<String>,
    /// Its probes.
    pub probes: Vec<Arc<Probe>>,
}

/// One step of leaving a vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaveStep {
    /// What to do.
    pub step: String,
    /// How long it takes.
    pub takes: Option<std::time::Duration>,
    /// Who does it.
    pub who: Option<String>,
}

/// The keys of a dependency that are not parameters of a check.
const OWN_KEYS: [&str; 25] = [
    "id",
    "was",
    "label",
    "category",
    "vendor",
    "check",
    "probe",
    "criticality",
    "breaks",
    "needs",
    "rides_on",
    "fallback",
    "fallback_on",
    "account_id",
    "contact",
    "owner",
    "contract_notice_days",
    "leave",
    "public",
    "not_monitored",
    "every",
    "cron",
    "time_zone",
    "role",
    "confirm",
];

pub(super) fn read_all(root: &Table<'_>, catalog: &Catalog, zone: Tz) -> Vec<Dependency> {
    let tables = root.tables("dependency");
    // They are kept as long as the program runs: a vector grown by doubling holds up to twice as much.
    let mut all = Vec::with_capacity(tables.len());
    // Each table ends once it is read, with what it knows of its keys.
    all.extend(tables.into_iter().filter_map(|table| read(&table, catalog, zone)));
    all
}

fn read(table: &Table<'_>, catalog: &Catalog, zone: Tz) -> Option<Dependency> {
    for key in OWN_KEYS {
        table.know(key);
    }
    let id = table.need_string("id", "\"ios-app\"");
    let id_text = id.as_ref().map(|id| id.value.clone()).unwrap_or_default();
    if let Some(id) = &id {
        check_id(table, id);
    }
    let unmonitored = unmonitored::read(table, catalog);
    let probes = if unmonitored.is_some() { Vec::new() } else { read_probes(table, &id_text, catalog, zone) };
    let asked = probes.iter().filter_map(|probe| probe.check.split_once('/'));
    let mut vendors: Vec<String> = unmonitored.iter().flat_map(|unmonitored| unmonitored.vendors.clone()).collect();
    for (vendor, _) in asked {
        if !vendors.iter().any(|known| known == vendor) {
            vendors.push(vendor.to_owned());
        }
    }
    let companies = read_companies(table, &vendors, catalog);
    let text = |key: &str| table.string(key).map(|text| text.value);
    let was = table.string("was");
    was.iter().for_each(|was| check_id(table, was));
    let label = read_label(table).unwrap_or_else(|| id_text.clone());
    let dependency = Dependency {
        public: public::read(table, &label),
        label,
        was: was.map(|was| was.value),
        kind: read_kind(table, &vendors, catalog),
        criticality: table
            .word("criticality", &["critical", "high", "normal"])
            .map_or(Criticality::High, |criticality| criticality.value),
        breaks: text("breaks"),
        needs: table.strings("needs").map(|list| list.value.into_iter().map(|n| n.value).collect()).unwrap_or_default(),
        fallback: text("fallback"),
        fallback_on: text("fallback_on"),
        account_id: text("account_id"),
        contact: text("contact"),
        owner: text("owner"),
        contract_notice_days: table.count("contract_notice_days").map(|days| days.value),
        leave: table.tables("leave").iter().filter_map(read_leave).collect(),
        vendors,
        companies,
        domain: None,
        accounts: Vec::new(),
        not_monitored: unmonitored.map(|unmonitored| unmonitored.why),
        // The list is copied, because the one that was filled has spare capacity.
        probes: probes.into_iter().map(Arc::new).collect::<Box<[_]>>().into_vec(),
        id: id_text,
    };
    if dependency.probes.iter().any(|_| true) && dependency.probes.iter().all(|probe| probe.role == Role::Witness) {
        let what = format!("no probe of `{}` decides its state", dependency.id);
        table.problem(table.span(), what, "give one of them role = \"serves\" or \"standing\", or remove `role`");
    }
    table.finish();
    id.map(|_| dependency)
}

/// The companies behind the vendors, and those that the file names: if a check looks from outside, only a
/// person knows who hosts it.
fn read_companies(table: &Table<'_>, vendors: &[String], catalog: &Catalog) -> Vec<String> {
    let behind = vendors.iter().filter_map(|id| catalog.vendors.get(id)).map(|vendor| vendor.parent.clone());
    let mut companies: Vec<String> = behind.filter(|parent| parent != "own").collect();
    for slug in table.strings("rides_on").map(|list| list.value).unwrap_or_default() {
        if slug.value == "own" || !catalog.parents.contains_key(&slug.value) {
            let what = format!("`{}` is not a company that plugwatch knows", slug.value);
            table.problem(slug.span, what, "use a slug from config/catalog/_parents.toml, such as \"amazon\"");
            continue;
        }
        companies.push(slug.value);
    }
    let mut seen = std::collections::BTreeSet::new();
    companies.retain(|company| seen.insert(company.clone()));
    companies
}

/// What kind of thing it is: a category of the catalogue, or a kind that only people know, such as `advisers`.
fn read_kind(table: &Table<'_>, vendors: &[String], catalog: &Catalog) -> String {
    let vendor = vendors.first().and_then(|id| catalog.vendors.get(id));
    let usual = || vendor.map_or_else(String::new, |vendor| vendor.category.clone());
    let Some(kind) = table.string("category") else { return usual() };
    if !catalog.advice.contains_key(&kind.value) {
        let known: Vec<&str> = catalog.advice.keys().map(String::as_str).collect();
        let what = format!("`{}` is not a category that plugwatch knows", kind.value);
        table.problem(kind.span, what, format!("categories are: {}", known.join(", ")));
    }
    kind.value
}

/// A label appears in messages and tables, so it is one line of visible text.
fn read_label(table: &Table<'_>) -> Option<String> {
    Some(clean(&table.string("label")?.value, VALUE)).filter(|label| !label.is_empty())
}

fn check_id(table: &Table<'_>, id: &At<String>) {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.value.is_empty() || !id.value.chars().all(fine) {
        let what = format!("`{}` cannot be an id", id.value);
        table.problem(id.span.clone(), what, "use lower case letters, digits and `-`, for example \"ios-app\"");
    }
}

fn read_leave(table: &Table<'_>) -> Option<LeaveStep> {
    let step = table.need_string("do", "\"copy the data\"");
    let takes = table.duration("takes").map(|takes| takes.value);
    let who = table.string("who").map(|who| who.value);
    table.finish();
    Some(LeaveStep { step: step?.value, takes, who })
}

/// Reads `check`, or `vendor` with all its checks, or several `[[dependency.probe]]`.
fn read_probes(table: &Table<'_>, id: &str, catalog: &Catalog, zone: Tz) -> Vec<Probe> {
    let several = table.tables("probe");
    let (check, vendor) = (table.string("check"), table.string("vendor"));
    let clash = |key: &str, what: &str| {
        table.problem(table.key_span(key), format!("`{key}` has no effect here: {what}"), "remove it, or move it");
    };
    if check.is_some() && vendor.is_some() {
        clash("vendor", "`check` is also given");
    }
    if !several.is_empty() {
        for key in ["check", "vendor", "every", "cron", "time_zone", "role", "confirm"] {
            if table.any(key).is_some() {
                clash(key, "each [[dependency.probe]] has its own");
            }
        }
        let mut probes = Vec::new();
        for one in &several {
            let named = one.need_string("check", "\"twilio/account\"");
            if named.is_none() {
                one.forgive();
            }
            match named.and_then(|check| find_check(one, catalog, &check)) {
                Some(check) => probes.extend(probe::read(one, id, check, zone)),
                None => probe::read_usual(one, zone),
            }
            one.finish();
        }
        return probes;
    }
    // The parameters of an unknown check cannot be validated; the settings that all checks have can be.
    let unknown = || {
        probe::read_usual(table, zone);
        Vec::new()
    };
    match (check, vendor) {
        (Some(check), _) => {
            find_check(table, catalog, &check).map_or_else(unknown, |check| probe::read(table, id, check, zone))
        }
        (None, Some(vendor)) => match find_vendor(table, catalog, &vendor) {
            Some(found) => read_vendor(table, id, found, &vendor, zone),
            None => unknown(),
        },
        (None, None) => {
            table.missing("check", "\"apple/listing\" (see `plugwatch catalog list`)");
            table.forgive();
            unknown()
        }
    }
}

/// All checks of a vendor whose parameters are given.
fn read_vendor(table: &Table<'_>, id: &str, vendor: &Vendor, named: &At<String>, zone: Tz) -> Vec<Probe> {
    let checks: Vec<&Check> = vendor.checks.values().filter(|check| check.role != Role::Witness).collect();
    for check in &checks {
        probe::know_params(table, check);
    }
    let whole = checks.iter().filter(|check| probe::lacking(table, check).is_empty());
    let probes: Vec<Probe> = whole.flat_map(|check| probe::read(table, id, check, zone)).collect();
    if !probes.is_empty() {
        return probes;
    }
    // The check with the fewest missing parameters is probably the intended one.
    if let Some(near) = checks.iter().min_by_key(|check| probe::lacking(table, check).len()) {
        for param in probe::lacking(table, near) {
            let what = format!("{} needs `{}`", near.id, param.name);
            table.problem(named.span.clone(), what, format!("add {}", probe::to_add(near, param)));
        }
        probe::read_given(table, near, zone);
    }
    probes
}
