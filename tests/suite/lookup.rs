//! Lookups with the tests' own name servers, mail servers and a web server.

use std::collections::{BTreeMap, HashMap};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::ResponseCode;
use hickory_proto::rr::RecordType;
use plugwatch::ask::NetOptions;
use plugwatch::catalog::{Catalog, Params};
use plugwatch::core::time::Time;
use plugwatch::core::words::answer::Answer;
use plugwatch::core::words::question::{Lookup, LookupQuestion, Question};
use plugwatch::core::words::verdict::Verdict;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::kit::{askers, http, options, raw};
use crate::names::{Answering, a, name, ns, refers, reply, serves_lines, soa, start};

const HERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 1);

/// Options with a single root server, which serves these records.
async fn names(lines: &str) -> NetOptions {
    let port = start(HashMap::from([(HERE, serves_lines(lines))])).await;
    NetOptions { dns_roots: vec![HERE.into()], dns_port: port, ..options() }
}

async fn look(options: NetOptions, what: Lookup, args: &[(&str, &[&str])]) -> Answer {
    let list = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    let mut all: BTreeMap<String, Vec<String>> =
        args.iter().map(|(key, values)| ((*key).to_owned(), list(values))).collect();
    all.entry("domain".into()).or_insert_with(|| vec!["example.test".into()]);
    let question = LookupQuestion { what, args: all, timeout: Duration::from_millis(600) };
    askers(options).ask(&Question::Lookup(question), false, Time(0)).await
}

async fn facts(options: NetOptions, what: Lookup, args: &[(&str, &[&str])]) -> Value {
    look(options, what, args).await.said[what.word()].clone()
}

/// The catalogue's verdict and reason for an answer.
fn read(check: &str, answer: &Answer) -> (Verdict, String) {
    let catalog = Catalog::load(None).unwrap();
    let (_, check) = catalog.check(check).unwrap();
    let mut params = Params::default();
    for param in &check.params {
        params.public.extend(param.default.clone().map(|value| (param.name.clone(), value)));
    }
    params.public.insert("domain".into(), json!("example.test"));
    params.public.insert("mailbox".into(), json!("me@example.test"));
    let reading = catalog.judge(check, &params, answer, Time(0));
    (reading.verdict, reading.reason)
}

#[tokio::test]
async fn everything_that_an_spf_record_includes_is_counted_and_what_is_gone_is_named() {
    let lines = "example.test. TXT v=spf1 a mx include:one.test include:gone.test -all include:never.test
        one.test. TXT v=spf1 include:two.test ip4:192.0.2.0/24 ~all
        two.test. TXT v=spf1 exists:%{i}.two.test";
    let answer = look(names(lines).await, Lookup::Spf, &[]).await;
    let spf = &answer.said["spf"];
    assert_eq!((&spf["lookups"], &spf["all"]), (&json!(6), &json!("-all")));
    assert_eq!(spf["includes"], json!(["one.test", "two.test", "gone.test"]), "what follows `all` is never come to");
    assert_eq!(spf["gone"], json!(["gone.test"]));
    assert_eq!(read("mail/spf", &answer), (Verdict::Degraded, "include_gone".to_owned()));
}

#[tokio::test]
async fn what_is_included_twice_costs_twice_and_a_circle_is_no_record() {
    let twice = "example.test. TXT v=spf1 include:one.test include:two.test -all
        one.test. TXT v=spf1 include:four.test -all
        two.test. TXT v=spf1 include:four.test -all
        four.test. TXT v=spf1 a:a.test a:b.test a:c.test a:d.test -all";
    let answer = look(names(twice).await, Lookup::Spf, &[]).await;
    assert_eq!(answer.said["spf"]["lookups"], 12);
    assert_eq!(read("mail/spf", &answer), (Verdict::Degraded, "too_many_lookups".to_owned()));
    let itself = "example.test. TXT v=spf1 include:%{d} -all";
    let answer = look(names(itself).await, Lookup::Spf, &[]).await;
    assert_eq!(read("mail/spf", &answer), (Verdict::Degraded, "not_valid".to_owned()));
    let circle = "example.test. TXT v=spf1 include:one.test -all\none.test. TXT v=spf1 include:example.test -all";
    let answer = look(names(circle).await, Lookup::Spf, &[]).await;
    assert_eq!(read("mail/spf", &answer), (Verdict::Degraded, "not_valid".to_owned()));
}

