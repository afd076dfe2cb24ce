//! Parses all catalogue files into one catalogue, and checks what involves several files.

use std::collections::BTreeMap;

use super::rule::{read_examples, read_rules};
use super::vendor::read_vendor;
use super::{advice, permission, recording, registry, usual, words};
use crate::catalog::grammar::ask::Ask;
use crate::catalog::grammar::catalog::{Catalog, Edition};
use crate::catalog::grammar::registry::Family;
use crate::catalog::grammar::rule::Rule;
use crate::catalog::grammar::vendor::Vendor;
use crate::core::time::Time;
use crate::read::{Problem, Source, Table};

/// File names relative to the catalogue, with their place and text.
pub(super) type Files = BTreeMap<String, (String, String)>;

/// What becomes of everything that only tests the rules, once it was read. It is a quarter of the catalogue, and memory that
/// was used once is rarely given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tests {
    Kept,
    Forgotten,
}

/// Parses every file, and returns the problems together with everything that could be parsed. A file of the user's
/// `own` replaces the shipped file with the same name, and its vendor replaces the shipped vendor with the same id. A
/// vendor that a later version adds therefore never replaces one that the user has described.
pub(super) fn read_all(mut shipped: Files, mut own: Files, tests: Tests) -> (Catalog, Vec<Problem>) {
    let mut catalog = Catalog::default();
    let mut problems = Vec::new();
    shipped.retain(|key, _| !own.contains_key(key));
    // Shared files stay in their place among the shipped files, because their order matters.
    let shared = own.extract_if(.., |key, _| key.rsplit('/').next().is_some_and(|file| file.starts_with('_')));
    shipped.extend(shared);
    for (key, (name, text)) in shipped.into_iter().chain(own) {
        let source = Source::new(name, text);
        match key.rsplit('/').next().unwrap_or(&key) {
            "_words.toml" => registry::read_words(&source, &mut catalog.registries),
            "_lines.toml" => registry::read_lines(&source, &mut catalog.registries),
            "_habits.toml" => registry::read_habits(&source, &mut catalog.registries),
            _ if key.starts_with("registries/") => registry::read_family(&source, &mut catalog.registries),
            "_version.toml" => catalog.edition = read_edition(&source),
            "_parents.toml" => read_parents(&source, &mut catalog),
            "_amazon.toml" | "_google.toml" | "_http.toml" => read_shared(&source, &mut catalog),
            "_carriers.toml" => read_carriers(&source, &mut catalog),
            "_advice.toml" => catalog.advice = advice::read(&source),
            "_usual.toml" => catalog.usual = usual::read(&source),
            "_permissions.toml" => catalog.permissions = permission::read(&source),
            "_recordings.toml" => catalog.recordings = recording::read(&source),
            _ => read_vendor(&source, &mut catalog),
        }
        problems.extend(source.into_problems());
        if tests == Tests::Forgotten {
            catalog.forget_tests();
        }
    }
    mark_status_pages(&mut catalog);
    hand_out_lines(&mut catalog);
    problems.extend(unknown_parents(&catalog));
    problems.extend(strange_rules(&catalog));
    (catalog, problems)
}

/// The contents of `_version.toml`.
pub(super) fn read_edition(source: &Source) -> Edition {
    let parsed = source.parse();
    let root = Table::root(source, &parsed);
    let version = root.count("version").map_or(0, |version| u64::from(version.value));
    let date = root.need_string("date", "\"2026-11-29\"").and_then(|date| {
        let day = Time::parse(&format!("{}T00:00:00Z", date.value));
        if day.is_none() {
            root.problem(date.span, "this is not a date", "write it like \"2026-11-29\"");
        }
        day
    });
    root.finish();
    Edition { version, date }
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
    // `_amazon.toml` and `_google.toml` come before `_http.toml`, because a stated reason takes precedence over the status
    // code.
    catalog.http_rules.extend(read_rules(&root, source, None));
    catalog.http_words.extend(words::read_all(&root, source));
    catalog.http_examples.extend(read_examples(&root, source, &BTreeMap::new()));
    root.finish();
}

/// Gives each registry check the queries of registries that need a special one.
fn hand_out_lines(catalog: &mut Catalog) {
    let own = |family: &Family| {
        let line = family.query.clone().unwrap_or_default();
        family.endings.iter().map(move |ending| (ending.clone(), line.clone())).collect::<Vec<_>>()
    };
    let asked = catalog.registries.families.iter().filter(|family| family.query.is_some());
    let known: Vec<(String, String)> = asked.flat_map(own).collect();
    for check in catalog.vendors.values_mut().flat_map(|vendor| vendor.checks.values_mut()) {
        if let Ask::Rdap { lines, .. } = &mut check.ask {
            lines.clone_from(&known);
        }
    }
}

/// Marks each check whose vendor has a status page in a supported format.
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
            "use a slug from that file, or add the company there; a misspelt one would count as another company",
        )
    };
    let carrier = |(host, company): (&String, &String)| {
        let what = format!("the company `{company}` behind {host} is not in _parents.toml");
        Problem::of_file("_carriers.toml", what, "use a slug from that file, or add the company")
    };
    let strangers = catalog.carriers.iter().filter(|(_, company)| !catalog.parents.contains_key(*company));
    catalog.vendors.values().filter(known).map(problem).chain(strangers.map(carrier)).collect()
}

/// Finds rules with an unknown company, and rules with the same reason and fault but different companies or advice:
/// from the reason alone, nobody could tell which of them matched.
fn strange_rules(catalog: &Catalog) -> Vec<Problem> {
    let mut problems = Vec::new();
    for check in catalog.vendors.values().flat_map(|vendor| vendor.checks.values()) {
        for (n, rule) in check.rules.iter().enumerate() {
            let cure = "add it to _parents.toml";
            if let Some(parent) = rule.parent.as_ref().filter(|parent| !catalog.parents.contains_key(*parent)) {
                problems.push(Problem::of_file(
                    &rule.place,
                    format!("the company `{parent}` is not in _parents.toml"),
                    cure,
                ));
            }
            let same = |other: &&Rule| {
                (other.reason == rule.reason && other.fault == rule.fault)
                    && (&other.parent, other.advice) != (&rule.parent, rule.advice)
            };
            if let Some(other) = check.rules[..n].iter().find(same) {
                let what = format!("`{}` is also the reason of a rule with a different company or advice", rule.reason);
                problems.push(Problem::of_file(
                    &rule.place,
                    what,
                    format!("give this rule its own reason: see {}", other.place),
                ));
            }
        }
    }
    problems
}
