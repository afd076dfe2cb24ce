//! The Telegram bots of a configuration.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::acts::Known;
use crate::bot::{self, Answering, Around, Served};
use crate::clock::Clock;
use crate::config::Config;
use crate::core::words::question::Secret;
use crate::engine::{Command, Windows};
use crate::ids::Ids;
use crate::notify::Shared;
use crate::store::Store;
use crate::supervise::{Part, Supervisor};

/// The program's parts that bots use.
pub(super) struct Surroundings<'a> {
    windows: &'a Windows,
    store: &'a Arc<Store>,
    clock: &'a Clock,
    known: &'a watch::Sender<Arc<Known>>,
    telegram: &'a Shared,
    engine: &'a mpsc::Sender<Command>,
}

impl<'a> Surroundings<'a> {
    pub(super) fn new(
        windows: &'a Windows,
        store: &'a Arc<Store>,
        clock: &'a Clock,
        (known, telegram, engine): (&'a watch::Sender<Arc<Known>>, &'a Shared, &'a mpsc::Sender<Command>),
    ) -> Surroundings<'a> {
        Surroundings { windows, store, clock, known, telegram, engine }
    }
}

/// Starts the bots.
pub(super) fn start(supervisor: &mut Supervisor, bots: Vec<BotOf>, with: &Surroundings<'_>) {
    for bot in bots {
        let around = Around {
            snapshot: with.windows.snapshot.clone(),
            known: with.known.subscribe(),
            store: with.store.clone(),
            clock: with.clock.clone(),
            limiter: with.telegram.limiter.clone(),
            ids: Ids::Random,
            engine: with.engine.clone(),
        };
        let BotOf { token, api_url, chats, users, channel, zone, zones } = bot;
        let part = Part::new(format!("Telegram bot of {channel}"));
        let served = Served { chats, users, channel, moved: with.telegram.moved.clone(), zone, zones };
        let answering = Answering::new(served, around);
        supervisor.start(part, move || bot::run(token.clone(), api_url.clone(), answering.clone()));
    }
}

/// A bot of the configuration. There is one per token, even if several channels use it, because only one
/// program may listen for a bot (Bot API, error 409).
#[derive(Clone, PartialEq)]
pub(super) struct BotOf {
    pub(super) token: Secret,
    api_url: Option<url::Url>,
    pub(super) chats: Vec<i64>,
    pub(super) users: Vec<i64>,
    channel: String,
    zone: chrono_tz::Tz,
    zones: BTreeMap<String, chrono_tz::Tz>,
}

pub(super) fn bots(config: &Config) -> Vec<BotOf> {
    let mut bots: Vec<BotOf> = Vec::new();
    for channel in &config.channels {
        let Some(telegram) = channel.telegram().filter(|telegram| telegram.commands) else { continue };
        let Some(token) = telegram.token.set() else { continue };
        let chats = telegram.chats.iter().map(|chat| chat.id);
        match bots.iter_mut().find(|bot| bot.token == *token) {
            Some(bot) => {
                bot.chats.extend(chats);
                bot.users.extend(&telegram.users);
                bot.zones.extend(channel.zones.clone());
            }
            None => bots.push(BotOf {
                token: token.clone(),
                api_url: telegram.api_url.clone(),
                chats: chats.collect(),
                users: telegram.users.clone(),
                channel: channel.name.clone(),
                zone: channel.zone,
                zones: channel.zones.clone(),
            }),
        }
    }
    bots
}
