//! Finds the domain's registration, its zone, and the names in it.

use std::time::Duration;

use serde_json::Value;

use super::{Gathering, NotThere, one, texts, value, why};
use crate::core::words::question::{DnsQuestion, Lookup, Question};
use crate::discover::seen::Registration;
use crate::discover::{Domain, Host, Seen, clean};

/// A host name that nobody uses. If it resolves, the zone has a wildcard.
const NOBODY: &str = "plugwatch-nobody-has-this-name";
/// Names that platforms usually give their hosts.
const USUAL: [&str; 3] = ["www", "app", "api"];
/// The most TXT records that are read.
const MOST_TEXTS: usize = 200;

/// The answer of the parent zone's name servers about the zone.
pub(super) enum Zone {
    /// The zone is delegated.
    There,
    /// The name does not exist.
    Unknown,
    /// The name exists, but has no name servers.
    Bare,
    /// They did not answer, for this reason.
    Unasked(String),
    /// The name is lent, so it has no zone of its own.
    Lent,
}

/// Checks that there is anything to find.
pub(super) fn there(domain: &Domain, seen: &Seen, zone: &Zone) -> Result<(), NotThere> {
    let name = domain.shown.clone();
    match (zone, &seen.registration) {
        (Zone::Unknown | Zone::Bare, Some(registration)) => {
            let by = if registration.registrar.is_empty() { "somebody" } else { &registration.registrar };
            let states = registration.status.join(", ");
            let states = if states.is_empty() { String::new() } else { format!("; its states are: {states}") };
            Err(NotThere::LeadsNowhere(name, format!("by {by}{states}")))
        }
        (Zone::Unknown, None) if seen.unregistered => {
            Err(NotThere::NoSuchDomain(name, "neither does its registry".to_owned()))
        }
        (Zone::Unknown, None) => Err(NotThere::InNoZone(name)),
        (Zone::Bare, None) => Err(NotThere::LeadsNowhere(name, "its registry gives no details".to_owned())),
        (Zone::Unasked(why), _) => Err(NotThere::NobodyAnswers(name, why.clone())),
        _ => Ok(()),
    }
}

