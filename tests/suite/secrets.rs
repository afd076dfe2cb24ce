//! Secrets never reach the store, a log or a message. The test plants secrets in every example of the
//! catalogue that has a body, and searches everything that is left behind for them.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use plugwatch::ask::{Askers, Script};
use plugwatch::catalog::{Catalog, Check, Example, Kind, Params, question};
use plugwatch::clock::Clock;
use plugwatch::config::Config;
use plugwatch::core::time::Time;
use plugwatch::core::words::answer::{Answer, Failure, HttpFacts};
use plugwatch::core::words::question::{Key, Question, Secret};
use plugwatch::engine::Engine;
use plugwatch::ids::Ids;
use plugwatch::store::Store;
use serde_json::{Value, json};

/// A secret that a vendor returns in its answer.
const GIVEN: &str = "pl4nted-by-the-vendor";
/// A secret of the configuration that a vendor repeats.
const OURS: &str = "c0nfigured-and-echoed";
/// Fields in which vendors have returned secrets.
const FIELDS: [&str; 6] = ["auth_token", "apiKey", "Secret", "ACCESS_TOKEN", "password", "client_secret"];

/// The answers for one round of examples, by the displayed question.
struct Planted(HashMap<String, Answer>);

impl Script for Planted {
    fn answer(&self, question: &Question, _now: Time) -> Answer {
        match self.0.get(&question.shown()) {
            Some(answer) => answer.clone(),
            None if question.host() == "oauth2.googleapis.com" || question.shown().contains("/oauth") => {
                let body = json!({ "access_token": GIVEN, "token_type": "Bearer", "expires_in": 3_600 });
                http(question.shown(), 200, "application/json", body.to_string())
            }
            None => Answer::failed(question.shown(), Failure::ConnectRefused, ""),
        }
    }

    fn anchors(&self) -> Vec<Result<(), Failure>> {
        vec![Ok(()); 3]
    }
}

fn http(url: String, status: u16, media: &str, body: String) -> Answer {
    let facts = HttpFacts { status, url: url.clone(), content_type: media.into(), ..HttpFacts::default() };
    Answer { asked: url, http: Some(facts), body: body.into_bytes(), ..Answer::default() }
}

/// The example's body with secrets in every place where a vendor may put them.
fn plant(body: &str) -> String {
    let mut json: Value = match serde_json::from_str(body) {
        Ok(json @ (Value::Object(_) | Value::Array(_))) => json,
        _ if body.trim_start().starts_with("<?xml") || body.contains("Response>") => {
            return format!("{body}<Auth_Token>{GIVEN}</Auth_Token><Note>{OURS}</Note>");
        }
        _ => return format!("{body} {OURS}"),
    };
    sow(&mut json);
    if let Value::Object(fields) = &mut json {
        fields.insert("you_sent".into(), json!(format!("Bearer {OURS}")));
    }
    json.to_string()
}

