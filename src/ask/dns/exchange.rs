//! One question to one name server, over UDP and, if cut short, over TCP.
//!
//! Sockets are connected, so that a closed port (ICMP) shows as such, and so that
//! answers from elsewhere do not reach us.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use hickory_proto::op::{Edns, Message, MessageType, Query, ResponseCode};
use hickory_proto::rr::{Name, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

/// Why a server gave no usable answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Nothing came in time.
    Timeout,
    /// The host is up, but no name server listens.
    Closed,
    /// What came cannot be read, or the socket failed.
    Broken,
    /// This machine has no way there: no IPv6, or no IPv4. It says nothing about the server.
    NoWay,
}

impl Silence {
    /// The word in facts.
    pub fn word(self) -> &'static str {
        match self {
            Silence::Timeout => "timeout",
            Silence::Closed => "closed",
            Silence::Broken => "broken",
            Silence::NoWay => "no_way",
        }
    }
}

/// How a server is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// For what it knows itself.
    Directly,
    /// As a resolver, for what it finds and holds to be true.
    Recursively,
    /// As a resolver, for what it finds, signed rightly or not (RFC 4035, section 3.2.2).
    Unchecked,
}

/// Asks `server` for `name`.
pub async fn exchange(
    server: SocketAddr,
    name: &Name,
    kind: RecordType,
    manner: Manner,
    limit: Duration,
) -> Result<Message, Silence> {
    let (half, question) = (limit / 2, query(name, kind, manner, true));
    let (reply, question) = match over_udp(server, &question, half).await {
        Ok(reply) if !dislikes_edns(&reply) => (reply, question),
        Err(silence @ (Silence::Closed | Silence::NoWay)) => return Err(silence),
        // One lost packet is no silence; and old servers, or walls before them, throw away what they do not
        // understand (RFC 6891, section 7; RFC 8906, section 4). So the second try is without EDNS.
        _ => {
            let plain = query(name, kind, manner, false);
            (over_udp(server, &plain, half).await?, plain)
        }
    };
    if reply.metadata.truncation { over_tcp(server, &question, limit).await } else { Ok(reply) }
}

/// Whether a reply may be about EDNS and not about the name: some old servers fail at it.
fn dislikes_edns(reply: &Message) -> bool {
    use ResponseCode::{FormErr, NotImp, ServFail};
    match reply.metadata.response_code {
        FormErr | NotImp => true,
        // BADVERS shares its number with BADSIG, which no answer to such a question has.
        code if u16::from(code) == u16::from(ResponseCode::BADVERS) => true,
        // Who sends it with EDNS of its own means the name.
        ServFail => reply.edns.is_none(),
        _ => false,
    }
}

fn query(name: &Name, kind: RecordType, manner: Manner, edns: bool) -> Message {
    let mut message = Message::query();
    message.metadata.recursion_desired = manner != Manner::Directly;
    message.metadata.checking_disabled = manner == Manner::Unchecked;
    message.add_query(Query::query(name.clone(), kind));
    if edns {
        let mut options = Edns::new();
        options.set_max_payload(1_232).set_version(0);
        message.set_edns(options);
    }
    message
}

/// Whether this machine has a way to an address at all; nothing is sent.
pub async fn has_way(server: SocketAddr) -> bool {
    open(server).await.err() != Some(Silence::NoWay)
}

/// A socket that hears this server only.
async fn open(server: SocketAddr) -> Result<UdpSocket, Silence> {
    let local: SocketAddr = if server.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0_u16; 8], 0).into() };
    // A kernel without IPv6 opens no such socket.
    let none = if server.is_ipv6() { Silence::NoWay } else { Silence::Broken };
    let socket = UdpSocket::bind(local).await.map_err(|_| none)?;
    socket.connect(server).await.map_err(|error| of_way(&error))?;
    Ok(socket)
}

async fn over_udp(server: SocketAddr, question: &Message, limit: Duration) -> Result<Message, Silence> {
    let wire = question.to_vec().map_err(|_| Silence::Broken)?;
    let socket = open(server).await?;
    socket.send(&wire).await.map_err(|error| of_way(&error))?;
    let mut buffer = vec![0; 4_096];
    let answer = async {
        loop {
            let size = socket.recv(&mut buffer).await.map_err(|error| of_io(&error))?;
            // Wrong ids and questions are somebody else's, or forged: go on waiting.
            match Message::from_vec(&buffer[..size]) {
                Ok(reply) if fits(question, &reply) => return Ok(reply),
                Ok(_) => {}
                Err(_) if size >= 2 && buffer[..2] == question.metadata.id.to_be_bytes() => {
                    return Err(Silence::Broken);
                }
                Err(_) => {}
            }
        }
    };
    timeout(limit, answer).await.unwrap_or(Err(Silence::Timeout))
}

async fn over_tcp(server: SocketAddr, question: &Message, limit: Duration) -> Result<Message, Silence> {
    let wire = question.to_vec().map_err(|_| Silence::Broken)?;
    let length = u16::try_from(wire.len()).map_err(|_| Silence::Broken)?;
    let talk = async {
        let mut stream = TcpStream::connect(server).await.map_err(|error| of_io(&error))?;
        stream.write_all(&[&length.to_be_bytes()[..], &wire].concat()).await.map_err(|error| of_io(&error))?;
        let size = stream.read_u16().await.map_err(|error| of_io(&error))?;
        let mut reply = vec![0; usize::from(size)];
        stream.read_exact(&mut reply).await.map_err(|error| of_io(&error))?;
        Message::from_vec(&reply).ok().filter(|reply| fits(question, reply)).ok_or(Silence::Broken)
    };
    timeout(limit, talk).await.unwrap_or(Err(Silence::Timeout))
}

fn fits(question: &Message, reply: &Message) -> bool {
    reply.metadata.id == question.metadata.id
        && reply.metadata.message_type == MessageType::Response
        && (reply.queries == question.queries || reply.queries.is_empty())
}

/// Before anything is sent, an unreachable network is one that this machine has no route to.
fn of_way(error: &io::Error) -> Silence {
    use io::ErrorKind::{AddrNotAvailable, HostUnreachable, NetworkUnreachable};
    match error.kind() {
        NetworkUnreachable | HostUnreachable | AddrNotAvailable => Silence::NoWay,
        _ => of_io(error),
    }
}

fn of_io(error: &io::Error) -> Silence {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Silence::Closed,
        io::ErrorKind::TimedOut => Silence::Timeout,
        _ => Silence::Broken,
    }
}
