//! All channels of a configuration, by name.

use std::collections::HashMap;
use std::sync::Arc;

use super::answer::{Answer, Waiting};
use super::message::{Message, Tried};
use super::moved::Moved;
use super::settings::{Sender, Settings};
use super::shared::Shared;
use crate::core::time::Time;

/// What sends through each channel.
pub struct Senders {
    senders: HashMap<String, Arc<dyn Sender>>,
    moved: Arc<Moved>,
}

impl Senders {
    /// Makes a sender for each channel.
    ///
    /// # Errors
    /// A sentence that says which client could not be built.
    pub fn new(
        channels: impl IntoIterator<Item = (String, Arc<dyn Settings>)>,
        shared: &Shared,
    ) -> Result<Senders, String> {
        let mut senders = HashMap::new();
        for (name, settings) in channels {
            let sender = settings.sender(shared).map_err(|why| format!("the channel `{name}`: {why}"))?;
            senders.insert(name, sender);
        }
        Ok(Senders { senders, moved: shared.moved.clone() })
    }

    /// What takes messages instead of channels: simulations.
    pub fn recorded(senders: impl IntoIterator<Item = (String, Arc<dyn Sender>)>) -> Senders {
        Senders { senders: senders.into_iter().collect(), moved: Arc::default() }
    }

    /// Groups of Telegram that are elsewhere now.
    pub fn moved(&self) -> &Arc<Moved> {
        &self.moved
    }

    /// Tries once.
    pub async fn send(&self, channel: &str, message: &Message) -> Tried {
        let sender = self.senders.get(channel);
        if !sender.is_some_and(|sender| sender.takes_turns()) {
            message.going.out();
        }
        match sender {
            Some(sender) => sender.send(message).await,
            None => Tried::Never { why: format!("the channel `{channel}` is no longer configured") },
        }
    }

    /// Whether many late messages may come there as one: programs want each of them.
    pub fn reads_digests(&self, channel: &str) -> bool {
        self.senders.get(channel).is_none_or(|sender| sender.reads_digests())
    }

    /// Channels through which people can acknowledge where the message reached them.
    pub fn that_answer(&self, now: Time) -> Vec<String> {
        self.named(|sender| sender.answers(&[], now).is_some())
    }

    /// Channels that forget what lasts unless it is sent again.
    pub fn that_forget(&self) -> Vec<String> {
        self.named(|sender| sender.forgets())
    }

    fn named(&self, is: impl Fn(&dyn Sender) -> bool) -> Vec<String> {
        let mut names: Vec<String> =
            self.senders.iter().filter(|(_, sender)| is(&***sender)).map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    }

    /// Which of these messages people acknowledged there.
    ///
    /// # Errors
    /// Why that cannot be known now.
    pub async fn answers(&self, channel: &str, waiting: &[Waiting], now: Time) -> Result<Vec<Answer>, String> {
        match self.senders.get(channel).and_then(|sender| sender.answers(waiting, now)) {
            Some(answers) => answers.await,
            None => Ok(Vec::new()),
        }
    }

    /// Changes a message that was sent, where the other side can: to how things stand now.
    pub async fn amend(&self, channel: &str, remote_id: &str, message: &Message) -> Tried {
        match self.senders.get(channel) {
            Some(sender) => sender.amend(remote_id, message).await,
            None => Tried::Sent(None),
        }
    }
}
