//! Dependencies without a check: they are named wherever people look, and never shown as green.

use std::path::Path;
use std::process::Output;

use plugwatch::acts::{Brought, Person};
use plugwatch::config::Config;
use plugwatch::core::time::Time;
use plugwatch::demo::{Stage, anchors};

use crate::kit::{BEGIN, Staged, minutes};

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn plugwatch(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_plugwatch"));
    command.args(arguments).current_dir(folder).env_remove("COLUMNS").env("DO_TOKEN", "not-a-real-key");
    command.output().unwrap()
}

/// One dependency of each kind: checked from outside, by an API, by reports or by a person; waiting for a key; not
/// monitored.
const PLATFORM: &str = r#"
platform = "Acme"
database = "acme.db"
[[dependency]]
id = "website"
label = "Website"
check = "website/page"
url = "https://acme.example/"
words = ["Acme"]
rides_on = ["amazon"]
criticality = "critical"
breaks = "buying"
[[dependency]]
id = "hosting"
label = "Hosting"
check = "digitalocean/account"
token = { env = "DO_TOKEN" }
[[dependency]]
id = "texts"
label = "Texts"
check = "outcome/feed"
name = "texts"
token = { env = "TEXTS_FEED_TOKEN" }
rides_on = ["twilio"]
[[dependency]]
id = "law-firm"
label = "Law firm"
check = "attest/word"
name = "law-firm"
[[dependency]]
id = "stripe"
label = "Stripe"
vendor = "stripe"
not_monitored = "needs a key"
account_id = "<account_id>"
key = { env = "STRIPE_KEY_THAT_NOBODY_SET" }
criticality = "critical"
breaks = "paying"
[[dependency]]
id = "aws"
label = "AWS"
not_monitored = "not visible from outside"
rides_on = ["amazon"]
"#;

fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plugwatch.toml"), text).unwrap();
    folder
}

#[test]
fn coverage_map_and_what_if_name_what_is_not_monitored() {
    let folder = folder(PLATFORM);
    let mut said = String::new();
    for arguments in [
        vec!["coverage"],
        vec!["coverage", "--csv"],
        vec!["map"],
        vec!["map", "--mermaid"],
        vec!["whatif", "amazon"],
        vec!["status"],
    ] {
        let answer = plugwatch(folder.path(), &arguments);
        said.push_str(&format!("==== {}\n{}{}\n", arguments.join(" "), out(&answer), err(&answer)));
    }
    insta::assert_snapshot!("coverage_map_and_whatif", said);
    let drawn = plugwatch(folder.path(), &["map", "--svg", "map.svg"]);
    assert!(drawn.status.success(), "{}", err(&drawn));
    let svg = std::fs::read_to_string(folder.path().join("map.svg")).unwrap();
    assert!(svg.contains("Stripe (not monitored)") && svg.contains("dotted: not monitored"), "{svg}");
    assert!(!folder.path().join("acme.db").exists(), "reading creates no database");
}

#[test]
fn no_line_of_a_table_is_wider_than_the_terminal() {
    let folder = folder(PLATFORM);
    for columns in ["40", "60", "80"] {
        for command in ["coverage", "keys"] {
            let mut narrow = std::process::Command::new(env!("CARGO_BIN_EXE_plugwatch"));
            let said = out(&narrow.arg(command).current_dir(folder.path()).env("COLUMNS", columns).output().unwrap());
            // The summary below the table may be wider, because it is a sentence.
            let table = said.split("\n\n").next().unwrap();
            let widest = table.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(widest <= columns.parse().unwrap() && said.contains("Stripe"), "{columns}: {said}");
        }
    }
}

#[test]
fn placeholders_may_wait_beside_it_and_a_wrong_name_is_still_a_problem() {
    let wrong = |text: &str| Config::read("p.toml", text).unwrap_err().to_string();
    assert!(Config::read("p.toml", PLATFORM).is_ok());
    let monitored = PLATFORM.replace("not_monitored = \"needs a key\"\n", "");
    assert!(wrong(&monitored).contains("`account_id` still contains a placeholder"), "{}", wrong(&monitored));
    let misspelt = PLATFORM.replace("account_id = \"<account_id>\"", "acount = \"<account_id>\"");
    assert!(wrong(&misspelt).contains("`acount`"), "{}", wrong(&misspelt));
    let vendor = PLATFORM.replace("vendor = \"stripe\"", "vendor = \"stripes\"");
    assert!(wrong(&vendor).contains("did you mean `stripe`?"), "{}", wrong(&vendor));
    let silent = PLATFORM.replace("not_monitored = \"needs a key\"", "not_monitored = \" \"");
    assert!(wrong(&silent).contains("`not_monitored` gives no reason"), "{}", wrong(&silent));
}

/// A platform with a website and two dependencies without a check.
async fn staged(time: &str) -> Staged {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("key"), "not-a-real-key").unwrap();
    let stage = Stage::new().unwrap();
    let address = stage.open().await.unwrap();
    let text = plugwatch::demo::configuration(folder.path(), &format!("http://{address}"), &anchors().await.unwrap());
    let more = "\n[[dependency]]\nid = \"stripe\"\nlabel = \"Stripe\"\nvendor = \"stripe\"\nnot_monitored = \"needs a key\"\n\
                [[dependency]]\nid = \"aws\"\nlabel = \"AWS\"\nrides_on = [\"amazon\"]\nnot_monitored = \"not visible from outside\"\n";
    Staged::with(folder, stage, format!("{text}{more}"), Time::parse(time).unwrap()).await
}

