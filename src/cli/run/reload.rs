//! Takes up a changed configuration.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::super::build;
use super::bots::bots;
use crate::acts::Known;
use crate::ask::{Askers, Gate};
use crate::clock::Clock;
use crate::config::{Config, Web};
use crate::core::platform::ahead::Ahead;
use crate::core::platform::public::PublicPage;
use crate::core::words::check_in::CheckInPoint;
use crate::core::words::question::{Key, Secret};
use crate::engine::{Command, Dispatcher, Ways};
use crate::notify::Shared;
use crate::store::Store;
use crate::web::Target;

/// What a reload needs.
pub(super) struct Reloading {
    pub(super) path: PathBuf,
    pub(super) clock: Clock,
    pub(super) dispatcher: Arc<Dispatcher>,
    pub(super) gate: Arc<Gate>,
    pub(super) store: Arc<Store>,
    pub(super) check_in_points: watch::Sender<Vec<CheckInPoint>>,
    pub(super) look: watch::Sender<Arc<PublicPage>>,
    pub(super) dates: watch::Sender<Vec<Ahead>>,
    pub(super) target: watch::Sender<Option<Target>>,
    pub(super) known: watch::Sender<Arc<Known>>,
    pub(super) telegram: Shared,
    /// What was read once: a change of these needs a restart.
    pub(super) once: Once,
}

/// What is read at the start only.
#[derive(Clone, PartialEq)]
pub(super) struct Once {
    database: PathBuf,
    pub(super) web: Web,
    heartbeat: Option<(Key, std::time::Duration)>,
    bots: Vec<(Secret, Vec<i64>, Vec<i64>)>,
}

impl Once {
    pub(super) fn of(config: &Config) -> Once {
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
            ("[web] details", old.details != new.details || old.details_token != new.details_token),
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

/// A configuration that was read anew.
struct Fresh {
    config: Config,
    askers: Askers,
    ways: Ways,
}

/// Takes it up, or says why the old one stays.
pub(super) async fn reload(reloading: &Reloading, engine: &mpsc::Sender<Command>) {
    let Reloading { path, clock, gate, telegram, .. } = reloading;
    let read = read_apart(path.clone(), clock.clone(), gate.clone(), telegram.clone()).await;
    let Fresh { mut config, askers, ways } = match read {
        Ok(fresh) => fresh,
        Err(why) => return tracing::error!("{why}"),
    };
    let public = match super::super::public::settle(&mut config, &reloading.store).await {
        Ok(public) => public,
        Err(error) => return tracing::error!("the old configuration stays in use: {error}"),
    };
    reloading.dispatcher.replace(ways).await;
    reloading.check_in_points.send_replace(config.check_in_points());
    reloading.look.send_replace(Arc::new(config.public_page()));
    reloading.dates.send_replace(config.dates_ahead());
    let target = super::page::target(&config);
    // What stays as it is needs not be published anew.
    reloading.target.send_if_modified(|known| std::mem::replace(known, target.clone()) != target);
    reloading.known.send_replace(Arc::new(Known::of(&config)));
    let askers = askers.with_check_ins(reloading.store.clone());
    for name in reloading.once.differs(&Once::of(&config)) {
        tracing::warn!("{name}: this change needs a restart; until then the old setting stays in use");
    }
    for note in config.notes().into_iter().chain(public) {
        tracing::warn!("{note}");
    }
    // The engine is gone already if nobody listens.
    _ = engine.send(Command::Reload(Box::new((config, askers)))).await;
}

/// Reads it on a thread for such work: with its catalogue of some hundred files that takes a good part of a
/// second, in which the monitoring would stand still.
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
    let config = Config::load(path)
        .map_err(|problems| format!("the changed configuration is wrong\n\n{problems}; the old one stays in use"))?;
    let stays = |why: String| format!("the old configuration stays in use: {why}");
    let askers = build::askers(&config, clock, gate).map_err(stays)?;
    let ways = build::ways(&config, telegram).map_err(stays)?;
    Ok(Fresh { config, askers, ways })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_is_read_while_others_work() {
        // One thread for heavy work, which is taken: reading has to wait for it, and this thread has not.
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
