//! The network that askers use: its clients, overrides, address guard and gate.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use rustls::RootCertStore;
use url::Url;

use super::connect::Connector;
use super::connections::Connections;
use super::dial::Hosts;
use super::gate::Gate;
use super::guard::Guard;
use super::tls::Shaker;
use super::trust::Trust;
use crate::clock::Clock;
use crate::core::probe::reference_hosts::Anchor;

/// The network's settings.
#[derive(Clone, Debug)]
pub struct NetOptions {
    /// Logical origins (`https://itunes.apple.com`) and the addresses that replace them.
    pub overrides: BTreeMap<String, String>,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// The addresses that may be connected to.
    pub guard: Guard,
    /// Whether to follow a redirect from a public host to a private address.
    pub private_redirects: bool,
    /// The root servers for delegation walks.
    pub dns_roots: Vec<IpAddr>,
    /// The port of every name server.
    pub dns_port: u16,
    /// Resolvers of different operators, to check what users see.
    pub resolvers: Vec<IpAddr>,
    /// The port on which mail servers accept mail from other servers (25).
    pub smtp_port: u16,
    /// The port of every WHOIS server.
    pub whois_port: u16,
    /// Certificate authorities in addition to the usual ones, as DER.
    pub extra_roots: Vec<Vec<u8>>,
    /// Reference hosts of independent operators, to check whether plugwatch's own network works.
    pub anchors: Vec<Anchor>,
    /// Addresses of names for which the system's resolver is not used; set by tests.
    pub hosts: Hosts,
}

/// The network.
pub struct Net {
    /// Connections to hosts that the configuration names.
    own: Connections,
    /// Connections to hosts that another party names (a redirect, a certificate), never to private addresses.
    outward: Connections,
    pub(in crate::ask) shaker: Arc<Shaker>,
    pub(in crate::ask) gate: Arc<Gate>,
    pub(in crate::ask) clock: Clock,
    pub(in crate::ask) options: NetOptions,
    pub(in crate::ask) roots: Arc<RootCertStore>,
}

impl Net {
    /// Builds the clients.
    ///
    /// # Errors
    /// Fails if a setting is not accepted: the message says which one.
    pub fn new(options: NetOptions, gate: Arc<Gate>, clock: Clock) -> Result<Net, String> {
        let trust = Trust::new(&options.extra_roots)?;
        let roots = trust.roots.clone();
        let shaker = Arc::new(Shaker::new(trust, clock.clone()));
        let hosts = Arc::new(options.hosts.clone());
        let connections = |guard| Connections::new(Connector { guard, hosts: hosts.clone(), shaker: shaker.clone() });
        // A network that may only use the loopback must not reach external hosts either.
        let outward = if options.guard == Guard::LoopbackOnly { Guard::LoopbackOnly } else { Guard::Outside };
        let (own, outward) = (connections(options.guard), connections(outward));
        Ok(Net { own, outward, shaker, gate, clock, options, roots })
    }

    /// The URL that is really requested for a logical URL.
    pub(in crate::ask) fn actual(&self, logical: &Url) -> Url {
        let Some(base) = self.override_at(logical) else { return logical.clone() };
        // Overrides were validated when the configuration was read.
        let Ok(mut actual) = Url::parse(base) else { return logical.clone() };
        let prefix = actual.path().trim_end_matches('/').to_owned();
        actual.set_path(&format!("{prefix}{}", logical.path()));
        actual.set_query(logical.query());
        actual
    }

    /// The override for a logical URL's origin; most configurations have none.
    fn override_at(&self, logical: &Url) -> Option<&String> {
        let overrides = &self.options.overrides;
        if overrides.is_empty() { None } else { overrides.get(&origin(logical)) }
    }

    /// The override whose address and path contain `actual`; the longest one, if there are several.
    fn override_of(&self, actual: &Url) -> Option<(Url, String)> {
        let below = |(logical, base): (&String, &String)| {
            let base = Url::parse(base).ok().filter(|base| origin(base) == origin(actual))?;
            let prefix = base.path().trim_end_matches('/').to_owned();
            let rest = actual.path().strip_prefix(&prefix)?;
            (rest.is_empty() || rest.starts_with('/')).then_some((Url::parse(logical).ok()?, prefix))
        };
        self.options.overrides.iter().filter_map(below).max_by_key(|(_, prefix)| prefix.len())
    }

    /// The logical URL of a URL that an overridden server returned.
    pub(super) fn logical(&self, actual: Url) -> Url {
        let Some((mut logical, prefix)) = self.override_of(&actual) else { return actual };
        logical.set_path(&actual.path()[prefix.len()..]);
        logical.set_query(actual.query());
        logical
    }

    /// Whether a URL's host, if it is an IP address, may be connected to.
    pub(in crate::ask) fn allows(&self, url: &Url) -> bool {
        self.options.guard.allows_host(url)
    }

    /// Whether an external host may redirect plugwatch to this URL. A host name is checked when it is resolved. An
    /// override is always allowed, because the configuration set it.
    pub(super) fn leads_outside(&self, logical: &Url) -> bool {
        self.options.private_redirects || self.is_overridden(logical) || Guard::Outside.allows_host(logical)
    }

    /// Whether the configuration overrides a logical URL.
    pub(super) fn is_overridden(&self, logical: &Url) -> bool {
        self.override_at(logical).is_some()
    }

    /// The connections for a URL; `sent` says that an external host redirected to it.
    pub(super) fn connections(&self, logical: &Url, sent: bool) -> &Connections {
        let trusted = !sent || self.options.private_redirects || self.is_overridden(logical);
        if trusted { &self.own } else { &self.outward }
    }
}

/// A URL's origin: `scheme://host[:port]`.
pub fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