impl Gathering<'_> {
    /// The registry's data.
    pub(super) async fn registration(&self, domain: &Domain) -> Seen {
        let Some((answer, reading)) = self.check("domain/registration", &[("domain", value(&domain.name))]).await
        else {
            return Seen::gap("the registration", "the catalogue has no check for it");
        };
        let Some(facts) = self.catalog.registration(&domain.name, &answer, self.clock.now()) else {
            let said = if answer.failure.is_some() { why(&answer) } else { reading.say.clone() };
            self.tell("registration", &said);
            let unregistered = answer.http.as_ref().is_some_and(|http| http.status == 404);
            return Seen { unregistered, ..Seen::gap("the registration", said) };
        };
        let text = |name: &str| facts[name].as_str().map(clean).filter(|text| !text.is_empty());
        let status = texts(&facts["status"]);
        let all = |words: [&str; 3]| words.iter().all(|word| status.iter().any(|one| one == word));
        let registration = Registration {
            registrar: text("registrar").unwrap_or_default(),
            registrar_id: text("registrar_id"),
            name_servers: texts(&facts["name_servers"]),
            expires: text("expires"),
            locked: status.iter().any(|one| one.contains("transfer prohibited") || one == "locked"),
            registry_lock: all(["server transfer prohibited", "server update prohibited", "server delete prohibited"]),
            status: status.iter().map(|one| clean(one)).collect(),
        };
        self.tell("registration", &registration.registrar);
        Seen { registration: Some(registration), ..Seen::default() }
    }

    /// The delegation in the parent zone, and which of the zone's name servers answer for it.
    pub(super) async fn zone(&self, domain: &Domain) -> (Seen, Zone) {
        let types = ["SOA", "NS", "MX"].map(str::to_owned).to_vec();
        let timeout = self.timeout.min(Duration::from_secs(5));
        let question = DnsQuestion { domain: domain.name.clone(), types, timeout };
        let answer = self.askers.ask(&Question::Dns(question), false, self.clock.now()).await;
        let Some(dns) = answer.said.get("dns") else {
            let said = why(&answer);
            return (Seen::gap("the zone", said.clone()), Zone::Unasked(said));
        };
        let failed = dns["walk_failed"].as_str().unwrap_or_default().replace('_', " ");
        if !failed.is_empty() {
            self.tell("name servers", &failed);
            return (Seen::gap("the zone", failed.clone()), Zone::Unasked(failed));
        }
        let count = |name: &str| dns["parent"][name].as_u64().unwrap_or(0);
        let name_servers = texts(&dns["name_servers"]);
        let zone = match () {
            () if count("nxdomain") > 0 && count("delegated") == 0 => Zone::Unknown,
            () if name_servers.is_empty() => Zone::Bare,
            () => Zone::There,
        };
        let mut mail: Vec<String> = texts(&dns["records"]["MX"]);
        mail.sort_by_key(|record| record.split(' ').next().and_then(|number| number.parse::<u32>().ok()));
        let hosts: Vec<String> = mail.iter().filter_map(|record| Some(record.split_once(' ')?.1.to_owned())).collect();
        let takes_no_mail = !hosts.is_empty() && hosts.iter().all(|host| host.is_empty() || host == ".");
        let serving = usize::try_from(dns["count"]["served"].as_u64().unwrap_or(0)).unwrap_or(0);
        self.tell("name servers", name_servers.join(", "));
        let mut seen = Seen { name_servers, serving, takes_no_mail, ..Seen::default() };
        if !takes_no_mail {
            seen.mail_servers = hosts;
        }
        if serving == 0 && matches!(zone, Zone::There) {
            seen.lacks("the zone", "none of its name servers answers for it");
        }
        (seen, zone)
    }

    /// The names in the zone that resolve, and its TXT records.
    pub(super) async fn hosts(&self, domain: &Domain) -> Seen {
        let name = &domain.name;
        let below = |label: &str| format!("{label}.{name}");
        let mut hosts = vec![name.clone()];
        hosts.extend(domain.host.clone());
        hosts.extend(USUAL.iter().map(|label| below(label)));
        hosts.push(below(NOBODY));
        let mut wanted: Vec<String> = hosts.iter().map(|host| format!("A {host}")).collect();
        wanted.extend([name, &below("www"), &domain.front().to_owned()].map(|host| format!("AAAA {host}")));
        wanted.dedup();
        wanted.push(format!("TXT {name}"));
        let facts = match self.look_up(Lookup::Names, &[("domain", one(name)), ("wanted", wanted)]).await {
            Ok(facts) => facts,
            Err(why) => return Seen::gap("names in the zone", why),
        };
        let mut seen = Seen::default();
        for row in facts["rows"].as_array().into_iter().flatten() {
            note(&mut seen, row);
        }
        let nobody = seen.hosts.remove(&below(NOBODY));
        if let Some(nobody) = nobody {
            seen.wildcard = true;
            // A host that resolves like every name does was never set up.
            let www = below("www");
            let kept = |host: &String| host == name || *host == www || domain.host.as_ref() == Some(host);
            seen.hosts.retain(|host, at| kept(host) || !same(at, &nobody));
        }
        let names: Vec<&str> = seen.hosts.keys().map(String::as_str).collect();
        self.tell("hosts", if names.is_empty() { "none".to_owned() } else { names.join(", ") });
        seen
    }
}

fn same(one: &Host, other: &Host) -> bool {
    one.addresses == other.addresses && one.aliases == other.aliases
}

fn note(seen: &mut Seen, row: &Value) {
    let name = row["name"].as_str().unwrap_or_default();
    let kind = row["kind"].as_str().unwrap_or_default();
    let records = texts(&row["records"]);
    match (kind, row["outcome"].as_str().unwrap_or_default()) {
        ("A" | "AAAA", "found") => {
            let mut addresses = records;
            addresses.sort();
            let host = seen.hosts.entry(name.to_owned()).or_default();
            host.aliases = texts(&row["aliases"]);
            host.addresses.extend(addresses);
        }
        ("TXT", "found") => {
            let total = row["total"].as_u64().unwrap_or(0);
            if total > MOST_TEXTS as u64 {
                seen.lacks("some texts (TXT)", format!("there are {total}; the first {MOST_TEXTS} were read"));
            }
            seen.texts.extend(records.into_iter().take(MOST_TEXTS));
        }
        ("TXT", "unanswered") => seen.lacks("its texts (TXT)", "no name server gave a usable answer"),
        ("A", "unanswered") if name.starts_with(NOBODY) => {}
        ("A", "unanswered") => seen.lacks(&format!("the addresses of {name}"), "no name server gave a usable answer"),
        _ => {}
    }
}
