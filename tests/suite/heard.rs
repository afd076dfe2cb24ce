//! Reports that arrive over the web, are kept in the store, read by the asker and judged by the catalogue.

use std::sync::Arc;
use std::time::Duration;

use plugwatch::ask::Askers;
use plugwatch::catalog::{Catalog, Params};
use plugwatch::clock::Clock;
use plugwatch::core::time::Time;
use plugwatch::core::words::check_in::{CheckInPoint, Report, Takes, Word};
use plugwatch::core::words::question::{CheckInQuestion, Question};
use plugwatch::core::words::verdict::Verdict;
use plugwatch::store::Store;
use plugwatch::web::{Listener, Pages, serve};
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::kit::{BEGIN, Staged, askers, minutes, options};

const NOW: Time = Time(1_800_000_000_000);

struct CheckIns {
    folder: tempfile::TempDir,
    store: Arc<Store>,
    clock: Clock,
    base: String,
}

impl CheckIns {
    async fn open() -> CheckIns {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(&folder.path().join("plugwatch.db")).await.unwrap());
        let clock = Clock::manual(NOW);
        let listener = Listener::tcp("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let base = listener.shown().trim_end_matches('/').to_owned();
        let check_in_point = |token: &str, name: &str, takes| CheckInPoint {
            mark: Sha256::digest(token).into(),
            name: name.into(),
            takes,
        };
        let check_in_points = vec![
            check_in_point("backup-token", "nightly-backup", Takes::Pings),
            check_in_point("texts-token", "texts", Takes::Counts),
            check_in_point("shared-token", "mail", Takes::Counts),
            check_in_point("shared-token", "push", Takes::Counts),
            check_in_point("word-token", "law-firm", Takes::Words),
        ];
        let (snapshot, check_in_points) = (watch::Sender::new(Arc::default()), watch::Sender::new(check_in_points));
        let pages = Pages {
            snapshot: snapshot.subscribe(),
            store: store.clone(),
            clock: clock.clone(),
            details: false,
            details_token: None,
            dates: tokio::sync::watch::Sender::new(Vec::new()).subscribe(),
            public: plugwatch::web::Public::fixed(Default::default()),
            metrics: false,
            names: Vec::new(),
            trusted_proxies: Vec::new(),
            check_in_points: check_in_points.subscribe(),
            publishing: None,
            failures: Default::default(),
        };
        tokio::spawn(serve(listener, pages));
        CheckIns { folder, store, clock, base }
    }

