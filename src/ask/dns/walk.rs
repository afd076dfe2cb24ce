//! The walk down from the root: finds a zone's parent and the name servers that the parent lists for the zone.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::future::join_all;
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};

use super::exchange::{Manner, Silence, exchange};
use crate::ask::net::Net;

/// The maximum number of queries in one walk, however tangled the delegations are.
const MOST_QUESTIONS: u32 = 250;
/// The maximum number of servers queried, at the parent and for the zone itself: thirteen, each with an IPv4 and an
/// IPv6 address.
pub(super) const MOST_SERVERS: usize = 26;
/// The number of the parent's servers that is enough to believe an NXDOMAIN.
const PARENT_SERVERS: usize = 3;

/// A name server with one of its addresses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Server {
    /// Its name, in lower case, without the final dot.
    pub name: String,
    /// Its address and port.
    pub address: SocketAddr,
}

/// The parent's answer about the zone.
#[derive(Clone, Debug, Default)]
pub struct Delegation {
    /// Why the walk did not reach the parent, if it did not.
    pub walk_failed: Option<&'static str>,
    /// How many of the parent's servers were queried.
    pub asked: usize,
    /// How many answered.
    pub answered: usize,
    /// How many said that the name does not exist.
    pub nxdomain: usize,
    /// How many have the name but list no servers for it, so it is not a zone.
    pub undelegated: usize,
    /// How many listed servers for the zone.
    pub delegated: usize,
    /// The names of the zone's servers.
    pub name_servers: BTreeSet<String>,
    /// The addresses of the zone's servers.
    pub servers: Vec<Server>,
    /// The names in `name_servers` that certainly have no address.
    pub nowhere: BTreeSet<String>,
}

/// A walk to one zone.
pub struct Walk<'n> {
    pub(super) net: &'n Net,
    pub(super) zone: Name,
    pub(super) domain: String,
    pub(super) limit: Duration,
    /// The zones that look-ups passed through, with their servers.
    pub(super) cuts: Vec<(Name, Vec<Server>)>,
    questions: u32,
    /// Names that do not exist or have no address, by the word of their own zones.
    pub(super) nowhere: BTreeSet<String>,
    /// Whether a server on the way offered recursion. Servers of the root and of top-level domains do not offer it,
    /// but a middlebox that answers in their place does.
    pub(super) recursing: bool,
}

/// The meaning of one server's reply for the walk.
pub(super) enum Step {
    /// A referral to the servers of a zone further down.
    Referral { zone: Name, names: BTreeSet<String>, glue: BTreeMap<String, Vec<IpAddr>> },
    /// The name does not exist, according to an authoritative server.
    Gone,
    /// The name exists, but is not a zone.
    Here,
    /// Nothing usable, and why.
    Nothing(&'static str),
}

impl<'n> Walk<'n> {
    pub fn new(net: &'n Net, domain: &str, limit: Duration) -> Result<Walk<'n>, String> {
        let zone = Name::from_ascii(format!("{domain}.")).map_err(|_| format!("`{domain}` is not a domain name"))?;
        Ok(Walk {
            net,
            zone,
            domain: domain.to_owned(),
            limit,
            cuts: Vec::new(),
            questions: 0,
            nowhere: BTreeSet::new(),
            recursing: false,
        })
    }

    /// The network that queries go through.
    pub fn net(&self) -> &'n Net {
        self.net
    }

    /// Walks down to the zone's parent and collects what its servers say.
    pub async fn down(&mut self) -> Delegation {
        let zone = self.zone.clone();
        self.find(&zone, 0).await
    }

    fn socket(&self, ip: IpAddr) -> SocketAddr {
        SocketAddr::new(ip, self.net.options.dns_port)
    }

    pub(super) fn roots(&self) -> Vec<Server> {
        let roots = self.net.options.dns_roots.iter();
        roots.map(|ip| Server { name: "root".to_owned(), address: self.socket(*ip) }).collect()
    }

