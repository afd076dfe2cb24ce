//! `plugwatch run`: monitors until it is stopped.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::build;
use super::{failed, load};
use crate::acts::Known;
use crate::ask::Gate;
use crate::bot::{self, Answering, Around, Served};
use crate::clock::Clock;
use crate::config::{Config, Listen, Web};
use crate::core::heard::Inlet;
use crate::core::question::{Key, Secret};
use crate::engine::{Command, Courier, Engine, Windows, beat};
use crate::ids::Ids;
use crate::notify::{Heartbeat, Shared};
use crate::store::Store;
use crate::web::{self, Pages};

pub(super) async fn run(path: &Path) -> ExitCode {
    let config = match load(path) {
        Ok(config) => config,
        Err(code) => return code,
    };
    match watch(path.to_owned(), config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => failed(1, why),
    }
}

async fn watch(path: PathBuf, config: Config) -> Result<(), String> {
    raise_descriptors();
    let clock = Clock::system();
    let store = Arc::new(Store::open(&config.database).await.map_err(|error| error.to_string())?);
    let opened = claim(&config, &store).await;
    let listener = match opened {
        Ok(listener) => listener,
        Err(why) => {
            store.close().await;
            return Err(why);
        }
    };
    let gate = build::gate(&clock);
    let askers = build::askers(&config, &clock, &gate)?.with_inbox(store.clone());
    let inlets = watch::Sender::new(config.inlets());
    let telegram = Shared::new(&clock);
    let known = watch::Sender::new(Arc::new(Known::of(&config)));
    let ways = build::ways(&config, &telegram)?;
    let courier = Arc::new(Courier::new(store.clone(), ways, clock.clone(), Ids::Random));
    greet(&config, &listener.shown());
    let everybody = config.ways();

    let (bots, once, heartbeat) = (bots(&config), Once::of(&config), heartbeat(&config)?);
    let engine = Engine::start(config, askers, store.clone(), clock.clone(), Ids::Random);
    let engine = engine.await.map_err(|error| error.to_string())?;
    let windows = engine.windows();
    let mut besides = JoinSet::new();
    besides.spawn({
        let (courier, windows) = (courier.clone(), windows.clone());
        async move { courier.run(windows).await }
    });
    let last = courier.clone();
    let pages = pages(&windows, &store, &clock, &once.web, inlets.subscribe());
    besides.spawn(web::serve(listener, pages));
    let (send, receive) = mpsc::channel(4);
    let beside = (&known, &telegram, &send);
    spawn_bots(&mut besides, bots, &windows, &store, &clock, beside);
    if let Some((heartbeat, every)) = heartbeat {
        besides.spawn(beat(heartbeat, every, windows.board.clone(), store.clone(), everybody, clock.clone()));
    }
    besides.spawn(signals(
        Reloading { path, clock, courier, gate, store: store.clone(), inlets, known, telegram, once },
        send,
    ));
    let ended = engine.run(receive).await;
    besides.shutdown().await;
    // A full disk may have kept an arrival unwritten until now: noted, it is not sent again.
    if let Err(error) = last.settle_what_waited().await {
        tracing::warn!(%error, "could not record which messages arrived last, so they may be sent again: {error}");
    }
    store.close().await;
    tracing::info!("stopped");
    ended.map_err(|error| error.to_string())
}

/// So many open files are enough for some ten thousand checks at once.
const ENOUGH: u64 = 65_536;

/// As many files and connections as the system lets this program have: shells give 1,024, and a
/// platform with many dependencies needs more at once.
fn raise_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.unwrap_or(ENOUGH).min(ENOUGH);
    let raised = Rlimit { current: Some(wanted), maximum: limit.maximum };
    if limit.current.is_some_and(|current| current < wanted)
        && let Err(error) = setrlimit(Resource::Nofile, raised)
    {
        tracing::debug!(%error, "the limit on open files cannot be raised: {error}");
    }
}

fn spawn_bots(
    besides: &mut JoinSet<()>,
    bots: Vec<BotOf>,
    windows: &Windows,
    store: &Arc<Store>,
    clock: &Clock,
    (known, telegram, engine): (&watch::Sender<Arc<Known>>, &Shared, &mpsc::Sender<Command>),
) {
    for bot in bots {
        let around = Around {
            board: windows.board.clone(),
            known: known.subscribe(),
            store: store.clone(),
            clock: clock.clone(),
            limiter: telegram.limiter.clone(),
            ids: Ids::Random,
            engine: engine.clone(),
        };
        let BotOf { token, api_url, chats, users, channel, zone, zones } = bot;
        let served = Served { chats, users, channel, moved: telegram.moved.clone(), zone, zones };
        besides.spawn(bot::run(token, api_url, Answering::new(served, around)));
    }
}

/// The dead-man's switch, if one is set.
fn heartbeat(config: &Config) -> Result<Option<(Heartbeat, std::time::Duration)>, String> {
    let Some((Key::Set(url), every)) = &config.heartbeat else { return Ok(None) };
    Ok(Some((Heartbeat::new(url.clone())?, *every)))
}

/// What must be ours before anything is watched: the history, and the page's address.
async fn claim(config: &Config, store: &Store) -> Result<web::Listener, String> {
    let identities: HashSet<&str> = config.probes().map(|(_, probe)| probe.identity.as_str()).collect();
    store.claim(&config.platform, &identities).await.map_err(|error| error.to_string())?;
    match &config.web.listen {
        Listen::Tcp(address) => web::Listener::tcp(*address).await,
        Listen::Unix(path) => web::Listener::unix(path.clone()),
    }
}

