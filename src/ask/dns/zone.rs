//! Queries every name server of a zone: which of them serve it, and what do they answer?

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::opt::EdnsOption;
use hickory_proto::rr::{Name, RData, RecordType};
use serde_json::{Value, json};

use super::exchange::Silence;
use super::walk::{Delegation, Server, Walk, plain};

/// The option number of an extended DNS error (RFC 8914).
const EDE: u16 = 15;

/// The answer of one server.
struct Said {
    outcome: &'static str,
    rcode: String,
    aa: bool,
    ra: bool,
    ede: Vec<Value>,
    serial: Option<u32>,
    records: BTreeMap<String, BTreeSet<String>>,
}

/// Queries every server of the zone for every type and collects the facts.
pub async fn ask_all(walk: &mut Walk<'_>, delegation: &Delegation, types: &[String]) -> Value {
    let servers = &delegation.servers;
    let first = walk.put_all(servers, RecordType::SOA).await;
    let mut said: Vec<Said> = first.iter().map(|reply| hear(&walk.zone, reply)).collect();
    believe_the_way(walk, &mut said);
    hear_the_unwilling(walk, servers, &mut said).await;
    for kind in types.iter().filter(|kind| *kind != "SOA") {
        let Ok(record_type) = RecordType::from_str(kind) else { continue };
        let serving: Vec<usize> =
            (0..servers.len()).filter(|n| matches!(said[*n].outcome, "served" | "answering")).collect();
        let asked: Vec<Server> = serving.iter().map(|n| servers[*n].clone()).collect();
        let replies = walk.put_all(&asked, record_type).await;
        for (n, reply) in serving.into_iter().zip(replies) {
            let found = reply.map(|reply| records(&reply, record_type)).unwrap_or_default();
            said[n].records.insert(kind.clone(), found);
        }
    }
    facts(walk, delegation, &said, types)
}

/// A server may refuse the SOA query or have no SOA. As long as it returns any record that people and mail servers
/// look up, it serves the zone.
async fn hear_the_unwilling(walk: &mut Walk<'_>, servers: &[Server], said: &mut [Said]) {
    for kind in LOOKED_UP {
        let unwilling: Vec<usize> = (0..servers.len()).filter(|n| UNWILLING.contains(&said[*n].outcome)).collect();
        let asked: Vec<Server> = unwilling.iter().map(|n| servers[*n].clone()).collect();
        let replies = walk.put_all(&asked, kind).await;
        for (n, reply) in unwilling.into_iter().zip(replies) {
            let Ok(reply) = reply else { continue };
            if !gives(&reply, kind, said[n].outcome == "lame") {
                continue;
            }
            said[n].outcome = "answering";
            said[n].records.insert(kind.to_string(), records(&reply, kind));
        }
    }
}

/// The record types that people and mail servers look up.
const LOOKED_UP: [RecordType; 4] = [RecordType::A, RecordType::AAAA, RecordType::MX, RecordType::TXT];

/// Outcomes of the SOA query after which a server is queried for other types.
const UNWILLING: [&str; 5] = ["refused", "lame", "nxdomain", "servfail", "broken"];

/// Whether a server returns records of the zone's own name from its own data; records that it resolved elsewhere do
/// not count. If the server's outcome is `lame`, whatever it returns counts.
fn gives(reply: &Message, kind: RecordType, lame: bool) -> bool {
    let (aa, ra) = (reply.metadata.authoritative, reply.metadata.recursion_available);
    let wanted = |record: &hickory_proto::rr::Record| matches!(record.record_type(), found if found == kind || found == RecordType::CNAME);
    reply.metadata.response_code == ResponseCode::NoError && (lame || aa || !ra) && reply.answers.iter().any(wanted)
}

