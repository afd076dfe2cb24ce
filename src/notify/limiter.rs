//! Telegram's limits: one message a second for each chat, twenty a minute for each
//! group, thirty a second in all (Telegram, "Bots FAQ"). We stay below all of them.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::core::time::Time;

const CHAT: Duration = Duration::from_millis(1_050);
const GROUP: Duration = Duration::from_millis(3_300);
const ALL: Duration = Duration::from_millis(40);

/// When each chat may be written to next. One for all who write: the limits are the bot's.
#[derive(Debug)]
pub struct Limiter {
    next: Mutex<HashMap<i64, Time>>,
    clock: Clock,
}

impl Limiter {
    /// Nothing was sent yet.
    pub fn new(clock: Clock) -> Limiter {
        Limiter { next: Mutex::default(), clock }
    }

    /// Waits until the chat may be written to, and takes the turn.
    pub async fn pass(&self, chat: i64) {
        let now = self.clock.now();
        let at = {
            let mut next = self.next.lock().await;
            // Chat 0 does not exist; it stands for all chats together.
            let at = [chat, 0].iter().filter_map(|key| next.get(key)).copied().max().unwrap_or(now).max(now);
            // Groups have negative ids.
            next.insert(chat, at.plus(if chat < 0 { GROUP } else { CHAT }));
            next.insert(0, at.plus(ALL));
            at
        };
        self.clock.sleep_until(at).await;
    }

    /// Telegram asked us to wait with this chat.
    pub async fn stay_away(&self, chat: i64, wait: Duration) {
        self.next.lock().await.insert(chat, self.clock.now().plus(wait));
    }
}
