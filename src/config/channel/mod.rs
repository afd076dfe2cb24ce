//! Notification channels: the settings that all kinds have. The settings of each kind are in `notify`.

mod routing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Config;
use crate::core::alerting::route::{Route, Way};
use crate::core::words::question::Secret;
use crate::notify::{self, Settings, telegram};
use crate::read::{At, Table};
use chrono_tz::Tz;

pub(super) use routing::hours;

/// A notification channel.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its unique name, used in the outbox and in messages.
    pub name: String,
    /// The settings of its kind.
    pub settings: Arc<dyn Settings>,
    /// Which messages go to it.
    pub route: Route,
    /// The time zone of its readers.
    pub zone: Tz,
    /// Time zones of individual recipients, by recipient.
    pub zones: BTreeMap<String, Tz>,
}

impl Channel {
    /// Its secrets.
    pub fn secrets(&self) -> Vec<Secret> {
        self.settings.keys().into_iter().filter_map(|(_, key)| key.set().cloned()).collect()
    }

    /// Its recipients; empty while it is off.
    pub fn recipients(&self) -> Vec<String> {
        if self.off().is_some() {
            return Vec::new();
        }
        let mut recipients = self.settings.recipients();
        let mut seen = BTreeSet::new();
        recipients.retain(|recipient| seen.insert(recipient.clone()));
        recipients
    }

    /// Why it is off, if it is.
    pub fn off(&self) -> Option<String> {
        self.settings.off()
    }

    /// Whether a message can be edited after it was sent.
    pub fn edits(&self) -> bool {
        self.settings.edits() && self.off().is_none()
    }

    /// Whether it can wake someone: nobody reads the log or the terminal at night.
    pub fn wakes(&self) -> bool {
        self.settings.wakes() && self.off().is_none()
    }

    /// Its Telegram settings, if it is a Telegram channel.
    pub fn telegram(&self) -> Option<&telegram::Settings> {
        telegram::Settings::of(&*self.settings)
    }
}

impl Config {
    /// Every recipient of every channel, with its route.
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
    let kind = table.need_string("kind", "\"telegram\"");
    let name = table.string("name").map(|name| name.value);
    let settings = kind.as_ref().and_then(|kind| read_settings(table, kind));
    let zone = super::read_zone(table).unwrap_or(zone);
    let zones = read_zones(table);
    let route = routing::read(table, zone);
    if kind.as_ref().is_none_or(|kind| notify::reader(&kind.value).is_none()) {
        // The kind is unknown, so its other keys cannot be checked.
        table.forgive();
    }
    table.finish();
    let name = name.unwrap_or(kind?.value);
    settings.map(|settings| Channel { name, settings, route, zone, zones })
}

fn read_settings(table: &Table<'_>, kind: &At<String>) -> Option<Arc<dyn Settings>> {
    let Some(read) = notify::reader(&kind.value) else {
        let what = format!("there is no channel kind `{}`", kind.value);
        table.problem(kind.span.clone(), what, format!("use one of: {}", notify::kinds().join(", ")));
        return None;
    };
    read(table)
}

/// `zones = { "42" = "America/New_York" }`: recipients in other time zones.
fn read_zones(table: &Table<'_>) -> BTreeMap<String, Tz> {
    let Some(zones) = table.table("zones") else { return BTreeMap::new() };
    let zone = |key: At<String>| Some((key.value.clone(), super::zone_of(&zones, zones.string(&key.value)?)?));
    let read = zones.keys().into_iter().filter_map(zone).collect();
    zones.finish();
    read
}
