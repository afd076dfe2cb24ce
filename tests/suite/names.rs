//! The tests' own name servers, on the same port of several loopback addresses.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, MX, NS, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};

/// One server's answer to a question; the flag says whether it came over TCP.
pub type Answering = Arc<dyn Fn(&Message, bool) -> Option<Message> + Send + Sync>;

pub fn name(text: &str) -> Name {
    Name::from_str(text).unwrap()
}

pub fn reply(question: &Message, code: ResponseCode, authoritative: bool) -> Message {
    let mut reply = Message::query();
    reply.metadata.id = question.metadata.id;
    reply.metadata.message_type = MessageType::Response;
    reply.metadata.response_code = code;
    reply.metadata.authoritative = authoritative;
    reply.queries = question.queries.clone();
    reply
}

/// The SOA record with which a zone's server denies a name.
pub fn soa(zone: &str) -> Record {
    let soa = SOA::new(name("ns.invalid."), name("me.invalid."), 1, 1, 1, 1, 1);
    Record::from_rdata(name(zone), 300, RData::SOA(soa))
}

pub fn ns(zone: &str, server: &str) -> Record {
    Record::from_rdata(name(zone), 300, RData::NS(NS(name(server))))
}

pub fn aaaa(host: &str, address: Ipv6Addr) -> Record {
    Record::from_rdata(name(host), 300, RData::AAAA(AAAA(address)))
}

pub fn a(host: &str, address: Ipv4Addr) -> Record {
    Record::from_rdata(name(host), 300, RData::A(A(address)))
}

pub async fn start<A: Into<IpAddr> + Copy>(servers: HashMap<A, Answering>) -> u16 {
    loop {
        let port = UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let mut bound = Vec::new();
        for (address, answering) in &servers {
            let at = SocketAddr::new((*address).into(), port);
            if let (Ok(udp), Ok(tcp)) = (UdpSocket::bind(at).await, TcpListener::bind(at).await) {
                bound.push((udp, tcp, answering.clone()));
            }
        }
        if bound.len() == servers.len() {
            for (udp, tcp, answering) in bound {
                tokio::spawn(over_udp(udp, answering.clone()));
                tokio::spawn(over_tcp(tcp, answering));
            }
            return port;
        }
    }
}

async fn over_udp(socket: UdpSocket, answering: Answering) {
    let mut buffer = [0; 4_096];
    while let Ok((size, from)) = socket.recv_from(&mut buffer).await {
        if let Some(reply) = answering(&Message::from_vec(&buffer[..size]).unwrap(), false) {
            socket.send_to(&reply.to_vec().unwrap(), from).await.unwrap();
        }
    }
}

async fn over_tcp(listener: TcpListener, answering: Answering) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let Ok(size) = stream.read_u16().await else { continue };
        let mut buffer = vec![0; usize::from(size)];
        stream.read_exact(&mut buffer).await.unwrap();
        if let Some(reply) = answering(&Message::from_vec(&buffer).unwrap(), true) {
            let wire = reply.to_vec().unwrap();
            stream.write_u16(u16::try_from(wire.len()).unwrap()).await.unwrap();
            stream.write_all(&wire).await.unwrap();
        }
    }
}

/// Refers all names below `zone` to these servers, with glue.
pub fn refers(zone: &'static str, servers: &'static [(&'static str, Ipv4Addr)]) -> Answering {
    Arc::new(move |question, _| {
        let mut reply = reply(question, ResponseCode::NoError, false);
        for (server, address) in servers {
            reply.add_authority(ns(zone, server));
            reply.add_additional(a(server, *address));
        }
        Some(reply)
    })
}

/// Answers for all names authoritatively, from lines of `name type data`.
pub fn serves_lines(lines: &str) -> Answering {
    let records: Vec<Record> = lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(record).collect();
    Arc::new(move |question, _| {
        let asked = &question.queries[0];
        let same: Vec<&Record> = records.iter().filter(|record| record.name == *asked.name()).collect();
        let code = if same.is_empty() { ResponseCode::NXDomain } else { ResponseCode::NoError };
        let mut reply = reply(question, code, true);
        for record in same {
            if record.record_type() == asked.query_type() || matches!(record.data, RData::CNAME(_)) {
                reply.add_answer(record.clone());
            }
        }
        if reply.answers.is_empty() {
            // It answers as if each domain were a separate zone.
            let labels = asked.name().num_labels().min(2);
            reply.add_authority(soa(&asked.name().trim_to(usize::from(labels)).to_ascii()));
        }
        Some(reply)
    })
}

fn record(line: &str) -> Record {
    let mut words = line.splitn(3, ' ');
    let (owner, kind, data) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
    let data = match kind {
        "A" => RData::A(A(data.parse().unwrap())),
        "AAAA" => RData::AAAA(AAAA(data.parse().unwrap())),
        "NS" => RData::NS(NS(name(data))),
        "CNAME" => RData::CNAME(CNAME(name(data))),
        "TXT" => RData::TXT(TXT::new(vec![data.to_owned()])),
        "MX" => {
            let (preference, host) = data.split_once(' ').unwrap();
            RData::MX(MX::new(preference.parse().unwrap(), name(host)))
        }
        other => panic!("{other}"),
    };
    Record::from_rdata(name(owner), 300, data)
}