/// Confirms or corrects the outcome `intercepted`. A middlebox answers in place of every server, also of those on the
/// way down, and offers recursion. If one of the zone's servers answers with authority, or if no server on the way
/// offered recursion, there is no middlebox: the server does not set the authority flag, or no longer has the zone.
fn believe_the_way(walk: &Walk<'_>, said: &mut [Said]) {
    if walk.recursing && !said.iter().any(|said| said.outcome == "served") {
        return;
    }
    for said in said.iter_mut().filter(|said| said.outcome == "intercepted") {
        said.outcome = if said.serial.is_some() { "answering" } else { "lame" };
    }
}

fn hear(zone: &Name, reply: &Result<Message, Silence>) -> Said {
    let silent = |outcome| Said {
        outcome,
        rcode: String::new(),
        aa: false,
        ra: false,
        ede: Vec::new(),
        serial: None,
        records: BTreeMap::new(),
    };
    let reply = match reply {
        Ok(reply) => reply,
        Err(silence) => return silent(silence.word()),
    };
    let everywhere = reply.answers.iter().chain(&reply.authorities).chain(&reply.additionals);
    let serial = everywhere.filter(|record| record.name == *zone).find_map(|record| match &record.data {
        RData::SOA(soa) => Some(soa.serial),
        _ => None,
    });
    let mut said = silent(outcome(zone, reply, serial.is_some()));
    said.rcode = format!("{:?}", reply.metadata.response_code).to_uppercase();
    (said.aa, said.ra, said.serial) = (reply.metadata.authoritative, reply.metadata.recursion_available, serial);
    said.ede = extended_errors(reply);
    said
}

/// `knows` says whether the zone's own SOA is anywhere in the reply.
fn outcome(zone: &Name, reply: &Message, knows: bool) -> &'static str {
    let (aa, ra) = (reply.metadata.authoritative, reply.metadata.recursion_available);
    match reply.metadata.response_code {
        ResponseCode::Refused | ResponseCode::NotAuth => "refused",
        ResponseCode::ServFail => "servfail",
        ResponseCode::NXDomain if aa => "nxdomain",
        // The zone's own SOA, not that of a zone above it (RFC 1034, section 4.3.2).
        ResponseCode::NoError if aa && has_soa(zone, reply) => "served",
        // The server has the zone, but returns its SOA in the wrong section or without authority: people are served.
        ResponseCode::NoError if knows && (aa || !ra) => "answering",
        // Authoritative, but without the zone's SOA. Later queries find out whether people are served.
        ResponseCode::NoError if aa => "lame",
        // An authoritative server does not offer recursion; a reply like this comes from a middlebox.
        ResponseCode::NoError | ResponseCode::NXDomain if ra => "intercepted",
        ResponseCode::NoError | ResponseCode::NXDomain => "lame",
        _ => "broken",
    }
}

fn has_soa(zone: &Name, reply: &Message) -> bool {
    reply.answers.iter().any(|record| record.record_type() == RecordType::SOA && record.name == *zone)
}

/// The extended DNS errors of a reply, each with `code` and `text`.
pub fn extended_errors(reply: &Message) -> Vec<Value> {
    let Some(edns) = &reply.edns else { return Vec::new() };
    edns.options()
        .options
        .iter()
        .filter_map(|(_, option)| match option {
            EdnsOption::Unknown(EDE, bytes) if bytes.len() >= 2 => Some(json!({
                "code": u16::from_be_bytes([bytes[0], bytes[1]]),
                "text": String::from_utf8_lossy(&bytes[2..]).trim_end_matches('\0'),
            })),
            _ => None,
        })
        .collect()
}

fn records(reply: &Message, kind: RecordType) -> BTreeSet<String> {
    let wanted = reply.answers.iter().filter(|record| record.record_type() == kind);
    wanted.map(|record| text(&record.data)).collect()
}

fn text(data: &RData) -> String {
    match data {
        RData::A(ip) => ip.0.to_string(),
        RData::AAAA(ip) => ip.0.to_string(),
        RData::NS(name) => plain(&name.0),
        RData::MX(mx) => format!("{} {}", mx.preference, plain(&mx.exchange)),
        other => other.to_string(),
    }
}

