//! The whole catalogue, read from all files.

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
use crate::core::people::advice::Advice;
use crate::core::time::Time;
use crate::core::time::budget::Pace;

/// The vendor file whose checks read the formats of status pages.
const STATUS: &str = "status";

/// The catalogue's version and date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edition {
    /// The version, which only increases; 0 if the catalogue does not state one.
    pub version: u64,
    /// The date of this version.
    pub date: Option<Time>,
}

/// Every vendor that plugwatch knows.
#[derive(Debug, Default)]
pub struct Catalog {
    /// The version and date.
    pub edition: Edition,
    /// Vendors by id.
    pub vendors: BTreeMap<String, Vendor>,
    /// Company names by the slug that vendors give as `parent`.
    pub parents: BTreeMap<String, String>,
    /// Shared rules for every HTTP answer, tried after a check's own rules.
    pub http_rules: Vec<Rule>,
    /// The values that vendors document for the fields of shared rules.
    pub http_words: Vec<Words>,
    /// Examples for the shared rules.
    pub http_examples: Vec<Example>,
    /// Recorded answers by file name, for `catalog test --recordings`.
    pub recordings: Vec<Recording>,
    /// For each vendor, patterns that find the permission that a key lacks.
    pub permissions: Vec<Permission>,
    /// The company behind a host, by the suffix of the host's name.
    pub carriers: BTreeMap<String, String>,
    /// Defaults for each category, and for some kinds of vendor.
    pub usual: BTreeMap<String, Usual>,
    /// What to do, by kind: a category, or the kind that a dependency's configuration names.
    pub advice: BTreeMap<String, Advice>,
    /// The formats of registries' answers.
    pub registries: RegistryBook,
    /// The request limits of each host.
    pub paces: BTreeMap<String, Pace>,
}

impl Catalog {
    /// The advice for a kind of dependency; general advice if the kind is unknown.
    pub fn advice(&self, kind: &str) -> Option<&Advice> {
        self.advice.get(kind).or_else(|| self.advice.get("any"))
    }

    /// The shared rules that apply to a check's answers.
    pub fn shared_rules(&self, check: &Check) -> &[Rule] {
        if check.ask.is_http() { &self.http_rules } else { &[] }
    }

    /// The parts of a JSON body that a check's rules use, including the shared rules.
    pub fn json_paths<'c>(&self, check: &'c Check) -> &'c JsonPaths {
        check.json_paths.get_or_init(|| {
            let mut paths = JsonPaths::default();
            let rules = || check.rules.iter().chain(self.shared_rules(check));
            let facts = check.facts.iter().map(|fact| &fact.from);
            let lets = check.lets.iter().map(|(_, expr)| expr);
            let ends = rules().filter_map(|rule| rule.days_left.as_ref());
            rules().map(|rule| &rule.when).chain(ends).chain(facts).chain(lets).for_each(|expr| paths.add_expr(expr));
            let texts = rules().flat_map(|rule| [Some(&rule.say), rule.hint.as_ref()]).flatten();
            texts.for_each(|text| paths.add_text(text));
            paths
        })
    }

    /// Removes all other vendors, and what only tests the rules, because a running plugwatch needs only a small part of the
    /// catalogue.
    pub fn keep_only(&mut self, vendors: &BTreeSet<&str>) {
        self.vendors.retain(|id, _| id == STATUS || vendors.contains(id.as_str()));
        self.forget_tests();
    }

    /// Removes everything that only tests the rules.
    pub fn forget_tests(&mut self) {
        (self.recordings, self.http_examples, self.http_words) = Default::default();
        for check in self.vendors.values_mut().flat_map(|vendor| vendor.checks.values_mut()) {
            (check.examples, check.words) = Default::default();
        }
    }

    /// The check with this id, such as `vendor/check`.
    pub fn check(&self, id: &str) -> Option<(&Vendor, &Check)> {
        let (vendor, check) = id.split_once('/')?;
        let vendor = self.vendors.get(vendor)?;
        Some((vendor, vendor.checks.get(check)?))
    }

    /// Whether the format of a status page is supported.
    pub fn reads_status(&self, page: &StatusPage) -> bool {
        self.vendors.get(STATUS).is_some_and(|status| status.checks.contains_key(&page.format))
    }

    /// The name of the company behind a vendor.
    pub fn parent_name(&self, vendor: &Vendor) -> String {
        self.company(&vendor.parent)
    }

    /// The slug of the company that operates a host, if it is known.
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
