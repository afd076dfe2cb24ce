//! Shared code of the tests: a raw HTTP server that answers bytes, askers for loopback, engines
//! with scripted vendors.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use plugwatch::acts::{Acts, Known};
use plugwatch::ask::{Askers, Gate, Guard, Net, NetOptions};
use plugwatch::clock::Clock;
use plugwatch::config::Config;
use plugwatch::core::time::Time;
use plugwatch::core::time::budget::Budget;
use plugwatch::core::words::question::{HttpQuestion, Key, Secret};
use plugwatch::demo::{Stage, anchors, configuration};
use plugwatch::engine::{Dispatcher, Engine, Ways};
use plugwatch::ids::Ids;
use plugwatch::notify::{Senders, Settings, Shared, telegram, webhook};
use plugwatch::store::Store;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Installs the TLS provider, which must happen once in each process.
pub fn provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        rustls::crypto::ring::default_provider().install_default().unwrap();
    });
}

/// A server that passes the head of each request to `answer`, and sends the returned bytes.
pub async fn raw(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                while let Some(request) = read_request(&mut stream).await {
                    if stream.write_all(&answer(&request)).await.is_err() {
                        return;
                    }
                    if !request.contains("keep-me") {
                        let _ = stream.shutdown().await;
                        return;
                    }
                }
            });
        }
    });
    address
}

/// Reads a request's head and its body, as long as `content-length` says.
async fn read_request(stream: &mut tokio::net::TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        let size = stream.read(&mut buffer).await.ok()?;
        if size == 0 {
            return None;
        }
        bytes.extend_from_slice(&buffer[..size]);
    }
}

/// A complete HTTP answer.
pub fn http(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len()).into_bytes();
    out.extend_from_slice(body);
    out
}

/// Options with which only loopback addresses can be reached.
pub fn options() -> NetOptions {
    NetOptions {
        overrides: BTreeMap::new(),
        user_agent: "plugwatch-test".into(),
        guard: Guard::LoopbackOnly,
        private_redirects: false,
        dns_roots: Vec::new(),
        dns_port: 53,
        resolvers: Vec::new(),
        smtp_port: 25,
        whois_port: 43,
        extra_roots: Vec::new(),
        anchors: Vec::new(),
        hosts: BTreeMap::new(),
    }
}

/// Askers with these options and a clock that stands still.
pub fn askers(options: NetOptions) -> Askers {
    provider();
    let clock = Clock::manual(Time(1_800_000_000_000));
    let gate = Gate::new(Budget::new(HashMap::new()), clock.clone());
    Askers::new(Net::new(options, Arc::new(gate), clock).unwrap())
}

/// A GET for this URL.
pub fn get(url: &str) -> HttpQuestion {
    HttpQuestion {
        method: "GET".into(),
        url: Secret::new(url),
        shown: url.into(),
        host: url::Url::parse(url).unwrap().host_str().unwrap().into(),
        headers: Vec::new(),
        body: None,
        tls: false,
        timeout: Duration::from_secs(5),
        token: None,
        acme: None,
        named_by_stranger: false,
    }
}

/// What a recording channel has received: the webhook bodies, in order.
pub type Received = Arc<Mutex<Vec<serde_json::Value>>>;

/// A webhook that accepts and records all messages.
pub async fn webhook() -> (SocketAddr, Received) {
    let received: Received = Arc::default();
    let kept = received.clone();
    let address = raw(move |request| {
        let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        kept.lock().unwrap().push(serde_json::from_str(body).unwrap());
        http("200 OK", "", b"")
    })
    .await;
    (address, received)
}

/// An engine with the demo's scripted vendors, and a webhook that records the messages: the record.
pub struct Staged {
    pub folder: tempfile::TempDir,
    pub stage: Stage,
    pub clock: Clock,
    pub engine: Engine,
    pub dispatcher: Arc<Dispatcher>,
    pub store: Arc<Store>,
    pub received: Received,
    pub text: String,
    /// The channels other than the record, by name.
    others: Vec<(String, Arc<dyn Settings>)>,
    ids: Ids,
}

/// A Tuesday, far from the weekly report.
pub const BEGIN: &str = "2026-03-03T08:00:00Z";

impl Staged {
    /// The demo's platform: every vendor is live, and nothing has been checked yet.
    pub async fn open() -> Staged {
        Staged::open_at(BEGIN).await
    }

    /// The same, beginning at another time.
    pub async fn open_at(time: &str) -> Staged {
        Staged::changed(time, |text| text).await
    }

    /// The same with a changed configuration.
    pub async fn changed(time: &str, change: impl FnOnce(String) -> String) -> Staged {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key"), "not-a-real-key").unwrap();
        let stage = Stage::new().unwrap();
        let address = stage.open().await.unwrap();
        let text = configuration(folder.path(), &format!("http://{address}"), &anchors().await.unwrap());
        Staged::with(folder, stage, change(text), Time::parse(time).unwrap()).await
    }

    /// An engine with the test's own configuration.
    pub async fn with(folder: tempfile::TempDir, stage: Stage, text: String, at: Time) -> Staged {
        let ids = Ids::Counting(Arc::new(AtomicU64::new(0)));
        Staged::with_ids(folder, stage, text, Vec::new(), at, ids).await
    }

    /// The demo's platform with further channels: their text in the configuration, and their settings.
    /// `record` can have keys such as `quiet` for the record itself.
    pub async fn telling(channels: &str, record: &str, others: Vec<(String, Arc<dyn Settings>)>, time: &str) -> Staged {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key"), "not-a-real-key").unwrap();
        let stage = Stage::new().unwrap();
        let address = stage.open().await.unwrap();
        let text = configuration(folder.path(), &format!("http://{address}"), &anchors().await.unwrap());
        let text = text.replace("kind = \"terminal\"", &format!("kind = \"terminal\"\n{record}"));
        let channels = channels.replace("{folder}", &folder.path().display().to_string());
        let ids = Ids::Counting(Arc::new(AtomicU64::new(0)));
        let at = Time::parse(time).unwrap();
        Staged::with_ids(folder, stage, format!("{text}\n{channels}"), others, at, ids).await
    }

