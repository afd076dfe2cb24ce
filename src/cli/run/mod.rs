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

use tokio::sync::{mpsc, watch};

use super::build;
use super::{failed, load};
use crate::acts::Known;
use crate::answers::Listening;
use crate::clock::Clock;
use crate::config::Config;
use crate::engine::{Beating, Dispatcher, Engine, Windows, beat};
use crate::ids::Ids;
use crate::notify::Shared;
use crate::service::{Environment, ServiceManager};
use crate::store::Store;
use crate::supervise::{Part, Supervisor};
use crate::web::{Listener, Publishing, Threads};

use bots::{Surroundings, bots};
use end::{Open, until_ended};
use page::{Configured, Page};
use reload::{Once, Reloading, Told, beating};
use signals::Signals;

pub(super) async fn run(path: &Path) -> ExitCode {
    match load(path) {
        Ok(mut config) => {
            config.forget_unused();
            concluded(watch(path.to_owned(), config).await)
        }
        Err(code) => code,
    }
}

/// Prints why it ended, unless it was stopped with a signal.
fn concluded(ended: Result<(), String>) -> ExitCode {
    ended.map_or_else(|why| failed(1, why), |()| ExitCode::SUCCESS)
}

async fn watch(path: PathBuf, mut config: Config) -> Result<(), String> {
    raise_descriptors();
    let manager = ServiceManager::find(&Environment::of_this_program())?;
    let clock = Clock::system();
    let store = Arc::new(Store::open(&config.database).await.map_err(|error| not_started(&error))?);
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
    let public = super::public::settle(&mut config, &store).await.map_err(|error| not_started(&error))?;
    // The signal handlers are installed before the log says that plugwatch runs, because a script may then
    // stop it at once.
    let signals = Signals::new();
    greet(&config, &own.0.shown(), public);
    let (bots, once) = (bots(&config), Once::of(&config));
    let beating = watch::Sender::new(beating(&config)?);
    let engine = Engine::start(config, askers, store.clone(), clock.clone(), Ids::Random);
    let engine = engine.await.map_err(|error| not_started(&error))?;
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
    start_listening(&mut supervisor, &dispatcher, &store, &clock, &known);
    bots::start(&mut supervisor, bots, &Surroundings::new(&windows, &store, &clock, (&known, &telegram, &tell)));
    let settings = beating.subscribe();
    start_heartbeat(&mut supervisor, settings.clone(), &windows, (&store, &clock));
    let (kept, time) = (store.clone(), clock.clone());
    let mut open = Open { supervisor, dispatcher: dispatcher.clone(), page, store: kept, heartbeat: None, clock: time };
    let told_anew = Told { check_in_points, look, dates, target, known, beating };
    let reloading = Reloading { path, clock, dispatcher, gate, store, told_anew, telegram, once };
    signals::start(&mut open.supervisor, signals, reloading, tell.clone());
    let alive = || manager.iter().for_each(ServiceManager::alive);
    let ended = until_ended(engine.run(told, alive), &mut open.supervisor, &tell).await;
    manager.iter().for_each(ServiceManager::stopping);
    open.heartbeat = settings.borrow().to.as_ref().map(|(heartbeat, _)| heartbeat.clone());
    open.close(ended).await
}

/// Starts message delivery as a vital part: without it, monitoring would continue and nobody would be
/// alerted.
fn start_delivery(supervisor: &mut Supervisor, dispatcher: &Arc<Dispatcher>, windows: &Windows) {
    let (dispatcher, windows) = (dispatcher.clone(), windows.clone());
    supervisor.start(Part::vital("message delivery", "no alert can be sent"), move || {
        let (dispatcher, windows) = (dispatcher.clone(), windows.clone());
        async move { dispatcher.run(windows).await }
    });
}

/// Starts reading acknowledgements that people give in channels other than Telegram.
fn start_listening(
    supervisor: &mut Supervisor,
    dispatcher: &Arc<Dispatcher>,
    store: &Arc<Store>,
    clock: &Clock,
    known: &watch::Sender<Arc<Known>>,
) {
    let (dispatcher, store, clock, known) = (dispatcher.clone(), store.clone(), clock.clone(), known.subscribe());
    let listening = Listening { dispatcher, store, known, clock, ids: Ids::Random };
    supervisor.start(Part::new("acknowledgements by other channels"), move || listening.clone().run());
}

/// Starts the heartbeat even if no dead-man's switch is configured, because a reload may add one.
fn start_heartbeat(
    supervisor: &mut Supervisor,
    settings: watch::Receiver<Beating>,
    windows: &Windows,
    (store, clock): (&Arc<Store>, &Clock),
) {
    let (snapshot, store, clock) = (windows.snapshot.clone(), store.clone(), clock.clone());
    supervisor
        .start(Part::new("heartbeat"), move || beat(settings.clone(), snapshot.clone(), store.clone(), clock.clone()));
}

/// The limit on open files that is requested; it suffices for some ten thousand checks at once.
const ENOUGH: u64 = 65_536;

/// Raises the limit on open files as far as the system allows: shells set 1,024, and many dependencies need
/// more at once.
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

/// Claims what must be exclusive before monitoring starts: the history and the page's address; and starts the
/// page's threads.
async fn claim(config: &Config, store: &Store) -> Result<(Listener, Threads), String> {
    let identities: HashSet<&str> = config.probes().map(|(_, probe)| probe.identity.as_str()).collect();
    store.claim(&config.platform, &identities).await.map_err(|error| not_started(&error))?;
    Ok((page::listen(&config.web).await?, Threads::start()?))
}

fn greet(config: &Config, page: &str, public: Option<String>) {
    tracing::info!("{}: {}; status page at {page}", config.platform, super::config::sizes(config));
    for note in config.notes().into_iter().chain(public) {
        tracing::warn!("{note}");
    }
}

/// A failure of the database before monitoring began. If it does not say so itself: what it means, and what to do.
fn not_started(error: &crate::store::Error) -> String {
    match error {
        crate::store::Error::Sql(_) => format!(
            "{error}. plugwatch did not start, and nothing was lost. Check the disk and its free space, then start it again"
        ),
        other => other.to_string(),
    }
}
