//! Sends one query to one name server, over UDP and, if the reply is truncated, over TCP.
//!
//! Sockets are connected, so that a closed port is reported (ICMP) and datagrams from other senders are dropped.

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
    /// No reply arrived in time.
    Timeout,
    /// The host is up, but no name server listens on the port.
    Closed,
    /// The reply cannot be parsed, or the socket failed.
    Broken,
    /// This machine has no route to the server (no IPv6, or no IPv4). This says nothing about the server.
    NoWay,
}

impl Silence {
    /// The name used in facts.
    pub fn word(self) -> &'static str {
        match self {
            Silence::Timeout => "timeout",
            Silence::Closed => "closed",
            Silence::Broken => "broken",
            Silence::NoWay => "no_way",
        }
    }
}

/// The kind of query that a server gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// A query for the server's own, authoritative data.
    Directly,
    /// A query to a resolver, with DNSSEC validation.
    Recursively,
    /// A query to a resolver, with DNSSEC validation off (CD, RFC 4035, section 3.2.2).
    Unchecked,
}

/// Queries `server` for `name`, at most twice: the second time without EDNS.
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
        // A single lost packet does not make a server silent. Also, old servers and firewalls drop options that they
        // do not understand (RFC 6891, section 7; RFC 8906, section 4), so the second attempt is sent without EDNS.
        _ => {
            let plain = query(name, kind, manner, false);
            (over_udp(server, &plain, half).await?, plain)
        }
    };
    if reply.metadata.truncation { over_tcp(server, &question, limit).await } else { Ok(reply) }
}

/// Whether an error reply may be about EDNS and not about the name: some old servers fail on EDNS.
fn dislikes_edns(reply: &Message) -> bool {
    use ResponseCode::{FormErr, NotImp, ServFail};
    match reply.metadata.response_code {
        FormErr | NotImp => true,
        // BADVERS has the same number as BADSIG, which cannot occur in a reply to such a query.
        code if u16::from(code) == u16::from(ResponseCode::BADVERS) => true,
        // A server that sends EDNS itself means the name.
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

/// Whether this machine has a route to the address. Sends nothing.
pub async fn has_way(server: SocketAddr) -> bool {
    open(server).await.err() != Some(Silence::NoWay)
}

/// Opens a socket that receives datagrams from this server only.
async fn open(server: SocketAddr) -> Result<UdpSocket, Silence> {
    let local: SocketAddr = if server.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0_u16; 8], 0).into() };
    // A kernel without IPv6 cannot open such a socket.
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
            // A reply with another id or question belongs to another query or is forged: keep waiting.
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

/// An error before anything was sent: an unreachable network means that this machine has no route there.
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