    pub(super) async fn put(&mut self, server: &Server, name: &Name, kind: RecordType) -> Result<Message, Silence> {
        self.questions += 1;
        if self.questions > MOST_QUESTIONS || !self.net.options.guard.allows(server.address.ip()) {
            return Err(Silence::Broken);
        }
        let reply = exchange(server.address, name, kind, Manner::Directly, self.limit).await;
        if reply.as_ref().err() == Some(&Silence::NoWay) {
            // No query was sent.
            self.questions -= 1;
        }
        self.recursing |= reply.as_ref().is_ok_and(|reply| reply.metadata.recursion_available);
        reply
    }

    async fn find(&mut self, target: &Name, depth: u8) -> Delegation {
        let mut servers = self.roots();
        let mut at = Name::root();
        loop {
            let (step, answered) = self.first_step(&servers, target, &at).await;
            match step {
                Step::Referral { zone, names, glue } if zone != *target => {
                    servers = self.addresses(&names, &glue, depth).await;
                    at = zone;
                    if servers.is_empty() {
                        return Delegation { walk_failed: Some("no_parent_address"), ..Delegation::default() };
                    }
                }
                Step::Nothing(why) => return Delegation { walk_failed: Some(why), ..Delegation::default() },
                step => return self.hear_all(&servers, target, &at, (answered, step), depth).await,
            }
        }
    }

    /// Queries one server after another until one gives a usable reply.
    async fn first_step(&mut self, servers: &[Server], target: &Name, at: &Name) -> (Step, usize) {
        let mut last = Step::Nothing("no_server_above_answers");
        for (n, server) in servers.iter().take(MOST_SERVERS).enumerate() {
            last = match self.put(server, target, RecordType::NS).await {
                Ok(reply) => step_of(&reply, target, at),
                Err(_) => Step::Nothing("no_server_above_answers"),
            };
            if !matches!(last, Step::Nothing(_)) {
                return (last, n);
            }
        }
        (last, 0)
    }

    /// Queries several of the parent's servers, so that one wrong or lagging server does not decide.
    async fn hear_all(
        &mut self,
        servers: &[Server],
        target: &Name,
        at: &Name,
        first: (usize, Step),
        depth: u8,
    ) -> Delegation {
        let mut heard = Delegation { asked: 1, ..Delegation::default() };
        let mut glue = BTreeMap::new();
        note(&mut heard, &mut glue, first.1);
        let mut names = BTreeSet::from([(servers[first.0].name.clone(), servers[first.0].address.is_ipv6())]);
        for (n, server) in servers.iter().enumerate().take(MOST_SERVERS) {
            let same = names.contains(&(server.name.clone(), !server.address.is_ipv6()));
            // A second address of a server that already answered is not another server.
            if n == first.0 || same || heard.asked >= PARENT_SERVERS {
                continue;
            }
            let reply = self.put(server, target, RecordType::NS).await;
            if reply.as_ref().err() == Some(&Silence::NoWay) {
                continue;
            }
            heard.asked += 1;
            if let Ok(reply) = reply {
                names.insert((server.name.clone(), server.address.is_ipv6()));
                note(&mut heard, &mut glue, step_of(&reply, target, at));
            }
        }
        let names = heard.name_servers.clone();
        heard.servers = self.addresses(&names, &glue, depth).await;
        heard.nowhere = names.intersection(&self.nowhere).cloned().collect();
        heard
    }

    /// The addresses of name servers: from glue where the referral has it, otherwise from a separate walk.
    pub(super) async fn addresses(
        &mut self,
        names: &BTreeSet<String>,
        glue: &BTreeMap<String, Vec<IpAddr>>,
        depth: u8,
    ) -> Vec<Server> {
        let mut servers = Vec::new();
        for name in names {
            let found = match glue.get(name) {
                Some(found) => found.clone(),
                None if depth < 2 => Box::pin(self.hosts_of(name, depth + 1)).await,
                None => Vec::new(),
            };
            servers.extend(found.into_iter().map(|ip| Server { name: name.clone(), address: self.socket(ip) }));
            if servers.len() >= MOST_SERVERS {
                break;
            }
        }
        // IPv4 first: a missing route fails at once, but a route that drops all packets takes the whole timeout, and
        // that is more common with IPv6.
        servers.sort_by_key(|server| server.address.is_ipv6());
        servers.truncate(MOST_SERVERS);
        servers
    }

