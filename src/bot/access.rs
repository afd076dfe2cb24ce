//! Who may ask questions, and who may change things.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono_tz::Tz;
use teloxide::types::{Chat, User};

use super::Served;
use crate::acts::Person;
use crate::notify::Moved;

/// Telegram uses this user id for anonymous administrators.
const ANONYMOUS: u64 = 1_087_968_824;

/// The chats and users that are served.
pub struct Access {
    chats: HashSet<i64>,
    users: HashSet<i64>,
    /// The channel's name.
    pub(super) channel: String,
    moved: Arc<Moved>,
    /// The time zone of the channel, and those of individual chats and users.
    zone: Tz,
    zones: BTreeMap<String, Tz>,
    refused: Mutex<HashSet<i64>>,
}

/// What a sender may do in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum May {
    /// Ask questions and change things.
    Change(Person),
    /// Only ask questions; the text says why.
    Ask(String),
    /// Nothing; the text is sent the first time.
    Nothing(Option<String>),
}

impl Access {
    pub(super) fn new(served: Served) -> Access {
        let Served { chats, users, channel, moved, zone, zones } = served;
        let chats = chats.into_iter().collect();
        Access { chats, users: users.into_iter().collect(), channel, moved, zone, zones, refused: Mutex::default() }
    }

    /// The sender's time zone: the chat's, or else the user's, or else the channel's.
    pub(super) fn zone(&self, chat: &Chat, user: Option<&User>) -> Tz {
        let own = |id: String| self.zones.get(&id).copied();
        let user = || user.and_then(|user| own(user.id.0.to_string()));
        own(chat.id.0.to_string()).or_else(user).unwrap_or(self.zone)
    }

    /// Follows a group that moved to a new id, if it was listed.
    pub(super) fn follow(&self, from: i64, to: i64) {
        if self.lists(from) {
            self.moved.learn(from, to);
        }
    }

    fn lists(&self, chat: i64) -> bool {
        self.chats.contains(&chat) || self.chats.iter().any(|listed| self.moved.now(*listed) == chat)
    }

    /// What the sender of a message, or the person who presses a button, may do in this chat. It is decided
    /// each time, because the lists may have changed since the button was sent.
    pub(super) fn may(&self, chat: &Chat, user: Option<&User>) -> May {
        let id = chat.id.0;
        if !self.lists(id) {
            let fresh = self.refused.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
            let said = format!(
                "plugwatch answers only in the chats that its configuration lists. If this one is yours, add {id} to `chats`."
            );
            return May::Nothing(fresh.then_some(said));
        }
        let Some(user) = user.filter(|user| user.id.0 != ANONYMOUS) else {
            return May::Ask(
                "plugwatch cannot see who you are. Write as yourself, not as the group or a channel.".to_owned(),
            );
        };
        if self.users.contains(&i64::try_from(user.id.0).unwrap_or(0)) {
            return May::Change(self.person(user));
        }
        let said =
            format!("You can ask questions here, but not change anything. To allow it, add {} to `users`.", user.id.0);
        May::Ask(said)
    }

    /// The person's name in the record.
    pub(super) fn person(&self, user: &User) -> Person {
        let name = user.username.as_ref().map_or_else(|| user.full_name(), |name| format!("@{name}"));
        Person::new(&name, &self.channel)
    }
}
