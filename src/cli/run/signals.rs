//! What the system tells the program: SIGTERM and SIGINT stop cleanly; SIGHUP takes up a changed
//! configuration.

use std::io;
use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Mutex, mpsc};

use super::reload::{Reloading, reload};
use crate::engine::Command;
use crate::supervise::{Part, Supervisor};

/// What came since they were made waits until it is heeded.
pub(super) struct Signals {
    term: Signal,
    int: Signal,
    hup: Signal,
}

impl Signals {
    /// From now on no signal ends the program by itself.
    ///
    /// # Errors
    /// The system takes no handler.
    pub(super) fn new() -> io::Result<Signals> {
        let of = |kind| signal(kind);
        let (term, int) = (of(SignalKind::terminate())?, of(SignalKind::interrupt())?);
        Ok(Signals { term, int, hup: of(SignalKind::hangup())? })
    }
}

/// Heeds signals from now on.
pub(super) fn start(
    supervisor: &mut Supervisor,
    signals: io::Result<Signals>,
    reloading: Reloading,
    engine: mpsc::Sender<Command>,
) {
    let signals = match signals {
        Ok(signals) => signals,
        Err(error) => {
            tracing::error!(%error, "signals are not available; stop plugwatch with kill -9, which loses nothing");
            return;
        }
    };
    // Kept when handling them fails: what comes meanwhile is heeded afterwards.
    let all = Arc::new((Mutex::new(signals), reloading, engine));
    supervisor.start(Part::new("signal handling"), move || {
        let all = all.clone();
        async move { heed(&all.0, &all.1, &all.2).await }
    });
}

async fn heed(signals: &Mutex<Signals>, reloading: &Reloading, engine: &mpsc::Sender<Command>) {
    let mut signals = signals.lock().await;
    loop {
        let Signals { term, int, hup } = &mut *signals;
        tokio::select! {
            _ = term.recv() => stop(engine).await,
            _ = int.recv() => stop(engine).await,
            _ = hup.recv() => reload(reloading, engine).await,
        }
    }
}

async fn stop(engine: &mpsc::Sender<Command>) {
    tracing::info!("stopping");
    // The engine is gone already if nobody listens.
    _ = engine.send(Command::Stop).await;
}
