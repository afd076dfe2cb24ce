//! The channels of a scenario: each keeps the messages that it accepted, and can fail for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::step::Takings;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::Time;
use crate::engine::Ways;
use crate::notify::{Message, Sender, Senders, Tried, Trying};

/// A message as it arrived.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// When the message arrived, in the scenario's own time.
    pub at: Time,
    /// The difference between the machine's clock and the scenario's own time at that moment, in milliseconds.
    pub shifted: i64,
    /// The channel that accepted the message.
    pub channel: String,
    /// The alert's public id.
    pub alert: String,
    /// The reason for the message.
    pub reason: Reason,
    /// The message's level.
    pub level: Level,
    /// The text that people read.
    pub text: String,
}

/// All channels of a scenario. They outlive the program, which a scenario can kill.
#[derive(Clone, Default)]
pub(super) struct Mailbox {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    arrived: Vec<Arrived>,
    takings: HashMap<String, Takings>,
    shifted: i64,
}

/// One channel.
struct Slot {
    channel: String,
    mailbox: Mailbox,
}

impl Mailbox {
    /// Sets what a channel does with messages from now on.
    pub(super) fn set(&self, channel: &str, takings: Takings) {
        self.lock().takings.insert(channel.to_owned(), takings);
    }

    /// Moves the machine's clock by this many milliseconds relative to the scenario's own time.
    pub(super) fn shift(&self, by: i64) {
        self.lock().shifted += by;
    }

    /// All messages that arrived, in order.
    pub(super) fn arrived(&self) -> Vec<Arrived> {
        self.lock().arrived.clone()
    }

    /// The messages that arrived after the first `count`.
    pub(super) fn arrived_since(&self, count: usize) -> Vec<Arrived> {
        self.lock().arrived.get(count..).map(<[Arrived]>::to_vec).unwrap_or_default()
    }

    /// The channels of a configuration, all of which deliver to this mailbox.
    pub(super) fn ways(&self, config: &crate::config::Config) -> Ways {
        let slot = |channel: &crate::config::Channel| {
            let slot = Slot { channel: channel.name.clone(), mailbox: self.clone() };
            (channel.name.clone(), Arc::new(slot) as Arc<dyn Sender>)
        };
        let senders = Senders::recorded(config.channels.iter().map(slot));
        Ways { senders, everybody: config.ways(), off: Vec::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sender for Slot {
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m> {
        let mut state = self.mailbox.lock();
        let takings = state.takings.get(&self.channel).copied().unwrap_or(Takings::Works);
        if matches!(takings, Takings::Works | Takings::AnswerLost) {
            let shifted = state.shifted;
            state.arrived.push(Arrived {
                at: Time(message.at.0 - shifted),
                shifted,
                channel: self.channel.clone(),
                alert: message.id.clone(),
                reason: message.reason,
                level: message.level,
                text: message.plain.clone(),
            });
        }
        let tried = match takings {
            Takings::Works => Tried::Sent(None),
            Takings::Unreachable => Tried::Retry { after: None, why: "it does not answer".to_owned() },
            Takings::AnswerLost => Tried::Unsure { why: "its answer was lost".to_owned() },
            Takings::Refuses => Tried::Refused { why: "it rejected the message".to_owned() },
        };
        Box::pin(async { tried })
    }

    fn reads_digests(&self) -> bool {
        false
    }
}