#[tokio::test]
async fn eleven_lookups_are_too_many_and_two_records_are_none() {
    let many: String = (0..11).map(|n| format!(" include:i{n}.test")).collect();
    let mut lines = format!("example.test. TXT v=spf1{many} -all\n");
    (0..11).for_each(|n| lines += &format!("i{n}.test. TXT v=spf1 -all\n"));
    let answer = look(names(&lines).await, Lookup::Spf, &[]).await;
    assert_eq!(read("mail/spf", &answer), (Verdict::Degraded, "too_many_lookups".to_owned()));
    let answer =
        look(names("example.test. TXT v=spf1 -all\nexample.test. TXT v=spf1 ~all").await, Lookup::Spf, &[]).await;
    assert_eq!(read("mail/spf", &answer), (Verdict::Degraded, "several_records".to_owned()));
    let answer = look(names("example.test. TXT v=spf1 inlcude:x.test -all").await, Lookup::Spf, &[]).await;
    assert_eq!(read("mail/spf", &answer), (Verdict::Degraded, "not_valid".to_owned()));
}

#[tokio::test]
async fn silence_about_mail_records_is_unknown_and_never_missing() {
    let silent: Answering = Arc::new(|_, _| None);
    let all = [
        (Lookup::Spf, "mail/spf"),
        (Lookup::Dmarc, "mail/dmarc"),
        (Lookup::Dkim, "mail/dkim"),
        (Lookup::MtaSts, "mail/mta_sts"),
        (Lookup::Smtp, "mail/mx"),
        (Lookup::Network, "website/network"),
        (Lookup::Blocklists, "mail/blocklists"),
    ];
    // Resolvers and names have separate tests; a new lookup must be added here.
    let elsewhere = [Lookup::Resolvers, Lookup::Names];
    let told = |what: &Lookup| elsewhere.contains(what) || all.iter().any(|(here, _)| here == what);
    assert!(Lookup::ALL.iter().all(told), "{:?}", Lookup::ALL);
    for (what, check) in all {
        let port = start(HashMap::from([(HERE, silent.clone())])).await;
        let options = NetOptions { dns_roots: vec![HERE.into()], dns_port: port, ..options() };
        let answer = look(options, what, &[("selectors", &["s1"]), ("lists", &["bl.test"])]).await;
        assert_eq!(read(check, &answer).0, Verdict::Unknown, "{check}: {answer:?}");
    }
}

const TLD: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const ONE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);
const TWO: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 4);

/// Queries a root, a top-level domain, and a vendor's zone with two servers.
async fn vendor(one: Answering, two: Answering) -> Value {
    let port = start(HashMap::from([
        (HERE, refers("test.", &[("ns.test.", TLD)])),
        (TLD, refers("vendor.test.", &[("a.vendor.test.", ONE), ("b.vendor.test.", TWO)])),
        (ONE, one),
        (TWO, two),
    ]))
    .await;
    let options = NetOptions { dns_roots: vec![HERE.into()], dns_port: port, ..options() };
    let args: [(&str, &[&str]); 2] = [("domain", &["vendor.test"]), ("selectors", &["s1"])];
    facts(options, Lookup::Dkim, &args).await["selectors"][0]["outcome"].clone()
}

/// An authoritative answer that the name does not exist.
fn nothing() -> Answering {
    Arc::new(|question, _| {
        let mut said = reply(question, ResponseCode::NXDomain, true);
        said.add_authority(soa("vendor.test."));
        Some(said)
    })
}

