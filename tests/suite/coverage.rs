//! Reference platforms (`tests/coverage`): each of their vendors must be covered, or listed as a blind spot.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use plugwatch::catalog::Catalog;
use serde_json::Value;

/// The minimum number of vendors of such a platform.
const VENDORS: usize = 40;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/coverage")
}

/// Each file with its vendors.
fn platforms() -> Vec<(String, Vec<Value>)> {
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let table = toml::de::DeTable::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (_, vendors) = table.get_ref().iter().find(|(key, _)| key.get_ref() == "vendor").unwrap();
        let vendors = plugwatch::read::to_json(vendors.get_ref());
        (path.display().to_string(), vendors.as_array().unwrap().clone())
    };
    std::fs::read_dir(folder()).unwrap().map(|entry| read(entry.unwrap().path())).collect()
}

fn page() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/BLIND-SPOTS.md")).unwrap()
}

/// The first column of the first table in `docs/BLIND-SPOTS.md`, and the checks that its third one names.
fn blind_spots() -> Vec<(String, Vec<String>)> {
    let text = page();
    let rows = text
        .lines()
        .take_while(|line| !line.starts_with("## "))
        .filter(|line| line.starts_with("| ") && !line.starts_with("| vendor") && !line.starts_with("| ---"));
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [vendor, what, helps] = cells[..] else { panic!("{line}: three columns") };
        assert!(!what.is_empty() && !helps.is_empty(), "{line}");
        let named = helps.split('`').skip(1).step_by(2).filter(|word| word.contains('/'));
        (vendor.to_owned(), named.map(str::to_owned).collect())
    };
    rows.map(row).collect()
}

#[test]
fn every_vendor_of_three_platforms_is_covered_or_named_as_a_blind_spot() {
    let catalog = Catalog::load(None).unwrap();
    let blind: Vec<String> = blind_spots().into_iter().map(|(vendor, _)| vendor).collect();
    let platforms = platforms();
    assert_eq!(platforms.len(), 3);
    for (file, vendors) in &platforms {
        assert_eq!(vendors.len(), VENDORS, "{file}");
        let named: BTreeSet<&str> = vendors.iter().filter_map(|vendor| vendor["name"].as_str()).collect();
        assert_eq!(named.len(), VENDORS, "{file}: a vendor stands there twice, or has no name");
        let open: Vec<&Value> = vendors.iter().filter(|vendor| !is_accounted_for(&catalog, &blind, vendor)).collect();
        assert!(open.is_empty(), "{file}: neither covered nor a named blind spot: {open:?}");
    }
}

/// Whether all checks of the vendor exist, or it is listed as a blind spot, but not both.
fn is_accounted_for(catalog: &Catalog, blind: &[String], vendor: &Value) -> bool {
    match (vendor["checks"].as_array(), vendor["blind_spot"].as_str()) {
        (Some(checks), None) => {
            !checks.is_empty() && checks.iter().all(|id| catalog.check(id.as_str().unwrap_or_default()).is_some())
        }
        (None, Some(spot)) => blind.iter().any(|named| named == spot),
        _ => false,
    }
}

#[test]
fn every_check_that_the_page_of_blind_spots_names_is_there() {
    let catalog = Catalog::load(None).unwrap();
    let text = page();
    let named: Vec<&str> = text.split('`').skip(1).step_by(2).filter(|word| word.contains('/')).collect();
    assert!(named.len() > 100, "{}", named.len());
    let gone: Vec<&&str> = named.iter().filter(|id| catalog.check(id).is_none()).collect();
    assert!(gone.is_empty(), "{gone:?}");
}

#[test]
fn what_helps_with_a_blind_spot_is_there() {
    let catalog = Catalog::load(None).unwrap();
    let spots = blind_spots();
    assert!(spots.len() >= 25, "{}", spots.len());
    let gone: Vec<String> = spots
        .iter()
        .flat_map(|(vendor, checks)| checks.iter().map(move |id| (vendor, id)))
        .filter(|(_, id)| catalog.check(id).is_none())
        .map(|(vendor, id)| format!("{vendor}: there is no {id}"))
        .collect();
    assert_eq!(gone, [""; 0]);
}
