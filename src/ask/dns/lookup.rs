//! Looks up a name from the root down, at each zone's own servers, so no resolver's cache or filter can change the
//! result.

use std::net::IpAddr;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};

use super::walk::{MOST_SERVERS, Server, Step, Walk, ending_zone, ipv4, ipv6, plain, step_of};

/// A longer chain of aliases (CNAME) is treated as a loop.
const MOST_ALIASES: usize = 8;
/// The maximum number of referrals and aliases that one look-up follows; no real name needs more.
const MOST_STEPS: usize = 12;

/// Why a look-up found no records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The name does not exist, according to an authoritative server.
    NoName,
    /// The name exists, but has no records of this type.
    NoData,
    /// No authoritative server gave a usable reply.
    Unanswered,
}

impl Missing {
    /// The name used in facts.
    pub fn word(self) -> &'static str {
        match self {
            Missing::NoName => "no_name",
            Missing::NoData => "no_data",
            Missing::Unanswered => "unanswered",
        }
    }
}

/// The result of a look-up.
#[derive(Clone, Debug)]
pub struct Looked {
    /// The aliases (CNAME) that were followed, in order.
    pub aliases: Vec<String>,
    /// The records, or why there are none.
    pub found: Result<Vec<RData>, Missing>,
    /// The zone whose server said that there are no records.
    pub said_by: Option<String>,
}

enum Next {
    Alias(Name),
    Done { found: Result<Vec<RData>, Missing>, said_by: Option<String> },
}

fn ended(reply: &Message, missing: Missing) -> Next {
    Next::Done { found: Err(missing), said_by: ending_zone(reply).map(plain) }
}

impl Walk<'_> {
    /// Looks up the records of a name, following aliases.
    pub async fn look_up(&mut self, name: &str, kind: RecordType) -> Looked {
        self.look_up_at(name, kind, 0).await
    }

    /// Looks up the TXT records of a name, each joined from its strings.
    pub async fn texts(&mut self, name: &str) -> Result<Vec<String>, Missing> {
        texts_of(&self.look_up(name, RecordType::TXT).await)
    }

    /// Looks up the IPv4 addresses of a name, or its IPv6 addresses if it has no IPv4 address.
    pub async fn addresses_of(&mut self, name: &str) -> Result<Vec<IpAddr>, Missing> {
        match self.look_up(name, RecordType::A).await.found {
            Ok(found) => Ok(found.iter().filter_map(ipv4).collect()),
            Err(Missing::NoData) => {
                let found = self.look_up(name, RecordType::AAAA).await.found?;
                Ok(found.iter().filter_map(ipv6).collect())
            }
            Err(missing) => Err(missing),
        }
    }

    /// Looks up all addresses of a name, IPv6 first, as far as its servers answer.
    pub async fn all_addresses_of(&mut self, name: &str) -> Result<Vec<IpAddr>, Missing> {
        self.all_addresses_at(name, 0).await
    }

    pub(super) async fn all_addresses_at(&mut self, name: &str, depth: u8) -> Result<Vec<IpAddr>, Missing> {
        let six = self.look_up_at(name, RecordType::AAAA, depth).await.found;
        let four = self.look_up_at(name, RecordType::A, depth).await.found;
        let read = |found: &[RData]| found.iter().filter_map(|data| ipv4(data).or_else(|| ipv6(data))).collect();
        match (six, four) {
            (Ok(six), Ok(four)) => Ok([six, four].concat()).map(|found| read(&found)),
            (Ok(found), Err(_)) | (Err(_), Ok(found)) => Ok(read(&found)),
            // If one of the two queries got no answer, its addresses are unknown: the name may still have some.
            (Err(Missing::Unanswered), Err(_)) | (Err(_), Err(Missing::Unanswered)) => Err(Missing::Unanswered),
            (Err(_), Err(missing)) => {
                self.nowhere.insert(name.to_owned());
                Err(missing)
            }
        }
    }

    pub(super) async fn look_up_at(&mut self, name: &str, kind: RecordType, depth: u8) -> Looked {
        let mut aliases = Vec::new();
        let Ok(mut name) = Name::from_ascii(format!("{}.", name.trim_end_matches('.'))) else {
            return Looked { aliases, found: Err(Missing::NoName), said_by: None };
        };
        loop {
            match self.one_name(&name, kind, depth).await {
                Next::Done { found, said_by } => return Looked { aliases, found, said_by },
                Next::Alias(_) if aliases.len() >= MOST_ALIASES => {
                    return Looked { aliases, found: Err(Missing::Unanswered), said_by: None };
                }
                Next::Alias(target) => {
                    aliases.push(plain(&target));
                    name = target;
                }
            }
        }
    }

    async fn one_name(&mut self, name: &Name, kind: RecordType, depth: u8) -> Next {
        let (mut at, mut servers) = self.deepest_cut(name);
        for _ in 0..MOST_STEPS {
            let Some(reply) = self.agreed(&servers, name, kind, &at).await else { break };
            if let Some(next) = answer_of(&reply, name, kind) {
                return next;
            }
            match step_of(&reply, name, &at) {
                Step::Referral { zone, names, glue } => {
                    servers = self.addresses(&names, &glue, depth).await;
                    self.cuts.push((zone.clone(), servers.clone()));
                    at = zone;
                }
                Step::Gone => return ended(&reply, Missing::NoName),
                Step::Here => return ended(&reply, Missing::NoData),
                Step::Nothing(_) => break,
            }
        }
        Next::Done { found: Err(Missing::Unanswered), said_by: None }
    }

    /// The first usable reply. A reply that there are no records does not count on one server's word, because a single
    /// server can lag or be wrong: a second one must agree, if one answers.
    async fn agreed(&mut self, servers: &[Server], name: &Name, kind: RecordType, at: &Name) -> Option<Message> {
        let (reply, n) = self.first_useful(servers, name, kind, at).await?;
        let nothing = |reply: &Message| {
            answer_of(reply, name, kind).is_none() && matches!(step_of(reply, name, at), Step::Gone | Step::Here)
        };
        if !nothing(&reply) {
            return Some(reply);
        }
        let others: Vec<Server> = servers.iter().skip(n + 1).take(2).cloned().collect();
        match self.first_useful(&others, name, kind, at).await {
            Some((other, _)) if !nothing(&other) => Some(other),
            _ => Some(reply),
        }
    }

    /// The servers of the closest zone above the name that is already known.
    fn deepest_cut(&self, name: &Name) -> (Name, Vec<Server>) {
        let above = self.cuts.iter().filter(|(zone, servers)| zone.zone_of(name) && !servers.is_empty());
        above.max_by_key(|(zone, _)| zone.num_labels()).cloned().unwrap_or_else(|| (Name::root(), self.roots()))
    }

    /// The first usable reply; a server that refuses or fails is skipped.
    async fn first_useful(
        &mut self,
        servers: &[Server],
        name: &Name,
        kind: RecordType,
        at: &Name,
    ) -> Option<(Message, usize)> {
        for (n, server) in servers.iter().take(MOST_SERVERS).enumerate() {
            let reply = self.put(server, name, kind).await.ok();
            let useful = |reply: &Message| {
                answer_of(reply, name, kind).is_some()
                    || match step_of(reply, name, at) {
                        Step::Nothing(_) => false,
                        // A server that refers to its own zone does not serve that zone.
                        Step::Referral { zone, .. } => zone != *at,
                        Step::Gone | Step::Here => true,
                    }
            };
            if let Some(reply) = reply.filter(useful) {
                return Some((reply, n));
            }
        }
        None
    }
}