#[tokio::test]
async fn one_server_that_lags_or_lies_does_not_make_a_record_vanish() {
    let line: &str = Box::leak(format!("s1._domainkey.vendor.test. TXT {KEY}").into_boxed_str());
    let serves = || serves_lines(line);
    let lame = refers(".", &[("a.root.test.", HERE)]);
    let remembers: Answering = Arc::new(move |question, _| {
        let mut said = serves_lines(line)(question, false)?;
        said.metadata.authoritative = false;
        Some(said)
    });
    assert_eq!(vendor(serves(), serves()).await, "valid");
    assert_eq!(vendor(nothing(), serves()).await, "valid", "the first one lags");
    assert_eq!(vendor(lame.clone(), serves()).await, "valid", "the first one is lame");
    assert_eq!(vendor(nothing(), nothing()).await, "missing", "both say so");
    assert_eq!(vendor(remembers.clone(), nothing()).await, "missing", "a resolver's cached answer does not count");
    assert_eq!(vendor(lame.clone(), lame).await, "unanswered");
    assert_eq!(vendor(remembers.clone(), remembers).await, "unanswered");
}

/// RFC 8463, appendix A.
const KEY: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

#[tokio::test]
async fn a_key_that_the_mail_vendor_dropped_is_told_from_one_that_we_lost() {
    let lines = format!(
        "s1._domainkey.example.test. CNAME s1.vendor.test.
        s1.vendor.test. TXT {KEY}
        s2._domainkey.example.test. CNAME s2.vendor.test.
        s3._domainkey.example.test. TXT v=DKIM1; p="
    );
    let dkim = facts(names(&lines).await, Lookup::Dkim, &[("selectors", &["s1", "s2", "s3", "s4"])]).await;
    let outcomes: Vec<&str> =
        dkim["selectors"].as_array().unwrap().iter().map(|row| row["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["valid", "target_gone", "revoked", "missing"]);
    assert_eq!(dkim["selectors"][1]["target"], "s2.vendor.test");
    let dropped = look(names(&lines).await, Lookup::Dkim, &[("selectors", &["s2"])]).await;
    assert_eq!(read("mail/dkim", &dropped), (Verdict::Dropped, "keys_gone_at_vendor".to_owned()));
}

#[tokio::test]
async fn a_name_without_a_dmarc_record_follows_the_one_above() {
    let lines = "_dmarc.example.test. TXT v=DMARC1; p=reject; sp=quarantine; rua=mailto:d@example.test";
    let own = facts(names(lines).await, Lookup::Dmarc, &[]).await;
    assert_eq!((&own["policy"], &own["reports"]), (&json!("reject"), &json!(["d@example.test"])));
    let below = facts(names(lines).await, Lookup::Dmarc, &[("domain", &["mail.example.test"])]).await;
    assert_eq!((&below["policy"], &below["at"]), (&json!("quarantine"), &json!("example.test")));
    let none = look(names("example.test. A 127.0.0.1").await, Lookup::Dmarc, &[]).await;
    assert_eq!(read("mail/dmarc", &none), (Verdict::Degraded, "no_record".to_owned()));
}

#[tokio::test]
async fn a_mail_server_that_the_policy_forgot_is_named() {
    let web = raw(|_| {
        http(
            "200 OK",
            "content-type: text/plain\r\n",
            b"version: STSv1\nmode: enforce\nmx: mx1.example.test\nmax_age: 86400\n",
        )
    })
    .await;
    let lines = "_mta-sts.example.test. TXT v=STSv1; id=7
        example.test. MX 10 mx1.example.test.
        example.test. MX 20 mx2.example.test.";
    let mut options = names(lines).await;
    options.overrides.insert("https://mta-sts.example.test".into(), format!("http://{web}"));
    let answer = look(options.clone(), Lookup::MtaSts, &[]).await;
    assert_eq!(answer.said["mta_sts"]["hosts"], json!(["mx2.example.test"]));
    assert_eq!(read("mail/mta_sts", &answer), (Verdict::Degraded, "servers_left_out".to_owned()));
    let gone = raw(|_| http("404 Not Found", "", b"")).await;
    options.overrides.insert("https://mta-sts.example.test".into(), format!("http://{gone}"));
    assert_eq!(read("mail/mta_sts", &look(options, Lookup::MtaSts, &[]).await).1, "policy_not_served");
}

#[tokio::test]
async fn the_network_of_an_address_is_looked_up_by_its_number() {
    let lines = "example.test. A 192.0.2.1
        1.2.0.192.origin.asn.cymru.com. TXT 64496 64497 | 192.0.2.0/24 | ZZ | test | 2026-01-01
        AS64496.asn.cymru.com. TXT 64496 | ZZ | test | 2026-01-01 | EXAMPLE-NET, ZZ";
    let network = facts(names(lines).await, Lookup::Network, &[]).await;
    assert_eq!(network["asns"], json!([64496, 64497]));
    assert_eq!(network["networks"][0]["name"], "EXAMPLE-NET, ZZ");
    let unlisted = facts(names("example.test. A 192.0.2.1").await, Lookup::Network, &[]).await;
    assert_eq!((&unlisted["asns"], &unlisted["failed"]), (&json!([]), &json!("no_origin")));
}

#[tokio::test]
async fn a_blocklist_counts_only_while_it_passes_its_own_test() {
    let lines = "2.0.0.127.good.test. A 127.0.0.2
        1.2.0.192.good.test. A 127.0.0.4
        1.2.0.192.good.test. TXT stolen password
        2.0.0.127.refusing.test. A 127.255.255.254
        1.2.0.192.refusing.test. A 127.255.255.254
        2.0.0.127.parked.test. A 203.0.113.9
        1.2.0.192.parked.test. A 203.0.113.9
        1.2.0.192.empty.test. A 127.0.0.2
        2.0.0.127.all.test. A 127.0.0.2
        1.0.0.127.all.test. A 127.0.0.2
        1.2.0.192.all.test. A 127.0.0.2
        test.names.test. A 127.0.1.2";
    let args: [(&str, &[&str]); 3] = [
        ("addresses", &["192.0.2.1"]),
        ("lists", &["good.test", "refusing.test", "parked.test", "empty.test", "all.test"]),
        ("domain_lists", &["names.test"]),
    ];
    let found = facts(names(lines).await, Lookup::Blocklists, &args).await;
    let outcomes: Vec<&str> =
        found["lists"].as_array().unwrap().iter().map(|row| row["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["listed", "error", "error", "error", "error", "clear"]);
    assert_eq!(found["listed"], json!(["192.0.2.1 at good.test (stolen password)"]));
}

/// A resolver: the root exists, an impossible name does not, and `example` decides about example.test.
fn resolves(example: fn(bool) -> (ResponseCode, Option<Ipv4Addr>)) -> Answering {
    Arc::new(move |question, _| {
        let asked = &question.queries[0];
        let mut said = reply(question, ResponseCode::NXDomain, false);
        if asked.query_type() == RecordType::NS {
            said.metadata.response_code = ResponseCode::NoError;
            said.add_answer(ns(".", "a.root.test."));
        } else if *asked.name() == name("example.test.") {
            let (code, address) = example(question.metadata.checking_disabled);
            said.metadata.response_code = code;
            if let Some(address) = address {
                said.add_answer(a("example.test.", address));
            }
        }
        Some(said)
    })
}

const FOUND: (ResponseCode, Option<Ipv4Addr>) = (ResponseCode::NoError, Some(Ipv4Addr::new(192, 0, 2, 1)));

async fn through(resolvers: &[Answering]) -> (Value, (Verdict, String)) {
    let places: Vec<Ipv4Addr> = (1..=resolvers.len()).map(|n| Ipv4Addr::new(127, 0, 0, n as u8)).collect();
    let port = start(places.iter().copied().zip(resolvers.iter().cloned()).collect()).await;
    let resolvers = places.into_iter().map(Into::into).collect();
    let answer = look(NetOptions { resolvers, dns_port: port, ..options() }, Lookup::Resolvers, &[]).await;
    (answer.said["resolvers"].clone(), read("dns/resolvers", &answer))
}

#[tokio::test]
async fn resolvers_that_refuse_broken_signatures_are_told_from_those_that_fail() {
    let good = resolves(|_| FOUND);
    let bogus = resolves(|unchecked| if unchecked { FOUND } else { (ResponseCode::ServFail, None) });
    let failing = resolves(|_| (ResponseCode::ServFail, None));
    let (seen, reading) = through(&[bogus.clone(), bogus.clone(), failing.clone()]).await;
    assert_eq!((&seen["count"]["bogus"], &seen["count"]["servfail"]), (&json!(2), &json!(1)));
    assert_eq!(reading, (Verdict::Outage, "signatures_broken".to_owned()));
    let (_, reading) = through(&[bogus, good.clone()]).await;
    assert_eq!(reading, (Verdict::Degraded, "signatures_broken_for_some".to_owned()));
    let (_, reading) = through(&[failing.clone(), failing]).await;
    assert_eq!(reading, (Verdict::Outage, "not_found_for_users".to_owned()));
    let (seen, reading) = through(&[good.clone(), good]).await;
    assert_eq!((&seen["addresses"], reading.0), (&json!(["192.0.2.1"]), Verdict::Live));
}

#[tokio::test]
async fn a_resolver_that_lies_or_is_silent_is_no_witness() {
    let good = resolves(|_| FOUND);
    // It finds every name, even one that cannot exist: a network that redirects queries.
    let lying: Answering = Arc::new(|question, _| {
        let mut said = reply(question, ResponseCode::NoError, false);
        said.add_answer(a("example.test.", Ipv4Addr::new(203, 0, 113, 9)));
        Some(said)
    });
    let silent: Answering = Arc::new(|_, _| None);
    let (seen, reading) = through(&[good.clone(), lying.clone(), silent.clone()]).await;
    assert_eq!((&seen["count"]["working"], &seen["addresses"]), (&json!(1), &json!(["192.0.2.1"])));
    assert_eq!(reading, (Verdict::Live, "found_for_users".to_owned()));
    let (_, reading) = through(&[lying, silent]).await;
    assert_eq!(reading, (Verdict::Unknown, "no_resolver_works".to_owned()));
    let withheld = resolves(|_| (ResponseCode::NoError, Some(Ipv4Addr::new(0, 0, 0, 0))));
    assert_eq!(through(&[good, withheld]).await.1, (Verdict::Degraded, "withheld_by_resolver".to_owned()));
}

/// A mail server with an answer for each command, by its first word.
async fn mail(banner: &'static str, answers: &'static [(&'static str, &'static str)]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let mut said = banner;
            while stream.get_mut().write_all(format!("{said}\r\n").as_bytes()).await.is_ok() {
                let mut line = String::new();
                if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                    break;
                }
                let word = line.split_whitespace().next().unwrap_or("");
                said = answers.iter().find(|(asked, _)| *asked == word).map_or("250 fine", |(_, answer)| answer);
            }
        }
    });
    address
}

