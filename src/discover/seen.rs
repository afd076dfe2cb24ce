//! What was seen of a platform: facts only.

use std::collections::{BTreeMap, BTreeSet};

use super::page::Words;
use super::{Domain, clean};
use crate::core::words::verdict::words;

/// Everything that was seen.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Its registration; none where the registry knows none, or could not be asked.
    pub registration: Option<Registration>,
    /// The registry says that it knows no such domain.
    pub unregistered: bool,
    /// The servers that the parent names.
    pub name_servers: Vec<String>,
    /// How many of them serve the zone.
    pub serving: usize,
    /// Hosts, by name.
    pub hosts: BTreeMap<String, Host>,
    /// Any name below the domain leads somewhere: that a host has one proves nothing.
    pub wildcard: bool,
    /// Its mail servers, the preferred first.
    pub mail_servers: Vec<String>,
    /// Mail servers that greeted.
    pub greeting: BTreeSet<String>,
    /// It says that it takes no mail (RFC 7505).
    pub takes_no_mail: bool,
    /// Its texts (TXT), some hundreds at most.
    pub texts: Vec<String>,
    /// Names of others that its own SPF record includes.
    pub spf_includes: Vec<String>,
    /// It has an SPF record.
    pub has_spf: bool,
    /// DKIM selectors that hold a key, with where they lead.
    pub selectors: Vec<(String, Option<String>)>,
    /// Its DMARC policy.
    pub dmarc: Option<String>,
    /// Domains of the addresses that DMARC reports go to.
    pub dmarc_reports: Vec<String>,
    /// It promises TLS for mail (RFC 8461).
    pub has_mta_sts: bool,
    /// Numbers and names of the networks of `network_of`.
    pub networks: Vec<(String, String)>,
    /// The host whose networks these are.
    pub network_of: Option<String>,
    /// Pages that were read.
    pub pages: Vec<Page>,
    /// Apps.
    pub apps: Vec<App>,
    /// What could not be found out.
    pub gaps: Vec<Gap>,
}

/// A domain at its registry.
#[derive(Clone, Debug, Default)]
pub struct Registration {
    /// The registrar's name.
    pub registrar: String,
    /// Its number at IANA.
    pub registrar_id: Option<String>,
    /// The name servers that the registry lists.
    pub name_servers: Vec<String>,
    /// Its states there, such as `client hold`.
    pub status: Vec<String>,
    /// When it ends, as written there.
    pub expires: Option<String>,
    /// It is locked against transfer.
    pub locked: bool,
    /// It is frozen at the registry itself.
    pub registry_lock: bool,
}

/// A host's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Host {
    /// The names that it was sent on to.
    pub aliases: Vec<String>,
    /// Its addresses.
    pub addresses: Vec<String>,
}

/// A page that was read.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What was opened.
    pub asked: String,
    /// Where that ended.
    pub url: String,
    /// The status.
    pub status: u16,
    /// Header fields, in lower case.
    pub headers: BTreeMap<String, String>,
    /// Who issued the certificate.
    pub issuer: Option<String>,
    /// Words that stand on it and would be missed.
    pub words: Option<Words>,
    /// It is sent on to somebody else's domain.
    pub elsewhere: bool,
    /// URLs of scripts, frames, forms and styles.
    pub uses: Vec<String>,
    /// URLs that it links to.
    pub links: Vec<String>,
}

words! {
    /// An app store.
    Store {
        /// Apple's.
        Apple = "apple",
        /// Google's.
        GooglePlay = "google_play",
    }
}

impl Store {
    /// The same for people.
    pub fn words(self) -> &'static str {
        match self {
            Store::Apple => "the App Store",
            Store::GooglePlay => "Google Play",
        }
    }
}

/// An app, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Where it is offered.
    pub store: Store,
    /// Its bundle id or package name.
    pub id: String,
    /// Its number in Apple's store.
    pub track_id: Option<u64>,
    /// Its name there.
    pub name: Option<String>,
    /// Who sells it there.
    pub seller: Option<String>,
    /// The storefront that has it; none has, if none is named.
    pub country: Option<String>,
    /// What names it: `the home page`, `apple-app-site-association`.
    pub named_by: BTreeSet<String>,
    /// Why the store's word is not known.
    pub unasked: Option<String>,
}

/// Something that could not be found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
}

impl Seen {
    /// Notes what could not be found out.
    pub fn lacks(&mut self, what: &str, why: impl Into<String>) {
        self.gaps.push(Gap { what: clean(what), why: clean(&why.into()) });
    }

    /// The page that people see first: the first that was read well.
    pub fn front(&self) -> Option<&Page> {
        self.pages.iter().find(|page| page.status == 200)
    }

    /// Hosts that have a name of their own beside the domain and its `www`.
    pub fn other_hosts<'s>(&'s self, domain: &'s Domain) -> impl Iterator<Item = &'s String> {
        let usual = format!("www.{}", domain.name);
        self.hosts.keys().filter(move |host| **host != domain.name && **host != usual)
    }
}
