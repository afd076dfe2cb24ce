//! The status page, on threads of its own and with readers of its own.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::clock::Clock;
use crate::config::{Listen, Web};
use crate::core::platform::public::PublicPage;
use crate::core::words::check_in::CheckInPoint;
use crate::engine::Windows;
use crate::store::Store;
use crate::supervise::{Part, Supervisor};
use crate::web::{Listener, Pages, Public, Publishing, Threads, serve};

/// What an answer that is being given still holds is not waited for longer when the program ends.
const LEAVE: Duration = Duration::from_secs(5);

/// The page while it is served.
pub(super) struct Page {
    threads: Threads,
    store: Arc<Store>,
}

/// Takes its address, before anything is watched.
pub(super) async fn listen(web: &Web) -> Result<Listener, String> {
    match &web.listen {
        Listen::Tcp(address) => Listener::tcp(*address).await,
        Listen::Unix(path) => Listener::unix(path.clone()),
    }
}

impl Page {
    /// Starts to serve it.
    pub(super) fn start(
        supervisor: &mut Supervisor,
        (listener, threads): (Listener, Threads),
        publishing: Option<Publishing>,
        (windows, store, clock): (&Windows, &Store, &Clock),
        web: &Web,
        (check_in_points, look): (watch::Receiver<Vec<CheckInPoint>>, watch::Receiver<Arc<PublicPage>>),
    ) -> Page {
        let store = Arc::new(store.read_apart());
        let pages = Pages {
            snapshot: windows.snapshot.clone(),
            store: store.clone(),
            clock: clock.clone(),
            details: web.details,
            details_token: web.details_token.clone(),
            public: Public::new(look),
            metrics: web.metrics,
            names: web.names.clone(),
            trusted_proxies: web.trusted_proxies.clone(),
            check_in_points,
            publishing: publishing.clone(),
            failures: supervisor.failures(),
        };
        if let Some(publishing) = publishing {
            let pages = pages.clone();
            supervisor.start_on(threads.handle(), Part::new("publishing"), move || {
                let (publishing, pages) = (publishing.clone(), pages.clone());
                async move { publishing.run(pages).await }
            });
        }
        supervisor.start_on(threads.handle(), Part::new("status page"), move || again(listener.try_clone(), &pages));
        Page { threads, store }
    }

    /// Ends everything that is being answered.
    pub(super) async fn close(self) {
        drop(self.threads);
        if tokio::time::timeout(LEAVE, self.store.close_apart()).await.is_err() {
            tracing::warn!("the status page still reads the database; plugwatch ends without waiting for it");
        }
    }
}

/// Serves a copy of the socket: when serving fails, the socket is still there, and visitors wait.
fn again(listener: std::io::Result<Listener>, pages: &Pages) -> impl Future<Output = ()> + use<> {
    let pages = pages.clone();
    async move {
        match listener {
            Ok(listener) => serve(listener, pages).await,
            Err(error) => tracing::error!(%error, "the status page cannot be served: {error}"),
        }
    }
}
