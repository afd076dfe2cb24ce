//! The networks that an address belongs to, by Team Cymru's mapping over DNS (team-cymru.com, "IP to ASN mapping"):
//! `d.c.b.a.origin.asn.cymru.com` TXT, and `ASn.asn.cymru.com` TXT for its name.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde_json::{Value, json};

use super::blocklists::reversed;
use crate::ask::dns::Walk;
use crate::core::words::question::LookupQuestion;

/// The maximum number of addresses; further ones are in the same networks.
const MOST: usize = 4;

/// Finds the networks of a host's addresses.
pub async fn ask(walk: &mut Walk<'_>, question: &LookupQuestion) -> Value {
    let found = walk.addresses_of(question.domain()).await;
    let failed = found.as_ref().err().map_or("", |missing| missing.word());
    let mut addresses = found.unwrap_or_default();
    addresses.sort();
    let mut asns = BTreeSet::new();
    let mut unknown = 0;
    for address in addresses.iter().take(MOST) {
        match origin(walk, *address).await {
            Some(found) => asns.extend(found),
            None => unknown += 1,
        }
    }
    let mut networks = Vec::new();
    for asn in &asns {
        networks.push(json!({ "asn": asn, "name": name(walk, *asn).await }));
    }
    let failed = if failed.is_empty() && unknown > 0 { "no_origin" } else { failed };
    json!({
        "domain": question.domain(),
        "addresses": addresses.iter().map(IpAddr::to_string).collect::<Vec<_>>(),
        "networks": networks,
        "asns": asns,
        "failed": failed,
    })
}

/// Parses `13335 | 104.16.0.0/12 | US | arin | 2014-03-28`; there are several numbers if several networks announce the
/// range.
async fn origin(walk: &mut Walk<'_>, address: IpAddr) -> Option<Vec<u32>> {
    let list = if address.is_ipv4() { "origin" } else { "origin6" };
    let texts = walk.texts(&format!("{}.{list}.asn.cymru.com", reversed(address))).await;
    // One TXT record for each announced range that contains the address: traffic follows the narrowest.
    let width =
        |text: &String| text.split('|').nth(1).and_then(|range| range.trim().rsplit('/').next()?.parse::<u8>().ok());
    let text = texts.ok()?.into_iter().max_by_key(width)?;
    let numbers = text.split('|').next()?.split_whitespace();
    let asns: Vec<u32> = numbers.filter_map(|number| number.parse().ok()).collect();
    (!asns.is_empty()).then_some(asns)
}

/// Parses `13335 | US | arin | 2010-07-14 | CLOUDFLARENET, US`.
async fn name(walk: &mut Walk<'_>, asn: u32) -> String {
    let texts = walk.texts(&format!("AS{asn}.asn.cymru.com")).await;
    let text = texts.ok().and_then(|texts| texts.into_iter().next()).unwrap_or_default();
    text.rsplit('|').next().unwrap_or("").trim().to_owned()
}
