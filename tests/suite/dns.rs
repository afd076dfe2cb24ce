//! The DNS asker, with the test's own servers for the root, the parent and the zone.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{SOA, TXT};
use hickory_proto::rr::{RData, Record, RecordType};
use plugwatch::core::time::Time;
use plugwatch::core::words::question::{DnsQuestion, Question};
use serde_json::Value;

use crate::kit::{askers, options};
use crate::names::{Answering, a, name, ns, refers, reply, soa, start};

fn says(code: ResponseCode, authoritative: bool) -> Answering {
    Arc::new(move |question, _| {
        let mut reply = reply(question, code, authoritative);
        if authoritative {
            reply.add_authority(soa("test."));
        }
        Some(reply)
    })
}

/// Serves example.test with this serial.
fn serves(serial: u32) -> Answering {
    Arc::new(move |question, _| {
        let mut reply = reply(question, ResponseCode::NoError, true);
        let zone = name("example.test.");
        match question.queries[0].query_type() {
            RecordType::SOA => {
                let soa = SOA::new(name("ns1.example.test."), name("me.example.test."), serial, 1, 1, 1, 1);
                reply.add_answer(Record::from_rdata(zone, 300, RData::SOA(soa)));
            }
            RecordType::A => {
                reply.add_answer(a("example.test.", Ipv4Addr::new(192, 0, 2, 7)));
            }
            RecordType::NS => {
                reply.add_answer(ns("example.test.", "ns1.example.test."));
                reply.add_answer(ns("example.test.", "ns2.example.test."));
            }
            _ => {}
        }
        Some(reply)
    })
}

const ROOT: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 1);
const TLD1: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const TLD2: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);
const ZONE1: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 4);
const ZONE2: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 5);

fn tld() -> Answering {
    refers("test.", &[("a.nic.test.", TLD1), ("b.nic.test.", TLD2)])
}

fn delegates() -> Answering {
    refers("example.test.", &[("ns1.example.test.", ZONE1), ("ns2.example.test.", ZONE2)])
}

/// Starts all servers on one free port, and queries from the root down.
async fn walk(servers: HashMap<Ipv4Addr, Answering>) -> Value {
    let port = start(servers).await;
    let mut options = options();
    options.dns_roots = vec![ROOT.into()];
    options.dns_port = port;
    let question = DnsQuestion {
        domain: "example.test".into(),
        types: ["SOA", "NS", "A", "MX", "TXT"].map(String::from).into(),
        timeout: Duration::from_millis(600),
    };
    askers(options).ask(&Question::Dns(question), false, Time(0)).await.said["dns"].clone()
}

fn world(zone1: Answering, zone2: Answering) -> HashMap<Ipv4Addr, Answering> {
    HashMap::from([(ROOT, tld()), (TLD1, delegates()), (TLD2, delegates()), (ZONE1, zone1), (ZONE2, zone2)])
}

#[tokio::test]
async fn a_zone_served_by_all_is_seen_with_its_records() {
    let dns = walk(world(serves(7), serves(7))).await;
    assert_eq!(dns["count"]["served"], 2);
    assert_eq!(dns["agree"], true);
    assert_eq!(dns["records"]["A"], serde_json::json!(["192.0.2.7"]));
    assert_eq!(dns["name_servers"], serde_json::json!(["ns1.example.test", "ns2.example.test"]));
    assert_eq!((&dns["parent"]["asked"], &dns["parent"]["delegated"]), (&2.into(), &2.into()));
    assert_eq!(dns["serials"], serde_json::json!([7]));
}

#[tokio::test]
async fn a_name_gone_from_the_parent_is_said_by_each_of_its_servers() {
    let gone = says(ResponseCode::NXDomain, true);
    let dns = walk(HashMap::from([(ROOT, tld()), (TLD1, gone.clone()), (TLD2, gone)])).await;
    assert_eq!((&dns["parent"]["nxdomain"], &dns["parent"]["answered"]), (&2.into(), &2.into()));
    assert_eq!(dns["count"]["total"], 0);
}

