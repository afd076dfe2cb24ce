//! Applies a changed configuration while plugwatch is running.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::super::build;
use super::bots::{BotOf, bots};
use crate::acts::Known;
use crate::ask::{Askers, Gate};
use crate::clock::Clock;
use crate::config::{Config, Web};
use crate::core::platform::ahead::Ahead;
use crate::core::platform::public::PublicPage;
use crate::core::words::check_in::CheckInPoint;
use crate::core::words::question::Key;
use crate::engine::{Beating, Command, Dispatcher, Ways};
use crate::notify::{Heartbeat, Shared};
use crate::store::Store;
use crate::web::Target;

/// The parts that a reload uses.
pub(super) struct Reloading {
    pub(super) path: PathBuf,
    pub(super) clock: Clock,
    pub(super) dispatcher: Arc<Dispatcher>,
    pub(super) gate: Arc<Gate>,
    pub(super) store: Arc<Store>,
    pub(super) told_anew: Told,
    pub(super) telegram: Shared,
    /// Settings that are read once: changing them needs a restart.
    pub(super) once: Once,
}

/// The senders through which other parts receive changed settings.
pub(super) struct Told {
    pub(super) check_in_points: watch::Sender<Vec<CheckInPoint>>,
    pub(super) look: watch::Sender<Arc<PublicPage>>,
    pub(super) dates: watch::Sender<Vec<Ahead>>,
    pub(super) target: watch::Sender<Option<Target>>,
    pub(super) known: watch::Sender<Arc<Known>>,
    pub(super) beating: watch::Sender<Beating>,
}

/// The settings that are read at the start only.
#[derive(Clone, PartialEq)]
pub(super) struct Once {
    database: PathBuf,
    pub(super) web: Web,
    bots: Vec<BotOf>,
}

impl Once {
    /// Every setting belongs either here or in [`taken_up`].
    pub(super) fn of(config: &Config) -> Once {
        let Config { database, web, .. } = config;
        Once { database: database.clone(), web: web.clone(), bots: bots(config) }
    }

    /// The names of the settings that differ.
    fn differs(&self, other: &Once) -> Vec<&'static str> {
        let (old, new) = (&self.web, &other.web);
        let Web { listen, details, details_token, metrics, names, trusted_proxies } = new;
        [
            ("database", self.database != other.database),
            ("[web] listen", old.listen != *listen),
            ("[web] details", old.details != *details || old.details_token != *details_token),
            ("[web] metrics", old.metrics != *metrics),
            ("[web] names", old.names != *names),
            ("[web] trusted_proxies", old.trusted_proxies != *trusted_proxies),
            ("the bot's token, chats, users or time zones", self.bots != other.bots),
        ]
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect()
    }
}

/// All other settings, which SIGHUP applies. A new setting does not compile until it is listed here or in
/// `Once`; docs/COMMANDS.md must say which.
fn taken_up(config: &Config) {
    let Config {
        // Read at the start only, see `Once`; so are a bot's chats and users.
        database: _,
        web: _,
        // Applied by the engine, which receives the whole configuration.
        platform: _,
        time_zone: _,
        report: _,
        monthly: _,
        keep_raw: _,
        network: _,
        duties: _,
        dependencies: _,
        maintenance: _,
        notices: _,
        dates: _,
        rides_on: _,
        catalog: _,
        overlay: _,
        catalog_note: _,
        // Applied by the dispatcher, the engine and the heartbeat.
        channels: _,
        heartbeat: _,
        // Applied by the page and its publishing.
        page: _,
        publish: _,
        // Not used by any running part.
        keys: _,
    } = config;
}

/// The dead-man's switch of a configuration, and the channels.
pub(super) fn beating(config: &Config) -> Result<Beating, String> {
    let to = match &config.heartbeat {
        Some((Key::Set(url), every)) => Some((Arc::new(Heartbeat::new(url.clone())?), *every)),
        _ => None,
    };
    Ok(Beating { to, ways: config.ways() })
}

/// A newly read configuration, with its askers and channels.
struct Fresh {
    config: Config,
    askers: Askers,
    ways: Ways,
}

