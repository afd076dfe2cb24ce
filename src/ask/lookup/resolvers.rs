//! The answers of different operators' resolvers to users. A resolver counts only if it finds the root and does not
//! find a name that cannot exist. A SERVFAIL that turns into an answer once validation is off (CD, RFC 4035) means
//! broken signatures.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use futures_util::future::join_all;
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};
use serde_json::{Value, json};

use crate::ask::dns::{Manner, Silence, Walk, exchange, extended_errors, has_way};
use crate::ask::net::Net;
use crate::core::words::question::LookupQuestion;

/// The extended errors for blocked, censored, filtered and prohibited (RFC 8914, sections 4.16 to 4.19).
const WITHHELD: [u64; 4] = [15, 16, 17, 18];

/// The usual resolvers' IPv6 addresses (from the operators' own pages), for machines that have no IPv4.
const SIX: [(&str, &str); 4] = [
    ("1.1.1.1", "2606:4700:4700::1111"),
    ("8.8.8.8", "2001:4860:4860::8888"),
    ("9.9.9.9", "2620:fe::fe"),
    ("208.67.222.222", "2620:119:35::35"),
];

/// Queries all resolvers at once.
pub async fn ask(walk: &mut Walk<'_>, question: &LookupQuestion) -> Value {
    let net = walk.net();
    let asked = net.options.resolvers.iter().map(|ip| one(net, *ip, question));
    let resolvers: Vec<Value> = join_all(asked).await;
    let count = |outcome: &str| resolvers.iter().filter(|row| row["outcome"] == outcome).count();
    let working = resolvers.iter().filter(|row| row["works"] == true).count();
    let answered = resolvers.iter().filter(|row| row["outcome"] == "answered");
    let addresses: BTreeSet<&str> =
        answered.flat_map(|row| row["addresses"].as_array()).flatten().filter_map(Value::as_str).collect();
    json!({
        "domain": question.domain(),
        "addresses": addresses,
        "count": {
            "asked": resolvers.len(), "working": working, "answered": count("answered"), "nodata": count("nodata"),
            "nxdomain": count("nxdomain"), "bogus": count("bogus"), "servfail": count("servfail"),
            "refused": count("refused"), "withheld": count("withheld"), "timeout": count("timeout"),
        },
        "resolvers": resolvers,
    })
}

/// The same operator's IPv6 address, if this machine has no route to the IPv4 address.
async fn reached(ip: IpAddr, port: u16) -> IpAddr {
    let known = SIX.iter().find(|(four, _)| four.parse() == Ok(ip)).and_then(|(_, six)| six.parse().ok());
    match known {
        Some(six) if !has_way(SocketAddr::new(ip, port)).await => six,
        _ => ip,
    }
}

async fn one(net: &Net, ip: IpAddr, question: &LookupQuestion) -> Value {
    let name = Name::from_ascii(format!("{}.", question.domain())).unwrap_or_else(|_| Name::root());
    let ip = reached(ip, net.options.dns_port).await;
    let server = SocketAddr::new(ip, net.options.dns_port);
    if !net.options.guard.allows(ip) {
        return json!({ "address": ip.to_string(), "works": false, "outcome": "not_asked" });
    }
    let put = |name: Name, kind, manner| async move { exchange(server, &name, kind, manner, question.timeout).await };
    // A name that cannot exist (RFC 6761, section 6.4), different each time.
    let nowhere = Name::from_ascii(format!("t{}.invalid.", net.clock.now().0)).unwrap_or_else(|_| Name::root());
    let (root, nowhere, reply) = tokio::join!(
        put(Name::root(), RecordType::NS, Manner::Recursively),
        put(nowhere, RecordType::A, Manner::Recursively),
        put(name.clone(), RecordType::A, Manner::Recursively),
    );
    let works = root.is_ok_and(|root| !root.answers.is_empty())
        && nowhere.is_ok_and(|nowhere| nowhere.metadata.response_code == ResponseCode::NXDomain);
    let mut outcome = outcome_of(&reply);
    if outcome == "nodata" {
        // A name may have IPv6 addresses only.
        let other = put(name.clone(), RecordType::AAAA, Manner::Recursively).await;
        outcome = if other.is_ok_and(|reply| !reply.answers.is_empty()) { "answered" } else { outcome };
    }
    if outcome == "servfail" {
        let unchecked = put(name.clone(), RecordType::A, Manner::Unchecked).await;
        // A passing failure must not look like a broken signature: with validation on, a broken one fails again.
        if unchecked.is_ok_and(|reply| reply.metadata.response_code == ResponseCode::NoError) {
            let again = outcome_of(&put(name, RecordType::A, Manner::Recursively).await);
            outcome = if again == "servfail" { "bogus" } else { again };
        }
    }
    json!({
        "address": ip.to_string(),
        "works": works,
        "outcome": if works { outcome } else { "not_counted" },
        "says": outcome,
        "addresses": reply.as_ref().map(addresses).unwrap_or_default(),
        "validated": reply.as_ref().is_ok_and(|reply| reply.metadata.authentic_data),
        "ede": reply.as_ref().map(extended_errors).unwrap_or_default(),
    })
}

fn outcome_of(reply: &Result<Message, Silence>) -> &'static str {
    let reply = match reply {
        Ok(reply) => reply,
        Err(_) => return "timeout",
    };
    let withheld =
        extended_errors(reply).iter().any(|error| error["code"].as_u64().is_some_and(|c| WITHHELD.contains(&c)));
    let found = addresses(reply);
    match reply.metadata.response_code {
        _ if withheld || found.iter().any(|address| address == "0.0.0.0") => "withheld",
        ResponseCode::NoError if found.is_empty() => "nodata",
        ResponseCode::NoError => "answered",
        ResponseCode::NXDomain => "nxdomain",
        ResponseCode::Refused => "refused",
        _ => "servfail",
    }
}

fn addresses(reply: &Message) -> Vec<String> {
    let text = |data: &RData| match data {
        RData::A(address) => Some(address.0.to_string()),
        _ => None,
    };
    let mut found: Vec<String> = reply.answers.iter().filter_map(|record| text(&record.data)).collect();
    found.sort();
    found
}
