//! Groups that became supergroups have another id since (Bot API, `migrate_to_chat_id`).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Where groups are now.
#[derive(Debug, Default)]
pub struct Moved {
    known: Mutex<HashMap<i64, i64>>,
    fresh: Mutex<Vec<(i64, i64)>>,
}

impl Moved {
    /// What was learnt in earlier runs.
    pub fn remember(&self, known: impl IntoIterator<Item = (i64, i64)>) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).extend(known);
    }

    /// A group is elsewhere now.
    pub fn learn(&self, from: i64, to: i64) {
        let before = self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(from, to);
        if before != Some(to) {
            tracing::warn!("the group {from} is now {to}; messages go there. Change it in `chats`");
            self.fresh.lock().unwrap_or_else(PoisonError::into_inner).push((from, to));
        }
    }

    /// Where a chat is now.
    pub fn now(&self, chat: i64) -> i64 {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&chat).copied().unwrap_or(chat)
    }

    /// What was learnt since the last call, to be kept.
    pub fn take_fresh(&self) -> Vec<(i64, i64)> {
        std::mem::take(&mut self.fresh.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
