//! Newer catalogues: who may publish them, what is tested before they are used, and what is refused.

use std::path::Path;
use std::process::{Command, Output};

use minisign::KeyPair;
use plugwatch::catalog::Edition;

const CONFIG: &str = "platform = \"Acme\"\n[[channel]]\nkind = \"log\"\n[[dependency]]\nid = \"sms\"\ncheck = \
                      \"twilio/account\"\naccount_sid = \"AC00000000000000000000000000000000\"\nauth_token = { env = \
                      \"NOT_SET_ANYWHERE\" }\nkey_risk_accepted = true\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plugwatch.toml"), CONFIG).unwrap();
    folder
}

fn plugwatch(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plugwatch")).args(arguments).current_dir(folder).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn keys() -> KeyPair {
    KeyPair::generate_unencrypted_keypair().unwrap()
}

/// Packs the shipped catalogue together with these files, and signs it.
fn give_out(folder: &Path, name: &str, files: &[(&str, &str)], next: &[String], by: &KeyPair) {
    let overlay = folder.join(format!("{name}-files"));
    std::fs::create_dir_all(&overlay).unwrap();
    for (file, text) in files {
        std::fs::write(overlay.join(file), text).unwrap();
    }
    let mut arguments = vec!["catalog", "--overlay", overlay.to_str().unwrap(), "pack", name];
    next.iter().for_each(|key| arguments.extend(["--next-key", key]));
    let packed = plugwatch(folder, &arguments);
    assert!(packed.status.success(), "{}", said(&packed));
    sign(folder, name, by);
}

fn sign(folder: &Path, name: &str, by: &KeyPair) {
    let bytes = std::fs::read(folder.join(name)).unwrap();
    let signature = minisign::sign(Some(&by.pk), &by.sk, bytes.as_slice(), Some("by the test"), None).unwrap();
    std::fs::write(folder.join(format!("{name}.minisig")), signature.to_string()).unwrap();
}

fn version(above: u64) -> String {
    format!("version = {}\ndate = \"2026-12-24\"\n", Edition::shipped().version + above)
}

fn update(folder: &Path, name: &str, key: Option<&str>) -> (bool, String) {
    let mut arguments = vec!["catalog", "update", name];
    arguments.extend(key.iter().flat_map(|key| ["--key", *key]));
    let done = plugwatch(folder, &arguments);
    (done.status.success(), said(&done))
}

#[test]
fn a_signed_catalogue_is_tried_and_used_and_its_version_only_rises() {
    let (folder, keys) = (folder(), keys());
    let (path, key) = (folder.path(), keys.pk.to_base64());
    let changed =
        include_str!("../../config/catalog/sms/twilio.toml").replace("name = \"Twilio\"", "name = \"Twilio Inc\"");
    std::fs::create_dir_all(path.join("one-files/sms")).unwrap();
    give_out(path, "one", &[("_version.toml", &version(1)), ("sms/twilio.toml", &changed)], &[], &keys);
    let (fine, unknown) = update(path, "one", None);
    assert!(!fine && unknown.contains("trusts no key for catalogues yet"), "{unknown}");
    let (fine, done) = update(path, "one", Some(&key));
    assert!(fine && done.contains("of 24 December 2026 is installed (signed: by the test)"), "{done}");
    let checked = said(&plugwatch(path, &["config", "check"]));
    assert!(!checked.contains("is not used"), "{checked}");
    let used = plugwatch::config::Config::load(&path.join("plugwatch.toml"));
    assert!(used.is_ok());
    let (fine, again) = update(path, "one", None);
    assert!(!fine && again.contains("only a higher version is installed"), "the key is known now: {again}");
}

#[test]
fn what_was_changed_after_it_was_signed_or_signed_by_a_stranger_is_refused() {
    let (folder, keys, stranger) = (folder(), keys(), keys());
    let (path, key) = (folder.path(), keys.pk.to_base64());
    give_out(path, "one", &[("_version.toml", &version(1))], &[], &stranger);
    let (fine, why) = update(path, "one", Some(&key));
    assert!(!fine && why.contains("none of the keys that this plugwatch trusts signed it"), "{why}");
    sign(path, "one", &keys);
    let mut bytes = std::fs::read(path.join("one")).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(path.join("one"), bytes).unwrap();
    let (fine, why) = update(path, "one", Some(&key));
    assert!(!fine && why.contains("or it was changed afterwards"), "{why}");
    assert!(!path.join("plugwatch.db.catalog").exists(), "nothing was changed");
}

