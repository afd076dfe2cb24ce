//! Blocklists over DNS (RFC 5782). A list counts only if it lists the test entry that every list must list, and does
//! not list the one that none may. Codes in 127.255.255.0/24 mean that the query was refused, not a listing
//! (docs.spamhaus.com, "DNSBL return codes").

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use hickory_proto::rr::{RData, RecordType};
use serde_json::{Value, json};

use crate::ask::dns::{Missing, Walk};
use crate::core::words::question::LookupQuestion;

/// The maximum number of mail server addresses that are looked up.
const MOST: usize = 8;

/// The timeout for one list.
const PATIENCE: Duration = Duration::from_secs(12);

/// The answer of a list about one address or domain.
enum Says {
    Clear,
    Listed(Vec<String>, String),
    /// The list refuses plugwatch's queries, is broken, or was shut down.
    Error(String),
}

/// Looks up every address in every address list, and the domain in every domain list.
pub async fn ask(walk: &mut Walk<'_>, question: &LookupQuestion) -> Value {
    let (addresses, unasked) = addresses(walk, question).await;
    let mut lists = Vec::new();
    for zone in question.all("lists") {
        let about: Vec<(String, String)> = addresses.iter().map(|ip| (ip.to_string(), reversed(*ip))).collect();
        lists.extend(within_its_time(walk, zone, &about, ("2.0.0.127", "1.0.0.127")).await);
    }
    for zone in question.all("domain_lists") {
        let about = [(question.domain().to_owned(), question.domain().to_owned())];
        lists.extend(within_its_time(walk, zone, &about, ("test", "invalid")).await);
    }
    let count = |outcome: &str| lists.iter().filter(|row| row["outcome"] == outcome).count();
    let sentence = |row: &Value| {
        let text = |key: &str| row[key].as_str().unwrap_or("").to_owned();
        format!("{} at {} ({})", text("about"), text("list"), text("text"))
    };
    let listed: Vec<String> = lists.iter().filter(|row| row["outcome"] == "listed").map(sentence).collect();
    let clear =
        |ip: &IpAddr| lists.iter().any(|row| row["outcome"] == "clear" && row["about"] == ip.to_string().as_str());
    json!({
        "domain": question.domain(),
        "listed": listed,
        "unasked": unasked,
        "count": {
            "asked": lists.len(), "clear": count("clear"), "listed": count("listed"), "error": count("error"),
            "addresses": addresses.len(), "addresses_clear": addresses.iter().filter(|ip| clear(ip)).count(),
        },
        "lists": lists,
    })
}

/// The given addresses, or those of the domain's own mail servers; and what could not be looked up.
async fn addresses(walk: &mut Walk<'_>, question: &LookupQuestion) -> (Vec<IpAddr>, Vec<String>) {
    let (mut all, mut unasked) = (Vec::new(), Vec::new());
    let given = question.all("addresses");
    for text in given {
        match text.parse() {
            Ok(ip) => all.push(ip),
            Err(_) => unasked.push(text.clone()),
        }
    }
    if given.is_empty() && !question.all("lists").is_empty() {
        let Ok(hosts) = super::smtp::exchangers(walk, question.domain()).await else {
            return (all, vec![format!("the mail servers of {}", question.domain())]);
        };
        for (_, host) in hosts {
            match walk.addresses_of(&host).await {
                Ok(found) => all.extend(found),
                Err(_) => unasked.push(host),
            }
        }
    }
    all.truncate(MOST);
    (all, unasked)
}

/// Gives one list its own timeout, so that a silent list does not use up the others' time.
async fn within_its_time(
    walk: &mut Walk<'_>,
    zone: &str,
    about: &[(String, String)],
    test: (&str, &str),
) -> Vec<Value> {
    match tokio::time::timeout(PATIENCE, one_list(walk, zone, about, test)).await {
        Ok(rows) => rows,
        Err(_) => about.iter().map(|(shown, _)| failed(zone, shown, "it did not answer in time")).collect(),
    }
}

fn failed(zone: &str, about: &str, why: &str) -> Value {
    json!({ "list": zone, "about": about, "outcome": "error", "text": why })
}

async fn one_list(walk: &mut Walk<'_>, zone: &str, about: &[(String, String)], test: (&str, &str)) -> Vec<Value> {
    // RFC 5782, section 5: the entries that must and must not be listed.
    let broken = match one(walk, zone, test.0).await {
        Says::Error(why) => Some(why),
        Says::Clear => Some("it does not list the test entry that every list must list".to_owned()),
        Says::Listed(..) => match one(walk, zone, test.1).await {
            Says::Error(why) => Some(why),
            Says::Listed(..) => Some("it lists every address".to_owned()),
            Says::Clear => None,
        },
    };
    let mut rows = Vec::new();
    for (shown, name) in about {
        let says = match &broken {
            Some(why) => Says::Error(why.clone()),
            None => one(walk, zone, name).await,
        };
        rows.push(match says {
            Says::Clear => json!({ "list": zone, "about": shown, "outcome": "clear" }),
            Says::Listed(codes, text) => {
                json!({ "list": zone, "about": shown, "outcome": "listed", "codes": codes, "text": text })
            }
            Says::Error(why) => failed(zone, shown, &why),
        });
    }
    rows
}

async fn one(walk: &mut Walk<'_>, zone: &str, name: &str) -> Says {
    let full = format!("{name}.{zone}");
    let codes = match walk.look_up(&full, RecordType::A).await.found {
        Ok(found) => found.iter().filter_map(code).collect::<Vec<_>>(),
        Err(Missing::NoName | Missing::NoData) => return Says::Clear,
        Err(Missing::Unanswered) => return Says::Error("it did not answer".to_owned()),
    };
    let shown: Vec<String> = codes.iter().map(Ipv4Addr::to_string).collect();
    // A list whose domain has lapsed answers every query with the address of a parking page.
    if codes.iter().any(|code| code.octets()[0] != 127) {
        return Says::Error(format!("it answers {}, which is not a listing", shown.join(", ")));
    }
    if codes.iter().any(|code| code.octets()[..3] == [127, 255, 255]) {
        return Says::Error(format!("it refused the query ({})", shown.join(", ")));
    }
    let texts = walk.texts(&full).await;
    let text = texts.ok().and_then(|texts| texts.into_iter().next());
    Says::Listed(shown.clone(), text.unwrap_or_else(|| shown.join(", ")))
}

fn code(data: &RData) -> Option<Ipv4Addr> {
    match data {
        RData::A(address) => Some(address.0),
        _ => None,
    }
}

/// `192.0.2.1` as `1.2.0.192`; an IPv6 address by its nibbles, in reverse order.
pub(super) fn reversed(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            format!("{d}.{c}.{b}.{a}")
        }
        IpAddr::V6(v6) => {
            let nibbles = v6.octets().into_iter().rev().flat_map(|byte| [byte & 15, byte >> 4]);
            nibbles.map(|nibble| format!("{nibble:x}")).collect::<Vec<_>>().join(".")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_turned_round_as_lists_want_them() {
        assert_eq!(reversed("192.0.2.1".parse().unwrap()), "1.2.0.192");
        let v6 = reversed("2001:db8::1".parse().unwrap());
        assert_eq!(v6, "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2");
    }
}