/// The TXT records in the result of a look-up.
pub fn texts_of(looked: &Looked) -> Result<Vec<String>, Missing> {
    let text = |data: &RData| match data {
        RData::TXT(txt) => Some(txt.txt_data.iter().map(|part| String::from_utf8_lossy(part)).collect()),
        _ => None,
    };
    looked.found.as_ref().map(|found| found.iter().filter_map(text).collect()).map_err(|missing| *missing)
}

/// The requested records, or the name that this one is an alias of.
fn answer_of(reply: &Message, name: &Name, kind: RecordType) -> Option<Next> {
    // A cached answer is not the zone's own.
    if !reply.metadata.authoritative {
        return None;
    }
    // An alias may point to a name that does not exist; the response code is then about that name.
    if !matches!(reply.metadata.response_code, ResponseCode::NoError | ResponseCode::NXDomain) {
        return None;
    }
    let own = || reply.answers.iter().filter(|record| record.name == *name);
    let found: Vec<RData> =
        own().filter(|record| record.record_type() == kind).map(|record| record.data.clone()).collect();
    if !found.is_empty() {
        return Some(Next::Done { found: Ok(found), said_by: None });
    }
    own().find_map(|record| match &record.data {
        RData::CNAME(target) => Some(Next::Alias(target.0.clone())),
        _ => None,
    })
}

/// Parses one reply as a look-up does.
#[cfg(fuzzing)]
pub fn read(reply: &Message, name: &Name, kind: RecordType) {
    _ = answer_of(reply, name, kind).is_some();
    // Whatever the reply says, a referral must lead down the tree and towards the name.
    for at in [Name::root(), name.base_name()] {
        if let Step::Referral { zone, .. } = step_of(reply, name, &at) {
            assert!(at.zone_of(&zone) && zone.zone_of(name), "{at} refers to {zone} for {name}");
        }
    }
}
