//! DNS: a walk from the root to every server of a zone. Servers are queried directly, without a cache. `exchange`
//! sends one query to one server, `walk` finds the zone's servers, `zone` queries all of them, and `lookup` finds any
//! name's records.

mod exchange;
mod lookup;
mod walk;
mod zone;

pub(super) use exchange::{Manner, Silence, exchange, has_way};
pub(super) use lookup::{Missing, texts_of};
pub(super) use walk::{Walk, plain};
pub(super) use zone::extended_errors;

use crate::clock::Stopwatch;
use crate::core::words::answer::{Answer, Failure};
use crate::core::words::question::{DnsQuestion, Question};

use super::net::Net;

/// The root servers' addresses (IANA, named.root). One is queried at a time, so a few are enough. The IPv6 addresses
/// are for machines that have no IPv4.
pub const ROOTS: [&str; 12] = [
    "198.41.0.4",
    "170.247.170.2",
    "192.33.4.12",
    "199.7.91.13",
    "192.5.5.241",
    "193.0.14.129",
    "2001:503:ba3e::2:30",
    "2801:1b8:10::b",
    "2001:500:2::c",
    "2001:500:2d::d",
    "2001:500:2f::f",
    "2001:7fd::1",
];

/// Parses one reply in every way that this module does.
#[cfg(fuzzing)]
pub fn read(reply: &hickory_proto::op::Message, name: &hickory_proto::rr::Name, kind: hickory_proto::rr::RecordType) {
    lookup::read(reply, name, kind);
    zone::read(reply, kind);
}

/// Walks to the zone and returns everything that its parent and its servers say.
pub async fn ask(net: &Net, question: &DnsQuestion) -> Answer {
    let asked = Question::Dns(question.clone()).shown();
    let watch = Stopwatch::start();
    let mut walk = match walk::Walk::new(net, &question.domain, question.timeout) {
        Ok(walk) => walk,
        Err(wrong) => return Answer::failed(asked, Failure::NotAsked, wrong),
    };
    let delegation = walk.down().await;
    let zone = zone::ask_all(&mut walk, &delegation, &question.types).await;
    Answer::of(asked, watch.ms(), "dns", zone)
}
