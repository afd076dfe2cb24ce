//! How `plugwatch run` ends: on a signal, or because it cannot continue.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::page::Page;
use crate::clock::Clock;
use crate::engine::{Command, Dispatcher};
use crate::notify::Heartbeat;
use crate::store::{Result, Store};
use crate::supervise::{Ended, Supervisor, guarded};

/// After the monitoring has failed, messages that are already decided are sent within this time. A longer
/// round would delay the service's restart.
const LAST_ROUND: Duration = Duration::from_secs(30);
/// The longest time to report the failure to the dead-man's switch.
const LAST_WORD: Duration = Duration::from_secs(10);

/// Runs the engine alongside all other parts. However the program ends, the engine is shut down normally, so
/// its decisions are written.
pub(super) async fn until_ended(
    engine: impl Future<Output = Result<()>>,
    supervisor: &mut Supervisor,
    stop: &mpsc::Sender<Command>,
) -> Ended<Result<()>> {
    let mut engine = pin!(engine);
    let ended = supervisor.beside(engine.as_mut()).await;
    if let Ended::GaveUp(_) = &ended {
        // If the engine has already ended, nothing receives this command.
        let (_, stopped) = tokio::join!(stop.send(Command::Stop), guarded(engine));
        if let Ok(Err(error)) = stopped {
            tracing::error!(%error, "the last decisions could not be written: {error}");
        }
    }
    ended
}

/// The parts that are closed at the end.
pub(super) struct Open {
    pub(super) supervisor: Supervisor,
    pub(super) dispatcher: Arc<Dispatcher>,
    pub(super) page: Page,
    pub(super) store: Arc<Store>,
    pub(super) heartbeat: Option<Arc<Heartbeat>>,
    pub(super) clock: Clock,
}

impl Open {
    /// Closes everything, as far as the reason for the end allows.
    ///
    /// # Errors
    /// Returns the reason for the end, unless a signal stopped the program.
    pub(super) async fn close(mut self, ended: Ended<Result<()>>) -> std::result::Result<(), String> {
        self.supervisor.shutdown().await;
        if let Ended::Panicked(_) = &ended {
            self.last_round().await;
        }
        // A full disk may have delayed recording deliveries. Once recorded, they are not repeated.
        if let Ok(Err(error)) = guarded(self.dispatcher.settle_what_waited()).await {
            tracing::warn!(%error, "could not record the last deliveries, so messages may be sent again: {error}");
        }
        let said = said(ended);
        if let (Err(why), Some(heartbeat)) = (&said, &self.heartbeat) {
            // If this report does not arrive, the switch alerts people itself when the next heartbeat is
            // missing.
            _ = tokio::time::timeout(LAST_WORD, heartbeat.beat(Some(why))).await;
        }
        self.page.close().await;
        self.store.close().await;
        tracing::info!("stopped");
        said
    }

    /// Sends what is waiting: an alert may have been written just before the monitoring failed.
    async fn last_round(&self) {
        let round = guarded(self.dispatcher.deliver(self.clock.now()));
        match tokio::time::timeout(LAST_ROUND, round).await {
            Ok(Ok(Ok(_))) => {}
            Ok(Ok(Err(error))) => tracing::error!(%error, "waiting messages are sent at the next start: {error}"),
            Ok(Err(what)) => tracing::error!("waiting messages are sent at the next start: {what}"),
            Err(_) => tracing::warn!("messages not sent within {} s are sent at the next start", LAST_ROUND.as_secs()),
        }
    }
}