#[test]
fn a_catalogue_whose_examples_fail_or_that_takes_away_what_is_monitored_is_refused() {
    let (folder, keys) = (folder(), keys());
    let (path, key) = (folder.path(), keys.pk.to_base64());
    let shipped = include_str!("../../config/catalog/sms/twilio.toml");
    let wrong = shipped.replacen("json.status == \"active\"", "json.status == \"running\"", 1);
    std::fs::create_dir_all(path.join("wrong-files/sms")).unwrap();
    give_out(path, "wrong", &[("_version.toml", &version(1)), ("sms/twilio.toml", &wrong)], &[], &keys);
    let (fine, why) = update(path, "wrong", Some(&key));
    assert!(!fine && why.contains("its own examples fail") && why.contains("twilio.toml"), "{why}");
    let other = shipped.replace("[check.account", "[check.standing");
    std::fs::create_dir_all(path.join("other-files/sms")).unwrap();
    give_out(path, "other", &[("_version.toml", &version(1)), ("sms/twilio.toml", &other)], &[], &keys);
    let (fine, why) = update(path, "other", Some(&key));
    assert!(!fine && why.contains("refused"), "{why}");
    assert!(!path.join("plugwatch.db.catalog").exists());
}

#[test]
fn keys_are_replaced_by_a_catalogue_that_an_old_one_signed() {
    let (folder, old, new) = (folder(), keys(), keys());
    let path = folder.path();
    give_out(path, "one", &[("_version.toml", &version(1))], &[new.pk.to_base64()], &old);
    assert!(update(path, "one", Some(&old.pk.to_base64())).0);
    give_out(path, "two", &[("_version.toml", &version(2))], &[], &old);
    let (fine, why) = update(path, "two", None);
    assert!(!fine && why.contains("none of the keys"), "the old key is no longer trusted: {why}");
    sign(path, "two", &new);
    let (fine, done) = update(path, "two", None);
    assert!(fine, "{done}");
}

#[test]
fn a_catalogue_that_was_spoiled_since_is_left_aside_and_said() {
    let (folder, keys) = (folder(), keys());
    let path = folder.path();
    give_out(path, "one", &[("_version.toml", &version(1))], &[], &keys);
    assert!(update(path, "one", Some(&keys.pk.to_base64())).0);
    std::fs::write(path.join("plugwatch.db.catalog"), "rubbish").unwrap();
    let checked = plugwatch(path, &["config", "check"]);
    let text = said(&checked);
    assert!(text.contains("plugwatch.db.catalog is not used: it is not a catalogue that plugwatch can read"), "{text}");
}

#[test]
fn a_new_vendor_file_passes_its_own_examples_and_none_is_overwritten() {
    let folder = folder();
    let path = folder.path();
    let made = plugwatch(path, &["catalog", "new", "Acme Mail"]);
    assert!(made.status.success(), "{}", said(&made));
    insta::assert_snapshot!(said(&made));
    let tested = plugwatch(path, &["catalog", "--overlay", "my-catalog", "test"]);
    assert!(tested.status.success() && said(&tested).contains("examples passed, 0 failed"), "{}", said(&tested));
    let shown = said(&plugwatch(path, &["catalog", "--overlay", "my-catalog", "show", "acme_mail"]));
    assert!(shown.contains("Acme Mail") && shown.contains("account_suspended"), "{shown}");
    let again = said(&plugwatch(path, &["catalog", "new", "Acme Mail"]));
    assert!(again.contains("already exists"), "{again}");
    let known = said(&plugwatch(path, &["catalog", "new", "Twilio"]));
    assert!(known.contains("plugwatch already knows Twilio"), "{known}");
}