    async fn with_ids(
        folder: tempfile::TempDir,
        stage: Stage,
        text: String,
        others: Vec<(String, Arc<dyn Settings>)>,
        at: Time,
        ids: Ids,
    ) -> Staged {
        provider();
        let clock = Clock::manual(at);
        let (address, received) = webhook().await;
        let (engine, dispatcher, store) = start(&text, others.clone(), folder.path(), address, &clock, &ids).await;
        Staged { folder, stage, clock, engine, dispatcher, store, received, text, others, ids }
    }

    /// The acts that people can perform.
    pub fn acts(&self) -> Acts {
        let config = Config::read("test.toml", self.text.clone()).unwrap_or_else(|problems| panic!("{problems}"));
        Acts::new(self.store.clone(), Arc::new(Known::of(&config)), self.ids.clone())
    }

    /// The full texts that the record received since the last call.
    pub fn texts(&self) -> Vec<String> {
        let alerts = std::mem::take(&mut *self.received.lock().unwrap());
        alerts.into_iter().map(|alert| alert["text"].as_str().unwrap().to_owned()).collect()
    }

    /// Stops without a shutdown, and starts again from the files on disk.
    pub async fn crash_and_restart(self) -> Staged {
        let Staged { folder, stage, clock, engine, dispatcher, store, text, others, ids, .. } = self;
        drop((engine, dispatcher));
        store.close().await;
        drop(store);
        Staged::with_ids(folder, stage, text, others, clock.now(), ids).await
    }

    /// Lets `span` pass: everything that becomes due is checked, decided and delivered.
    pub async fn pass(&mut self, span: Duration) {
        let until = self.clock.now().plus(span);
        loop {
            let now = self.engine.next_due().unwrap_or(until).max(self.clock.now());
            if now > until {
                break;
            }
            self.engine.tick(now);
            self.engine.settle(now).await.unwrap();
            self.dispatcher.deliver(now).await.unwrap();
        }
        self.clock.move_to(until);
    }

    /// The titles of all messages since the last call, without the leading symbols.
    pub fn told(&self) -> Vec<String> {
        let alerts = std::mem::take(&mut *self.received.lock().unwrap());
        let line = |alert: serde_json::Value| {
            let text = alert["text"].as_str().unwrap().to_owned();
            let line = text.lines().find(|line| !line.starts_with('[')).unwrap().to_owned();
            line.trim_start_matches(|c: char| !c.is_ascii()).trim().to_owned()
        };
        alerts.into_iter().map(line).collect()
    }

    /// The same without reminders.
    pub fn news(&self) -> Vec<String> {
        self.told()
            .into_iter()
            .filter(|line| {
                !["STILL ", "KEY STILL ", "WARNING CONTINUES", "SITUATION", "CUT-OFF in "]
                    .iter()
                    .any(|begin| line.starts_with(begin))
            })
            .collect()
    }

    /// The displayed state of a dependency.
    pub fn shown(&self, id: &str) -> String {
        let snapshot = self.engine.windows().snapshot.borrow().clone();
        snapshot.find(id).unwrap().shown().word().to_owned()
    }
}

async fn start(
    text: &str,
    others: Vec<(String, Arc<dyn Settings>)>,
    folder: &Path,
    webhook: SocketAddr,
    clock: &Clock,
    ids: &Ids,
) -> (Engine, Arc<Dispatcher>, Arc<Store>) {
    let text = text
        .replace("kind = \"terminal\"", &format!("kind = \"webhook\"\nname = \"record\"\nurl = \"http://{webhook}/\""));
    let config = Config::read("test.toml", text).unwrap_or_else(|problems| panic!("{problems}"));
    let store = Arc::new(Store::open(&database(folder)).await.unwrap());
    let options = NetOptions {
        overrides: config.network.overrides.clone(),
        anchors: config.network.anchors.clone(),
        ..options()
    };
    let gate = Gate::new(Budget::new(HashMap::new()), clock.clone());
    let askers = Askers::new(Net::new(options, Arc::new(gate), clock.clone()).unwrap()).with_check_ins(store.clone());
    let url = url::Url::parse(&format!("http://{webhook}/")).unwrap();
    let record: Arc<dyn Settings> = Arc::new(webhook::Settings { url, secret: None });
    let settings = [("record".to_owned(), record)].into_iter().chain(others);
    let senders = Senders::new(settings, &Shared::new(&Clock::manual(Time(0)))).unwrap();
    let ways = Ways { senders, everybody: config.ways(), off: Vec::new() };
    let dispatcher = Arc::new(Dispatcher::new(store.clone(), ways, clock.clone(), ids.clone()));
    let engine = Engine::start(config, askers, store.clone(), clock.clone(), ids.clone()).await.unwrap();
    (engine, dispatcher, store)
}

/// The settings of a bot that uses this Bot API.
pub fn telegram(api: &url::Url) -> Arc<dyn Settings> {
    Arc::new(telegram::Settings {
        token: Key::Set(Secret::new("123:abc")),
        chats: Vec::new(),
        chats_from: None,
        users: Vec::new(),
        api_url: Some(api.clone()),
        commands: false,
    })
}

/// The path of the database in a test's folder.
pub fn database(folder: &Path) -> PathBuf {
    folder.join("demo.db")
}

/// Minutes as a duration.
pub fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}