    async fn post(&self, path: &str, body: &str) -> (u16, String) {
        crate::kit::provider();
        let client = reqwest::Client::new();
        let answer = client.post(format!("{}{path}", self.base)).body(body.to_owned()).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    fn askers(&self) -> Askers {
        askers(options()).with_check_ins(self.store.clone())
    }

    /// A check's current reading.
    async fn read(&self, check: &str, name: &str) -> (Verdict, String, String) {
        let catalog = Catalog::load(None).unwrap();
        let (_, check) = catalog.check(check).unwrap();
        let mut params = Params::default();
        for param in &check.params {
            params.public.extend(param.default.clone().map(|value| (param.name.clone(), value)));
        }
        params.public.insert("name".into(), json!(name));
        params.public.insert("within".into(), json!(3_600));
        let plugwatch::catalog::Ask::CheckIn(takes) = check.ask else { panic!("{} is not heard", check.id) };
        let question =
            Question::CheckIn(CheckInQuestion { takes, name: name.into(), window: Duration::from_secs(900) });
        let answer = self.askers().ask(&question, false, self.clock.now()).await;
        let reading = catalog.judge(check, &params, &answer, self.clock.now());
        (reading.verdict, reading.reason, reading.say)
    }

    fn pass(&self, seconds: u64) {
        self.clock.move_to(self.clock.now().plus(Duration::from_secs(seconds)));
    }
}

fn reads(verdict: Verdict, reason: &str, seen: &(Verdict, String, String)) {
    assert_eq!((seen.0, seen.1.as_str()), (verdict, reason), "{seen:?}");
}

#[tokio::test]
async fn a_job_that_calls_is_live_and_one_that_does_not_is_silent() {
    let check_ins = CheckIns::open().await;
    reads(Verdict::Unknown, "never_called", &check_ins.read("heartbeat/job", "nightly-backup").await);
    assert_eq!(check_ins.post("/in/backup-token", "log of the job").await, (200, "OK\n".to_owned()));
    reads(Verdict::Live, "job_ran", &check_ins.read("heartbeat/job", "nightly-backup").await);
    check_ins.pass(3_601);
    reads(Verdict::Outage, "job_silent", &check_ins.read("heartbeat/job", "nightly-backup").await);
    assert_eq!(check_ins.post("/in/backup-token/1", "").await.0, 200);
    let failed = check_ins.read("heartbeat/job", "nightly-backup").await;
    reads(Verdict::Outage, "job_failed", &failed);
    assert!(failed.2.ends_with("(exit code 1)"), "{}", failed.2);
    check_ins.pass(1);
    assert_eq!(check_ins.post("/in/backup-token/0", "").await.0, 200);
    reads(Verdict::Live, "job_ran", &check_ins.read("heartbeat/job", "nightly-backup").await);
}

#[tokio::test]
async fn clients_made_for_healthchecks_work_with_all_their_habits() {
    let check_ins = CheckIns::open().await;
    let question = Question::CheckIn(CheckInQuestion {
        takes: Takes::Pings,
        name: "nightly-backup".into(),
        window: Duration::from_secs(900),
    });
    let askers = check_ins.askers();
    let word = async || {
        let answer = askers.ask(&question, false, check_ins.clock.now()).await;
        answer.said["heard"]["word"].as_str().unwrap().to_owned()
    };
    let call = async |method: &str, path: &str, body: Vec<u8>| {
        check_ins.pass(1);
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let url = format!("{}/in/backup-token{path}", check_ins.base);
        crate::kit::provider();
        let answer = reqwest::Client::new().request(method, url).body(body).send().await.unwrap();
        answer.status().as_u16()
    };
    // Each path is tried after a failure and after a success, so that its effect is visible.
    for (path, after) in [
        ("/", "alive"),
        ("/fail/", "failed"),
        ("//fail", "failed"),
        ("/nightly-backup", "alive"),
        ("/nightly-backup/fail", "failed"),
        ("/Nightly-Backup/1/", "failed"),
        ("/0?rid=6b1c3f2e-0000-4000-8000-000000000000&create=1", "alive"),
        ("/fail?rid=1", "failed"),
        ("/255", "failed"),
        ("/3221225786", "failed"),
        ("/-1", "failed"),
    ] {
        for method in ["GET", "POST", "HEAD", "PUT"] {
            let before = if after == "alive" { "/fail" } else { "" };
            assert_eq!(call("GET", before, Vec::new()).await, 200);
            assert_eq!((call(method, path, Vec::new()).await, word().await.as_str()), (200, after), "{method} {path}");
        }
    }
    for unchanged in ["/log", "/nightly-backup/log", "/log/"] {
        assert_eq!(call("POST", unchanged, b"only a line".to_vec()).await, 200);
        assert_eq!(word().await, "failed", "{unchanged}");
    }
    assert_eq!(call("GET", "/someone-else/fail", Vec::new()).await, 404);
    assert_eq!(call("GET", "/faill", Vec::new()).await, 400);
    assert_eq!(call("OPTIONS", "", Vec::new()).await, 405, "a browser's question is no call");
    assert_eq!(word().await, "failed");
}

#[tokio::test]
async fn a_log_of_any_length_does_not_lose_the_call() {
    let check_ins = CheckIns::open().await;
    let log = "line of the job's log\n".repeat(200_000);
    assert_eq!(check_ins.post("/in/backup-token/fail", &log).await, (200, "OK\n".to_owned()));
    reads(Verdict::Outage, "job_failed", &check_ins.read("heartbeat/job", "nightly-backup").await);
    check_ins.pass(1);
    // A request that breaks off in the middle.
    let address = check_ins.base.trim_start_matches("http://").to_owned();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let head = b"POST /in/backup-token HTTP/1.1\r\nhost: x\r\ncontent-length: 90000\r\n\r\nbegun";
    stream.write_all(head).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    // Reports are stored in order, so the interrupted one is stored by now.
    check_ins.post("/in/texts-token", r#"{"ok": 1}"#).await;
    reads(Verdict::Live, "job_ran", &check_ins.read("heartbeat/job", "nightly-backup").await);
}

#[tokio::test]
async fn real_traffic_that_fails_with_the_vendors_word_is_a_drop_with_its_beginning() {
    let check_ins = CheckIns::open().await;
    check_ins.post("/in/texts-token", r#"{"ok": 40, "failed": 1, "code": "30003"}"#).await;
    reads(Verdict::Live, "working", &check_ins.read("outcome/feed", "texts").await);
    for _ in 0..16 {
        check_ins.pass(60);
        let sent = check_ins.post("/in/texts-token", r#"[{"ok": 1}, {"failed": 12, "code": "30002"}]"#).await;
        assert_eq!(sent.0, 200);
    }
    let seen = check_ins.read("outcome/feed", "texts").await;
    reads(Verdict::Dropped, "account_ended", &seen);
    assert_eq!(
        seen.2,
        "92 % of texts fail with “30002”: the account is suspended or closed (first failures at 08:01 UTC)"
    );
    check_ins.pass(1_801);
    reads(Verdict::Unknown, "feed_silent", &check_ins.read("outcome/feed", "texts").await);
}

#[tokio::test]
async fn what_is_no_count_is_refused_and_changes_nothing() {
    let check_ins = CheckIns::open().await;
    for (body, reason) in [
        ("", "EOF"),
        ("{", "EOF"),
        ("[]x", "trailing characters"),
        (r#"{"ok": -1}"#, "invalid value: integer `-1`"),
        (r#"{"fail": 1}"#, "unknown field `fail`"),
        (r#"{"ok": "3"}"#, "invalid type: string"),
        ("null", "invalid type: null"),
        ("{}", "a count must have `ok`, `failed` or both"),
        (r#"{"failed": 18446744073709551615}"#, "at most 1000000000 calls"),
        (r#"{"failed": 3, "code": "DROPPED: <b>everything</b>"}"#, "`code` is at most 64 letters"),
    ] {
        let (status, why) = check_ins.post("/in/texts-token", body).await;
        assert!(status == 400 && why.contains(reason), "{body}: {status} {why}");
    }
    assert_eq!(check_ins.post("/in/wrong-token", r#"{"ok": 1}"#).await.0, 404);
    assert_eq!(check_ins.post("/in/word-token", "").await.0, 400);
    assert_eq!(check_ins.post("/in/backup-token/later", "").await.0, 400);
    assert_eq!(check_ins.post("/in/texts-token", &"x".repeat(20_000)).await.0, 400);
    assert_eq!(check_ins.post("/in/texts-token", &" ".repeat(300_000)).await.0, 400);
    reads(Verdict::Unknown, "never_reported", &check_ins.read("outcome/feed", "texts").await);
}

#[tokio::test]
async fn a_job_that_only_begins_is_neither_alive_nor_mended() {
    let check_ins = CheckIns::open().await;
    check_ins.post("/in/backup-token/start", "").await;
    reads(Verdict::Unknown, "never_called", &check_ins.read("heartbeat/job", "nightly-backup").await);
    check_ins.pass(2);
    check_ins.post("/in/backup-token/fail", "").await;
    check_ins.pass(2);
    check_ins.post("/in/backup-token/start", "").await;
    reads(Verdict::Outage, "job_failed", &check_ins.read("heartbeat/job", "nightly-backup").await);
}

#[tokio::test]
async fn a_failure_is_not_over_because_nobody_calls() {
    let check_ins = CheckIns::open().await;
    check_ins.post("/in/texts-token", r#"{"failed": 40, "code": 30002}"#).await;
    reads(Verdict::Dropped, "account_ended", &check_ins.read("outcome/feed", "texts").await);
    check_ins.pass(960);
    check_ins.post("/in/texts-token", r#"{"ok": 0, "failed": 0}"#).await;
    reads(Verdict::Unknown, "no_calls", &check_ins.read("outcome/feed", "texts").await);
}

#[tokio::test]
async fn feeds_that_share_a_token_say_which_they_mean() {
    let check_ins = CheckIns::open().await;
    let (status, why) = check_ins.post("/in/shared-token", r#"{"ok": 20}"#).await;
    assert_eq!((status, why.as_str()), (400, "`check` must be one of: mail, push\n"));
    assert_eq!(check_ins.post("/in/shared-token", r#"{"check": "push", "ok": 20}"#).await.0, 200);
    reads(Verdict::Live, "working", &check_ins.read("outcome/feed", "push").await);
    reads(Verdict::Unknown, "never_reported", &check_ins.read("outcome/feed", "mail").await);
}

#[tokio::test]
async fn a_flood_of_reports_stays_small() {
    let check_ins = CheckIns::open().await;
    for n in 0..120 {
        let body = format!(r#"{{"failed": 1, "code": "made-up-{n}"}}"#);
        assert_eq!(check_ins.post("/in/texts-token", &body).await.0, 200);
    }
    let question = Question::CheckIn(CheckInQuestion {
        takes: Takes::Counts,
        name: "texts".into(),
        window: Duration::from_secs(900),
    });
    let answer = check_ins.askers().ask(&question, false, check_ins.clock.now()).await;
    let heard = &answer.said["heard"];
    assert_eq!((&heard["failed"], heard["codes"].as_array().unwrap().len()), (&json!(120), 51));
}

#[tokio::test]
async fn a_persons_word_counts_for_a_time_and_a_leaving_is_a_drop() {
    let check_ins = CheckIns::open().await;
    reads(Verdict::Unknown, "nobody_said", &check_ins.read("attest/word", "law-firm").await);
    let beside = Store::beside(&check_ins.folder.path().join("plugwatch.db")).await.unwrap();
    let said =
        |word| ("words/law-firm".to_owned(), Report { by: "Ada".into(), ..Report::of(check_ins.clock.now(), word) });
    beside.hear(&[said(Word::WithUs)]).await.unwrap();
    reads(Verdict::Live, "still_with_us", &check_ins.read("attest/word", "law-firm").await);
    check_ins.pass(41 * 86_400);
    reads(Verdict::Unknown, "word_too_old", &check_ins.read("attest/word", "law-firm").await);
    beside.hear(&[said(Word::Left)]).await.unwrap();
    reads(Verdict::Dropped, "left_us", &check_ins.read("attest/word", "law-firm").await);
}

const OWN: &str = "\n[[dependency]]\nid = \"texts\"\ncheck = \"outcome/feed\"\nname = \"texts\"\n\
                   token = { file = \"{folder}/texts\" }\n[[dependency]]\nid = \"backup\"\nlabel = \"Backup\"\n\
                   check = \"heartbeat/job\"\nname = \"backup\"\nwithin = \"25h\"\ntoken = { file = \"{folder}/backup\" }\n";

/// The demo's platform with a feed of texts and a job, which report every minute for `span` minutes.
async fn reporting(texts: &Report, span: u64) -> Staged {
    let mut staged = Staged::changed(BEGIN, |text| {
        let folder =
            text.lines().find_map(|line| line.strip_prefix("database = \"")?.strip_suffix("/demo.db\"")).unwrap();
        for token in ["texts", "backup"] {
            std::fs::write(format!("{folder}/{token}"), format!("a-long-token-for-{token}-0123456789")).unwrap();
        }
        let own = OWN.replace("{folder}", folder);
        text + &own
    })
    .await;
    for _ in 0..span {
        let now = staged.clock.now();
        let alive = ("pings/backup".to_owned(), Report::of(now, Word::Alive));
        staged.store.hear(&[("counts/texts".to_owned(), Report { at: now, ..texts.clone() }), alive]).await.unwrap();
        staged.pass(minutes(1)).await;
    }
    staged
}

#[tokio::test]
async fn traffic_that_the_vendor_refuses_from_the_first_hour_is_a_drop() {
    let refused = Report { failed: 40, code: "30002".into(), ..Report::of(NOW, Word::Count) };
    let staged = reporting(&refused, 20).await;
    assert_eq!(staged.shown("texts"), "dropped");
    let kept = staged.store.last_evidence("texts", 10).await.unwrap();
    let nothing: String = Sha256::digest("").iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!kept.is_empty() && kept.iter().all(|entry| entry.raw_sha256 != nothing), "{kept:?}");
}

#[tokio::test]
async fn what_reports_by_itself_is_not_said_to_be_checked_from_outside() {
    let staged = reporting(&Report { ok: 40, ..Report::of(NOW, Word::Count) }, 5).await;
    let snapshot = staged.engine.windows().snapshot.borrow().clone();
    let lines = plugwatch::say::tally::proven(&snapshot);
    assert!(lines.contains(&"Reported by your own systems, or by a person: texts, Backup".to_owned()), "{lines:?}");
    let outside = lines.iter().find(|line| line.contains("checked from outside")).unwrap();
    assert!(!outside.contains("texts") && !outside.contains("Backup"), "{outside}");
}
