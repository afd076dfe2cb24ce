//! The facts that discovery gathered about a platform.

use std::collections::{BTreeMap, BTreeSet};

use super::page::Words;
use super::{Domain, clean};
use crate::core::words::verdict::words;

/// Everything that was gathered.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The domain's registration; `None` if the registry does not list it, or did not answer.
    pub registration: Option<Registration>,
    /// Whether the registry says that the domain is not registered.
    pub unregistered: bool,
    /// The name servers that the parent zone lists.
    pub name_servers: Vec<String>,
    /// How many of them answer for the zone.
    pub serving: usize,
    /// Hosts, by name.
    pub hosts: BTreeMap<String, Host>,
    /// Whether any name below the domain resolves. If so, a host that resolves proves nothing.
    pub wildcard: bool,
    /// The domain's mail servers, in order of preference.
    pub mail_servers: Vec<String>,
    /// Mail servers that sent an SMTP greeting.
    pub greeting: BTreeSet<String>,
    /// Whether the domain declares that it accepts no mail (RFC 7505).
    pub takes_no_mail: bool,
    /// The domain's TXT records, some hundreds at most.
    pub texts: Vec<String>,
    /// Names that the domain's own SPF record includes.
    pub spf_includes: Vec<String>,
    /// Whether the domain has an SPF record.
    pub has_spf: bool,
    /// DKIM selectors that have a key, with the target of their alias.
    pub selectors: Vec<(String, Option<String>)>,
    /// The domain's DMARC policy.
    pub dmarc: Option<String>,
    /// Domains of the addresses that DMARC reports go to.
    pub dmarc_reports: Vec<String>,
    /// Whether the domain has an MTA-STS policy (RFC 8461).
    pub has_mta_sts: bool,
    /// AS numbers and names of the networks of `network_of`.
    pub networks: Vec<(String, String)>,
    /// The host to which these networks belong.
    pub network_of: Option<String>,
    /// Pages that were read.
    pub pages: Vec<Page>,
    /// Apps.
    pub apps: Vec<App>,
    /// Facts that could not be determined.
    pub gaps: Vec<Gap>,
}

/// A domain at its registry.
#[derive(Clone, Debug, Default)]
pub struct Registration {
    /// The registrar's name.
    pub registrar: String,
    /// The registrar's IANA number.
    pub registrar_id: Option<String>,
    /// The name servers that the registry lists.
    pub name_servers: Vec<String>,
    /// Its states at the registry, such as `client hold`.
    pub status: Vec<String>,
    /// When it expires, as the registry writes it.
    pub expires: Option<String>,
    /// Whether the domain is locked against transfer.
    pub locked: bool,
    /// Whether the domain is locked at the registry itself.
    pub registry_lock: bool,
}

/// The aliases and addresses of a host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Host {
    /// The aliases (CNAME) in its answer.
    pub aliases: Vec<String>,
    /// Its addresses.
    pub addresses: Vec<String>,
}

/// A page that was read.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The requested URL.
    pub asked: String,
    /// The URL after redirects.
    pub url: String,
    /// The HTTP status.
    pub status: u16,
    /// Header fields, in lower case.
    pub headers: BTreeMap<String, String>,
    /// The organisation that issued the certificate.
    pub issuer: Option<String>,
    /// Words by which to recognise it.
    pub words: Option<Words>,
    /// Whether the page redirects to another domain.
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
    /// The store's name for people.
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
    /// The store that offers it.
    pub store: Store,
    /// Its bundle id or package name.
    pub id: String,
    /// Its number in Apple's App Store.
    pub track_id: Option<u64>,
    /// Its name in the store.
    pub name: Option<String>,
    /// Its seller in the store.
    pub seller: Option<String>,
    /// The storefront that lists it; `None` if none does.
    pub country: Option<String>,
    /// The sources that name it, such as `the home page` or `apple-app-site-association`.
    pub named_by: BTreeSet<String>,
    /// Why the store could not be asked, if so.
    pub unasked: Option<String>,
}

/// A fact that could not be determined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The missing fact.
    pub what: String,
    /// The reason.
    pub why: String,
}

impl Seen {
    /// Records a fact that could not be determined.
    pub fn lacks(&mut self, what: &str, why: impl Into<String>) {
        self.gaps.push(Gap { what: clean(what), why: clean(&why.into()) });
    }

    /// The page that visitors see first: the first that answered with status 200.
    pub fn front(&self) -> Option<&Page> {
        self.pages.iter().find(|page| page.status == 200)
    }

    /// Hosts other than the domain and its `www`.
    pub fn other_hosts<'s>(&'s self, domain: &'s Domain) -> impl Iterator<Item = &'s String> {
        let usual = format!("www.{}", domain.name);
        self.hosts.keys().filter(move |host| **host != domain.name && **host != usual)
    }
}