const MX: &str = "example.test. MX 10 mx.example.test.\nmx.example.test. A 127.0.0.1\ncontrol.test. A 127.0.0.1";
const PLAIN: (&str, &str) = ("EHLO", "250-mx.example.test greets you\r\n250 SIZE 1000");

async fn mail_of(server: SocketAddr) -> (Value, (Verdict, String)) {
    let options = NetOptions { smtp_port: server.port(), ..names(MX).await };
    let answer =
        look(options, Lookup::Smtp, &[("mailbox", &["me@example.test"]), ("controls", &["control.test"])]).await;
    (answer.said["smtp"].clone(), read("mail/mx", &answer))
}

#[tokio::test]
async fn a_mailbox_that_is_gone_is_a_drop_and_a_refusal_of_us_is_none() {
    let later = mail("220 ready", &[PLAIN, ("RCPT", "450 4.2.0 Greylisted")]).await;
    assert_eq!(mail_of(later).await.1, (Verdict::Unknown, "mailbox_not_told".to_owned()));
    let sender = mail("220 ready", &[PLAIN, ("MAIL", "550 5.1.1 I know no such sender")]).await;
    assert_eq!(mail_of(sender).await.1, (Verdict::Degraded, "mailbox_refused".to_owned()));
    let gone = mail("220-mx.example.test\r\n220 ready", &[PLAIN, ("RCPT", "550 5.2.1 The account is disabled")]).await;
    let (seen, reading) = mail_of(gone).await;
    assert_eq!(seen["servers"][0]["mailbox_text"], "5.2.1 The account is disabled");
    assert_eq!(reading, (Verdict::Dropped, "mailbox_gone".to_owned()));
    let blocked = mail("220 ready", &[PLAIN, ("RCPT", "550 5.7.1 your address is on a list")]).await;
    assert_eq!(mail_of(blocked).await.1, (Verdict::Degraded, "mailbox_refused".to_owned()));
    let taken = mail("220 ready", &[PLAIN]).await;
    assert_eq!(mail_of(taken).await.1, (Verdict::Degraded, "no_tls".to_owned()));
}

