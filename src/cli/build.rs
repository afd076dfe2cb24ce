//! Puts the parts together from a configuration.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::ask::{Askers, Gate, Guard, Net, NetOptions, ROOTS};
use crate::clock::Clock;
use crate::config::{ChannelKind, Config};
use crate::core::budget::Budget;
use crate::engine::Ways;
use crate::notify::{Senders, Settings};

/// The gate before all hosts. One for the whole run: a reload must not forget what was asked.
pub fn gate(clock: &Clock) -> Arc<Gate> {
    Arc::new(Gate::new(Budget::default(), clock.clone()))
}

/// Askers for the configuration's network, at the paces of its catalogue.
pub fn askers(config: &Config, clock: &Clock, gate: &Arc<Gate>) -> Result<Askers, String> {
    let network = &config.network;
    let usual_roots = || ROOTS.iter().filter_map(|root| root.parse::<IpAddr>().ok()).collect();
    let options = NetOptions {
        overrides: network.overrides.clone(),
        user_agent: format!("plugwatch/{} (dependency monitor)", env!("CARGO_PKG_VERSION")),
        guard: if network.loopback_only { Guard::LoopbackOnly } else { Guard::Any },
        dns_roots: if network.dns_roots.is_empty() { usual_roots() } else { network.dns_roots.clone() },
        dns_port: network.dns_port,
        resolvers: network.resolvers.clone(),
        smtp_port: network.smtp_port,
        whois_port: network.whois_port,
        extra_roots: network.extra_roots.clone(),
        anchors: network.anchors.clone(),
    };
    let paces: HashMap<String, _> = config.catalog.paces.iter().map(|(host, pace)| (host.clone(), *pace)).collect();
    gate.set_paces(paces);
    Ok(Askers::new(Net::new(options, gate.clone(), clock.clone())?))
}

/// Senders for the configuration's channels, and everybody they reach.
pub fn ways(config: &Config, clock: &Clock) -> Result<Ways, String> {
    let settings = config.channels.iter().filter_map(|channel| {
        if channel.off().is_some() {
            return None;
        }
        let settings = match channel.kind.clone() {
            ChannelKind::Log => Settings::Log,
            ChannelKind::Terminal => Settings::Terminal,
            ChannelKind::Telegram { token, api_url, .. } => Settings::Telegram { token: token.set()?.clone(), api_url },
            ChannelKind::Webhook { url, secret } => {
                Settings::Webhook { url, secret: secret.and_then(|key| key.set().cloned()) }
            }
        };
        Some((channel.name.clone(), settings))
    });
    let senders = Senders::new(settings, clock)?;
    let places = |channel: &crate::config::Channel| {
        let name = channel.name.clone();
        channel.recipients().into_iter().map(move |recipient| (name.clone(), recipient)).collect::<Vec<_>>()
    };
    Ok(Ways { senders, everybody: config.channels.iter().flat_map(places).collect() })
}
