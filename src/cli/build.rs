//! Puts the parts together from a configuration.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::ask::{Askers, Gate, Guard, Net, NetOptions, ROOTS};
use crate::catalog::Catalog;
use crate::clock::Clock;
use crate::config::{ChannelKind, Config, Hook, MailSecurity, Network};
use crate::core::budget::Budget;
use crate::core::question::Key;
use crate::engine::Ways;
use crate::notify::{Limiter, Mail, Moved, Security, Senders, Settings};

/// The gate before all hosts. One for the whole run: a reload must not forget what was asked.
pub fn gate(clock: &Clock) -> Arc<Gate> {
    Arc::new(Gate::new(Budget::default(), clock.clone()))
}

/// Askers for the configuration's network, at the paces of its catalogue.
pub fn askers(config: &Config, clock: &Clock, gate: &Arc<Gate>) -> Result<Askers, String> {
    askers_of(&config.network, &config.catalog, clock, gate)
}

/// Askers for a network, at the paces of a catalogue.
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
    };
    let paces: HashMap<String, _> = catalog.paces.iter().map(|(host, pace)| (host.clone(), *pace)).collect();
    gate.set_paces(paces);
    Ok(Askers::new(Net::new(options, gate.clone(), clock.clone())?))
}

/// What all who write to Telegram share, over reloads too.
#[derive(Clone)]
pub struct Telegram {
    /// Its limits.
    pub limiter: Arc<Limiter>,
    /// Groups that are elsewhere now.
    pub moved: Arc<Moved>,
}

impl Telegram {
    /// Nothing was sent yet.
    pub fn new(clock: &Clock) -> Telegram {
        Telegram { limiter: Arc::new(Limiter::new(clock.clone())), moved: Arc::default() }
    }
}

/// Senders for the configuration's channels, and everybody they reach.
pub fn ways(config: &Config, telegram: &Telegram) -> Result<Ways, String> {
    let on = config.channels.iter().filter(|channel| channel.off().is_none());
    let settings = on.filter_map(|channel| Some((channel.name.clone(), settings(&channel.kind, telegram)?)));
    let senders = Senders::new(settings, telegram.moved.clone())?;
    let off = config.channels.iter().filter(|channel| channel.off().is_some()).map(|channel| channel.name.clone());
    Ok(Ways { senders, everybody: config.ways(), off: off.collect() })
}

/// What a sender needs; nothing where a key is not set.
fn settings(kind: &ChannelKind, telegram: &Telegram) -> Option<Settings> {
    let opened = |key: &Option<Key>| key.as_ref().and_then(Key::set).cloned();
    Some(match kind {
        ChannelKind::Log => Settings::Log,
        ChannelKind::Terminal => Settings::Terminal,
        ChannelKind::Telegram { token, api_url, .. } => {
            let (token, limiter) = (token.set()?.clone(), telegram.limiter.clone());
            Settings::Telegram { token, api_url: api_url.clone(), limiter }
        }
        ChannelKind::Webhook { url, secret } => Settings::Webhook { url: url.clone(), secret: opened(secret) },
        ChannelKind::Email { server, port, security, login, from, authority, .. } => {
            let login = match login {
                Some((user, password)) => Some((user.clone(), password.set()?.clone())),
                None => None,
            };
            let security = match security {
                MailSecurity::Tls => Security::Tls,
                MailSecurity::StartTls => Security::StartTls,
                MailSecurity::None => Security::None,
            };
            let (server, from, authority) = (server.clone(), from.clone(), authority.clone());
            Settings::Email(Box::new(Mail { server, port: *port, security, login, from, authority }))
        }
        ChannelKind::Hook(Hook::Slack, url) => Settings::Slack(url.set()?.clone()),
        ChannelKind::Hook(Hook::Discord, url) => Settings::Discord(url.set()?.clone()),
        ChannelKind::Hook(Hook::Mattermost, url) => Settings::Mattermost(url.set()?.clone()),
        ChannelKind::Ntfy { server, token, .. } => Settings::Ntfy { server: server.clone(), token: opened(token) },
        ChannelKind::PagerDuty { routing_key, api_url } => {
            Settings::PagerDuty { routing_key: routing_key.set()?.clone(), api_url: api_url.clone() }
        }
        ChannelKind::Exec { command } => Settings::Exec { command: command.clone() },
    })
}
