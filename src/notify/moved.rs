//! New ids of groups that have become supergroups (Bot API, `migrate_to_chat_id`).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The new ids of groups.
#[derive(Debug, Default)]
pub struct Moved {
    known: Mutex<HashMap<i64, i64>>,
    fresh: Mutex<Vec<(i64, i64)>>,
}

impl Moved {
    /// Adds ids that were stored in earlier runs.
    pub fn remember(&self, known: impl IntoIterator<Item = (i64, i64)>) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).extend(known);
    }

    /// Adds the new id of a group.
    pub fn learn(&self, from: i64, to: i64) {
        let before = self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(from, to);
        if before != Some(to) {
            tracing::warn!("the group {from} now has the id {to}, and messages go there. Change it in `chats`");
            self.fresh.lock().unwrap_or_else(PoisonError::into_inner).push((from, to));
        }
    }

    /// The current id of a chat.
    pub fn now(&self, chat: i64) -> i64 {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&chat).copied().unwrap_or(chat)
    }

    /// The ids added since the last call, to be stored.
    pub fn take_fresh(&self) -> Vec<(i64, i64)> {
        std::mem::take(&mut self.fresh.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
