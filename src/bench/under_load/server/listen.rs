//! Starts every server on every address.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket, UdpSocket};

use super::counted::Counted;
use super::{ADDRESSES, Answers, Ports, http1, http2, names, tls};

/// The number of connections that may wait to be accepted: a thousand checks can begin at once.
const BACKLOG: u32 = 4_096;
/// How many ports to try until one is free at all addresses.
const TRIES: usize = 50;

/// The protocol of a connection.
#[derive(Clone)]
enum Spoken {
    Plain { close: bool },
    Safe(tokio_rustls::TlsAcceptor),
    Safe2(tokio_rustls::TlsAcceptor),
}

/// Starts all servers.
///
/// # Errors
/// Fails if no port is free at all addresses.
pub async fn all(answers: &Arc<Answers>) -> Result<Ports, String> {
    let start = |spoken: Spoken| start(spoken, answers.clone());
    Ok(Ports {
        plain: start(Spoken::Plain { close: false })?,
        closing: start(Spoken::Plain { close: true })?,
        safe: start(Spoken::Safe(tls::acceptor("http/1.1")?))?,
        safe2: start(Spoken::Safe2(tls::acceptor("h2")?))?,
        names: name_servers(answers).await?,
    })
}

fn start(spoken: Spoken, answers: Arc<Answers>) -> Result<u16, String> {
    let (listeners, port) =
        bound().map_err(|error| format!("found no port that is free at all addresses 127.0.0.x: {error}"))?;
    for listener in listeners {
        tokio::spawn(accept(listener, spoken.clone(), answers.clone()));
    }
    Ok(port)
}

/// Listeners on all addresses, with the same port.
fn bound() -> io::Result<(Vec<TcpListener>, u16)> {
    let mut last = None;
    for _ in 0..TRIES {
        let first = listener(1, 0)?;
        let port = first.local_addr()?.port();
        match (2..=ADDRESSES).map(|n| listener(n, port)).collect::<io::Result<Vec<_>>>() {
            Ok(mut listeners) => {
                listeners.push(first);
                return Ok((listeners, port));
            }
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
}

fn listener(n: u8, port: u16) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, n), port)))?;
    socket.listen(BACKLOG)
}

async fn accept(listener: TcpListener, spoken: Spoken, answers: Arc<Answers>) {
    // The loop ends with the process; an error concerns one connection only.
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let stream = Counted::new(stream, answers.ledger.clone());
        tokio::spawn(speak(stream, spoken.clone(), answers.clone()));
    }
}

async fn speak(stream: Counted, spoken: Spoken, answers: Arc<Answers>) {
    match spoken {
        // A client that disconnects is not an error.
        Spoken::Plain { close } => _ = http1::serve(stream, answers, close).await,
        Spoken::Safe(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                _ = http1::serve(stream, answers, false).await;
            }
        }
        Spoken::Safe2(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                http2::serve(stream, answers).await;
            }
        }
    }
}

async fn name_servers(answers: &Arc<Answers>) -> Result<u16, String> {
    for _ in 0..TRIES {
        let Ok(first) = UdpSocket::bind((names::ADDRESSES[0], 0)).await else { continue };
        let Ok(port) = first.local_addr().map(|address| address.port()) else { continue };
        let mut sockets = vec![first];
        for address in &names::ADDRESSES[1..] {
            sockets.extend(UdpSocket::bind((*address, port)).await.ok());
        }
        if sockets.len() < names::ADDRESSES.len() {
            continue;
        }
        for (place, socket) in sockets.into_iter().enumerate() {
            tokio::spawn(names::serve(socket, place, answers.ledger.clone()));
        }
        return Ok(port);
    }
    Err("found no port for the name servers that is free at 127.0.0.1 to 127.0.0.4".to_owned())
}
