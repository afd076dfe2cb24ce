//! Zones are judged by what their servers answer: servers with odd behaviour, and servers on IPv6.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::RecordType;
use plugwatch::catalog::{Catalog, Params};
use plugwatch::core::time::Time;
use plugwatch::core::words::question::{DnsQuestion, Question};
use plugwatch::core::words::verdict::{Reading, Verdict};
use serde_json::{Value, json};

use crate::kit::{askers, options};
use crate::names::{Answering, a, aaaa, name, ns, reply, soa, start};

const ROOT: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const TLD: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const ONE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 4));
const TWO: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 5));
const SIX: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);
/// An address at which no server listens.
const NOBODY: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 99));

/// Refers all names below `zone` to these servers, with IPv4 or IPv6 glue.
fn refers(zone: &'static str, servers: Vec<(&'static str, IpAddr)>) -> Answering {
    Arc::new(move |question, _| {
        let mut reply = reply(question, ResponseCode::NoError, false);
        for (server, address) in &servers {
            reply.add_authority(ns(zone, server));
            reply.add_additional(match address {
                IpAddr::V4(ip) => a(server, *ip),
                IpAddr::V6(ip) => aaaa(server, *ip),
            });
        }
        Some(reply)
    })
}

/// Serves example.test correctly.
fn fine() -> Answering {
    Arc::new(|question, _| {
        let mut reply = reply(question, ResponseCode::NoError, true);
        match question.queries[0].query_type() {
            RecordType::SOA => _ = reply.add_answer(soa("example.test.")),
            RecordType::A => _ = reply.add_answer(a("example.test.", Ipv4Addr::new(192, 0, 2, 7))),
            _ => _ = reply.add_authority(soa("example.test.")),
        }
        Some(reply)
    })
}

/// The same, with a changed reply.
fn odd(change: impl Fn(&Message, &mut Message) + Send + Sync + 'static) -> Answering {
    let fine = fine();
    Arc::new(move |question, tcp| {
        let mut reply = fine(question, tcp)?;
        change(question, &mut reply);
        Some(reply)
    })
}