/// Why the program ended, in a sentence for the operator.
fn said(ended: Ended<Result<()>>) -> std::result::Result<(), String> {
    match ended {
        Ended::Done(result) => result.map_err(|error| error.to_string()),
        Ended::GaveUp(why) => Err(why),
        Ended::Panicked(what) => Err(format!(
            "the monitoring failed: {what}; this is a bug in plugwatch, please report it. Its state in memory may be \
             inconsistent, so plugwatch ends. Start it again: the database is intact, and no decision is lost"
        )),
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::watch;

    use super::*;
    use crate::cli::run::concluded;
    use crate::cli::run::page::Configured;
    use crate::config::{Listen, Web};
    use crate::core::time::Time;
    use crate::core::words::question::Secret;
    use crate::engine::{Ways, Windows};
    use crate::ids::Ids;
    use crate::notify::Senders;
    use crate::supervise::Part;
    use crate::web::{Publishing, Threads};

    fn supervisor() -> Supervisor {
        Supervisor::new(Clock::manual(Time(1_800_000_000_000)))
    }

    /// Exit codes have no equality, so their debug texts are compared.
    fn code(ended: Ended<Result<()>>) -> String {
        format!("{:?}", concluded(said(ended)))
    }

    #[tokio::test]
    async fn a_vital_part_that_fails_always_stops_the_engine_as_usual_and_ends_the_program_with_1() {
        let (send, mut receive) = mpsc::channel(4);
        let mut supervisor = supervisor();
        let made = Arc::new(std::sync::atomic::AtomicU32::new(0));
        let count = made.clone();
        supervisor.start(Part::vital("message delivery", "no alert can be sent"), move || {
            count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            async { panic!("no such channel") }
        });
        let mut written = false;
        let engine = async {
            assert!(matches!(receive.recv().await, Some(Command::Stop)), "the engine is stopped");
            written = true;
            Ok(())
        };
        let ended = until_ended(engine, &mut supervisor, &send).await;
        let Ended::GaveUp(why) = &ended else { panic!("{ended:?}") };
        assert_eq!(
            why,
            "message delivery failed 5 times within 10 min, last error: no such channel; this is a bug in plugwatch, \
             please report it. Without it no alert can be sent, so plugwatch ends. Start it again; nothing is lost"
        );
        assert_eq!(made.load(std::sync::atomic::Ordering::SeqCst), 5);
        assert_eq!(code(ended), format!("{:?}", std::process::ExitCode::from(1)));
        assert!(written);
    }

    #[tokio::test]
    async fn an_engine_that_panics_ends_the_program_with_1_and_a_clear_word() {
        let (send, _receive) = mpsc::channel(4);
        let mut supervisor = supervisor();
        supervisor.start(Part::new("status page"), std::future::pending::<()>);
        let engine = async { panic!("index 7 of 7") };
        let ended = until_ended(engine, &mut supervisor, &send).await;
        let why = said(Ended::Panicked("index 7 of 7".to_owned())).unwrap_err();
        assert!(why.starts_with("the monitoring failed: index 7 of 7; this is a bug"), "{why}");
        assert!(matches!(&ended, Ended::Panicked(what) if what == "index 7 of 7"), "{ended:?}");
        assert_eq!(code(ended), format!("{:?}", std::process::ExitCode::from(1)));
    }

    #[tokio::test]
    async fn an_engine_that_is_told_to_stop_ends_the_program_with_0_whatever_else_fails() {
        let (send, mut receive) = mpsc::channel(4);
        let mut supervisor = supervisor();
        let (failed, mut failures) = mpsc::unbounded_channel();
        supervisor.start(Part::new("Telegram bot of phone"), move || {
            let failed = failed.clone();
            async move {
                _ = failed.send(());
                tokio::task::yield_now().await;
                panic!("no chat")
            }
        });
        let stop = send.clone();
        let engine = async {
            // The part has been restarted a dozen times while the engine runs.
            for _ in 0..12 {
                failures.recv().await;
            }
            _ = stop.send(Command::Stop).await;
            assert!(matches!(receive.recv().await, Some(Command::Stop)));
            Ok(())
        };
        let ended = until_ended(engine, &mut supervisor, &send).await;
        assert!(supervisor.failures().counts()["Telegram bot of phone"] >= 11);
        assert_eq!(code(ended), format!("{:?}", std::process::ExitCode::SUCCESS));
    }

    /// Accepts one request, and answers it.
    async fn answers_once() -> (String, tokio::task::JoinHandle<String>) {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/ping", listener.local_addr().unwrap());
        let heard = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (mut request, mut size) = (vec![0; 8_192], 0);
            while !String::from_utf8_lossy(&request[..size]).ends_with("is lost") {
                size += stream.read(&mut request[size..]).await.unwrap();
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK").await.unwrap();
            String::from_utf8_lossy(&request[..size]).into_owned()
        });
        (url, heard)
    }

    #[tokio::test]
    async fn after_a_panic_the_switch_is_told_and_the_database_is_free_for_the_next_start() {
        // Another test may have installed it already.
        _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plugwatch.db");
        let (store, clock) = (Arc::new(Store::open(&file).await.unwrap()), Clock::system());
        let senders = Senders::recorded(std::iter::empty());
        let ways = Ways { senders, everybody: Vec::new(), off: Vec::new() };
        let dispatcher = Arc::new(Dispatcher::new(store.clone(), ways, clock.clone(), Ids::Random));
        let (snapshot, unsaid) = (watch::Sender::default(), watch::Sender::default());
        let windows = Windows { snapshot: snapshot.subscribe(), bell: Arc::default(), unsaid: unsaid.subscribe() };
        let listen = Listen::Tcp("127.0.0.1:0".parse().unwrap());
        let (names, trusted_proxies) = (Vec::new(), Vec::new());
        let web = Web { listen, details: false, details_token: None, metrics: false, names, trusted_proxies };
        let own = (crate::cli::run::page::listen(&web).await.unwrap(), Threads::start().unwrap());
        let mut supervisor = supervisor();
        let configured = Configured {
            check_in_points: watch::Sender::default().subscribe(),
            look: watch::Sender::default().subscribe(),
            dates: watch::Sender::default().subscribe(),
        };
        let page = Page::start(
            &mut supervisor,
            own,
            (Publishing::new(watch::Sender::new(None).subscribe()), dispatcher.clone()),
            (&windows, &store, &clock),
            &web,
            configured,
        );
        let (url, heard) = answers_once().await;
        let heartbeat = Some(Arc::new(Heartbeat::new(Secret::new(url)).unwrap()));
        let open = Open { supervisor, dispatcher, page, store, heartbeat, clock };
        let why = open.close(Ended::Panicked("index 7 of 7".to_owned())).await.unwrap_err();
        let told = heard.await.unwrap();
        assert!(told.starts_with("POST /ping/fail ") && told.ends_with(&why), "{told}");
        Store::open(&file).await.unwrap().close().await;
    }
}
