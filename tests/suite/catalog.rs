//! The shipped catalogue against its own examples.

use plugwatch::catalog::{Catalog, test_examples};

#[test]
fn every_example_reads_as_it_says_and_every_rule_has_one() {
    let catalog = Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}"));
    let tested = test_examples(&catalog);
    assert!(tested.failed.is_empty(), "{}", tested.failed.join("\n"));
    assert!(tested.passed > 80, "only {} examples ran", tested.passed);
}

fn overlay(files: &[(&str, &str)]) -> (tempfile::TempDir, Result<Catalog, plugwatch::read::Problems>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let loaded = Catalog::load(Some(folder.path()));
    (folder, loaded)
}

const OWN: &str = r#"
id = "acme"
name = "Acme"
parent = "own"
category = "hosting"

[check.account]
title = "Account"
ask = "http"

[check.account.params]
key = { secret = true }

[check.account.request]
url = "https://api.acme.example/account"
bearer = "{key}"

[[check.account.rule]]
when = 'http.status == 200 and json.ok == true'
verdict = "live"
reason = "fine"
say = "Acme is fine"
"#;

#[test]
fn a_folder_of_ones_own_adds_vendors() {
    let (_folder, catalog) = overlay(&[("hosting/acme.toml", OWN)]);
    let catalog = catalog.unwrap_or_else(|problems| panic!("{problems}"));
    assert!(catalog.check("acme/account").is_some() && catalog.check("apple/listing").is_some());
    let tested = test_examples(&catalog);
    assert!(tested.failed[0].contains("no example reaches this rule (`fine`)"), "{:?}", tested.failed);
}

#[test]
fn a_wrong_vendor_file_says_all_that_is_wrong() {
    let bad = OWN
        .replace("parent = \"own\"", "parent = \"acmee\"")
        .replace("json.ok == true'", "json.ok == param.keyy and http.code == 1 and (json.x'")
        .replace("verdict = \"live\"", "verdict = \"green\"")
        + "\n[[check.account.rule]]\nwhen = 'http.code == 404'\nverdict = \"dropped\"\nreason = \"gone\"\n\
           say = \"{{ param.nobody }}\"\nbasis = \"absence\"\n";
    let (folder, catalog) = overlay(&[("hosting/acme.toml", &bad)]);
    let said = catalog.err().unwrap().to_string().replace(&folder.path().display().to_string(), "my-catalog");
    insta::assert_snapshot!(said);
}
