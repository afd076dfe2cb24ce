//! Ways to tell: what each channel is, whom it reaches, and what they want to hear. One file for
//! each family of keys.

mod hooks;
mod mail;
mod routing;
mod telegram;

use std::collections::BTreeMap;

use url::Url;

use super::Config;
use crate::core::chat::Chat;
use crate::core::question::{Key, Secret};
use crate::core::route::{Route, Way};
use crate::read::{At, Table};
use chrono_tz::Tz;

pub use mail::MailSecurity;
pub(super) use routing::hours;

/// A way to tell.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its name, unique; in the outbox and in messages.
    pub name: String,
    /// What it is.
    pub kind: ChannelKind,
    /// What is told there.
    pub route: Route,
    /// The zone of whoever reads it.
    pub zone: Tz,
    /// The zones of those who have one of their own, by recipient.
    pub zones: BTreeMap<String, Tz>,
}

/// What a channel is.
#[derive(Clone, Debug)]
pub enum ChannelKind {
    /// The program's own log.
    Log,
    /// Standard output.
    Terminal,
    /// A Telegram bot and the chats it speaks to.
    Telegram {
        /// The bot's token; without it the channel is off.
        token: Key,
        /// Chats, and perhaps topics of them.
        chats: Vec<Chat>,
        /// The variable that gives the chats, where one does.
        chats_from: Option<String>,
        /// Who may change anything, by user id.
        users: Vec<i64>,
        /// Where the Bot API is, if not at Telegram.
        api_url: Option<Url>,
        /// Answer commands as well.
        commands: bool,
    },
    /// A signed POST to a URL.
    Webhook {
        /// Where to.
        url: Url,
        /// Signs each message; one that is named and not set turns the channel off.
        secret: Option<Key>,
    },
    /// E-mail through a server.
    Email {
        /// The server's name.
        server: String,
        /// Its port.
        port: u16,
        /// How it is spoken to.
        security: MailSecurity,
        /// Who signs in, with which password.
        login: Option<(String, Key)>,
        /// Who writes.
        from: String,
        /// To whom.
        to: Vec<String>,
        /// A certificate authority of one's own, PEM.
        authority: Option<String>,
    },
    /// Slack, Discord or Mattermost, by a webhook whose URL is its secret.
    Hook(Hook, Key),
    /// A topic of ntfy.
    Ntfy {
        /// The server.
        server: Url,
        /// The topic.
        topic: String,
        /// An access token.
        token: Option<Key>,
    },
    /// PagerDuty, by its Events API v2.
    PagerDuty {
        /// The integration key.
        routing_key: Key,
        /// Where the API is, if not at PagerDuty.
        api_url: Option<Url>,
    },
    /// A program of one's own.
    Exec {
        /// The program and its arguments.
        command: Vec<String>,
    },
}

/// Services that take a message at a secret URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// Slack.
    Slack,
    /// Discord.
    Discord,
    /// Mattermost.
    Mattermost,
}

impl Hook {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Hook::Slack => "Slack",
            Hook::Discord => "Discord",
            Hook::Mattermost => "Mattermost",
        }
    }
}

const KINDS: &str = "log, terminal, telegram, email, webhook, slack, discord, mattermost, ntfy, pagerduty, exec";

impl Channel {
    fn keys(&self) -> Vec<&Key> {
        match &self.kind {
            ChannelKind::Log | ChannelKind::Terminal | ChannelKind::Exec { .. } => Vec::new(),
            ChannelKind::Telegram { token, .. } => vec![token],
            ChannelKind::Webhook { secret, .. } => secret.iter().collect(),
            ChannelKind::Email { login, .. } => login.iter().map(|(_, password)| password).collect(),
            ChannelKind::Hook(_, url) => vec![url],
            ChannelKind::Ntfy { token, .. } => token.iter().collect(),
            ChannelKind::PagerDuty { routing_key, .. } => vec![routing_key],
        }
    }

    /// Its secrets.
    pub fn secrets(&self) -> Vec<Secret> {
        self.keys().into_iter().filter_map(Key::set).cloned().collect()
    }

    /// Whom it reaches; nobody while it is off.
    pub fn recipients(&self) -> Vec<String> {
        if self.off().is_some() {
            return Vec::new();
        }
        let mut recipients = match &self.kind {
            ChannelKind::Log => vec!["log".to_owned()],
            ChannelKind::Terminal => vec!["terminal".to_owned()],
            ChannelKind::Telegram { chats, .. } => chats.iter().map(ToString::to_string).collect(),
            ChannelKind::Webhook { url, .. } => vec![url.host_str().unwrap_or("webhook").to_owned()],
            ChannelKind::Email { to, .. } => to.clone(),
            ChannelKind::Hook(hook, _) => vec![hook.name().to_owned()],
            ChannelKind::Ntfy { topic, .. } => vec![topic.clone()],
            ChannelKind::PagerDuty { .. } => vec!["PagerDuty".to_owned()],
            ChannelKind::Exec { command } => vec![command.first().cloned().unwrap_or_default()],
        };
        let mut seen = std::collections::BTreeSet::new();
        recipients.retain(|recipient| seen.insert(recipient.clone()));
        recipients
    }

