//! Builds the program's parts from a configuration.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use crate::ask::{Askers, Gate, Guard, Net, NetOptions, ROOTS};
use crate::catalog::Catalog;
use crate::clock::Clock;
use crate::config::{Channel, Config, Network};
use crate::core::time::budget::Budget;
use crate::engine::Ways;
use crate::notify::{Senders, Shared};

/// The rate limiter for all hosts. There is one for the whole run, so that a reload does not forget recent
/// requests.
pub fn gate(clock: &Clock) -> Arc<Gate> {
    Arc::new(Gate::new(Budget::default(), clock.clone()))
}

/// Builds the askers for the configuration's network, with the rate limits of its catalogue.
pub fn askers(config: &Config, clock: &Clock, gate: &Arc<Gate>) -> Result<Askers, String> {
    askers_of(&config.network, &config.catalog, clock, gate)
}

/// Builds the askers for a network, with the rate limits of a catalogue.
pub fn askers_of(network: &Network, catalog: &Catalog, clock: &Clock, gate: &Arc<Gate>) -> Result<Askers, String> {
    let usual_roots = || ROOTS.iter().filter_map(|root| root.parse::<IpAddr>().ok()).collect();
    let options = NetOptions {
        overrides: network.overrides.clone(),
        user_agent: format!("plugwatch/{} (dependency monitor)", env!("CARGO_PKG_VERSION")),
        guard: if network.loopback_only { Guard::LoopbackOnly } else { Guard::Any },
        private_redirects: network.private_redirects,
        dns_roots: if network.dns_roots.is_empty() { usual_roots() } else { network.dns_roots.clone() },
        dns_port: network.dns_port,
        resolvers: network.resolvers.clone(),
        smtp_port: network.smtp_port,
        whois_port: network.whois_port,
        extra_roots: network.extra_roots.clone(),
        anchors: network.anchors.clone(),
        hosts: BTreeMap::new(),
    };
    let paces: HashMap<String, _> = catalog.paces.iter().map(|(host, pace)| (host.clone(), *pace)).collect();
    gate.set_paces(paces);
    Ok(Askers::new(Net::new(options, gate.clone(), clock.clone())?))
}

/// Builds the senders for the configuration's channels, and the list of all recipients.
pub fn ways(config: &Config, shared: &Shared) -> Result<Ways, String> {
    let (off, on): (Vec<&Channel>, Vec<&Channel>) = config.channels.iter().partition(|channel| channel.off().is_some());
    let settings = on.into_iter().map(|channel| (channel.name.clone(), channel.settings.clone()));
    let senders = Senders::new(settings, shared)?;
    let off = off.into_iter().map(|channel| channel.name.clone()).collect();
    Ok(Ways { senders, everybody: config.ways(), off })
}