/// Applies the changed configuration, or logs why the old one stays in use.
pub(super) async fn reload(reloading: &Reloading, engine: &mpsc::Sender<Command>) {
    let Reloading { path, clock, gate, telegram, .. } = reloading;
    let read = read_apart(path.clone(), clock.clone(), gate.clone(), telegram.clone()).await;
    let Fresh { mut config, askers, ways } = match read {
        Ok(fresh) => fresh,
        Err(why) => return tracing::error!("{why}"),
    };
    let beating = match beating(&config) {
        Ok(beating) => beating,
        Err(why) => return tracing::error!("the old configuration stays in use: {why}"),
    };
    let public = match super::super::public::settle(&mut config, &reloading.store).await {
        Ok(public) => public,
        Err(error) => return tracing::error!("the old configuration stays in use: {error}"),
    };
    reloading.dispatcher.replace(ways).await;
    let told = &reloading.told_anew;
    told.check_in_points.send_replace(config.check_in_points());
    told.look.send_replace(Arc::new(config.public_page()));
    told.dates.send_replace(config.dates_ahead());
    let target = super::page::target(&config);
    // An unchanged target does not have to be published again.
    told.target.send_if_modified(|known| std::mem::replace(known, target.clone()) != target);
    told.known.send_replace(Arc::new(Known::of(&config)));
    told.beating.send_replace(beating);
    taken_up(&config);
    let askers = askers.with_check_ins(reloading.store.clone());
    for name in reloading.once.differs(&Once::of(&config)) {
        tracing::warn!("{name}: this change needs a restart; until then the old setting stays in use");
    }
    for note in config.notes().into_iter().chain(public) {
        tracing::warn!("{note}");
    }
    // If the engine has already ended, nothing receives this command.
    _ = engine.send(Command::Reload(Box::new((config, askers)))).await;
}

/// Reads the configuration on a blocking thread: with a catalogue of some hundred files this takes a good
/// part of a second, during which monitoring would stop.
async fn read_apart(path: PathBuf, clock: Clock, gate: Arc<Gate>, telegram: Shared) -> Result<Fresh, String> {
    let read = tokio::task::spawn_blocking(move || read(&path, &clock, &gate, &telegram)).await;
    read.unwrap_or_else(|error| {
        Err(format!(
            "the changed configuration could not be read: {error}; this is a bug in plugwatch, please report it; the \
             old one stays in use"
        ))
    })
}

fn read(path: &Path, clock: &Clock, gate: &Arc<Gate>, telegram: &Shared) -> Result<Fresh, String> {
    let mut config = Config::load(path)
        .map_err(|problems| format!("the changed configuration is wrong\n\n{problems}; the old one stays in use"))?;
    config.forget_unused();
    let stays = |why: String| format!("the old configuration stays in use: {why}");
    let askers = build::askers(&config, clock, gate).map_err(stays)?;
    let ways = build::ways(&config, telegram).map_err(stays)?;
    Ok(Fresh { config, askers, ways })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn once(text: &str) -> Once {
        let text =
            format!("platform = \"A\"\n{text}\n[[dependency]]\nid = \"a\"\ncheck = \"attest/word\"\nname = \"a\"\n");
        Once::of(&Config::read("p.toml", text).unwrap())
    }

    #[test]
    fn what_needs_a_restart_is_named_and_nothing_else() {
        let before = once("");
        let differs = |text: &str| before.differs(&once(text));
        assert_eq!(differs("database = \"b.db\""), ["database"]);
        assert_eq!(differs("[web]\nlisten = \"127.0.0.1:9\"\nmetrics = true"), ["[web] listen", "[web] metrics"]);
        assert_eq!(differs("[web]\nnames = [\"status.example.com\"]"), ["[web] names"]);
        // The dead-man's switch and all other settings are applied.
        let taken_up = "time_zone = \"Europe/Berlin\"\nkeep_raw = \"30d\"\nreport = \"0 8 * * Tue\"\n[heartbeat]\n\
                        url = { env = \"PLUGWATCH_TEST_NOT_SET\" }\nevery = \"90s\"";
        assert_eq!(differs(taken_up), [""; 0]);
    }

    #[test]
    fn a_bots_time_zone_is_one_of_its_own_settings() {
        // Any file can serve as the token here.
        let key = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(key.path(), "123:abc").unwrap();
        let bot = |more: &str| {
            let token = key.path().display();
            once(&format!("[[channel]]\nkind = \"telegram\"\ntoken = {{ file = \"{token}\" }}\nchats = [1]\n{more}"))
        };
        assert_eq!(bot("").differs(&bot("")), [""; 0]);
        let named = ["the bot's token, chats, users or time zones"];
        assert_eq!(bot("").differs(&bot("time_zone = \"Asia/Tokyo\"")), named);
        assert_eq!(bot("").differs(&bot("users = [7]")), named);
    }

    #[test]
    fn a_configuration_is_read_while_others_work() {
        // The only blocking thread is busy: reading must wait for it, but this thread must not.
        let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
        runtime.block_on(async {
            let (free, wait) = std::sync::mpsc::channel::<()>();
            let taken = tokio::task::spawn_blocking(move || wait.recv());
            let clock = Clock::system();
            let (gate, telegram) = (build::gate(&clock), Shared::new(&clock));
            let mut reading = std::pin::pin!(read_apart("nowhere.toml".into(), clock, gate, telegram));
            assert!(futures_util::poll!(reading.as_mut()).is_pending());
            free.send(()).unwrap();
            let why = reading.await.err().unwrap();
            assert!(why.starts_with("the changed configuration is wrong"), "{why}");
            assert!(why.ends_with("the old one stays in use"), "{why}");
            taken.await.unwrap().unwrap();
        });
    }
}
