//! All that the files say together.

use std::collections::{BTreeMap, BTreeSet};

use super::check::Check;
use super::example::{Example, Recording};
use super::json_paths::JsonPaths;
use super::permission::Permission;
use super::registry::RegistryBook;
use super::rule::Rule;
use super::usual::Usual;
use super::vendor::{StatusPage, Vendor};
use super::words::Words;
use crate::core::time::Time;
use crate::core::time::budget::Pace;

/// The vendor file that knows the formats of status pages.
const STATUS: &str = "status";

/// Which catalogue it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edition {
    /// Only ever higher; 0 where a catalogue does not say.
    pub version: u64,
    /// The day of it.
    pub date: Option<Time>,
}

/// Every vendor that plugwatch knows.
#[derive(Debug, Default)]
pub struct Catalog {
    /// Which one it is.
    pub edition: Edition,
    /// Vendors by id.
    pub vendors: BTreeMap<String, Vendor>,
    /// Parent slugs and the companies' names.
    pub parents: BTreeMap<String, String>,
    /// Rules tried after a check's own, for every HTTP answer.
    pub http_rules: Vec<Rule>,
    /// What the books say that the fields of shared rules may hold.
    pub http_words: Vec<Words>,
    /// Examples for those rules.
    pub http_examples: Vec<Example>,
    /// Recorded answers known by file name, for `catalog test --recordings`.
    pub recordings: Vec<Recording>,
    /// How vendors name the permission that a key lacks.
    pub permissions: Vec<Permission>,
    /// The company behind a host, by the end of its name.
    pub carriers: BTreeMap<String, String>,
    /// What is usual for each category, and some kinds beside.
    pub usual: BTreeMap<String, Usual>,
    /// How registries write.
    pub registries: RegistryBook,
    /// How often each host may be asked.
    pub paces: BTreeMap<String, Pace>,
}

impl Catalog {
    /// The shared rules that a check's answers may be read by.
    pub fn shared_rules(&self, check: &Check) -> &[Rule] {
        if check.ask.is_http() { &self.http_rules } else { &[] }
    }

    /// What the rules of a check, its own and the shared ones, name of a JSON body.
    pub fn json_paths<'c>(&self, check: &'c Check) -> &'c JsonPaths {
        check.json_paths.get_or_init(|| {
            let mut paths = JsonPaths::default();
            let rules = || check.rules.iter().chain(self.shared_rules(check));
            let facts = check.facts.iter().map(|fact| &fact.from);
            let lets = check.lets.iter().map(|(_, expr)| expr);
            rules().map(|rule| &rule.when).chain(facts).chain(lets).for_each(|expr| paths.add_expr(expr));
            let texts = rules().flat_map(|rule| [Some(&rule.say), rule.hint.as_ref()]).flatten();
            texts.for_each(|text| paths.add_text(text));
            paths
        })
    }

    /// Forgets all vendors but these, and what only proves the rules: of all that is in the files, a program that
    /// monitors uses a small part.
    pub fn keep_only(&mut self, vendors: &BTreeSet<&str>) {
        self.vendors.retain(|id, _| id == STATUS || vendors.contains(id.as_str()));
        (self.recordings, self.http_examples, self.http_words) = Default::default();
        for check in self.vendors.values_mut().flat_map(|vendor| vendor.checks.values_mut()) {
            (check.examples, check.words) = Default::default();
        }
    }

    /// The check with this id, `vendor/check`.
    pub fn check(&self, id: &str) -> Option<(&Vendor, &Check)> {
        let (vendor, check) = id.split_once('/')?;
        let vendor = self.vendors.get(vendor)?;
        Some((vendor, vendor.checks.get(check)?))
    }

    /// Whether a status page is in a format that can be read.
    pub fn reads_status(&self, page: &StatusPage) -> bool {
        self.vendors.get(STATUS).is_some_and(|status| status.checks.contains_key(&page.format))
    }

    /// The company behind a vendor, as people know it.
    pub fn parent_name(&self, vendor: &Vendor) -> String {
        self.company(&vendor.parent)
    }

    /// The slug of the company whose machines stand behind a host's name, if that is known.
    pub fn company_of_host(&self, host: &str) -> Option<String> {
        let host = host.to_lowercase();
        let ends = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
        self.carriers.iter().find(|(domain, _)| ends(domain)).map(|(_, company)| company.clone())
    }

    /// The name of a company, by its slug.
    pub fn company(&self, slug: &str) -> String {
        self.parents.get(slug).cloned().unwrap_or_else(|| slug.to_owned())
    }
}