#[tokio::test]
async fn a_name_server_that_does_not_exist_is_told() {
    let half = || -> Answering {
        Arc::new(|question, _| {
            if question.queries[0].name() == &name("ns.gone.test.") {
                let mut none = reply(question, ResponseCode::NXDomain, true);
                none.add_authority(soa("test."));
                return Some(none);
            }
            let mut down = reply(question, ResponseCode::NoError, false);
            down.add_authority(ns("example.test.", "ns1.example.test."));
            down.add_authority(ns("example.test.", "ns.gone.test."));
            down.add_additional(a("ns1.example.test.", ZONE1));
            Some(down)
        })
    };
    let dns = walk(HashMap::from([(ROOT, tld()), (TLD1, half()), (TLD2, half()), (ZONE1, serves(7))])).await;
    assert_eq!((&dns["count"]["total"], &dns["count"]["served"]), (&1.into(), &1.into()));
    assert_eq!(dns["nowhere"], serde_json::json!(["ns.gone.test"]));
    // One that does not answer may exist.
    let world = HashMap::from([(ROOT, tld()), (TLD1, delegates()), (TLD2, delegates()), (ZONE1, serves(7))]);
    assert_eq!(walk(world).await["nowhere"], serde_json::json!([]));
}

#[tokio::test]
async fn refusal_servfail_and_silence_are_told_apart() {
    let dns = walk(world(says(ResponseCode::Refused, false), says(ResponseCode::ServFail, false))).await;
    assert_eq!((&dns["count"]["refused"], &dns["count"]["servfail"]), (&1.into(), &1.into()));
    let mut silent = world(Arc::new(|_, _| None), serves(1));
    let dns = walk(silent.clone()).await;
    assert_eq!((&dns["count"]["timeout"], &dns["count"]["served"]), (&1.into(), &1.into()));
    silent.remove(&ZONE1);
    let dns = walk(silent).await;
    assert_eq!(dns["count"]["closed"], 1, "nobody listens: ICMP says so");
}

#[tokio::test]
async fn a_server_that_refuses_the_soa_and_gives_addresses_still_answers_for_the_zone() {
    let serving = serves(1);
    let unwilling: Answering = Arc::new(move |question, tcp| match question.queries[0].query_type() {
        RecordType::SOA => Some(reply(question, ResponseCode::Refused, false)),
        _ => serving(question, tcp),
    });
    let dns = walk(world(unwilling.clone(), unwilling.clone())).await;
    assert_eq!((&dns["count"]["answering"], &dns["count"]["refused"]), (&2.into(), &0.into()));
    assert_eq!(dns["records"]["A"], serde_json::json!(["192.0.2.7"]));
    let dns = walk(world(unwilling, says(ResponseCode::Refused, false))).await;
    assert_eq!((&dns["count"]["answering"], &dns["count"]["refused"]), (&1.into(), &1.into()));
    // A server that resolves the name elsewhere is not one of the zone's own.
    let resolver: Answering = Arc::new(|question, _| match question.queries[0].query_type() {
        RecordType::A => {
            let mut reply = reply(question, ResponseCode::NoError, false);
            reply.metadata.recursion_available = true;
            reply.add_answer(a("example.test.", Ipv4Addr::new(192, 0, 2, 7)));
            Some(reply)
        }
        _ => Some(reply(question, ResponseCode::Refused, false)),
    });
    let dns = walk(world(resolver.clone(), resolver)).await;
    assert_eq!((&dns["count"]["answering"], &dns["count"]["refused"]), (&0.into(), &2.into()));
}

#[tokio::test]
async fn an_answer_without_authority_is_lame_and_where_all_offer_recursion_somebody_sits_between() {
    let resolver: Answering = Arc::new(|question, _| {
        let mut reply = reply(question, ResponseCode::NoError, false);
        reply.metadata.recursion_available = true;
        Some(reply)
    });
    let dns = walk(world(says(ResponseCode::NoError, false), resolver.clone())).await;
    assert_eq!((&dns["count"]["lame"], &dns["count"]["intercepted"]), (&2.into(), &0.into()));
    let dns = walk(world(serves(1), resolver.clone())).await;
    assert_eq!((&dns["count"]["served"], &dns["count"]["lame"]), (&1.into(), &1.into()));
    // If the servers above seem to offer recursion as well, all answers come from something in between.
    let between: Answering = Arc::new(|question, tcp| {
        let mut reply = delegates()(question, tcp)?;
        reply.metadata.recursion_available = true;
        Some(reply)
    });
    let (one, two) = (between.clone(), between);
    let world = [(ROOT, tld()), (TLD1, one), (TLD2, two), (ZONE1, resolver.clone()), (ZONE2, resolver)];
    let dns = walk(HashMap::from(world)).await;
    assert_eq!(dns["count"]["intercepted"], 2);
}