/// The check's reading if the parent names these servers, and the facts.
async fn judged(glue: Vec<(&'static str, IpAddr)>, servers: Vec<(IpAddr, Answering)>) -> (Reading, Value) {
    let mut world: HashMap<IpAddr, Answering> = servers.into_iter().collect();
    world.insert(ROOT, refers("test.", vec![("a.nic.test.", TLD)]));
    world.insert(TLD, refers("example.test.", glue));
    let mut options = options();
    options.dns_port = start(world).await;
    options.dns_roots = vec![ROOT];
    let question = DnsQuestion {
        domain: "example.test".into(),
        types: ["SOA", "NS", "A", "AAAA", "MX"].map(String::from).into(),
        timeout: Duration::from_millis(600),
    };
    let answer = askers(options).ask(&Question::Dns(question), false, Time(0)).await;
    let catalog = Catalog::load(None).unwrap();
    let (_, check) = catalog.check("dns/zone").unwrap();
    let mut params = Params::default();
    params.public.insert("domain".into(), json!("example.test"));
    params.public.insert("most_serials".into(), json!(0));
    (catalog.judge(check, &params, &answer, Time(0)), answer.said["dns"].clone())
}

async fn of_two(one: Answering, two: Answering) -> (Verdict, String) {
    let glue = vec![("ns1.example.test.", ONE), ("ns2.example.test.", TWO)];
    let reading = judged(glue, vec![(ONE, one), (TWO, two)]).await.0;
    (reading.verdict, reading.reason)
}

#[tokio::test]
async fn a_zone_that_is_served_oddly_is_degraded_at_most() {
    let oddities: Vec<(&str, Answering)> = vec![
        ("without authority", odd(|_, reply| reply.metadata.authoritative = false)),
        (
            "the SOA where only its absence is said",
            odd(|question, reply| {
                if question.queries[0].query_type() == RecordType::SOA {
                    reply.authorities = std::mem::take(&mut reply.answers);
                }
            }),
        ),
        (
            "the SOA among what is additional",
            odd(|question, reply| {
                if question.queries[0].query_type() == RecordType::SOA {
                    reply.additionals = std::mem::take(&mut reply.answers);
                }
            }),
        ),
        (
            "nothing but a SOA, without authority",
            odd(|question, reply| {
                reply.metadata.authoritative = false;
                if question.queries[0].query_type() != RecordType::SOA {
                    reply.answers.clear();
                    reply.authorities.clear();
                }
            }),
        ),
        (
            "the SOA of another name",
            odd(|question, reply| {
                if question.queries[0].query_type() == RecordType::SOA {
                    reply.answers = vec![soa("birke.test.")];
                }
            }),
        ),
        (
            "the SOA is refused",
            odd(|question, reply| {
                if question.queries[0].query_type() == RecordType::SOA {
                    reply.answers.clear();
                    reply.metadata.response_code = ResponseCode::Refused;
                }
            }),
        ),
    ];
    for (what, odd) in oddities {
        assert_eq!(of_two(odd.clone(), odd.clone()).await.0, Verdict::Degraded, "both: {what}");
        assert_eq!(of_two(odd, fine()).await.0, Verdict::Degraded, "one of two: {what}");
    }
    // One server also offers recursion and omits the authoritative flag; the other is correct.
    let forgets = odd(|_, reply| {
        reply.metadata.authoritative = false;
        reply.metadata.recursion_available = true;
    });
    assert_eq!(of_two(forgets.clone(), fine()).await.0, Verdict::Degraded);
    assert_eq!(of_two(forgets.clone(), forgets).await.0, Verdict::Degraded, "both servers, and no server on the way");
    // A server that has lost the zone and offers recursion does not hide the one that serves it.
    let lost: Answering = Arc::new(|question, _| {
        let mut reply = reply(question, ResponseCode::NoError, false);
        reply.metadata.recursion_available = true;
        Some(reply)
    });
    assert_eq!(of_two(lost.clone(), fine()).await.0, Verdict::Degraded);
    assert_eq!(of_two(lost.clone(), lost).await, (Verdict::Outage, "zone_not_served".to_owned()));
    let forgets_soa = odd(|question, reply| {
        reply.metadata.authoritative = false;
        reply.metadata.recursion_available = true;
        if question.queries[0].query_type() == RecordType::SOA {
            reply.answers.clear();
        }
    });
    assert_eq!(of_two(forgets_soa.clone(), forgets_soa).await.0, Verdict::Degraded, "addresses are given");
}

#[tokio::test]
async fn a_server_that_stumbles_over_edns_serves_all_the_same() {
    for code in [ResponseCode::FormErr, ResponseCode::NotImp, ResponseCode::ServFail, ResponseCode::BADVERS] {
        let old = odd(move |question, reply| {
            if question.edns.is_some() {
                reply.answers.clear();
                reply.metadata.response_code = code;
                // The code's upper bits are in the EDNS record itself (RFC 6891, section 6.1.3).
                if code == ResponseCode::BADVERS {
                    let mut edns = hickory_proto::op::Edns::new();
                    edns.set_rcode_high(1);
                    reply.set_edns(edns);
                }
            }
        });
        assert_eq!(of_two(old.clone(), old).await.0, Verdict::Live, "{code}");
    }
    let fine = fine();
    let silent: Answering =
        Arc::new(move |question, tcp| if question.edns.is_some() { None } else { fine(question, tcp) });
    assert_eq!(of_two(silent.clone(), silent).await.0, Verdict::Live, "the server drops queries with EDNS");
}

#[tokio::test]
async fn an_old_server_whose_answer_is_cut_short_is_asked_over_tcp_as_it_understands() {
    let fine = fine();
    let old: Answering = Arc::new(move |question, tcp| {
        let mut reply = fine(question, tcp)?;
        if question.edns.is_some() {
            reply.answers.clear();
            reply.metadata.response_code = ResponseCode::FormErr;
        } else if !tcp {
            reply.answers.clear();
            reply.metadata.truncation = true;
        }
        Some(reply)
    });
    assert_eq!(of_two(old.clone(), old).await.0, Verdict::Live);
}

#[tokio::test]
async fn a_zone_that_nobody_serves_is_still_seen() {
    let refuses = odd(|_, reply| {
        reply.answers.clear();
        reply.authorities.clear();
        reply.metadata.authoritative = false;
        reply.metadata.response_code = ResponseCode::Refused;
    });
    assert_eq!(of_two(refuses.clone(), refuses).await.0, Verdict::Dropped);
    // The SOA of a zone above is not evidence for this one.
    let above: Answering = Arc::new(|question, _| {
        let mut reply = reply(question, ResponseCode::NoError, false);
        reply.add_authority(soa("test."));
        Some(reply)
    });
    assert_eq!(of_two(above.clone(), above).await.0, Verdict::Outage);
}

#[tokio::test]
async fn servers_are_asked_by_ipv6_and_by_nothing_else_where_they_have_nothing_else() {
    // Every kernel with IPv6 has its loopback address; on a kernel without IPv6, this test fails.
    let (reading, dns) = judged(vec![("ns6.example.test.", SIX)], vec![(SIX, fine())]).await;
    assert_eq!(reading.verdict, Verdict::Live, "{dns}");
    assert_eq!(dns["servers"][0]["address"], "::1");
    // A server with addresses of both versions is queried at both.
    let glue = vec![("ns1.example.test.", ONE), ("ns1.example.test.", SIX)];
    let (reading, dns) = judged(glue, vec![(ONE, fine()), (SIX, fine())]).await;
    assert_eq!((reading.verdict, &dns["count"]["total"]), (Verdict::Live, &2.into()), "{dns}");
}

#[tokio::test]
async fn the_silent_address_of_a_server_that_speaks_by_its_other_one_is_no_warning() {
    let glue = vec![("ns1.example.test.", NOBODY), ("ns1.example.test.", SIX), ("ns2.example.test.", ONE)];
    let (reading, dns) = judged(glue, vec![(SIX, fine()), (ONE, fine())]).await;
    assert_eq!((reading.verdict, &dns["count"]["total"]), (Verdict::Live, &2.into()), "{dns}");
    // Within one IP version, each server's address counts.
    let glue = vec![("ns1.example.test.", NOBODY), ("ns2.example.test.", ONE)];
    let (reading, dns) = judged(glue, vec![(ONE, fine())]).await;
    assert_eq!(reading.reason, "some_servers_silent", "{dns}");
}

#[tokio::test]
async fn a_server_without_glue_is_found_by_its_ipv6_address() {
    let elsewhere: Answering = Arc::new(|question, tcp| {
        let asked = &question.queries[0];
        if *asked.name() != name("ns.other.test.") {
            return fine()(question, tcp);
        }
        let mut reply = reply(question, ResponseCode::NoError, true);
        match asked.query_type() {
            RecordType::AAAA => _ = reply.add_answer(aaaa("ns.other.test.", Ipv6Addr::LOCALHOST)),
            _ => _ = reply.add_authority(soa("other.test.")),
        }
        Some(reply)
    });
    let tld: Answering = Arc::new(|question, _| {
        let mut reply = reply(question, ResponseCode::NoError, false);
        if question.queries[0].name().to_ascii().ends_with("example.test.") {
            reply.add_authority(ns("example.test.", "ns.other.test."));
        } else {
            reply.add_authority(ns("other.test.", "ns1.other.test."));
            reply.add_additional(a("ns1.other.test.", Ipv4Addr::new(127, 0, 0, 4)));
        }
        Some(reply)
    });
    let world = HashMap::from([
        (ROOT, refers("test.", vec![("a.nic.test.", TLD)])),
        (TLD, tld),
        (ONE, elsewhere.clone()),
        (SIX, elsewhere),
    ]);
    let mut options = options();
    options.dns_port = start(world).await;
    options.dns_roots = vec![ROOT];
    let question = DnsQuestion {
        domain: "example.test".into(),
        types: vec!["SOA".into(), "A".into()],
        timeout: Duration::from_millis(600),
    };
    let answer = askers(options).ask(&Question::Dns(question), false, Time(0)).await;
    assert_eq!(answer.said["dns"]["count"]["served"], 1, "{}", answer.said["dns"]);
}
