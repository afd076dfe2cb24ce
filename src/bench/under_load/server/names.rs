//! Name servers: one for the root, one for `bench.`, and two for each `cN.bench.`, each on its own loopback address.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::rdata::{A, NS, SOA};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use tokio::net::UdpSocket;

use super::ledger::Ledger;

/// The addresses of the root server, the server of `bench.`, and the two servers of the zones below it.
pub const ADDRESSES: [Ipv4Addr; 4] = [
    Ipv4Addr::new(127, 0, 0, 1),
    Ipv4Addr::new(127, 0, 0, 2),
    Ipv4Addr::new(127, 0, 0, 3),
    Ipv4Addr::new(127, 0, 0, 4),
];

/// A typical lifetime of records, in seconds.
const TTL: u32 = 3_600;

/// Answers at one of the addresses until the socket fails.
pub async fn serve(socket: UdpSocket, place: usize, ledger: Arc<Ledger>) -> io::Result<()> {
    let socket = Arc::new(socket);
    let mut packet = vec![0; 4 << 10];
    loop {
        let (size, from) = socket.recv_from(&mut packet).await?;
        ledger.received(size);
        let Ok(question) = Message::from_vec(&packet[..size]) else { continue };
        let (socket, ledger) = (socket.clone(), ledger.clone());
        tokio::spawn(async move {
            let Some((reply, of)) = reply(&question, place, &ledger).await else { return };
            let Ok(bytes) = reply.to_vec() else { return };
            // If the packet is lost, the client asks again.
            if socket.send_to(&bytes, from).await.is_ok() {
                ledger.sent(bytes.len());
                if let Some((number, wrong)) = of {
                    ledger.answered(number, wrong);
                }
            }
        });
    }
}

/// The reply at one address. Only the first server's answer about the SOA of a check's zone counts as an answer to
/// that check.
async fn reply(question: &Message, place: usize, ledger: &Ledger) -> Option<(Message, Option<(u32, bool)>)> {
    let query = question.queries.first()?;
    let mut reply = Message::query();
    reply.metadata.id = question.metadata.id;
    reply.metadata.message_type = MessageType::Response;
    reply.queries = question.queries.clone();
    let kind = query.query_type();
    if place < 2 {
        refer(&mut reply, query.name(), place)?;
        return Some((reply, None));
    }
    reply.metadata.authoritative = true;
    let zone = query.name().clone();
    let number = number(&zone);
    let counts = number.filter(|_| place == 2 && kind == RecordType::SOA);
    let wrong = match counts {
        Some(number) => ledger.asked(number).await,
        None => false,
    };
    if wrong {
        reply.metadata.response_code = ResponseCode::Refused;
        return Some((reply, counts.map(|number| (number, true))));
    }
    match kind {
        RecordType::SOA => _ = reply.add_answer(soa(&zone)?),
        RecordType::NS => _ = reply.add_answers(servers(&zone)?),
        RecordType::A => _ = reply.add_answer(Record::from_rdata(zone, TTL, RData::A(A(Ipv4Addr::new(192, 0, 2, 7))))),
        _ => _ = reply.add_authority(soa(&zone)?),
    }
    Some((reply, counts.map(|number| (number, false))))
}

/// Adds a referral: from the root to `bench.`, or from there to the zone's two servers.
fn refer(reply: &mut Message, name: &Name, place: usize) -> Option<()> {
    if place == 0 {
        let server = Name::from_ascii("ns.bench.").ok()?;
        reply.add_authority(Record::from_rdata(Name::from_ascii("bench.").ok()?, TTL, RData::NS(NS(server.clone()))));
        reply.add_additional(Record::from_rdata(server, TTL, RData::A(A(ADDRESSES[1]))));
        return Some(());
    }
    let zone = name.trim_to(2);
    for (server, address) in servers(&zone)?.into_iter().zip(&ADDRESSES[2..]) {
        if let RData::NS(NS(host)) = &server.data {
            reply.add_additional(Record::from_rdata(host.clone(), TTL, RData::A(A(*address))));
        }
        reply.add_authority(server);
    }
    Some(())
}

fn servers(zone: &Name) -> Option<Vec<Record>> {
    let server = |host: &str| {
        Some(Record::from_rdata(
            zone.clone(),
            TTL,
            RData::NS(NS(Name::from_ascii(host).ok()?.append_domain(zone).ok()?)),
        ))
    };
    Some(vec![server("ns1")?, server("ns2")?])
}

fn soa(zone: &Name) -> Option<Record> {
    let mailbox = Name::from_ascii("hostmaster").ok()?.append_domain(zone).ok()?;
    let server = Name::from_ascii("ns1").ok()?.append_domain(zone).ok()?;
    Some(Record::from_rdata(
        zone.clone(),
        TTL,
        RData::SOA(SOA::new(server, mailbox, 2_026, 7_200, 3_600, 1_209_600, 300)),
    ))
}

/// The number of the check that queries the zone `cN.bench.`.
fn number(zone: &Name) -> Option<u32> {
    let label = zone.iter().next()?;
    std::str::from_utf8(label).ok()?.strip_prefix('c')?.parse().ok()
}
