//! The JSON output of commands follows `docs/cli.schema.json`, and every command's exit code says how it ended.

use std::path::Path;
use std::process::Output;

use plugwatch::acts::{Brought, Person};
use serde_json::Value;

use crate::kit::{Staged, database, minutes};

/// Runs the program while the test's servers continue to answer.
pub async fn plugwatch(folder: &Path, arguments: &[&str]) -> Output {
    let (folder, arguments) = (folder.to_owned(), arguments.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    let run = move || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_plugwatch"));
        command.args(arguments).current_dir(folder).output().unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The printed document, validated with its schema.
fn document(schema: &Value, output: &Output) -> Value {
    let value: Value = serde_json::from_str(&out(output)).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let name = value["schema"].as_str().unwrap().split_once('/').unwrap().0;
    let shape = &schema["$defs"][name];
    assert!(shape.is_object(), "docs/cli.schema.json does not describe {name}");
    crate::public::check(shape, schema, &value, name);
    value
}

/// A platform with a loss, a letter and an unmonitored dependency, and a configuration file for the program.
pub async fn in_trouble() -> Staged {
    let more =
        "\n[[dependency]]\nid = \"stripe\"\nlabel = \"Stripe\"\nvendor = \"stripe\"\nnot_monitored = \"needs a key\"\n";
    let mut staged = Staged::changed(crate::kit::BEGIN, |text| format!("{text}{more}")).await;
    staged.pass(minutes(20)).await;
    staged.stage.set("digitalocean", "gone");
    staged.pass(minutes(40)).await;
    let ada = Person::new("Ada", "terminal");
    let (text, effective) = ("We will close it.".to_owned(), Some("Fri 6 Mar 2026 12:00 UTC".to_owned()));
    let about = vec!["e-mail".to_owned()];
    let letter = Brought { bytes: Vec::new(), text, about, received: None, effective, ..Brought::default() };
    staged.acts().bring(&ada, letter, staged.clock.now()).await.unwrap();
    staged.acts().ack(&ada, Some("hosting"), staged.clock.now()).await.unwrap();
    staged.pass(minutes(10)).await;
    write_configuration(&staged);
    staged
}

/// Writes the configuration file for the program, next to its database.
fn write_configuration(staged: &Staged) {
    let before = format!("database = \"{}/demo.db\"", staged.folder.path().display());
    let after = format!("database = {:?}", database(staged.folder.path()).display().to_string());
    assert!(staged.text.contains(&before));
    std::fs::write(staged.folder.path().join("plugwatch.toml"), staged.text.replace(&before, &after)).unwrap();
}

#[tokio::test]
async fn every_document_is_as_the_schema_says() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/cli.schema.json")).unwrap();
    let staged = in_trouble().await;
    let folder = staged.folder.path();
    let mut seen = Vec::new();
    for (arguments, code) in [
        (vec!["status", "--json"], 1),
        (vec!["why", "hosting", "--json"], 0),
        (vec!["check", "--json"], 1),
        (vec!["history", "--json"], 0),
        (vec!["history", "hosting", "--json"], 0),
        (vec!["report", "--json"], 0),
        (vec!["map", "--json"], 0),
        (vec!["whatif", "digitalocean", "--json"], 0),
        (vec!["coverage", "--json"], 0),
        (vec!["keys", "--json"], 0),
        (vec!["doctor", "--json"], 1),
        (vec!["notice", "list", "--json"], 0),
        (vec!["config", "check", "--json"], 0),
    ] {
        let output = plugwatch(folder, &arguments).await;
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", err(&output));
        let value = document(&schema, &output);
        seen.push(value["schema"].as_str().unwrap().split_once('/').unwrap().0.to_owned());
        match arguments[0] {
            "status" => {
                assert_eq!((&value["status"], &value["running"]), (&"dropped".into(), &true.into()));
                assert_eq!(value["dependencies"][0]["id"], "hosting");
            }
            "coverage" => assert_eq!((&value["total"], &value["monitored"]), (&7.into(), &6.into())),
            "notice" => assert_eq!(value["notices"][0]["effective_at"], "2026-03-06T12:00:00Z"),
            "whatif" => assert_eq!(value["would_stop"][0]["id"], "hosting"),
            _ => {}
        }
    }
    std::fs::write(folder.join("wrong.toml"), "platform = 1\n").unwrap();
    let wrong = plugwatch(folder, &["config", "check", "--json", "-c", "wrong.toml"]).await;
    assert_eq!(wrong.status.code(), Some(2));
    let wrong = document(&schema, &wrong);
    assert_eq!((&wrong["valid"], &wrong["problems"][0]["line"]), (&false.into(), &1.into()));
    // The schema describes no document that no command prints.
    let described = schema["$defs"].as_object().unwrap().keys().filter(|name| name.starts_with("plugwatch."));
    let unseen: Vec<&String> = described.filter(|name| !seen.contains(name)).collect();
    assert!(unseen.is_empty(), "{unseen:?}");
}

#[tokio::test]
async fn status_ends_with_0_while_nothing_is_down() {
    let staged = in_trouble().await;
    staged.stage.set("digitalocean", "live");
    let mut staged = staged;
    staged.pass(minutes(120)).await;
    let output = plugwatch(staged.folder.path(), &["status"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    assert!(out(&output).contains("not monitored"), "{}", out(&output));
}

#[tokio::test]
async fn config_check_says_what_is_renamed() {
    let staged = in_trouble().await;
    let file = staged.folder.path().join("plugwatch.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let text = text.replace("id = \"hosting\"", "id = \"cloud\"\nwas = \"hosting\"");
    std::fs::write(&file, text.replace("needs = [\"hosting\"]", "needs = [\"cloud\"]")).unwrap();
    let checked = plugwatch(staged.folder.path(), &["config", "check"]).await;
    assert!(out(&checked).contains("  renames  hosting to cloud\n"), "{}", out(&checked));
    assert!(!out(&checked).contains("  adds") && !out(&checked).contains("  retires"), "{}", out(&checked));
}

#[tokio::test]
async fn every_command_stands_in_the_table_of_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let help = out(&plugwatch(folder.path(), &["--help"]).await);
    let page = include_str!("../../docs/COMMANDS.md");
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<&str> = names.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 25, "{names:?}");
    let table: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    for name in names.into_iter().filter(|name| !matches!(*name, "help" | "demo")) {
        let there = table.iter().any(|line| {
            let cell = line.split('|').nth(1).unwrap();
            cell.split('`').any(|word| word.split(' ').next() == Some(name))
        });
        assert!(there, "{name} has no line in docs/COMMANDS.md");
    }
}

#[tokio::test]
async fn the_log_is_json_where_that_is_wished() {
    let folder = tempfile::tempdir().unwrap();
    let run = |format: &'static str| {
        let folder = folder.path().to_owned();
        let run = move || {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_plugwatch"));
            command.args(["catalog", "list"]).current_dir(folder);
            command.env("PLUGWATCH_LOG", "loud").env("PLUGWATCH_LOG_FORMAT", format).output().unwrap()
        };
        tokio::task::spawn_blocking(run)
    };
    let said = err(&run("json").await.unwrap());
    let line: Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    assert_eq!(line["level"], "WARN");
    assert!(line["message"].as_str().unwrap().starts_with("PLUGWATCH_LOG=\"loud\" has no effect"), "{line}");
    let said = err(&run("yaml").await.unwrap());
    assert!(said.contains("PLUGWATCH_LOG_FORMAT=\"yaml\" has no effect; use text or json"), "{said}");
}

#[tokio::test]
async fn shells_complete_commands_and_man_pages_are_written() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let script = plugwatch(folder.path(), &["completions", shell]).await;
        assert!(script.status.success() && out(&script).contains("coverage"), "{shell}: {}", err(&script));
    }
    let written = plugwatch(folder.path(), &["man", "man1"]).await;
    assert!(written.status.success(), "{}", err(&written));
    let page = std::fs::read_to_string(folder.path().join("man1/plugwatch.1")).unwrap();
    assert!(page.contains("Exit codes"), "{page}");
    assert!(folder.path().join("man1/plugwatch-config-check.1").exists());
}

#[tokio::test]
async fn status_ends_with_1_while_a_site_shows_the_wrong_page() {
    let words = |text: String| text.replace("words = [\"Sign up\"]", "words = [\"Sign in\"]");
    let mut staged = Staged::changed(crate::kit::BEGIN, words).await;
    staged.pass(minutes(60)).await;
    write_configuration(&staged);
    let output = plugwatch(staged.folder.path(), &["status"]).await;
    assert_eq!(output.status.code(), Some(1), "{}", out(&output));
}
