//! `plugwatch doctor` and `plugwatch keys`: they name what to fix, and show no secret.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, SystemTime};

use plugwatch::clock::Clock;
use plugwatch::core::time::Time;
use plugwatch::demo::anchors;
use plugwatch::store::{DEAD_MANS_SWITCH, DETAILS_TOKEN, Store};
use serde_json::Value;

use crate::kit::{http, raw};

const SECRET: &str = "sk-very-secret-0123456789";

/// Runs the program while the test's servers continue to answer.
async fn plugwatch(folder: &Path, arguments: &[&str]) -> Output {
    let (folder, arguments) = (folder.to_owned(), arguments.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    let run = move || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_plugwatch"));
        command.args(arguments).current_dir(folder).env_remove("COLUMNS").env("DO_TOKEN", SECRET).output().unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    let all = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!all.contains(SECRET), "{all}");
    output
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A server that answers like Cloudflare's trace, with a clock that is ahead by `ahead`.
async fn trace(ahead: Duration) -> SocketAddr {
    raw(move |_| {
        let there = Clock::system().now().plus(ahead).utc().format("%a, %d %b %Y %H:%M:%S GMT");
        http("200 OK", &format!("date: {there}\r\ncontent-type: text/plain\r\n"), b"fl=1\nip=203.0.113.7\nts=1\n")
    })
    .await
}

/// A platform with one key in the environment and one in a file; `more` is added to its configuration.
async fn platform(clock: SocketAddr, more: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("texts.key");
    std::fs::write(&key, SECRET).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let list = anchors().await.unwrap();
    let text = format!(
        "platform = \"Acme\"\ndatabase = \"acme.db\"\n[network]\nanchors = {list:?}\nloopback_only = true\n[override]\n\
         \"https://www.cloudflare.com\" = \"http://{clock}\"\n[[dependency]]\nid = \"hosting\"\nlabel = \"Hosting\"\n\
         check = \"digitalocean/account\"\ntoken = {{ env = \"DO_TOKEN\" }}\n[[dependency]]\nid = \"texts\"\nlabel = \"Texts\"\n\
         check = \"outcome/feed\"\nname = \"texts\"\ntoken = {{ file = \"texts.key\" }}\n{more}"
    );
    let file = folder.path().join("plugwatch.toml");
    std::fs::write(&file, text).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    folder
}

const WELL: &str = "[[channel]]\nkind = \"exec\"\nname = \"pager\"\ncommand = [\"/bin/true\"]\n[[channel]]\nkind = \"webhook\"\n\
                    url = \"http://127.0.0.1:1/\"\n[heartbeat]\nurl = { file = \"beat\" }\n";

fn findings(output: &Output) -> Vec<(String, String, String)> {
    let all: Value = serde_json::from_str(&out(output)).unwrap_or_else(|_| panic!("{output:?}"));
    let text = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
    let all = all["findings"].as_array().unwrap().iter();
    all.map(|one| (text(one, "level"), text(one, "about"), text(one, "says"))).collect()
}

#[tokio::test]
async fn a_platform_that_is_well_has_nothing_to_mend() {
    let folder = platform(trace(Duration::ZERO).await, WELL).await;
    std::fs::write(folder.path().join("beat"), "http://127.0.0.1:1/ping").unwrap();
    std::fs::set_permissions(folder.path().join("beat"), std::fs::Permissions::from_mode(0o600)).unwrap();
    // The database is in use, as if plugwatch were running.
    let store = Store::open(&folder.path().join("acme.db")).await.unwrap();
    let asked = plugwatch(folder.path(), &["doctor", "--json"]).await;
    store.close().await;
    let findings = findings(&asked);
    let mend: Vec<_> = findings.iter().filter(|(level, ..)| level == "mend").collect();
    assert_eq!((mend.len(), asked.status.code()), (0, Some(0)), "{mend:?}");
    let says = |about: &str| findings.iter().find(|(_, other, _)| other == about).unwrap().2.clone();
    assert_eq!(
        says("public address"),
        "vendors see 203.0.113.7: if a key is limited to certain addresses, allow this one"
    );
    assert_eq!(says("network"), "3 of 3 anchors answer");
    assert_eq!(says("monitoring"), "plugwatch is running");
    assert_eq!(says("channels"), "2 can wake someone: pager, webhook");
    assert!(says("clock").starts_with("it differs from that of www.cloudflare.com by "), "{}", says("clock"));
}

#[tokio::test]
async fn each_thing_that_must_be_mended_is_named_with_its_cure() {
    let more = "[[dependency]]\nid = \"stripe\"\nlabel = \"Stripe\"\nvendor = \"stripe\"\naccount_id = \"acct_1032D82eZvKYlo2C\"\n\
                key = { env = \"STRIPE_KEY_THAT_NOBODY_SET\" }\n[[channel]]\nkind = \"exec\"\nname = \"pager\"\n\
                command = [\"/bin/true\"]\n";
    let folder = platform(trace(Duration::from_secs(600)).await, more).await;
    std::fs::set_permissions(folder.path().join("texts.key"), std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::set_permissions(folder.path().join("plugwatch.toml"), std::fs::Permissions::from_mode(0o666)).unwrap();
    let asked = plugwatch(folder.path(), &["doctor"]).await;
    assert_eq!(asked.status.code(), Some(1));
    // The clock's offset and the free space depend on the moment and the machine.
    let said: Vec<String> = out(&asked)
        .lines()
        .filter(|line| line.starts_with("FIX") || line.ends_with("fixed."))
        .map(|line| match line.split_once("cloudflare.com by ") {
            Some((before, after)) => {
                format!("{before}cloudflare.com by N{}", after.trim_start_matches(|c: char| c.is_ascii_digit()))
            }
            None => line.to_owned(),
        })
        .collect();
    insta::assert_snapshot!("what_the_doctor_would_mend", said.join("\n"));
}

#[tokio::test]
async fn keys_are_listed_with_their_rights_and_age_and_never_shown() {
    let more = "[[dependency]]\nid = \"stripe\"\nlabel = \"Stripe\"\nvendor = \"stripe\"\nnot_monitored = \"needs a key\"\n\
                key = { env = \"STRIPE_KEY_THAT_NOBODY_SET\" }\n[[channel]]\nkind = \"telegram\"\n\
                token = { env = \"TELEGRAM_TOKEN_THAT_NOBODY_SET\" }\nchats = [1]\n";
    let folder = platform("127.0.0.1:1".parse().unwrap(), more).await;
    let key = std::fs::File::options().write(true).open(folder.path().join("texts.key")).unwrap();
    let now = u64::try_from(Clock::system().now().0).unwrap();
    let old = SystemTime::UNIX_EPOCH + Duration::from_millis(now) - Duration::from_secs(40 * 86_400 + 3_600);
    key.set_modified(old).unwrap();
    let listed = plugwatch(folder.path(), &["keys"]).await;
    assert!(listed.status.success(), "{listed:?}");
    insta::assert_snapshot!("keys", out(&listed));
    let json: Value = serde_json::from_str(&out(&plugwatch(folder.path(), &["keys", "--json"]).await)).unwrap();
    let keys = json["keys"].as_array().unwrap();
    let named = |name: &str| keys.iter().find(|key| key["name"] == name).unwrap().clone();
    assert_eq!((&named("DO_TOKEN")["set"], &named("STRIPE_KEY_THAT_NOBODY_SET")["set"]), (&true.into(), &false.into()));
    assert_eq!(named("texts.key")["kind"], "file");
}

#[tokio::test]
async fn a_key_that_lies_beside_the_configuration_as_a_credential_is_set() {
    let more = "[[dependency]]\nid = \"stripe\"\nlabel = \"Stripe\"\nvendor = \"stripe\"\n\
                account_id = \"acct_1032D82eZvKYlo2C\"\nkey = { env = \"STRIPE_KEY_THAT_NOBODY_SET\" }\n";
    let folder = platform("127.0.0.1:1".parse().unwrap(), more).await;
    std::fs::create_dir(folder.path().join("credentials")).unwrap();
    let file = folder.path().join("credentials/STRIPE_KEY_THAT_NOBODY_SET");
    std::fs::write(&file, SECRET).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let json: Value = serde_json::from_str(&out(&plugwatch(folder.path(), &["keys", "--json"]).await)).unwrap();
    let keys = json["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["name"] == "STRIPE_KEY_THAT_NOBODY_SET").unwrap();
    assert!(key["set"] == true && key["written_at"].is_string(), "{key}");
    let covered = out(&plugwatch(folder.path(), &["coverage"]).await);
    assert!(!covered.contains("set STRIPE_KEY_THAT_NOBODY_SET"), "{covered}");
    let doctor = out(&plugwatch(folder.path(), &["doctor"]).await);
    assert!(!doctor.contains("is not set") && doctor.contains("can be read by other users"), "{doctor}");
}

#[tokio::test]
async fn the_last_use_of_the_pages_token_and_of_the_dead_mans_switch_is_known() {
    let more = "[web]\ndetails = { token = { file = \"page\" } }\n[heartbeat]\nurl = { file = \"beat\" }\n";
    let folder = platform("127.0.0.1:1".parse().unwrap(), more).await;
    for (file, secret) in [("page", "a-long-token-of-the-operator"), ("beat", "http://127.0.0.1:1/")] {
        std::fs::write(folder.path().join(file), secret).unwrap();
    }
    let store = Store::open(&folder.path().join("acme.db")).await.unwrap();
    let now = Clock::system().now();
    let early = Time(now.0 - 3_600_000);
    store.note_key_use(DETAILS_TOKEN, early).await.unwrap();
    // A use one minute later is not stored again; one ten minutes later is.
    store.note_key_use(DETAILS_TOKEN, Time(early.0 + 60_000)).await.unwrap();
    assert_eq!(store.key_uses().await.unwrap()[DETAILS_TOKEN], early);
    store.note_key_use(DETAILS_TOKEN, Time(early.0 + 600_000)).await.unwrap();
    store.note_key_use(DEAD_MANS_SWITCH, early).await.unwrap();
    store.close().await;
    let json: Value = serde_json::from_str(&out(&plugwatch(folder.path(), &["keys", "--json"]).await)).unwrap();
    let used = |name: &str| {
        let key = json["keys"].as_array().unwrap().iter().find(|key| key["name"] == name).unwrap();
        (key["last_use"]["at"].clone(), key["last_use"]["outcome"].clone())
    };
    assert_eq!(used("page"), (Time(early.0 + 600_000).rfc3339().into(), "accepted".into()));
    assert_eq!(used("beat"), (early.rfc3339().into(), "delivered".into()));
}