    /// Why it tells nobody, if so.
    pub fn off(&self) -> Option<String> {
        if let ChannelKind::Webhook { secret: Some(Key::Unset(from)), .. } = &self.kind {
            return Some(format!("its secret is not set ({from}), and its messages must be signed"));
        }
        if let Some(Key::Unset(from)) = self.keys().into_iter().find(|key| key.set().is_none()) {
            let what = match &self.kind {
                ChannelKind::Telegram { .. } => "token",
                ChannelKind::Email { .. } => "password",
                ChannelKind::Hook(..) => "URL",
                _ => "key",
            };
            return Some(format!("its {what} is not set ({from})"));
        }
        match &self.kind {
            ChannelKind::Telegram { chats, chats_from, commands, .. } if chats.is_empty() => {
                let from = chats_from
                    .as_ref()
                    .map_or("`chats` is empty".to_owned(), |name| format!("the variable {name} names no chat"));
                let how = if *commands { "; write to the bot, and it answers with your chat's number" } else { "" };
                Some(format!("{from}{how}"))
            }
            ChannelKind::Email { to, .. } if to.is_empty() => Some("`to` is empty".to_owned()),
            _ => None,
        }
    }

    /// Whether a message that was sent there can be changed.
    pub fn edits(&self) -> bool {
        matches!(self.kind, ChannelKind::Telegram { .. } | ChannelKind::Hook(Hook::Discord, ..)) && self.off().is_none()
    }

    /// Whether a person hears of it: the log and the terminal are read by nobody at night.
    pub fn wakes(&self) -> bool {
        !matches!(self.kind, ChannelKind::Log | ChannelKind::Terminal) && self.off().is_none()
    }
}

impl Config {
    /// Every place that can be told, with what it wants to hear.
    pub fn ways(&self) -> Vec<Way> {
        let places = |channel: &Channel| {
            let (name, route) = (channel.name.clone(), channel.route.clone());
            let (wakes, edits) = (channel.wakes(), channel.edits());
            let (zone, zones) = (channel.zone, channel.zones.clone());
            let way = move |recipient: String| {
                let zone = zones.get(&recipient).copied().unwrap_or(zone);
                Way { channel: name.clone(), recipient, route: route.clone(), wakes, zone, edits }
            };
            channel.recipients().into_iter().map(way).collect::<Vec<_>>()
        };
        self.channels.iter().flat_map(places).collect()
    }
}

pub(super) fn read(table: &Table<'_>, zone: Tz) -> Option<Channel> {
    let kind = table.need_string("kind", "\"telegram\"")?;
    let name = table.string("name").map_or_else(|| kind.value.clone(), |name| name.value);
    let read = match kind.value.as_str() {
        "log" => Some(ChannelKind::Log),
        "terminal" => Some(ChannelKind::Terminal),
        "telegram" => telegram::read(table),
        "email" => mail::read(table),
        "webhook" => hooks::webhook(table),
        "slack" => hooks::hook(table, Hook::Slack),
        "discord" => hooks::hook(table, Hook::Discord),
        "mattermost" => hooks::hook(table, Hook::Mattermost),
        "ntfy" => hooks::ntfy(table),
        "pagerduty" => hooks::pagerduty(table),
        "exec" => hooks::exec(table),
        other => {
            table.problem(kind.span, format!("there is no channel kind `{other}`"), format!("use one of: {KINDS}"));
            return None;
        }
    };
    let zone = super::read_zone(table).unwrap_or(zone);
    let zones = read_zones(table);
    let route = routing::read(table, zone);
    table.finish();
    read.map(|kind| Channel { name, kind, route, zone, zones })
}

/// `zones = { "42" = "America/New_York" }`: recipients who live elsewhere.
fn read_zones(table: &Table<'_>) -> BTreeMap<String, Tz> {
    let Some(zones) = table.table("zones") else { return BTreeMap::new() };
    let zone = |key: At<String>| Some((key.value.clone(), super::zone_of(&zones, zones.string(&key.value)?)?));
    let read = zones.keys().into_iter().filter_map(zone).collect();
    zones.finish();
    read
}

pub(super) fn read_url(table: &Table<'_>, key: &str) -> Option<Url> {
    let text = table.string(key)?;
    match Url::parse(&text.value) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host_str().is_some() => Some(url),
        _ => {
            table.problem(
                text.span,
                format!("`{}` is not an http or https URL", text.value),
                format!("for example {key} = \"https://example.com/\""),
            );
            None
        }
    }
}
