//! Turns findings into entries of a configuration. Entries that can be checked without a key are on; all
//! others are in the file as not monitored or as a comment, with the reason.

mod apps;
mod own;
mod unasked;
mod vendors;

pub(super) use unasked::stands_alone;
pub use unasked::unasked_entry;
pub use vendors::{RISK, asked_of, main_check, only, vendor_entry};

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::conclude::{Certainty, Finding, SERVING};
use super::signs::Role;
use super::{Domain, Seen};
use crate::catalog::{Catalog, Usual};

/// A person's choices in addition to the findings.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// Storefronts in which apps are monitored, the home one first.
    pub countries: Vec<String>,
}

/// Reason for not monitoring a vendor that only an account's key can check.
pub const NEEDS_KEY: &str = "needs a key";
/// Reason for not monitoring a vendor for which only one sign was found.
const SEEN_ONCE: &str = "seen only once: is it yours?";
/// Reason for not monitoring a vendor for which the catalogue has no check.
const NOT_VISIBLE: &str = "not visible from outside";

/// Whether an entry is monitored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is monitored.
    On,
    /// It is not monitored, for this reason. A certain dependency is written as not monitored, any other as a
    /// comment.
    Off(String),
}

/// One dependency, as it will be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub label: String,
    /// The evidence, one line each.
    pub found: Vec<String>,
    /// The companies it depends on, by slug.
    pub rides_on: Vec<String>,
    /// The dependencies it needs, by id.
    pub needs: Vec<String>,
    /// The vendor whose checks are all used, instead of listed probes.
    pub vendor: Option<String>,
    /// Its probes; one with a reason in `off` is written as a comment.
    pub probes: Vec<Probe>,
    /// The defaults for its kind.
    pub usual: Usual,
    /// Whether it is monitored.
    pub state: State,
    /// Whether it is not monitored because its check did not succeed.
    pub trouble: bool,
    /// Whether it is not monitored only because it may not be yours.
    pub doubt: bool,
    /// Whether the platform certainly depends on it, monitored or not.
    pub sure: bool,
}

/// One check with its parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probe {
    /// The check's id; empty if these are the parameters of a whole vendor.
    pub check: String,
    /// Parameters with their values as TOML, each with an optional comment.
    pub params: Vec<Param>,
    /// The reason for not running it, if it is off.
    pub off: Option<String>,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its value, as TOML.
    pub value: String,
    /// A description of the parameter, with the place where its value is shown.
    pub about: String,
    /// Whether it is optional, and left out.
    pub off: bool,
}

impl Probe {
    fn of(check: &str, params: &[(&str, Value)]) -> Probe {
        let param = |(name, value): &(&str, Value)| Param {
            name: (*name).to_owned(),
            value: toml_value(value),
            about: String::new(),
            off: false,
        };
        Probe { check: check.to_owned(), params: params.iter().map(param).collect(), off: None }
    }

    fn off(self, why: impl Into<String>) -> Probe {
        Probe { off: Some(why.into()), ..self }
    }
}

impl Entry {
    /// Whether it is monitored.
    pub fn is_on(&self) -> bool {
        self.state == State::On
    }

    /// The reason, if it is written as a dependency that nothing checks.
    pub fn not_monitored(&self) -> Option<&str> {
        match &self.state {
            State::Off(why) if self.sure => Some(why),
            _ => None,
        }
    }

    /// Turns it off because its check did not succeed.
    pub fn put_aside(&mut self, why: impl Into<String>) {
        // It was going to be monitored, so it is a dependency whatever its check says today.
        self.sure |= self.is_on();
        self.state = State::Off(why.into());
        self.trouble = true;
    }

    fn new(catalog: &Catalog, id: &str, label: &str, kind: &str) -> Entry {
        let usual = catalog.usual.get(kind).cloned().unwrap_or(Usual {
            label: label.to_owned(),
            criticality: crate::core::words::verdict::Criticality::High,
            breaks: None,
            public: None,
            fallback: None,
            fallback_on: None,
            leave: Vec::new(),
        });
        Entry {
            id: id.to_owned(),
            label: label.to_owned(),
            found: Vec::new(),
            rides_on: Vec::new(),
            needs: Vec::new(),
            vendor: None,
            probes: Vec::new(),
            usual,
            state: State::On,
            trouble: false,
            doubt: false,
            sure: false,
        }
    }
}

/// All entries in the order of the file: your own systems, your apps, then vendors that need a key.
pub fn draft(catalog: &Catalog, domain: &Domain, seen: &Seen, found: &[Finding], wishes: &Wishes) -> Vec<Entry> {
    let drafting = Drafting { catalog, domain, seen, found };
    let mut entries = drafting.own();
    entries.extend(drafting.apps(&wishes.countries));
    entries.extend(drafting.vendors());
    let unasked = drafting.unasked(&entries);
    entries.extend(unasked);
    make_ids_unique(&mut entries);
    // An entry that is not monitored cannot be needed by another one.
    let on: BTreeSet<String> = entries.iter().filter(|entry| entry.is_on()).map(|entry| entry.id.clone()).collect();
    for entry in &mut entries {
        entry.needs.retain(|need| on.contains(need));
    }
    entries
}

struct Drafting<'d> {
    catalog: &'d Catalog,
    domain: &'d Domain,
    seen: &'d Seen,
    found: &'d [Finding],
}

impl Drafting<'_> {
    fn doing<'s>(&'s self, roles: &'s [Role]) -> impl Iterator<Item = &'s Finding> {
        self.found.iter().filter(move |finding| finding.does(roles))
    }

    /// The companies of confirmed findings with these roles.
    fn companies(&self, roles: &[Role]) -> Vec<String> {
        let sure = self.doing(roles).filter(|finding| finding.certainty == Certainty::Confirmed);
        let mut seen = BTreeSet::new();
        sure.filter_map(|finding| finding.company.clone()).filter(|company| seen.insert(company.clone())).collect()
    }

    /// The evidence for findings with these roles, one line each.
    fn lines(&self, roles: &[Role]) -> Vec<String> {
        self.doing(roles).map(line).collect()
    }

    fn serving(&self) -> Vec<String> {
        self.companies(&SERVING)
    }
}

/// A finding as a line, such as `Cloudflare DNS (DNS host), confirmed: name servers ada.ns.cloudflare.com`.
fn line(finding: &Finding) -> String {
    let roles: Vec<&str> = finding.roles.iter().map(|role| role.words()).collect();
    format!("{} ({}), {}: {}", finding.service, roles.join(", "), finding.certainty, finding.proof())
}

fn make_ids_unique(entries: &mut [Entry]) {
    let (mut ids, mut labels) = (BTreeSet::new(), BTreeSet::new());
    for entry in entries {
        let (id, label) = (entry.id.clone(), entry.label.clone());
        for n in 2.. {
            if ids.insert(entry.id.clone()) {
                break;
            }
            entry.id = format!("{id}-{n}");
        }
        for n in 2.. {
            if labels.insert(entry.label.clone()) {
                break;
            }
            entry.label = format!("{label} ({n})");
        }
    }
}

/// An id of lower-case letters, digits and dashes.
fn slug(text: &str) -> String {
    let plain: String = text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "thing".to_owned() } else { parts.join("-").chars().take(40).collect() }
}

/// A value as TOML. JSON strings, numbers and lists are valid TOML, except for one control character that
/// TOML forbids.
pub(super) fn toml_value(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(toml_value).collect::<Vec<_>>().join(", ")),
        Value::String(text) => json!(text.replace('\u{7f}', "")).to_string(),
        other => other.to_string(),
    }
}