/// The servers' answers that count. An address without a route from this machine does not count. Neither does a silent
/// one if the same server answers at its address of the other family, because the route may be what is broken.
fn counted<'s>(servers: &[Server], said: &'s [Said]) -> Vec<&'s Said> {
    let spoke = |said: &Said| !matches!(said.outcome, "no_way" | "timeout" | "closed");
    let speaks_beside = |server: &Server| {
        let other =
            |beside: &Server| beside.name == server.name && beside.address.is_ipv6() != server.address.is_ipv6();
        servers.iter().zip(said).any(|(beside, said)| other(beside) && spoke(said))
    };
    let counts =
        |(server, said): &(&Server, &Said)| said.outcome != "no_way" && (spoke(said) || !speaks_beside(server));
    servers.iter().zip(said).filter(counts).map(|(_, said)| said).collect()
}

fn facts(walk: &Walk<'_>, delegation: &Delegation, said: &[Said], types: &[String]) -> Value {
    let counted = counted(&delegation.servers, said);
    let count = |outcome: &str| counted.iter().filter(|said| said.outcome == outcome).count();
    let servers: Vec<Value> = delegation.servers.iter().zip(said).map(server_facts).collect();
    let serving: Vec<&Said> = said.iter().filter(|said| said.outcome == "served").collect();
    let mut records: BTreeMap<&str, BTreeSet<String>> =
        types.iter().map(|kind| (kind.as_str(), BTreeSet::new())).collect();
    for kind in ["A", "AAAA", "MX"] {
        records.entry(kind).or_default();
    }
    // Records from a server that refuses the SOA count too, because people get them.
    let giving = said.iter().filter(|said| matches!(said.outcome, "served" | "answering"));
    for (kind, found) in giving.flat_map(|said| &said.records) {
        records.entry(kind).or_default().extend(found.iter().cloned());
    }
    let serials: BTreeSet<u32> = serving.iter().filter_map(|said| said.serial).collect();
    json!({
        "domain": walk.domain,
        "walk_failed": delegation.walk_failed.unwrap_or(""),
        "parent": {
            "asked": delegation.asked, "answered": delegation.answered,
            "nxdomain": delegation.nxdomain, "undelegated": delegation.undelegated, "delegated": delegation.delegated,
        },
        "name_servers": delegation.name_servers,
        "nowhere": delegation.nowhere,
        "servers": servers,
        "count": {
            "total": counted.len(), "no_way": said.iter().filter(|said| said.outcome == "no_way").count(), "served": serving.len(), "answering": count("answering"), "refused": count("refused"), "servfail": count("servfail"),
            "nxdomain": count("nxdomain"), "lame": count("lame"), "timeout": count("timeout"),
            "closed": count("closed"), "broken": count("broken"), "intercepted": count("intercepted"),
        },
        "records": records,
        "serials": serials,
        "agree": agree(&serving),
    })
}

/// Whether all serving servers agree. Addresses are left out, because many hosts return a different selection each
/// time.
fn agree(serving: &[&Said]) -> bool {
    let steady = |said: &Said| {
        let kept = said.records.iter().filter(|(kind, _)| !matches!(kind.as_str(), "A" | "AAAA"));
        kept.map(|(kind, found)| (kind.clone(), found.clone())).collect::<BTreeMap<_, _>>()
    };
    serving.windows(2).all(|two| steady(two[0]) == steady(two[1]))
}

fn server_facts((server, said): (&Server, &Said)) -> Value {
    json!({
        "name": server.name, "address": server.address.ip().to_string(), "outcome": said.outcome,
        "rcode": said.rcode, "aa": said.aa, "ra": said.ra, "ede": said.ede, "serial": said.serial,
        "records": said.records,
    })
}

/// Parses one reply as this module does.
#[cfg(fuzzing)]
pub fn read(reply: &Message, kind: RecordType) {
    _ = (hear(&Name::root(), &Ok(reply.clone())).outcome, records(reply, kind));
}