/// A bot of the configuration: one for each token, however many channels write as it, for only one
/// program may listen (Bot API, error 409).
struct BotOf {
    token: Secret,
    api_url: Option<url::Url>,
    chats: Vec<i64>,
    users: Vec<i64>,
    channel: String,
    zone: chrono_tz::Tz,
    zones: std::collections::BTreeMap<String, chrono_tz::Tz>,
}

fn bots(config: &Config) -> Vec<BotOf> {
    let mut bots: Vec<BotOf> = Vec::new();
    for channel in &config.channels {
        let Some(telegram) = channel.telegram().filter(|telegram| telegram.commands) else { continue };
        let Some(token) = telegram.token.set() else { continue };
        let chats = telegram.chats.iter().map(|chat| chat.id);
        match bots.iter_mut().find(|bot| bot.token == *token) {
            Some(bot) => {
                bot.chats.extend(chats);
                bot.users.extend(&telegram.users);
                bot.zones.extend(channel.zones.clone());
            }
            None => bots.push(BotOf {
                token: token.clone(),
                api_url: telegram.api_url.clone(),
                chats: chats.collect(),
                users: telegram.users.clone(),
                channel: channel.name.clone(),
                zone: channel.zone,
                zones: channel.zones.clone(),
            }),
        }
    }
    bots
}

fn pages(
    windows: &Windows,
    store: &Arc<Store>,
    clock: &Clock,
    web: &Web,
    inlets: watch::Receiver<Vec<Inlet>>,
) -> Pages {
    let (board, store, clock) = (windows.board.clone(), store.clone(), clock.clone());
    let (names, trusted_proxies) = (web.names.clone(), web.trusted_proxies.clone());
    Pages { board, store, clock, details: web.details, metrics: web.metrics, names, trusted_proxies, inlets }
}

fn greet(config: &Config, page: &str) {
    tracing::info!("{}: {}; status page at {page}", config.platform, super::config::sizes(config));
    for note in config.notes() {
        tracing::warn!("{note}");
    }
}

/// What a reload needs.
struct Reloading {
    path: PathBuf,
    clock: Clock,
    courier: Arc<Courier>,
    gate: Arc<Gate>,
    store: Arc<Store>,
    inlets: watch::Sender<Vec<Inlet>>,
    known: watch::Sender<Arc<Known>>,
    telegram: Shared,
    /// What was read once: a change of these needs a restart.
    once: Once,
}

/// What is read at the start only.
#[derive(Clone, PartialEq)]
struct Once {
    database: PathBuf,
    web: Web,
    heartbeat: Option<(Key, std::time::Duration)>,
    bots: Vec<(Secret, Vec<i64>, Vec<i64>)>,
}

impl Once {
    fn of(config: &Config) -> Once {
        let bots = bots(config).into_iter().map(|bot| (bot.token, bot.chats, bot.users)).collect();
        let heartbeat = config.heartbeat.clone();
        Once { database: config.database.clone(), web: config.web.clone(), heartbeat, bots }
    }

    /// The names of what differs.
    fn differs(&self, other: &Once) -> Vec<&'static str> {
        let (old, new) = (&self.web, &other.web);
        [
            ("database", self.database != other.database),
            ("[web] listen", old.listen != new.listen),
            ("[web] details", old.details != new.details),
            ("[web] metrics", old.metrics != new.metrics),
            ("[web] names", old.names != new.names),
            ("[web] trusted_proxies", old.trusted_proxies != new.trusted_proxies),
            ("[heartbeat]", self.heartbeat != other.heartbeat),
            ("the chats and users that the bot answers", self.bots != other.bots),
        ]
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
    }
}

/// SIGTERM and SIGINT stop cleanly; SIGHUP takes up a changed configuration.
async fn signals(reloading: Reloading, engine: mpsc::Sender<Command>) {
    let kinds = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()), signal(SignalKind::hangup()));
    let (Ok(mut term), Ok(mut int), Ok(mut hup)) = kinds else {
        tracing::error!("signals are not available; stop plugwatch with kill -9, which loses nothing");
        return;
    };
    loop {
        tokio::select! {
            _ = term.recv() => break,
            _ = int.recv() => break,
            _ = hup.recv() => reload(&reloading, &engine).await,
        }
    }
    tracing::info!("stopping");
    // The engine is gone already if nobody listens.
    let _ = engine.send(Command::Stop).await;
}

async fn reload(reloading: &Reloading, engine: &mpsc::Sender<Command>) {
    let Reloading { path, clock, courier, gate, .. } = reloading;
    let config = match Config::load(path) {
        Ok(config) => config,
        Err(problems) => {
            tracing::error!("the changed configuration is wrong\n\n{problems}; the old one stays in use");
            return;
        }
    };
    match (build::askers(&config, clock, gate), build::ways(&config, &reloading.telegram)) {
        (Ok(askers), Ok(ways)) => {
            courier.replace(ways).await;
            reloading.inlets.send_replace(config.inlets());
            reloading.known.send_replace(Arc::new(Known::of(&config)));
            let askers = askers.with_inbox(reloading.store.clone());
            for name in reloading.once.differs(&Once::of(&config)) {
                tracing::warn!("{name}: this change needs a restart; until then the old setting stays in use");
            }
            for note in config.notes() {
                tracing::warn!("{note}");
            }
            let _ = engine.send(Command::Reload(Box::new((config, askers)))).await;
        }
        (Err(why), _) | (_, Err(why)) => tracing::error!("the old configuration stays in use: {why}"),
    }
}
