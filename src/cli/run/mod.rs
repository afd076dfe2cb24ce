//! `plugwatch run`: monitors until it is stopped.

mod bots;
mod end;
mod page;
mod reload;
mod signals;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::build;
use super::{failed, load};
use crate::acts::Known;
use crate::clock::Clock;
use crate::config::Config;
use crate::core::alerting::route::Way;
use crate::core::words::question::Key;
use crate::engine::{Dispatcher, Engine, Windows, beat};
use crate::ids::Ids;
use crate::notify::Heartbeat;
use crate::notify::Shared;
use crate::store::Store;
use crate::supervise::{Part, Supervisor};
use crate::web::{Listener, Publishing, Threads};

use bots::{Surroundings, bots};
use end::{Open, until_ended};
use page::{Configured, Page};
use reload::{Once, Reloading};

pub(super) async fn run(path: &Path) -> ExitCode {
    match load(path) {
        Ok(config) => concluded(watch(path.to_owned(), config).await),
        Err(code) => code,
    }
}

/// Says why it ended, if it was not told to.
fn concluded(ended: Result<(), String>) -> ExitCode {
    ended.map_or_else(|why| failed(1, why), |()| ExitCode::SUCCESS)
}

async fn watch(path: PathBuf, mut config: Config) -> Result<(), String> {
    raise_descriptors();
    let clock = Clock::system();
    let store = Arc::new(Store::open(&config.database).await.map_err(|error| error.to_string())?);
    let own = match claim(&config, &store).await {
        Ok(own) => own,
        Err(why) => {
            store.close().await;
            return Err(why);
        }
    };
    let gate = build::gate(&clock);
    let askers = build::askers(&config, &clock, &gate)?.with_check_ins(store.clone());
    let check_in_points = watch::Sender::new(config.check_in_points());
    let target = watch::Sender::new(page::target(&config));
    let publishing = Publishing::new(target.subscribe());
    let look = watch::Sender::new(Arc::new(config.public_page()));
    let dates = watch::Sender::new(config.dates_ahead());
    let telegram = Shared::new(&clock);
    let known = watch::Sender::new(Arc::new(Known::of(&config)));
    let ways = build::ways(&config, &telegram)?;
    let dispatcher = Arc::new(Dispatcher::new(store.clone(), ways, clock.clone(), Ids::Random));
    let public = super::public::settle(&mut config, &store).await.map_err(|error| error.to_string())?;
    greet(&config, &own.0.shown(), public);
    let everybody = config.ways();

    let (bots, once, heartbeat) = (bots(&config), Once::of(&config), heartbeat(&config)?);
    let engine = Engine::start(config, askers, store.clone(), clock.clone(), Ids::Random);
    let engine = engine.await.map_err(|error| error.to_string())?;
    let windows = engine.windows();
    let (tell, told) = mpsc::channel(4);
    let mut supervisor = Supervisor::new(clock.clone());
    start_delivery(&mut supervisor, &dispatcher, &windows);
    let page = Page::start(
        &mut supervisor,
        own,
        (publishing, dispatcher.clone()),
        (&windows, &store, &clock),
        &once.web,
        Configured { check_in_points: check_in_points.subscribe(), look: look.subscribe(), dates: dates.subscribe() },
    );
    bots::start(&mut supervisor, bots, &Surroundings::new(&windows, &store, &clock, (&known, &telegram, &tell)));
    if let Some(beating) = heartbeat.clone() {
        start_heartbeat(&mut supervisor, beating, windows, (store.clone(), everybody, clock.clone()));
    }
    let heartbeat = heartbeat.map(|(heartbeat, _)| heartbeat);
    let mut open = Open {
        supervisor,
        dispatcher: dispatcher.clone(),
        page,
        store: store.clone(),
        heartbeat,
        clock: clock.clone(),
    };
    let reloading =
        Reloading { path, clock, dispatcher, gate, store, check_in_points, look, dates, target, known, telegram, once };
    signals::start(&mut open.supervisor, reloading, tell.clone());
    let ended = until_ended(engine.run(told), &mut open.supervisor, &tell).await;
    open.close(ended).await
}

/// Without it monitoring goes on and nobody hears of it: that must not stay unseen.
fn start_delivery(supervisor: &mut Supervisor, dispatcher: &Arc<Dispatcher>, windows: &Windows) {
    let (dispatcher, windows) = (dispatcher.clone(), windows.clone());
    supervisor.start(Part::vital("message delivery", "no alert can be sent"), move || {
        let (dispatcher, windows) = (dispatcher.clone(), windows.clone());
        async move { dispatcher.run(windows).await }
    });
}

/// Signs of life for the dead-man's switch.
fn start_heartbeat(
    supervisor: &mut Supervisor,
    (heartbeat, every): (Arc<Heartbeat>, Duration),
    windows: Windows,
    (store, everybody, clock): (Arc<Store>, Vec<Way>, Clock),
) {
    supervisor.start(Part::new("heartbeat"), move || {
        beat(heartbeat.clone(), every, windows.snapshot.clone(), store.clone(), everybody.clone(), clock.clone())
    });
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

/// The dead-man's switch, if one is set.
fn heartbeat(config: &Config) -> Result<Option<(Arc<Heartbeat>, Duration)>, String> {
    let Some((Key::Set(url), every)) = &config.heartbeat else { return Ok(None) };
    Ok(Some((Arc::new(Heartbeat::new(url.clone())?), *every)))
}

/// What must be ours before anything is watched: the history, the page's address, and its threads.
async fn claim(config: &Config, store: &Store) -> Result<(Listener, Threads), String> {
    let identities: HashSet<&str> = config.probes().map(|(_, probe)| probe.identity.as_str()).collect();
    store.claim(&config.platform, &identities).await.map_err(|error| error.to_string())?;
    Ok((page::listen(&config.web).await?, Threads::start()?))
}

fn greet(config: &Config, page: &str, public: Option<String>) {
    tracing::info!("{}: {}; status page at {page}", config.platform, super::config::sizes(config));
    for note in config.notes().into_iter().chain(public) {
        tracing::warn!("{note}");
    }
}