fn sow(json: &mut Value) {
    match json {
        Value::Object(fields) => {
            fields.values_mut().for_each(sow);
            for field in FIELDS {
                fields.insert(field.into(), json!(GIVEN));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(sow),
        _ => {}
    }
}

/// A secret in the format that the check's signature needs.
fn secret_of(name: &str, check: &Check) -> String {
    let pem = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certs/rsa-for-tests.pem")).unwrap();
    match name {
        "service_account" => {
            json!({ "client_email": OURS, "private_key_id": "k", "private_key": pem, "token_uri": "x" }).to_string()
        }
        "private_key" if check.id.starts_with("app_store_connect") || check.id.starts_with("apns") => {
            rcgen::KeyPair::generate().unwrap().serialize_pem()
        }
        _ => OURS.to_owned(),
    }
}

/// The `[[dependency]]` for an example, the displayed question, and the answer to it.
fn dependency(check: &Check, example: &Example, n: usize, folder: &Path) -> Option<(String, String, Answer)> {
    let mut params = Params::default();
    let mut text = format!("[[dependency]]\nid = \"d{n}\"\ncheck = \"{}\"\nrole = \"serves\"\n", check.id);
    if check.key_risk.is_some() {
        text.push_str("key_risk_accepted = true\n");
    }
    for param in &check.params {
        if param.secret {
            let secret = secret_of(&param.name, check);
            let file = folder.join(format!("d{n}-{}", param.name));
            std::fs::write(&file, &secret).unwrap();
            writeln!(text, "{} = {{ file = {:?} }}", param.name, file.display().to_string()).unwrap();
            params.secret.insert(param.name.clone(), Key::Set(Secret::new(secret)));
            continue;
        }
        let given = example.params.get(&param.name);
        if let Some(value) = given.or(param.default.as_ref()) {
            params.public.insert(param.name.clone(), value.clone());
        }
        match (given, &param.each) {
            (Some(value), Some(list)) => writeln!(text, "{list} = [{value}]").unwrap(),
            (Some(value), None) if param.kind == Kind::Span => {
                writeln!(text, "{} = \"{value}s\"", param.name).unwrap();
            }
            (Some(value), None) => writeln!(text, "{} = {value}", param.name).unwrap(),
            (None, _) => {}
        }
    }
    let shown = question(check, &params, None, NOW, Duration::from_secs(5)).ok()?.shown();
    let media = example.headers.get("content-type").map_or("application/json", |text| text.split(';').next().unwrap());
    let mut answer = http(shown.clone(), example.status.unwrap_or(200), media, plant(&example.body));
    if let Some(facts) = &mut answer.http {
        facts.headers = example.headers.clone();
        facts.headers.insert("x-echo".into(), OURS.into());
        let url = url::Url::parse(example.url.as_deref().unwrap_or(&shown)).ok()?;
        (facts.host, facts.path, facts.url) = (url.host_str()?.into(), url.path().into(), url.into());
    }
    answer.said = example.said.clone();
    Some((text, shown, answer))
}

const NOW: Time = Time(1_772_524_800_000);

/// A writer that keeps the log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[derive(sqlx::FromRow)]
struct Body {
    packed: Vec<u8>,
    size: i64,
}

/// The contents of the database with bodies unpacked, and its files unchanged.
async fn left_behind(database: &Path) -> Vec<(String, Vec<u8>)> {
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", database.display())).await.unwrap();
    let mut found = Vec::new();
    let bodies: Vec<Body> = sqlx::query_as("SELECT packed, size FROM blob").fetch_all(&pool).await.unwrap();
    for Body { packed, size } in bodies {
        let size = usize::try_from(size).unwrap();
        found.push(("a body".to_owned(), zstd::bulk::decompress(&packed, size).unwrap()));
    }
    pool.close().await;
    for file in std::fs::read_dir(database.parent().unwrap()).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("plugwatch.db") {
            found.push((name, std::fs::read(path).unwrap()));
        }
    }
    found
}

#[tokio::test]
async fn a_secret_in_an_answer_is_left_nowhere() {
    let catalog = Catalog::load(None).unwrap();
    let checks: Vec<&Check> = catalog.vendors.values().flat_map(|vendor| vendor.checks.values()).collect();
    let rounds = checks.iter().map(|check| check.examples.len()).max().unwrap();
    let (mut planted, mut kept) = (0, 0);
    for round in 0..rounds {
        let folder = tempfile::tempdir().unwrap();
        let (mut texts, mut answers) = (BTreeMap::new(), HashMap::new());
        for check in &checks {
            let Some(example) = check.examples.get(round).filter(|example| !example.body.is_empty()) else { continue };
            if let Some((text, shown, answer)) = dependency(check, example, texts.len(), folder.path()) {
                texts.insert(texts.len(), text);
                answers.insert(shown, answer);
            }
        }
        planted += texts.len();
        let all: String = texts.into_values().collect::<Vec<_>>().join("\n");
        let (bodies, found) = look_at(&all, answers, folder.path()).await;
        kept += bodies;
        assert!(found.is_empty(), "round {round}: {found:?}");
    }
    // Nothing can be planted in checks without a body (name servers, programs).
    assert!(planted > 400, "{planted} examples");
    // Not all examples are checked within the time, and equal bodies are stored once.
    assert!(kept * 4 > planted * 3, "{kept} of {planted} bodies were kept, so too little was tried");
}

/// Checks everything twice; returns the number of stored bodies, and the places in which a secret was found.
async fn look_at(text: &str, answers: HashMap<String, Answer>, folder: &Path) -> (usize, Vec<String>) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_env_filter("trace").with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let anchors = "anchors = [\"127.0.0.1:1\", \"127.0.0.2:1\", \"127.0.0.3:1\"]";
    let key = folder.join("key");
    std::fs::write(&key, OURS).unwrap();
    // Every round monitors a dependency that has the secret.
    let keyed =
        format!("[[dependency]]\nid = \"keyed\"\ncheck = \"digitalocean/account\"\ntoken = {{ file = {key:?} }}\n");
    let head = format!("platform = \"Planted\"\n[network]\n{anchors}\n[[channel]]\nkind = \"log\"\n{keyed}");
    let config = Config::read("planted.toml", head + text).unwrap_or_else(|problems| panic!("{problems}"));
    let database = folder.join("plugwatch.db");
    let store = Arc::new(Store::open_scratch(&database).await.unwrap());
    let clock = Clock::manual(NOW);
    let ids = Ids::Counting(Arc::new(AtomicU64::new(0)));
    let askers = Askers::scripted(Arc::new(Planted(answers)));
    let mut engine = Engine::start(config, askers, store.clone(), clock.clone(), ids).await.unwrap();
    let until = NOW.plus(Duration::from_secs(900));
    while let Some(now) = engine.next_due().map(|due| due.max(clock.now())).filter(|due| *due < until) {
        engine.tick(now);
        engine.settle(now).await.unwrap();
    }
    drop(engine);
    store.close().await;
    let mut left = left_behind(&database).await;
    let bodies = left.iter().filter(|(name, _)| name == "a body").count();
    left.push(("the log".to_owned(), log.0.lock().unwrap().clone()));
    let holds = |text: &[u8], secret: &str| text.windows(secret.len()).any(|part| part == secret.as_bytes());
    let mut found = Vec::new();
    for (name, text) in &left {
        for secret in [GIVEN, OURS] {
            if holds(text, secret) {
                let text = String::from_utf8_lossy(text);
                let at = text.find(secret).unwrap_or(0);
                let context: String =
                    text[..at].chars().rev().take(120).collect::<Vec<_>>().into_iter().rev().collect();
                found.push(format!("{name} holds {secret} after ...{context}"));
            }
        }
    }
    (bodies, found)
}
