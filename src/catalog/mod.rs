//! Vendor knowledge as data: what can be asked of whom, and how answers read.
//!
//! One TOML file per vendor in `config/catalog/<category>/`. To add a vendor, add
//! a file: who it is, its checks (parameters, request, rules in order) and at
//! least one example per rule; `plugwatch catalog test` runs them all. No Rust is
//! written. Rules for every HTTP answer stand in `_http.toml`, the companies
//! behind vendors in `_parents.toml`.

mod grammar;
mod judge;
mod prove;
mod read;
mod request;

pub use grammar::expr::Expr;
pub use grammar::permission::{Permission, lacking};
pub use grammar::usual::Usual;
pub use grammar::vendor::*;
pub use judge::html::is_shallow;
pub use prove::examples::{Tested, test_examples};
pub use prove::page::page;
pub use prove::recordings::{Recording, test_recordings};
pub use request::fill::{FillError, Params, question};

use std::collections::BTreeMap;
use std::path::Path;

use include_dir::{Dir, include_dir};

use crate::core::answer::Answer;
use crate::core::budget::Pace;
use crate::core::time::Time;
use crate::read::{Problem, Problems};

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/config/catalog");

/// Every vendor that plugwatch knows.
#[derive(Debug, Default)]
pub struct Catalog {
    /// Vendors by id.
    pub vendors: BTreeMap<String, Vendor>,
    /// Parent slugs and the companies' names.
    pub parents: BTreeMap<String, String>,
    /// Rules tried after a check's own, for every HTTP answer.
    pub http_rules: Vec<Rule>,
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
    /// How often each host may be asked.
    pub paces: BTreeMap<String, Pace>,
}

impl Catalog {
    /// The catalogue inside the binary, overlaid by a folder of the user's own.
    ///
    /// # Errors
    /// Every problem of every file at once.
    pub fn load(overlay: Option<&Path>) -> Result<Catalog, Problems> {
        let mut files = shipped_files(&SHIPPED);
        let mut problems = Vec::new();
        if let Some(folder) = overlay {
            match folder_files(folder) {
                Ok(own) => files.extend(own),
                Err(error) => problems.push(Problem::of_file(
                    &folder.display().to_string(),
                    format!("the catalogue folder cannot be read: {error}"),
                    "correct `catalog` in your configuration, or create the folder",
                )),
            }
        }
        let (catalog, found) = read::load::read_all(files);
        problems.extend(found);
        if problems.is_empty() { Ok(catalog) } else { Err(Problems(problems)) }
    }

    /// The check with this id, `vendor/check`.
    pub fn check(&self, id: &str) -> Option<(&Vendor, &Check)> {
        let (vendor, check) = id.split_once('/')?;
        let vendor = self.vendors.get(vendor)?;
        Some((vendor, vendor.checks.get(check)?))
    }

    /// Whether a status page is in a format that can be read.
    pub fn reads_status(&self, page: &StatusPage) -> bool {
        self.vendors.get("status").is_some_and(|status| status.checks.contains_key(&page.format))
    }

    /// What a registry says of a domain, as rules see it under `rdap`, whatever it comes to; `None`
    /// where its answer is about none.
    pub fn registration(answer: &Answer, now: Time) -> Option<serde_json::Value> {
        let facts = match answer.step.as_str() {
            "whois" => judge::whois::facts(&String::from_utf8_lossy(&answer.body), now),
            _ if answer.http.as_ref().is_some_and(|http| http.status == 200) => {
                judge::registration::facts(&serde_json::from_slice(&answer.body).ok()?, now)
            }
            _ => return None,
        };
        facts["name"].as_str().is_some_and(|name| !name.is_empty()).then_some(facts)
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

/// File names relative to the catalogue, with their text. A later file of the same name wins.
type Files = BTreeMap<String, (String, String)>;

fn shipped_files(dir: &Dir<'_>) -> Files {
    let mut files = Files::new();
    for entry in dir.entries() {
        if let Some(dir) = entry.as_dir() {
            files.extend(shipped_files(dir));
        }
        let text = entry.as_file().and_then(|file| file.contents_utf8());
        if let Some(text) = text.filter(|_| entry.path().extension().is_some_and(|ext| ext == "toml")) {
            let name = entry.path().display().to_string();
            files.insert(name.clone(), (format!("config/catalog/{name}"), text.to_owned()));
        }
    }
    files
}

fn folder_files(folder: &Path) -> std::io::Result<Files> {
    let mut files = Files::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "toml") {
                let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
                files.insert(name, (path.display().to_string(), std::fs::read_to_string(&path)?));
            }
        }
    }
    Ok(files)
}
