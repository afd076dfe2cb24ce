//! Telegram's rate limits: one message per second per chat, twenty per minute per group, thirty per second in total
//! (Telegram, "Bots FAQ"). plugwatch stays below all of them.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::core::time::{Time, millis};

const CHAT: Duration = Duration::from_millis(1_050);
const GROUP: Duration = Duration::from_millis(3_300);
/// The length of a slot in milliseconds: one message in each makes 25 per second in total.
const SLOT_MS: i64 = 40;

/// A message that would have to wait longer than this is retried later instead.
const LONG: Duration = Duration::from_secs(8);

/// When a message may next be sent to each chat. All senders share it, because the limits apply to the bot.
#[derive(Debug)]
pub struct Limiter {
    turns: Mutex<Turns>,
    clock: Clock,
}

#[derive(Debug, Default)]
struct Turns {
    /// When a message may next be sent to each chat.
    next: HashMap<i64, Time>,
    /// Until when Telegram has asked the bot to wait, for each chat.
    away: HashMap<i64, Time>,
    /// The slots that are taken from now on.
    slots: BTreeSet<i64>,
    /// How often the clock had been set back when these times were noted.
    set_back: u64,
}

impl Turns {
    /// Drops times from before the clock was set back. Otherwise, they would delay every message.
    fn follow(&mut self, clock: &Clock) {
        if self.set_back != clock.times_set_back() {
            *self = Turns { set_back: clock.times_set_back(), ..Turns::default() };
        }
    }
}

impl Limiter {
    /// Creates a limiter for a bot that has sent nothing yet.
    pub fn new(clock: Clock) -> Limiter {
        Limiter { turns: Mutex::default(), clock }
    }

    /// Waits until a message may be sent to the chat, and takes the slot.
    pub async fn pass(&self, chat: i64) {
        let at = self.turn(chat).await;
        self.clock.sleep_until(at).await;
    }

    /// How long Telegram has asked the bot to wait for a chat, if that is too long for a message to wait.
    pub async fn long_wait(&self, chat: i64) -> Option<Duration> {
        let mut turns = self.turns.lock().await;
        turns.follow(&self.clock);
        let until = turns.away.get(&chat).copied()?;
        let wait = until.since(self.clock.now());
        (wait > LONG).then_some(wait)
    }

    /// Takes the next slot of a chat. A chat's own limit does not delay others.
    async fn turn(&self, chat: i64) -> Time {
        let now = self.clock.now();
        let mut turns = self.turns.lock().await;
        turns.follow(&self.clock);
        // Past times are no longer needed.
        turns.next.retain(|_, at| *at > now);
        turns.away.retain(|_, at| *at > now);
        turns.slots = turns.slots.split_off(&now.0.div_euclid(SLOT_MS));
        let own = turns.next.get(&chat).copied().unwrap_or(now).max(now);
        let mut slot = own.0.div_euclid(SLOT_MS);
        while !turns.slots.insert(slot) {
            slot += 1;
        }
        let at = own.max(Time(slot * SLOT_MS));
        // Groups have negative ids.
        turns.next.insert(chat, at.plus(if chat < 0 { GROUP } else { CHAT }));
        at
    }

    /// Records that Telegram asked the bot to wait for this chat.
    pub async fn stay_away(&self, chat: i64, wait: Duration) {
        let until = Time(self.clock.now().0.saturating_add(millis(wait)));
        let mut turns = self.turns.lock().await;
        turns.away.insert(chat, until);
        let next = turns.next.entry(chat).or_insert(until);
        *next = (*next).max(until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest number of slots within any `span`.
    fn most_within(mut turns: Vec<i64>, span: i64) -> usize {
        turns.sort_unstable();
        let within = |from: &i64| turns.iter().filter(|at| (*from..*from + span).contains(*at)).count();
        turns.iter().map(within).max().unwrap_or(0)
    }

    #[tokio::test]
    async fn a_storm_keeps_every_limit_of_telegram() {
        let limiter = Limiter::new(Clock::manual(Time(0)));
        let mut by_chat: HashMap<i64, Vec<i64>> = HashMap::new();
        for _ in 0..40 {
            for chat in (1..=40).chain(-3..0) {
                by_chat.entry(chat).or_default().push(limiter.turn(chat).await.0);
            }
        }
        assert!(most_within(by_chat[&-1].clone(), 60_000) <= 20, "twenty a minute for each group");
        assert!(most_within(by_chat[&7].clone(), 1_000) <= 1, "one a second for each chat");
        let all: Vec<i64> = by_chat.into_values().flatten().collect();
        assert!(most_within(all, 1_000) <= 30, "thirty a second in all");
    }
}