    async fn hosts_of(&mut self, host: &str, depth: u8) -> Vec<IpAddr> {
        self.all_addresses_at(host, depth).await.unwrap_or_default()
    }

    /// Sends the same query to all servers at once.
    pub(super) async fn put_all(&mut self, servers: &[Server], kind: RecordType) -> Vec<Result<Message, Silence>> {
        self.questions += u32::try_from(servers.len()).unwrap_or(u32::MAX);
        let guard = self.net.options.guard;
        let (zone, limit) = (&self.zone, self.limit);
        join_all(servers.iter().map(|server| async move {
            if !guard.allows(server.address.ip()) {
                return Err(Silence::Broken);
            }
            exchange(server.address, zone, kind, Manner::Directly, limit).await
        }))
        .await
    }
}

fn note(heard: &mut Delegation, glue: &mut BTreeMap<String, Vec<IpAddr>>, step: Step) {
    match step {
        Step::Gone => {
            heard.answered += 1;
            heard.nxdomain += 1;
        }
        Step::Referral { names, glue: more, .. } => {
            heard.answered += 1;
            heard.delegated += 1;
            heard.name_servers.extend(names);
            glue.extend(more);
        }
        Step::Here => {
            heard.answered += 1;
            heard.undelegated += 1;
        }
        Step::Nothing(_) => {}
    }
}

pub(super) fn step_of(reply: &Message, target: &Name, at: &Name) -> Step {
    let authoritative = reply.metadata.authoritative;
    match reply.metadata.response_code {
        ResponseCode::NXDomain if authoritative => return ended(reply, target, at, Step::Gone),
        ResponseCode::NoError => {}
        _ => return Step::Nothing("a_server_above_refuses"),
    }
    let records = reply.answers.iter().filter(|record| record.name == *target).chain(&reply.authorities);
    let mut names = BTreeSet::new();
    let mut zone = None;
    for record in records {
        if let RData::NS(server) = &record.data {
            // Only a referral further down counts; one upwards or sideways is a lame delegation.
            let down = at.zone_of(&record.name) && record.name.zone_of(target);
            if down && (record.name != *at || record.name == *target) {
                zone = Some(record.name.clone());
                names.insert(plain(&server.0));
            }
        }
    }
    let Some(zone) = zone else {
        return match authoritative {
            true => ended(reply, target, at, Step::Here),
            false => Step::Nothing("a_server_above_is_lame"),
        };
    };
    let mut glue: BTreeMap<String, Vec<IpAddr>> = BTreeMap::new();
    for record in &reply.additionals {
        if let Some(ip) = ipv4(&record.data).or_else(|| ipv6(&record.data)) {
            glue.entry(plain(&record.name)).or_default().push(ip);
        }
    }
    Step::Referral { zone, names, glue }
}

/// Accepts the end of a walk only if the reply carries the SOA of the zone that says so (RFC 2308, section 2). A
/// middlebox that merely blocks a name sends no such record.
fn ended(reply: &Message, target: &Name, at: &Name, step: Step) -> Step {
    match ending_zone(reply) {
        Some(zone) if at.zone_of(zone) && zone.zone_of(target) => step,
        _ => Step::Nothing("a_server_above_does_not_say_whose_word_it_is"),
    }
}

/// The zone, by its SOA, that says that there are no records.
pub(super) fn ending_zone(reply: &Message) -> Option<&Name> {
    reply.authorities.iter().find(|record| record.record_type() == RecordType::SOA).map(|record| &record.name)
}

pub(super) fn ipv4(data: &RData) -> Option<IpAddr> {
    match data {
        RData::A(address) => Some(IpAddr::V4(address.0)),
        _ => None,
    }
}

pub(super) fn ipv6(data: &RData) -> Option<IpAddr> {
    match data {
        RData::AAAA(address) => Some(IpAddr::V6(address.0)),
        _ => None,
    }
}

/// A name in lower case without its final dot.
pub fn plain(name: &Name) -> String {
    name.to_ascii().trim_end_matches('.').to_ascii_lowercase()
}
