//! The network as askers see it: its clients, overrides, a guard, the gate.

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

/// What the network is made of.
#[derive(Clone, Debug)]
pub struct NetOptions {
    /// Logical origins (`https://itunes.apple.com`) and where they really are.
    pub overrides: BTreeMap<String, String>,
    /// What we call ourselves.
    pub user_agent: String,
    /// Allowed addresses.
    pub guard: Guard,
    /// Follow a public host that redirects to a private address.
    pub private_redirects: bool,
    /// Root servers for delegation walks.
    pub dns_roots: Vec<IpAddr>,
    /// The port of every name server.
    pub dns_port: u16,
    /// Resolvers of different operators, as witnesses of what users see.
    pub resolvers: Vec<IpAddr>,
    /// The port on which mail servers take mail from anybody.
    pub smtp_port: u16,
    /// The port of every WHOIS server.
    pub whois_port: u16,
    /// Certificate authorities beside the usual ones, as DER.
    pub extra_roots: Vec<Vec<u8>>,
    /// Independent operators that tell whether our own network works.
    pub anchors: Vec<Anchor>,
    /// Addresses of names that the system's resolver is not asked for: tests put them there.
    pub hosts: Hosts,
}

/// The network.
pub struct Net {
    /// For what the configuration names.
    own: Connections,
    /// For what the other side names: no name leads it inside.
    outward: Connections,
    pub(in crate::ask) shaker: Arc<Shaker>,
    pub(in crate::ask) gate: Arc<Gate>,
    pub(in crate::ask) clock: Clock,
    pub(in crate::ask) options: NetOptions,
    pub(in crate::ask) roots: Arc<RootCertStore>,
}

impl Net {
    /// Builds the client.
    ///
    /// # Errors
    /// A sentence that says what the client did not accept.
    pub fn new(options: NetOptions, gate: Arc<Gate>, clock: Clock) -> Result<Net, String> {
        let trust = Trust::new(&options.extra_roots)?;
        let roots = trust.roots.clone();
        let shaker = Arc::new(Shaker::new(trust, clock.clone()));
        let hosts = Arc::new(options.hosts.clone());
        let connections = |guard| Connections::new(Connector { guard, hosts: hosts.clone(), shaker: shaker.clone() });
        // Who may talk to this machine only may talk to nobody outside either.
        let outward = if options.guard == Guard::LoopbackOnly { Guard::LoopbackOnly } else { Guard::Outside };
        let (own, outward) = (connections(options.guard), connections(outward));
        Ok(Net { own, outward, shaker, gate, clock, options, roots })
    }

    /// Where a logical URL really is.
    pub(in crate::ask) fn actual(&self, logical: &Url) -> Url {
        let Some(base) = self.override_at(logical) else { return logical.clone() };
        // Overrides were checked when the configuration was read.
        let Ok(mut actual) = Url::parse(base) else { return logical.clone() };
        let prefix = actual.path().trim_end_matches('/').to_owned();
        actual.set_path(&format!("{prefix}{}", logical.path()));
        actual.set_query(logical.query());
        actual
    }

    /// Where the configuration puts a logical URL's origin. Most configurations put none anywhere.
    fn override_at(&self, logical: &Url) -> Option<&String> {
        let overrides = &self.options.overrides;
        if overrides.is_empty() { None } else { overrides.get(&origin(logical)) }
    }

    /// The override that `actual` lies below, with its path: the longest one, if several do.
    fn override_of(&self, actual: &Url) -> Option<(Url, String)> {
        let below = |(logical, base): (&String, &String)| {
            let base = Url::parse(base).ok().filter(|base| origin(base) == origin(actual))?;
            let prefix = base.path().trim_end_matches('/').to_owned();
            let rest = actual.path().strip_prefix(&prefix)?;
            (rest.is_empty() || rest.starts_with('/')).then_some((Url::parse(logical).ok()?, prefix))
        };
        self.options.overrides.iter().filter_map(below).max_by_key(|(_, prefix)| prefix.len())
    }

    /// The logical URL of one that an overridden server gave.
    pub(super) fn logical(&self, actual: Url) -> Url {
        let Some((mut logical, prefix)) = self.override_of(&actual) else { return actual };
        logical.set_path(&actual.path()[prefix.len()..]);
        logical.set_query(actual.query());
        logical
    }

    /// Whether a URL's host, where it is an address, may be asked.
    pub(in crate::ask) fn allows(&self, url: &Url) -> bool {
        self.options.guard.allows_host(url)
    }

    /// Whether somebody who is outside may send us to this URL. A name is looked at when it is
    /// resolved; what the configuration puts elsewhere is its own word.
    pub(super) fn leads_outside(&self, logical: &Url) -> bool {
        self.options.private_redirects || self.is_overridden(logical) || Guard::Outside.allows_host(logical)
    }

    /// Whether the configuration says where a logical URL really is.
    pub(super) fn is_overridden(&self, logical: &Url) -> bool {
        self.override_at(logical).is_some()
    }

    /// The connections for a URL, which somebody outside `sent` us to.
    pub(super) fn connections(&self, logical: &Url, sent: bool) -> &Connections {
        let trusted = !sent || self.options.private_redirects || self.is_overridden(logical);
        if trusted { &self.own } else { &self.outward }
    }
}

/// `scheme://host[:port]`.
pub fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
