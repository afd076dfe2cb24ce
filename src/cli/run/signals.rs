//! Signals: SIGTERM and SIGINT stop plugwatch cleanly; SIGHUP reloads the configuration.

use std::io;
use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Mutex, mpsc};

use super::reload::{Reloading, reload};
use crate::engine::Command;
use crate::supervise::{Part, Supervisor};

/// Signal handlers. Signals that arrive after they are installed are kept until they are handled.
pub(super) struct Signals {
    term: Signal,
    int: Signal,
    hup: Signal,
}

impl Signals {
    /// Installs the handlers. From then on, no signal ends the program directly.
    ///
    /// # Errors
    /// Fails if the operating system refuses to install a signal handler.
    pub(super) fn new() -> io::Result<Signals> {
        let of = |kind| signal(kind);
        let (term, int) = (of(SignalKind::terminate())?, of(SignalKind::interrupt())?);
        Ok(Signals { term, int, hup: of(SignalKind::hangup())? })
    }
}

/// Starts handling signals.
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
    // Kept outside the part, so that signals are not lost while it is restarted after a failure.
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
    // If the engine has already ended, nothing receives this command.
    _ = engine.send(Command::Stop).await;
}