#[tokio::test]
async fn it_is_named_in_the_first_message_and_the_report_and_is_never_green() {
    // This is a Sunday; the report is sent the next morning.
    let mut staged = staged("2026-03-08T12:00:00Z").await;
    staged.pass(minutes(20)).await;
    let texts = staged.texts();
    insta::assert_snapshot!("first_message_with_unmonitored", texts.join("\n----\n"));
    assert_eq!((staged.shown("stripe").as_str(), staged.shown("aws").as_str()), ("not_monitored", "not_monitored"));
    staged.pass(minutes(24 * 60)).await;
    let texts = staged.texts();
    let report = texts.iter().find(|text| text.contains("the week to")).unwrap();
    assert!(report.contains("6 monitored: 6 working."), "{report}");
    assert!(report.contains("Not monitored: Stripe (needs a key), AWS (not visible from outside)."), "{report}");
    assert_eq!(staged.shown("stripe"), "not_monitored");
    let others = texts.iter().filter(|text| text.contains("Stripe") && !text.contains("the week to"));
    assert_eq!(others.count(), 0, "nobody is woken by what is not monitored: {texts:?}");
}

#[tokio::test]
async fn what_a_letter_says_of_it_is_told_and_then_it_is_unmonitored_again() {
    let mut staged = staged(BEGIN).await;
    staged.pass(minutes(20)).await;
    staged.told();
    let ada = Person::new("Ada", "terminal");
    let text = "We will suspend your account.".to_owned();
    let effective = Some("Fri 6 Mar 2026 12:00 UTC".to_owned());
    let about = vec!["stripe".to_owned()];
    let letter = Brought { bytes: Vec::new(), text, about, received: None, effective, ..Brought::default() };
    let (letter, _) = staged.acts().bring(&ada, letter, staged.clock.now()).await.unwrap();
    staged.pass(minutes(10)).await;
    assert_eq!(staged.shown("stripe"), "degraded");
    let told = staged.told();
    assert!(told.iter().any(|line| line.starts_with("CUT-OFF ANNOUNCED: Stripe")), "{told:?}");
    staged.acts().withdraw(&ada, &letter.public_id, staged.clock.now()).await.unwrap();
    staged.pass(minutes(10)).await;
    assert_eq!(staged.shown("stripe"), "not_monitored");
    let told = staged.told();
    assert!(!told.iter().any(|line| line.contains("DROPPED") || line.contains("WORKING")), "{told:?}");
}

const LIST: &str = "Vendor;Label;Criticality;Contact;contract_notice_days\n\
                    Stripe, Inc.;;critical;Ann at Stripe;30\n\
                    Atlassian Cloud;;;;\n\
                    Meyer & Sons Payroll;Payroll;normal;;\n\
                    digitalocean;;;;\n\
                    Stripe;Stripe of the shop;;;\n";

#[test]
fn a_list_of_vendors_becomes_dependencies_once() {
    let before = PLATFORM.split("[[dependency]]\nid = \"stripe\"").next().unwrap();
    let folder = folder(before);
    std::fs::write(folder.path().join("vendors.csv"), LIST).unwrap();
    let dry = plugwatch(folder.path(), &["import", "vendors.csv", "--dry-run"]);
    assert!(dry.status.success() && out(&dry).contains("[[dependency]]"), "{}{}", out(&dry), err(&dry));
    let file = folder.path().join("plugwatch.toml");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before, "a dry run adds nothing");
    let added = plugwatch(folder.path(), &["import", "vendors.csv"]);
    assert!(added.status.success(), "{}{}", out(&added), err(&added));
    let after = std::fs::read_to_string(&file).unwrap();
    assert!(after.starts_with(before), "existing lines are unchanged");
    insta::assert_snapshot!("imported_list", format!("{}\n----\n{}", out(&added), &after[before.len()..]));
    let again = plugwatch(folder.path(), &["import", "vendors.csv"]);
    assert!(out(&again).starts_with("Already there: Stripe (stripe), "), "{}", out(&again));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), after);
    std::fs::write(folder.path().join("names.csv"), "Twilio\n\"Acme, the other one\"\n").unwrap();
    let names = plugwatch(folder.path(), &["import", "names.csv"]);
    assert!(out(&names).contains("  Twilio: needs a key\n  Acme, the other one: not visible"), "{}", out(&names));
    std::fs::write(folder.path().join("empty.csv"), "\n").unwrap();
    let empty = plugwatch(folder.path(), &["import", "empty.csv"]);
    assert_eq!(empty.status.code(), Some(2));
    assert!(err(&empty).contains("empty.csv: it names no vendor"), "{}", err(&empty));
    std::fs::write(folder.path().join("wrong.csv"), "vendor,contract_notice_days\nFastly,soon\n").unwrap();
    let wrong = plugwatch(folder.path(), &["import", "wrong.csv"]);
    assert!(err(&wrong).contains("contract_notice_days of Fastly is not a number: `soon`"), "{}", err(&wrong));
}

#[test]
fn add_takes_what_has_no_key_yet_and_what_nobody_knows() {
    let folder = folder(PLATFORM);
    let fastly = plugwatch(folder.path(), &["add", "fastly", "--not-monitored"]);
    assert!(fastly.status.success(), "{}", err(&fastly));
    let payroll =
        plugwatch(folder.path(), &["add", "Meyer Payroll", "--not-monitored=by contract only", "--id", "payroll"]);
    assert!(
        out(&payroll).contains("Meyer Payroll (id payroll), not monitored: by contract only."),
        "{}",
        out(&payroll)
    );
    let covered = out(&plugwatch(folder.path(), &["coverage"]));
    assert!(covered.contains("Monitoring 3 of 8."), "{covered}");
    assert!(covered.contains("Meyer Payroll (by contract only)"), "{covered}");
}
