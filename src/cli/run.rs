//! `plugwatch run`: watch until told to stop.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::build;
use super::failed;
use crate::ask::Gate;
use crate::bot::{self, Answering};
use crate::clock::Clock;
use crate::config::{ChannelKind, Config};
use crate::engine::{Command, Courier, Engine, Windows};
use crate::ids::Ids;
use crate::store::Store;
use crate::web::{self, Pages};

pub(super) async fn run(path: &Path) -> ExitCode {
    let config = match Config::load(path) {
        Ok(config) => config,
        Err(problems) => return failed(2, format!("the configuration is wrong\n\n{problems}")),
    };
    match watch(path.to_owned(), config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => failed(1, why),
    }
}

async fn watch(path: PathBuf, config: Config) -> Result<(), String> {
    let clock = Clock::System;
    let store = Arc::new(Store::open(&config.database).await.map_err(|error| error.to_string())?);
    let listener = web::bind(config.web.listen).await?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let gate = build::gate(&clock);
    let askers = build::askers(&config, &clock, &gate)?;
    let ways = build::ways(&config, &clock)?;
    let courier = Arc::new(Courier::new(store.clone(), ways, clock.clone(), Ids::Random));
    greet(&config, address);

    let (bots, web) = (bots(&config), config.web.clone());
    let engine = Engine::start(config, askers, store.clone(), clock.clone(), Ids::Random);
    let engine = engine.await.map_err(|error| error.to_string())?;
    let windows = engine.windows();
    let mut besides = JoinSet::new();
    besides.spawn({
        let (courier, windows) = (courier.clone(), windows.clone());
        async move { courier.run(windows).await }
    });
    let pages = pages(&windows, &store, &clock, web.details, address.ip().is_loopback());
    besides.spawn(async move {
        if let Err(error) = web::serve(listener, pages).await {
            tracing::error!(%error, "the status page stopped: {error}");
        }
    });
    let chats = bots.iter().map(|(_, _, chats)| chats.clone()).collect();
    for (token, api_url, chats) in bots {
        besides.spawn(bot::run(token, api_url, Answering::new(chats, windows.board.clone(), clock.clone())));
    }
    let (send, receive) = mpsc::channel(4);
    besides.spawn(signals(Reloading { path, clock, courier, gate, web, bots: chats }, send));
    let ended = engine.run(receive).await;
    besides.shutdown().await;
    store.close().await;
    tracing::info!("stopped");
    ended.map_err(|error| error.to_string())
}

type BotSettings = (crate::core::question::Secret, Option<url::Url>, Vec<i64>);

fn bots(config: &Config) -> Vec<BotSettings> {
    let bot = |kind: &ChannelKind| match kind {
        ChannelKind::Telegram { token: Some(token), chats, api_url, commands: true } => {
            Some((token.clone(), api_url.clone(), chats.clone()))
        }
        _ => None,
    };
    config.channels.iter().filter_map(|channel| bot(&channel.kind)).collect()
}

fn pages(windows: &Windows, store: &Arc<Store>, clock: &Clock, details: bool, local: bool) -> Pages {
    let (board, store, clock) = (windows.board.clone(), store.clone(), clock.clone());
    Pages { board, store, clock, details, metrics: local || details }
}

fn greet(config: &Config, address: std::net::SocketAddr) {
    let (dependencies, probes) = (config.dependencies.len(), config.probes().count());
    tracing::info!(
        "{}: {dependencies} dependencies, {probes} probes; status page at http://{address}/",
        config.platform
    );
    for channel in config.channels.iter().filter(|channel| channel.recipients().is_empty()) {
        tracing::info!("the channel `{}` is off: its token or its chats are not set", channel.name);
    }
}

/// What a reload needs.
struct Reloading {
    path: PathBuf,
    clock: Clock,
    courier: Arc<Courier>,
    gate: Arc<Gate>,
    /// What was read once: a change of these needs a restart.
    web: crate::config::Web,
    bots: Vec<Vec<i64>>,
}

/// SIGTERM and SIGINT stop cleanly; SIGHUP takes up a changed configuration.
async fn signals(reloading: Reloading, engine: mpsc::Sender<Command>) {
    let kinds = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()), signal(SignalKind::hangup()));
    let (Ok(mut term), Ok(mut int), Ok(mut hup)) = kinds else {
        tracing::error!("the system gives no signals; stop plugwatch with kill -9, nothing is lost by it");
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
            tracing::error!("the changed configuration is wrong, the old one goes on\n\n{problems}");
            return;
        }
    };
    match (build::askers(&config, clock, gate), build::ways(&config, clock)) {
        (Ok(askers), Ok(ways)) => {
            courier.replace(ways).await;
            let chats: Vec<Vec<i64>> = bots(&config).into_iter().map(|(_, _, chats)| chats).collect();
            if config.web != reloading.web || chats != reloading.bots {
                tracing::warn!("[web] or the chats that the bot answers have changed: that needs a restart");
            }
            let _ = engine.send(Command::Reload(Box::new((config, askers)))).await;
        }
        (Err(why), _) | (_, Err(why)) => tracing::error!("the old configuration goes on: {why}"),
    }
}