#[tokio::test]
async fn a_banner_that_turns_us_away_is_unknown_and_one_that_is_busy_an_outage() {
    assert_eq!(mail_of(mail("554 5.7.1 no service", &[]).await).await.1.1, "turned_away");
    assert_eq!(mail_of(mail("421 later", &[]).await).await.1, (Verdict::Outage, "servers_broken".to_owned()));
    assert_eq!(mail_of(mail("hello", &[]).await).await.1, (Verdict::Outage, "servers_broken".to_owned()));
}

#[tokio::test]
async fn where_no_mail_server_can_be_reached_the_port_is_closed_here() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (seen, reading) = mail_of(closed).await;
    assert_eq!(seen["control"], "silent");
    assert_eq!(reading, (Verdict::Unknown, "port_25_closed".to_owned()));
}

#[tokio::test]
async fn a_domain_that_takes_no_mail_says_so() {
    let answer = look(names("example.test. MX 0 .").await, Lookup::Smtp, &[]).await;
    assert_eq!(read("mail/mx", &answer), (Verdict::Degraded, "takes_no_mail".to_owned()));
}

#[tokio::test]
async fn mail_servers_whose_names_are_gone_are_told_from_those_that_cannot_be_looked_up() {
    let answer = look(names("example.test. MX 10 mx.gone.test.").await, Lookup::Smtp, &[]).await;
    assert_eq!(read("mail/mx", &answer), (Verdict::Outage, "servers_without_address".to_owned()));
    let elsewhere = "example.test. MX 10 mx.example.test.\nmx.example.test. A 203.0.113.1";
    let answer = look(names(elsewhere).await, Lookup::Smtp, &[]).await;
    assert_eq!(
        read("mail/mx", &answer),
        (Verdict::Unknown, "no_way_there".to_owned()),
        "the guard refuses this address"
    );
}

