//! An upgrade during an incident: with a user's files of an older version, nothing is announced again
//! and nothing is lost. The fixtures in `tests/upgrade` were written by the older versions themselves
//! (`tests/upgrade/make.py`) and are never edited.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use plugwatch::store::{Store, verify_chain};
use serde_json::Value;
use sqlx::{ConnectOptions, Row};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Notify;

use crate::kit::{http, raw};

/// The timeout for hanging: nothing here takes as long.
const HANGS: std::time::Duration = std::time::Duration::from_secs(90);

const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/upgrade/0.1.0");

/// The messages to the three webhooks, each with its path.
#[derive(Default)]
struct Record {
    taken: Mutex<Vec<(String, Value)>>,
    rung: Notify,
}

impl Record {
    fn all(&self) -> Vec<(String, Value)> {
        self.taken.lock().unwrap().clone()
    }

    /// Waits until `enough` accepts the messages so far.
    async fn until(&self, enough: impl Fn(&[(String, Value)]) -> bool) {
        let come = async {
            loop {
                let rung = self.rung.notified();
                if enough(&self.all()) {
                    return;
                }
                rung.await;
            }
        };
        tokio::time::timeout(HANGS, come).await.unwrap_or_else(|_| panic!("it never came: {:#?}", self.all()));
    }
}

