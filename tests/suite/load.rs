//! The load bench on a small scale: each kind of check is measured, and every answer is accounted for.

use std::process::Command;

/// Measures five checks of one kind each second, for two seconds, with a tenth of the answers wrong.
fn row(kind: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_plugwatch"));
    command.args(["bench", "load", "--kinds", kind, "--checks", "5", "--every", "1", "--lasts", "2", "--wrong", "100"]);
    let ended = command.current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8(ended.stdout).unwrap();
    assert!(ended.status.success(), "{kind}: {said}\n{}", String::from_utf8_lossy(&ended.stderr));
    said
}

/// The numbers in the only row.
fn numbers(said: &str) -> Vec<f64> {
    let last = said.lines().last().unwrap();
    last.split(|letter: char| !(letter.is_ascii_digit() || letter == '.' || letter == '-'))
        .filter_map(|text| text.parse().ok())
        .collect()
}

#[test]
fn every_answer_over_http_is_stored_and_every_wrong_one_noticed() {
    for kind in ["json", "json-new", "https", "http2"] {
        let numbers = numbers(&row(kind));
        assert_eq!(numbers[0], 5.0, "{kind}");
        assert!(numbers[1] >= 5.0, "{kind}: {numbers:?}");
    }
}

#[test]
fn every_page_and_every_zone_is_stored_too() {
    for kind in ["words", "words-https", "selectors", "dns"] {
        assert!(numbers(&row(kind))[1] >= 5.0, "{kind}");
    }
}

#[test]
fn a_kind_that_nobody_knows_is_named_with_those_that_are_known() {
    let said =
        Command::new(env!("CARGO_BIN_EXE_plugwatch")).args(["bench", "load", "--kinds", "ftp"]).output().unwrap();
    assert_eq!(said.status.code(), Some(2));
    let said = String::from_utf8(said.stderr).unwrap();
    assert!(said.contains("json-new") && said.contains("selectors"), "{said}");
}