#[tokio::test]
async fn beside_all_a_redirect_counts_for_nothing() {
    let lines = "example.test. TXT v=spf1 -all redirect=other.test";
    let spf = facts(names(lines).await, Lookup::Spf, &[]).await;
    assert_eq!((&spf["lookups"], &spf["includes"]), (&json!(0), &json!([])));
}

async fn spf_of(lines: &str) -> (Value, (Verdict, String)) {
    let answer = look(names(lines).await, Lookup::Spf, &[]).await;
    (answer.said["spf"].clone(), read("mail/spf", &answer))
}

#[tokio::test]
async fn more_than_two_look_ups_that_find_nothing_break_an_spf_record() {
    let three = "example.test. TXT v=spf1 a:one.example.test include:in.test exists:%{i}.example.test -all
        in.test. TXT v=spf1 mx:two.test a:three.test ~all";
    let (seen, reading) = spf_of(three).await;
    assert_eq!(reading, (Verdict::Degraded, "names_lead_nowhere".to_owned()));
    assert_eq!(seen["void"], json!(["one.example.test", "two.test", "three.test"]));
    let two = "example.test. TXT v=spf1 a:one.example.test a:here.example.test a:two.test -all
        here.example.test. A 192.0.2.1";
    let (seen, reading) = spf_of(two).await;
    assert_eq!((&seen["voids"], reading.0), (&json!(2), Verdict::Live));
}

#[tokio::test]
async fn more_than_ten_mail_servers_behind_one_mx_break_an_spf_record() {
    let servers = |count: u8| {
        let lines =
            (1..=count).map(|n| format!("example.test. MX {n} m{n}.example.test.\nm{n}.example.test. A 192.0.2.{n}\n"));
        format!("{}example.test. TXT v=spf1 mx -all", lines.collect::<String>())
    };
    assert_eq!(spf_of(&servers(11)).await.1, (Verdict::Degraded, "too_many_mail_servers".to_owned()));
    assert_eq!(spf_of(&servers(10)).await.1.0, Verdict::Live);
}