/// The vendors' answers at the time of the fixture: the vendor that dropped the platform still does.
fn vendor(path: &str) -> Vec<u8> {
    let json = "content-type: application/json\r\n";
    let last = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or("");
    match last {
        "a1" => http("200 OK", json, br#"{"id": "a1", "state": "suspended", "plan": "team"}"#),
        "a2" | "shop" => http("503 Service Unavailable", json, b"{}"),
        account if path.contains("/acme/") => {
            http("200 OK", json, format!(r#"{{"id": "{account}", "state": "active", "plan": "team"}}"#).as_bytes())
        }
        _ => {
            let sid = last.trim_end_matches(".json");
            http("200 OK", json, format!(r#"{{"sid": "{sid}", "status": "active", "type": "Full"}}"#).as_bytes())
        }
    }
}

/// A copy of the fixture that is ready to run, with its vendors and webhooks.
struct Copy {
    folder: tempfile::TempDir,
    record: Arc<Record>,
}

impl Copy {
    async fn new(change: impl Fn(String) -> String) -> Copy {
        let folder = tempfile::tempdir().unwrap();
        let record: Arc<Record> = Arc::default();
        let kept = record.clone();
        let stage = raw(move |request| {
            let path = request.split(' ').nth(1).unwrap_or("").to_owned();
            if request.starts_with("POST") {
                let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
                kept.taken.lock().unwrap().push((path, serde_json::from_str(body).unwrap()));
                kept.rung.notify_waiters();
                return http("200 OK", "", b"");
            }
            vendor(&path)
        })
        .await;
        std::fs::create_dir(folder.path().join("catalog")).unwrap();
        for file in ["plugwatch.db", "catalog/acme.toml"] {
            std::fs::copy(Path::new(FIXTURE).join(file), folder.path().join(file)).unwrap();
        }
        std::fs::write(folder.path().join("key"), "not-a-real-key").unwrap();
        let copy = Copy { folder, record };
        let mut text = change(std::fs::read_to_string(Path::new(FIXTURE).join("plugwatch.toml")).unwrap());
        text = text.replace("{folder}", &copy.folder.path().display().to_string());
        text = text.replace("{stage}", &format!("http://{stage}"));
        for n in 0..3 {
            let anchor = raw(|_| Vec::new()).await;
            text = text.replace(&format!("{{anchor{n}}}"), &anchor.to_string());
        }
        std::fs::write(copy.folder.path().join("plugwatch.toml"), text).unwrap();
        // A letter's hour is at most a year ahead, so it is moved into the future of any test run.
        let ahead = "UPDATE letter SET effective_at = (unixepoch() + 300 * 86400) * 1000";
        sqlx::query(ahead).execute(&mut copy.connect().await).await.unwrap();
        copy
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("plugwatch.db")
    }

    async fn connect(&self) -> sqlx::SqliteConnection {
        sqlx::sqlite::SqliteConnectOptions::new().filename(self.database()).connect().await.unwrap()
    }

    #[allow(clippy::disallowed_methods, reason = "any query's columns, however many, as text")]
    async fn rows(&self, query: &'static str) -> Vec<Vec<String>> {
        let rows = sqlx::query(query).fetch_all(&mut self.connect().await).await.unwrap();
        let text = |row: &sqlx::sqlite::SqliteRow| (0..row.len()).map(|n| row.get::<String, _>(n)).collect();
        rows.iter().map(text).collect()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plugwatch"));
        command.args(arguments).arg("-c").arg(self.folder.path().join("plugwatch.toml"));
        command.current_dir(self.folder.path()).kill_on_drop(true);
        command
    }

    /// A command's output. The command must succeed, except that `status` ends with its code for a problem.
    async fn says(&self, arguments: &[&str]) -> String {
        let done = self.command(arguments).output().await.unwrap();
        let said = String::from_utf8(done.stdout).unwrap();
        let code = i32::from(arguments == ["status"]);
        assert_eq!(done.status.code(), Some(code), "{arguments:?}: {said}{}", String::from_utf8_lossy(&done.stderr));
        said
    }

    /// Starts plugwatch, and waits until its page can be requested.
    async fn run(&self) -> (Child, String) {
        let mut child = self.command(&["run"]).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        loop {
            let line = lines.next_line().await.unwrap().expect("it ended at once");
            if let Some((_, address)) = line.split_once("status page at http://") {
                // The rest of its log is read only so that it does not block.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return (child, address.trim_end_matches('/').to_owned());
            }
        }
    }
}

async fn stop(mut child: Child) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id().unwrap()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert!(child.wait().await.unwrap().success());
}

async fn page(address: &str, path: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

const BELIEFS: &str = "SELECT dependency.id, CAST(json_extract(dependency.state, '$.held.since') AS TEXT), \
     json_extract(dependency.state, '$.held.verdict') FROM dependency ORDER BY id";
const PROBES: &str = "SELECT CAST(id AS TEXT), identity, dependency, check_id, \
     COALESCE(CAST(retired_at AS TEXT), '') FROM probe ORDER BY id";
const INCIDENTS: &str = "SELECT CAST(id AS TEXT), public_id, dependency, verdict, CAST(began_at AS TEXT) FROM incident \
     WHERE closed_at IS NULL ORDER BY id";

#[tokio::test]
async fn a_database_in_mid_trouble_goes_on_where_it_stood() {
    let copy = Copy::new(|text| text).await;
    let (beliefs, probes, incidents) = (copy.rows(BELIEFS).await, copy.rows(PROBES).await, copy.rows(INCIDENTS).await);
    let old: Vec<String> = copy.rows("SELECT public_id FROM alert").await.concat();
    let waiting = "SELECT channel, public_id FROM outbox JOIN alert ON alert.id = outbox.alert \
                   WHERE state = 'pending' ORDER BY channel, outbox.id";
    let waiting = copy.rows(waiting).await;
    assert_eq!(waiting.len(), 16, "the fixture is unchanged");

    let (child, address) = copy.run().await;
    // The greeting is written after everything was checked, and is sent last.
    let greeted = |taken: &[(String, Value)]| {
        let fresh = taken.iter().filter(|(_, alert)| !old.contains(&alert["id"].as_str().unwrap().to_owned()));
        let starts = fresh.filter(|(_, alert)| alert["reason"] == "started").map(|(to, _)| to);
        starts.collect::<std::collections::BTreeSet<_>>().len() == 3
    };
    copy.record.until(greeted).await;
    let status: Value = serde_json::from_str(&page(&address, "/status.json?v=1").await).unwrap();
    let kept = copy.rows("SELECT public_id FROM report ORDER BY id LIMIT 2").await.concat();
    for id in &kept {
        let report = page(&address, &format!("/reports/{id}")).await;
        assert!(report.contains("Shop: the ") && report.contains("7 live"), "{report}");
    }
    stop(child).await;

    let taken = copy.record.all();
    // Each waiting message arrived once, and the one in transit says that it may be a repeat.
    let mut arrived: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (to, alert) in &taken {
        let key = (to.trim_start_matches('/').to_owned(), alert["id"].as_str().unwrap().to_owned());
        arrived.entry(key).or_default().push(alert["text"].as_str().unwrap().to_owned());
    }
    for row in &waiting {
        let texts = arrived.get(&(row[0].clone(), row[1].clone())).cloned().unwrap_or_default();
        assert_eq!(texts.len(), 1, "{row:?}: {texts:?}");
    }
    let repeats: Vec<_> = arrived.iter().filter(|(_, texts)| texts[0].contains("may be a repeat")).collect();
    // The previous greeting had hung there, too, so its outcome is also unknown.
    assert_eq!(repeats.len(), 2, "{repeats:?}");
    assert!(repeats.iter().all(|(key, _)| key.0 == "hangs"), "{repeats:?}");
    assert!(repeats.iter().any(|(_, texts)| texts[0].contains("Cloud hosting")), "{repeats:?}");
    // Nothing is announced again: the only new messages are the greeting, a cleared doubt, and possibly a
    // reminder or a report that became due.
    for (_, alert) in taken.iter().filter(|(_, alert)| !old.contains(&alert["id"].as_str().unwrap().to_owned())) {
        let reason = alert["reason"].as_str().unwrap();
        assert!(["started", "cleared", "still_open", "report"].contains(&reason), "{alert:#}");
    }
    // The states and their beginnings, the probes and the incidents are the same.
    assert_eq!(copy.rows(BELIEFS).await, beliefs);
    assert_eq!(copy.rows(PROBES).await, probes);
    assert_eq!(copy.rows(INCIDENTS).await, incidents);
    let shown = |id: &str| {
        let all = status["dependencies"].as_array().unwrap();
        all.iter().find(|one| one["id"] == id).unwrap().clone()
    };
    assert_eq!(shown("hosting")["state"], "dropped");
    assert_eq!(shown("texts")["state"], "outage");
    assert_eq!(shown("sms")["state"], "live");
    let store = Store::open(&copy.database()).await.unwrap();
    assert!(verify_chain(&store).await.unwrap().unwrap() >= 19);
    store.close().await;
}

#[tokio::test]
async fn what_announced_work_held_back_is_told_once_the_work_is_over() {
    let copy = Copy::new(|text| text.replace("2036-01-01", "2026-01-02")).await;
    let (child, _) = copy.run().await;
    let about = |taken: &[(String, Value)]| {
        let told = taken
            .iter()
            .filter(|(to, alert)| to == "/takes" && alert["alert"]["body"]["dependency"]["id"] == "website");
        told.map(|(_, alert)| alert["reason"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    copy.record.until(|taken| !about(taken).is_empty()).await;
    copy.record.until(|taken| taken.iter().any(|(to, alert)| to == "/takes" && alert["reason"] == "started")).await;
    stop(child).await;
    assert_eq!(about(&copy.record.all()).len(), 1, "{:?}", about(&copy.record.all()));
}

#[tokio::test]
async fn commands_read_an_older_file_as_it_was() {
    let copy = Copy::new(|text| text).await;
    let status = copy.says(&["status"]).await;
    for line in ["Cloud hosting", "Sign-up texts", "Bank"] {
        assert!(status.contains(line), "{status}");
    }
    let history = copy.says(&["history", "hosting"]).await;
    assert!(history.contains("account_suspended") || history.contains("as suspended"), "{history}");
    let why = copy.says(&["why", "hosting"]).await;
    assert!(why.contains("acknowledged by Ada"), "{why}");
    let page = copy.says(&["report", "--page"]).await;
    assert!(page.contains("<html") && page.contains("Cloud hosting"), "{page}");
    let notices = copy.says(&["notice", "list"]).await;
    assert!(notices.contains("We will close the account"), "{notices}");
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_refused_by_every_command_and_left_as_it_is() {
    let copy = Copy::new(|text| text).await;
    Store::open(&copy.database()).await.unwrap().close().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (9999, 'to come', 1, x'00', 0)";
    let mut connection = copy.connect().await;
    sqlx::query(newer).execute(&mut connection).await.unwrap();
    sqlx::query("UPDATE note SET value = '7.0.0' WHERE name = 'written_by'").execute(&mut connection).await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    let before = std::fs::read(copy.database()).unwrap();
    let commands: [&[&str]; 8] = [
        &["run"],
        &["status"],
        &["why", "hosting"],
        &["history"],
        &["report"],
        &["ack", "hosting"],
        &["notice", "list"],
        &["attest", "hosting"],
    ];
    for arguments in commands {
        let done = copy.command(arguments).output().await.unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        let sentence = "This database was written by plugwatch 7.0.0, which is newer. \
                        Update plugwatch or restore a backup.";
        assert!(!done.status.success() && said.contains(sentence), "{arguments:?}: {said}");
    }
    assert_eq!(std::fs::read(copy.database()).unwrap(), before);
}

#[tokio::test]
async fn an_older_file_shows_every_dependency_until_public_is_written_somewhere() {
    let labels = |json: &str| -> Vec<String> {
        let json: Value = serde_json::from_str(json).unwrap();
        json["dependencies"].as_array().unwrap().iter().map(|d| d["label"].as_str().unwrap().to_owned()).collect()
    };
    let before = Copy::new(|text| text).await;
    let says = before.says(&["config", "check"]).await;
    assert!(says.contains("the public page still shows every dependency, as before"), "{says}");
    let (child, address) = before.run().await;
    assert_eq!(labels(&page(&address, "/status.json?v=1").await).len(), 6);
    stop(child).await;

    let asked = |text: String| text.replace("id = \"website\"", "id = \"website\"\npublic = \"The shop\"");
    let after = Copy::new(asked).await;
    let says = after.says(&["config", "check"]).await;
    assert!(!says.contains("public page"), "{says}");
    let (child, address) = after.run().await;
    assert_eq!(labels(&page(&address, "/status.json?v=1").await), ["The shop"]);
    stop(child).await;
}

#[tokio::test]
async fn a_new_file_shows_nothing_until_public_is_written_somewhere() {
    let copy = Copy::new(|text| text.replace("plugwatch.db", "new.db")).await;
    let says = copy.says(&["config", "check"]).await;
    assert!(says.contains("the public page shows nothing: no dependency has `public`"), "{says}");
    let (child, address) = copy.run().await;
    let json: Value = serde_json::from_str(&page(&address, "/status.json?v=1").await).unwrap();
    assert_eq!(json["dependencies"], serde_json::json!([]));
    assert_eq!(json["status"], "starting");
    stop(child).await;
    let says = copy.says(&["config", "check"]).await;
    assert!(says.contains("the public page shows nothing"), "{says}");
}
