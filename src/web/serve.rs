//! Serves the page to strangers without taking resources that checks and alerts need: every wait has a timeout, and
//! connections have a limit, in total and per address.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};

use super::{Pages, SLOWEST, router};

/// The timeout for a request's head, and for idle connections.
const HEAD: Duration = Duration::from_secs(10);
/// The maximum lifetime of a stranger's connection.
const LONGEST: Duration = Duration::from_secs(120);
/// The maximum number of connections per address: browsers open six, and offices share one address.
const MOST_OF_ONE: usize = 32;
/// The maximum number of connections in total, however many descriptors there are.
const MOST: usize = 512;
/// The pause after a connection could not be accepted.
const REST: Duration = Duration::from_millis(200);

/// The socket of the page. It belongs to no runtime until it is served.
#[derive(Debug)]
pub enum Listener {
    /// A TCP socket.
    Tcp(std::net::TcpListener),
    /// A Unix socket: anyone who may open it is trusted.
    Unix(std::os::unix::net::UnixListener, PathBuf),
}

impl Listener {
    /// Binds a TCP address.
    ///
    /// # Errors
    /// Fails if it cannot be bound: the message says what to change.
    pub async fn tcp(listen: SocketAddr) -> Result<Listener, String> {
        let bound = TcpListener::bind(listen).await.and_then(TcpListener::into_std);
        bound.map(Listener::Tcp).map_err(|error| refused(&listen.to_string(), &error))
    }

    /// Binds a Unix socket, replacing one that an earlier process left behind.
    ///
    /// # Errors
    /// Fails if it cannot be bound: the message says what to change.
    pub fn unix(path: PathBuf) -> Result<Listener, String> {
        let shown = path.display().to_string();
        // If nothing accepts connections there, the file was left behind; otherwise it belongs to another program.
        let left =
            |error: &io::Error| matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound);
        if !std::os::unix::net::UnixStream::connect(&path).is_err_and(|error| left(&error)) {
            return Err(format!(
                "the status page cannot listen at {shown}: another program uses it; choose another [web] listen"
            ));
        }
        use std::os::unix::fs::FileTypeExt;
        if std::fs::symlink_metadata(&path).is_ok_and(|file| file.file_type().is_socket()) {
            // If the file cannot be removed, binding fails below and reports it.
            _ = std::fs::remove_file(&path);
        }
        let bound = UnixListener::bind(&path).and_then(UnixListener::into_std);
        Ok(Listener::Unix(bound.map_err(|error| refused(&shown, &error))?, path))
    }

    /// A duplicate of the socket, to serve again later.
    ///
    /// # Errors
    /// Fails if there are no descriptors left.
    pub fn try_clone(&self) -> io::Result<Listener> {
        match self {
            Listener::Tcp(listener) => Ok(Listener::Tcp(listener.try_clone()?)),
            Listener::Unix(listener, path) => Ok(Listener::Unix(listener.try_clone()?, path.clone())),
        }
    }

    /// The address of the socket, for people.
    pub fn shown(&self) -> String {
        match self {
            Listener::Tcp(listener) => {
                listener.local_addr().map_or_else(|_| "http://?/".to_owned(), |address| format!("http://{address}/"))
            }
            Listener::Unix(_, path) => format!("unix:{}", path.display()),
        }
    }
}

fn refused(listen: &str, error: &io::Error) -> String {
    format!("the status page cannot listen at {listen}: {error}; choose another [web] listen")
}

/// Serves for ever, on the runtime where this is called.
pub async fn serve(listener: Listener, pages: Pages) {
    if let Err(error) = accept(listener, pages).await {
        tracing::error!(%error, "the status page cannot be served: {error}");
    }
}

async fn accept(listener: Listener, pages: Pages) -> io::Result<()> {
    let doors = Arc::new(Doors::new(pages.trusted_proxies.clone(), most()));
    match listener {
        Listener::Tcp(listener) => {
            let listener = TcpListener::from_std(listener)?;
            let router = router(pages);
            loop {
                let Some((stream, from)) = accepted(listener.accept().await).await else { continue };
                let Some(place) = doors.enter(from.ip()) else { continue };
                let lasts = (!doors.trusts(from.ip())).then_some(LONGEST);
                tokio::spawn(one(stream, router.clone(), place, lasts));
            }
        }
        Listener::Unix(listener, _) => {
            let listener = UnixListener::from_std(listener)?;
            let router = router(Pages { names: Vec::new(), ..pages });
            loop {
                let Some((stream, _)) = accepted(listener.accept().await).await else { continue };
                let Some(place) = doors.enter_trusted() else { continue };
                tokio::spawn(one(stream, router.clone(), place, None));
            }
        }
    }
}