#[tokio::test]
async fn an_address_that_is_none_breaks_an_spf_record() {
    for term in ["ip4:192.0.2.300", "ip6:192.0.2.1", "ip4:relay.example.org"] {
        let (_, reading) = spf_of(&format!("example.test. TXT v=spf1 {term} -all")).await;
        assert_eq!(reading, (Verdict::Degraded, "not_valid".to_owned()), "{term}");
    }
}

#[tokio::test]
async fn a_selector_with_two_texts_is_degraded_in_either_order() {
    for lines in [
        format!("s1._domainkey.example.test. TXT {KEY}\ns1._domainkey.example.test. TXT v=spf1 -all"),
        format!("s1._domainkey.example.test. TXT v=spf1 -all\ns1._domainkey.example.test. TXT {KEY}"),
    ] {
        let answer = look(names(&lines).await, Lookup::Dkim, &[("selectors", &["s1"])]).await;
        assert_eq!(read("mail/dkim", &answer), (Verdict::Degraded, "several_records".to_owned()));
    }
    let answer =
        look(names(&format!("s1._domainkey.example.test. TXT {KEY}")).await, Lookup::Dkim, &[("selectors", &["s1"])])
            .await;
    assert_eq!(answer.said["dkim"]["selectors"][0]["strength"], "Ed25519");
    assert_eq!(read("mail/dkim", &answer).0, Verdict::Live);
}

#[tokio::test]
async fn a_dmarc_record_with_a_colon_for_its_sign_has_no_policy() {
    let of = async |record: &str| {
        let lines = format!("_dmarc.example.test. TXT {record}");
        read("mail/dmarc", &look(names(&lines).await, Lookup::Dmarc, &[]).await)
    };
    assert_eq!(of("v=DMARC1; p:reject").await, (Verdict::Degraded, "no_policy".to_owned()));
    assert_eq!(of("v=DMARC1; p=rejekt").await.0, Verdict::Degraded);
    assert_eq!(of("V = DMARC1; p=reject").await, (Verdict::Live, "record_fine".to_owned()));
}

/// A mail server that uses these banners alternately, and accepts every command after a good one.
async fn by_turns(banners: &'static [&'static str]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for banner in banners.iter().cycle() {
            let Ok((stream, _)) = listener.accept().await else { return };
            let mut stream = BufReader::new(stream);
            let mut said = (*banner).to_owned();
            while stream.get_mut().write_all(format!("{said}\r\n").as_bytes()).await.is_ok() {
                let mut line = String::new();
                if said.starts_with('4') || stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                    break;
                }
                said = if line.starts_with("EHLO") { PLAIN.1.to_owned() } else { "250 fine".to_owned() };
            }
        }
    });
    address
}

#[tokio::test]
async fn a_server_that_knows_no_ehlo_is_greeted_as_before() {
    let old = mail("220 ready", &[("EHLO", "502 5.5.1 What?"), ("RCPT", "550 5.2.1 The account is disabled")]).await;
    assert_eq!(mail_of(old).await.1, (Verdict::Dropped, "mailbox_gone".to_owned()));
    let deaf = mail("220 ready", &[("EHLO", "502 5.5.1 What?"), ("HELO", "554 Go away")]).await;
    assert_ne!(mail_of(deaf).await.1.0, Verdict::Live);
}

#[tokio::test]
async fn a_server_that_turns_everybody_away_once_is_asked_again_as_senders_do() {
    let postscreen = by_turns(&["450 4.3.2 Service currently unavailable", "220 ready"]).await;
    let (seen, _) = mail_of(postscreen).await;
    assert_eq!((&seen["count"]["served"], &seen["count"]["accepted"]), (&json!(1), &json!(1)));
    let full = by_turns(&["421 4.3.2 All server ports are busy"]).await;
    assert_eq!(mail_of(full).await.1, (Verdict::Outage, "servers_broken".to_owned()));
    let us = by_turns(&["421 4.7.0 too many connections from you"]).await;
    assert_eq!(mail_of(us).await.1, (Verdict::Unknown, "turned_away".to_owned()));
}
