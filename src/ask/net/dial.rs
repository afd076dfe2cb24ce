//! Connects to a name as RFC 8305 describes: tries every address, alternating between IPv6 and IPv4, and does not let
//! a silent one delay the next for long.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::guard::{Guard, Refused};

/// How long an address is waited for before the next one is tried in parallel (RFC 8305, section 5).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);
/// The maximum number of addresses tried; real names have fewer.
const MOST_ADDRESSES: usize = 16;
/// The timeout for resolving: a resolver tries its second server after five seconds (`timeout` in resolv.conf).
const RESOLVE_LIMIT: Duration = Duration::from_secs(10);
/// The timeout for all addresses together.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Addresses of names for which the system's resolver is not used; set by tests.
pub type Hosts = BTreeMap<String, Vec<IpAddr>>;

/// Resolves `host` and connects to the first of its addresses that answers and that `guard` allows.
///
/// # Errors
/// Fails if no address can be connected, with the most informative error. Kind `TimedOut` means that no connection
/// was made in time; errors about the name carry the resolver's message.
pub async fn dial(guard: Guard, hosts: &Hosts, host: &str, port: u16) -> io::Result<TcpStream> {
    let found = timeout(RESOLVE_LIMIT, resolve(hosts, host, port)).await;
    let found = found.unwrap_or_else(|_| Err(io::Error::other("failed to lookup address information: timed out")))?;
    let allowed: Vec<SocketAddr> = found.into_iter().filter(|address| guard.allows(address.ip())).collect();
    if allowed.is_empty() {
        return Err(io::Error::other(Refused));
    }
    let silent = || Err(io::ErrorKind::TimedOut.into());
    timeout(CONNECT_LIMIT, first(by_turns(allowed))).await.unwrap_or_else(|_| silent())
}

async fn resolve(hosts: &Hosts, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let host = host.trim_matches(['[', ']']);
    match hosts.get(host) {
        Some(known) => Ok(known.iter().map(|ip| SocketAddr::new(*ip, port)).collect()),
        None => Ok(tokio::net::lookup_host((host, port)).await?.collect()),
    }
}

/// The resolver's order (RFC 6724), alternating between the address families (RFC 8305, section 4).
pub fn by_turns(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let six = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (own, other): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|address| address.is_ipv6() == six);
    let (mut own, mut other) = (own.into_iter(), other.into_iter());
    let mut order = Vec::new();
    loop {
        let pair = [own.next(), other.next()];
        if pair == [None, None] {
            return order;
        }
        order.extend(pair.into_iter().flatten());
    }
}

/// Returns the first connection that succeeds. Tries the next address when one fails or stays silent for a moment.
pub async fn first(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut waiting = addresses.into_iter().take(MOST_ADDRESSES).peekable();
    let mut tries = FuturesUnordered::new();
    let mut failed: Option<io::Error> = None;
    loop {
        if let Some(address) = waiting.next() {
            tries.push(TcpStream::connect(address));
        }
        let tried = tokio::select! {
            tried = tries.next() => tried,
            () = sleep(ATTEMPT_DELAY), if waiting.peek().is_some() => continue,
        };
        match tried {
            Some(Ok(stream)) => return Ok(stream),
            Some(Err(error)) if failed.as_ref().is_none_or(|before| telling(&error) > telling(before)) => {
                failed = Some(error);
            }
            Some(Err(_)) => {}
            None => return Err(failed.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into())),
        }
    }
}

/// How informative an error is. A refusal says more than a missing route: a machine without IPv6 has no route to half
/// of all addresses.
fn telling(error: &io::Error) -> u8 {
    match error.kind() {
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::AddrNotAvailable => 0,
        io::ErrorKind::HostUnreachable => 1,
        io::ErrorKind::ConnectionRefused => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sockets(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn families_go_by_turns_and_keep_their_own_order() {
        let mixed = sockets(&["[::1]:1", "[::2]:1", "[::3]:1", "127.0.0.1:1", "127.0.0.2:1"]);
        let order = sockets(&["[::1]:1", "127.0.0.1:1", "[::2]:1", "127.0.0.2:1", "[::3]:1"]);
        assert_eq!(by_turns(mixed), order);
        assert_eq!(by_turns(sockets(&["127.0.0.1:1", "[::1]:1"])), sockets(&["127.0.0.1:1", "[::1]:1"]));
    }

    #[test]
    fn a_refusal_tells_more_than_a_missing_way() {
        let of = |kind: io::ErrorKind| telling(&kind.into());
        assert!(of(io::ErrorKind::ConnectionRefused) > of(io::ErrorKind::TimedOut));
        assert!(of(io::ErrorKind::TimedOut) > of(io::ErrorKind::NetworkUnreachable));
    }

    #[tokio::test]
    async fn an_address_that_refuses_does_not_hide_the_one_that_answers() {
        let alive = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let alive = alive.local_addr().map(|address| (alive, address)).unwrap();
        let dead = SocketAddr::from(([127, 0, 0, 2], alive.1.port()));
        assert_eq!(first(vec![dead, alive.1]).await.unwrap().peer_addr().unwrap(), alive.1);
        assert_eq!(first(vec![dead]).await.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    }
}