/// A connection, or a pause if none could be accepted: an immediate retry would fail again.
async fn accepted<C>(accepted: io::Result<C>) -> Option<C> {
    match accepted {
        Ok(connection) => Some(connection),
        Err(error) => {
            tracing::warn!(%error, "the status page cannot accept a connection: {error}");
            tokio::time::sleep(REST).await;
            None
        }
    }
}

async fn one<S>(stream: S, router: Router, _place: Place, lasts: Option<Duration>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let served = server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut served = pin!(served);
    // How a stranger's connection ends does not matter.
    let Some(lasts) = lasts else { return drop(served.await) };
    if tokio::time::timeout(lasts, served.as_mut()).await.is_err() {
        // Requests in progress are still answered.
        served.as_mut().graceful_shutdown();
        _ = tokio::time::timeout(SLOWEST + HEAD, served).await;
    }
}

/// A quarter of the descriptors, so that the rest is left for checks, alerts and the database.
fn most() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.map_or(MOST, |limit| usize::try_from(limit / 4).unwrap_or(MOST).clamp(8, MOST))
}

/// The open connections.
#[derive(Debug)]
struct Doors {
    trusted: Vec<IpAddr>,
    most: usize,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    all: usize,
    each: HashMap<IpAddr, usize>,
}

impl Doors {
    fn new(trusted: Vec<IpAddr>, most: usize) -> Doors {
        Doors { trusted, most, inside: Mutex::default() }
    }

    fn trusts(&self, from: IpAddr) -> bool {
        self.trusted.contains(&from.to_canonical())
    }

    /// A slot for a connection, if there is one.
    fn enter(self: &Arc<Doors>, from: IpAddr) -> Option<Place> {
        if self.trusts(from) {
            return self.enter_trusted();
        }
        let whose = whose(from);
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let own = inside.each.get(&whose).copied().unwrap_or(0);
        if inside.all >= self.most || own >= MOST_OF_ONE {
            return None;
        }
        inside.all += 1;
        inside.each.insert(whose, own + 1);
        Some(Place { doors: self.clone(), whose: Some(whose) })
    }

    fn enter_trusted(self: &Arc<Doors>) -> Option<Place> {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        if inside.all >= self.most {
            return None;
        }
        inside.all += 1;
        Some(Place { doors: self.clone(), whose: None })
    }
}

/// One connection's slot; given back when it ends, however it ends.
struct Place {
    doors: Arc<Doors>,
    whose: Option<IpAddr>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.doors.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.all -= 1;
        let Some(whose) = self.whose else { return };
        let left = inside.each.get(&whose).copied().unwrap_or(1) - 1;
        // The previous entry is the count that was just lowered.
        if left == 0 { _ = inside.each.remove(&whose) } else { _ = inside.each.insert(whose, left) }
    }
}

/// An IPv6 customer has a whole /64 (RFC 6177), so that counts as one.
fn whose(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_takes_no_more_than_its_share_and_gives_it_back() {
        let doors = Arc::new(Doors::new(vec!["192.0.2.9".parse().unwrap()], 40));
        let own: Vec<Place> = (0..100).filter_map(|_| doors.enter("192.0.2.1".parse().unwrap())).collect();
        assert_eq!(own.len(), MOST_OF_ONE);
        let next_door = |n: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, n));
        let others: Vec<Place> = (0..100).filter_map(|n| doors.enter(next_door(n))).collect();
        assert_eq!(others.len(), 40 - MOST_OF_ONE, "one network is one, and all together have a limit");
        drop(own);
        let trusted: Vec<Place> = (0..100).filter_map(|_| doors.enter("192.0.2.9".parse().unwrap())).collect();
        assert_eq!(trusted.len(), MOST_OF_ONE, "a proxy speaks for many, within the limit of all");
    }
}
