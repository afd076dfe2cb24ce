//! The status page, on its own threads and with its own database readers.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::clock::Clock;
use crate::config::{Config, Listen, Web};
use crate::core::platform::ahead::Ahead;
use crate::core::platform::public::PublicPage;
use crate::core::words::check_in::CheckInPoint;
use crate::engine::{Dispatcher, Windows};
use crate::store::Store;
use crate::supervise::{Part, Supervisor};
use crate::web::{Listener, Pages, Public, Publishing, Target, Threads, serve};

/// The longest wait at the end of the program for answers that still read the database.
const LEAVE: Duration = Duration::from_secs(5);

/// The page while it is being served.
pub(super) struct Page {
    threads: Threads,
    store: Arc<Store>,
}

/// The parts of the configuration that the page shows. They change when the configuration is reloaded.
pub(super) struct Configured {
    pub(super) check_in_points: watch::Receiver<Vec<CheckInPoint>>,
    pub(super) look: watch::Receiver<Arc<PublicPage>>,
    pub(super) dates: watch::Receiver<Vec<Ahead>>,
}

/// Binds the page's address, before monitoring starts.
pub(super) async fn listen(web: &Web) -> Result<Listener, String> {
    match &web.listen {
        Listen::Tcp(address) => Listener::tcp(*address).await,
        Listen::Unix(path) => Listener::unix(path.clone()),
    }
}

/// The folder and command for publishing the page, if the configuration sets them.
pub(super) fn target(config: &Config) -> Option<Target> {
    config.publish.clone().map(|to| Target { folder: to.folder, run: to.run })
}

impl Page {
    /// Starts to serve the page.
    pub(super) fn start(
        supervisor: &mut Supervisor,
        (listener, threads): (Listener, Threads),
        publishing: (Publishing, Arc<Dispatcher>),
        (windows, store, clock): (&Windows, &Store, &Clock),
        web: &Web,
        configured: Configured,
    ) -> Page {
        let store = Arc::new(store.read_apart());
        let pages = Pages {
            snapshot: windows.snapshot.clone(),
            store: store.clone(),
            clock: clock.clone(),
            details: web.details,
            details_token: web.details_token.clone(),
            public: Public::new(configured.look),
            dates: configured.dates,
            metrics: web.metrics,
            names: web.names.clone(),
            trusted_proxies: web.trusted_proxies.clone(),
            check_in_points: configured.check_in_points,
            publishing: Some(publishing.0.clone()),
            failures: supervisor.failures(),
        };
        let to_publish = pages.clone();
        supervisor.start_on(threads.handle(), Part::new("publishing"), move || {
            let ((publishing, dispatcher), pages) = (publishing.clone(), to_publish.clone());
            async move { publishing.run(pages, dispatcher).await }
        });
        supervisor.start_on(threads.handle(), Part::new("status page"), move || again(listener.try_clone(), &pages));
        Page { threads, store }
    }

    /// Ends all answers in progress, and closes the readers.
    pub(super) async fn close(self) {
        drop(self.threads);
        if tokio::time::timeout(LEAVE, self.store.close_apart()).await.is_err() {
            tracing::warn!("the status page still reads the database; plugwatch ends without waiting for it");
        }
    }
}

/// Serves on a duplicate of the socket. If serving fails, the original stays open and visitors' connections
/// queue.
fn again(listener: std::io::Result<Listener>, pages: &Pages) -> impl Future<Output = ()> + use<> {
    let pages = pages.clone();
    async move {
        match listener {
            Ok(listener) => serve(listener, pages).await,
            Err(error) => tracing::error!(%error, "the status page cannot be served: {error}"),
        }
    }
}
