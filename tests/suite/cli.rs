//! The commands as people run them: texts, exit codes, and that docs/COMMANDS.md shows the help.

use std::process::{Command, Output};

fn plugwatch(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_plugwatch")).args(arguments).current_dir(folder.path()).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn the_page_about_commands_shows_the_help_as_it_is() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/COMMANDS.md")).unwrap();
    let help = out(&plugwatch(&["--help"]));
    assert!(page.contains(help.trim()), "the help in docs/COMMANDS.md is old; it must hold:\n{help}");
}

#[test]
fn a_missing_or_wrong_configuration_ends_with_2_and_a_cure() {
    let missing = plugwatch(&["run", "--config", "nowhere.toml"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(err(&missing).contains("nowhere.toml: cannot be read"), "{}", err(&missing));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.toml");
    std::fs::write(&file, "platform = 1\n").unwrap();
    for command in ["run", "check"] {
        let wrong = plugwatch(&[command, "--config", file.to_str().unwrap()]);
        assert_eq!(wrong.status.code(), Some(2));
        assert!(err(&wrong).contains("`platform` must be a text, not integer"), "{}", err(&wrong));
    }
}

#[test]
fn the_catalogue_can_be_listed_shown_and_tested() {
    let listed = plugwatch(&["catalog", "list"]);
    assert!(out(&listed).contains("apple/listing"));
    let shown = plugwatch(&["catalog", "show", "twilio"]);
    assert!(out(&shown).contains("account_suspended"));
    let unknown = plugwatch(&["catalog", "show", "acme"]);
    assert_eq!(unknown.status.code(), Some(2));
    let tested = plugwatch(&["catalog", "test"]);
    assert!(tested.status.success());
    assert!(out(&tested).contains("examples passed, 0 failed"));
}

#[test]
fn a_folder_without_recordings_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let tested = plugwatch(&["catalog", "test", "--recordings", folder.path().to_str().unwrap()]);
    assert_eq!(tested.status.code(), Some(1), "{}", out(&tested));
}

#[test]
fn recordings_of_any_folder_are_read_with_a_list_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("one.json"), r#"{"account": {"status": "locked"}}"#).unwrap();
    let list = "[[recording]]\nfile = \"one.json\"\ncheck = \"digitalocean/account\"\nverdict = \"dropped\"\n";
    std::fs::write(folder.path().join("recordings.toml"), list).unwrap();
    let tested = plugwatch(&["catalog", "test", "--recordings", folder.path().to_str().unwrap()]);
    assert!(tested.status.success(), "{}", out(&tested));
    assert!(out(&tested).contains("dropped (account_locked)"), "{}", out(&tested));
}

#[test]
fn check_without_a_network_says_in_one_line_that_it_is_blind() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.toml");
    let dead = "[\"127.0.0.1:1\", \"127.0.0.1:2\", \"127.0.0.1:3\"]";
    let text = format!(
        "platform = \"Acme\"\n[network]\nanchors = {dead}\nloopback_only = true\n[[dependency]]\nid = \"site\"\n\
         check = \"website/page\"\nurl = \"http://127.0.0.1:1/\"\nwords = [\"x\"]\n"
    );
    std::fs::write(&file, text).unwrap();
    let checked = plugwatch(&["check", "--config", file.to_str().unwrap()]);
    assert_eq!(checked.status.code(), Some(1));
    assert_eq!(err(&checked).lines().count(), 1, "{}", err(&checked));
    assert!(err(&checked).starts_with("blind: plugwatch's own network is down"));
    assert!(err(&checked).contains("(127.0.0.1:1: the connection is refused; "), "{}", err(&checked));
}

#[test]
fn config_check_tells_what_is_new_and_what_needs_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.toml");
    let text = "platform = \"Acme\"\ndatabase = \"none.db\"\n[[dependency]]\nid = \"host\"\n\
                check = \"digitalocean/account\"\ntoken = { env = \"NOT_SET_ANYWHERE\" }\n";
    std::fs::write(&file, text).unwrap();
    let checked = plugwatch(&["config", "check", "--config", file.to_str().unwrap()]);
    assert!(checked.status.success());
    let wanted = "note: host: digitalocean/account needs a key: `token` is not set (the variable NOT_SET_ANYWHERE)";
    assert!(out(&checked).contains(wanted), "{}", out(&checked));
    assert!(out(&checked).contains("note: nobody is notified: no channel is on"), "{}", out(&checked));
}