#[tokio::test]
async fn an_answer_cut_short_is_asked_again_over_tcp() {
    let serving = serves(3);
    let cut: Answering = Arc::new(move |question, tcp| {
        let mut reply = serving(question, tcp)?;
        if question.queries[0].query_type() == RecordType::TXT {
            if tcp {
                let text = Record::from_rdata(name("example.test."), 300, RData::TXT(TXT::new(vec!["long".into()])));
                reply.add_answer(text);
            }
            reply.metadata.truncation = !tcp;
        }
        Some(reply)
    });
    let dns = walk(world(cut.clone(), cut)).await;
    assert_eq!(dns["records"]["TXT"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn old_servers_that_know_no_edns_are_asked_without_it() {
    let serving = serves(3);
    let old: Answering = Arc::new(move |question, tcp| match question.edns {
        Some(_) => Some(reply(question, ResponseCode::FormErr, false)),
        None => serving(question, tcp),
    });
    let dns = walk(world(old.clone(), old)).await;
    assert_eq!(dns["count"]["served"], 2);
}

#[tokio::test]
async fn other_serials_are_told_but_no_disagreement() {
    let dns = walk(world(serves(1), serves(2))).await;
    assert_eq!((&dns["serials"], &dns["agree"]), (&serde_json::json!([1, 2]), &true.into()));
}

#[tokio::test]
async fn a_root_that_does_not_answer_is_no_verdict_on_the_zone() {
    let dns = walk(HashMap::from([(ROOT, Arc::new(|_: &Message, _| None) as Answering)])).await;
    assert_eq!(dns["walk_failed"], "no_server_above_answers");
}

#[tokio::test]
async fn extended_errors_are_kept() {
    use hickory_proto::op::Edns;
    use hickory_proto::rr::rdata::opt::EdnsOption;
    let refused: Answering = Arc::new(|question, _| {
        let mut reply = reply(question, ResponseCode::Refused, false);
        let mut edns = Edns::new();
        edns.options_mut().insert(EdnsOption::Unknown(15, b"\x00\x14not ours".to_vec()));
        reply.set_edns(edns);
        Some(reply)
    });
    let dns = walk(world(refused.clone(), refused)).await;
    assert_eq!(dns["servers"][0]["ede"], serde_json::json!([{"code": 20, "text": "not ours"}]));
}

#[tokio::test]
async fn a_name_that_somebody_between_blocks_is_not_gone() {
    // The answer claims authority without the zone's SOA: a router's list of blocked names.
    let blocks: Answering = Arc::new(|question, _| Some(reply(question, ResponseCode::NXDomain, true)));
    let dns = walk(HashMap::from([(ROOT, tld()), (TLD1, blocks.clone()), (TLD2, blocks)])).await;
    assert_eq!(dns["parent"]["nxdomain"], 0);
    assert_ne!(dns["walk_failed"], "");
}

#[tokio::test]
async fn a_server_that_refers_upwards_does_not_lead_the_way() {
    let upwards = refers(".", &[("a.root.test.", ROOT)]);
    let dns = walk(HashMap::from([
        (ROOT, tld()),
        (TLD1, upwards.clone()),
        (TLD2, delegates()),
        (ZONE1, serves(1)),
        (ZONE2, serves(1)),
    ]))
    .await;
    assert_eq!((&dns["parent"]["delegated"], &dns["count"]["served"]), (&1.into(), &2.into()));
    let dns = walk(HashMap::from([(ROOT, upwards)])).await;
    assert_eq!(dns["walk_failed"], "a_server_above_is_lame");
}