/// Runs the program while the test's servers continue to answer.
async fn while_serving(args: Vec<String>) -> std::process::Output {
    tokio::task::spawn_blocking(move || plugwatch(&args.iter().map(String::as_str).collect::<Vec<_>>())).await.unwrap()
}

#[tokio::test]
async fn explain_tells_what_was_asked_what_came_and_which_permission_a_key_lacks() {
    let vendor = crate::kit::raw(|_| {
        let body = br#"{"message": "User: arn:aws:iam::123456789012:user/plugwatch is not authorized to perform: ses:GetAccount on resource: *"}"#;
        crate::kit::http("403 Forbidden", "content-type: application/json\r\nx-amzn-errortype: AccessDeniedException\r\n", body)
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let (file, key) = (folder.path().join("p.toml"), folder.path().join("key"));
    std::fs::write(&key, "s3cret-key-of-ours").unwrap();
    let anchors = plugwatch::demo::anchors().await.unwrap();
    let text = format!(
        "platform = \"Acme\"\n[network]\nanchors = {anchors:?}\nloopback_only = true\n[override]\n\
         \"https://email.eu-west-1.amazonaws.com\" = \"http://{vendor}\"\n[[dependency]]\nid = \"mailer\"\n\
         check = \"ses/account\"\nregion = \"eu-west-1\"\naccess_key_id = \"AKIA0000000000000000\"\n\
         secret_access_key = {{ file = {key:?} }}\n"
    );
    std::fs::write(&file, text).unwrap();
    let args = ["check", "--explain", "mail", "--config", file.to_str().unwrap()].map(str::to_owned);
    let explained = while_serving(args.into()).await;
    assert_eq!(explained.status.code(), Some(1));
    let said = out(&explained);
    assert!(!said.contains("s3cret"), "{said}");
    let took = said.lines().find(|line| line.contains(" ms")).unwrap().rsplit(", ").next().unwrap().to_owned();
    insta::assert_snapshot!(said.replace(&took, "N ms"));
}

#[tokio::test]
async fn a_word_given_while_nobody_watches_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (file, database) = (folder.path().join("p.toml"), folder.path().join("a.db"));
    let text = format!(
        "platform = \"Acme\"\ndatabase = {database:?}\n[[dependency]]\nid = \"law-firm\"\nlabel = \"Law firm\"\n\
         check = \"attest/word\"\nname = \"law\"\n[[dependency]]\nid = \"host\"\ncheck = \"digitalocean/account\"\n\
         token = {{ env = \"NOT_SET_ANYWHERE\" }}\n"
    );
    std::fs::write(&file, text).unwrap();
    let attest = |args: &[&str]| {
        let args = [&["attest", "--config", file.to_str().unwrap(), "--by", "Ada"], args].concat();
        plugwatch(&args)
    };
    let early = attest(&["law-firm"]);
    assert_eq!(early.status.code(), Some(1), "there is no database yet");
    let store = plugwatch::store::Store::open(&database).await.unwrap();
    let said = attest(&["law", "--left"]);
    assert_eq!(
        out(&said),
        "Law firm: recorded that it no longer works for you. plugwatch uses this at its next check.\n"
    );
    let heard = plugwatch::core::words::check_in::CheckIns::heard(&store, "words/law", plugwatch::core::time::Time(0))
        .await
        .unwrap();
    assert_eq!((heard[0].word, heard[0].by.as_str()), (plugwatch::core::words::check_in::Word::Left, "Ada"));
    let other = attest(&["host"]);
    assert_eq!(other.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&other.stderr).contains("check attest/word"));
}

#[test]
fn a_demo_that_is_stopped_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Command::new(env!("CARGO_BIN_EXE_plugwatch"))
        .arg("demo")
        .env("TMPDIR", folder.path())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = std::io::BufReader::new(demo.stdout.take().unwrap());
    let mut first = String::new();
    std::io::BufRead::read_line(&mut said, &mut first).unwrap();
    assert!(first.starts_with("A simulation"), "{first}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let pid = rustix::process::Pid::from_child(&demo);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    // The rest of its output is read, so that it can end.
    std::io::copy(&mut said, &mut std::io::sink()).unwrap();
    assert!(demo.wait().unwrap().success());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
