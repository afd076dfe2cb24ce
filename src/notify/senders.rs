//! All channels of a configuration, by name.

use std::collections::HashMap;
use std::sync::Arc;

use super::answer::{Answer, Waiting};
use super::message::{Message, Tried};
use super::moved::Moved;
use super::settings::{Sender, Settings};
use super::shared::Shared;
use crate::core::time::Time;

/// The sender of each channel.
pub struct Senders {
    senders: HashMap<String, Arc<dyn Sender>>,
    moved: Arc<Moved>,
}

impl Senders {
    /// Creates a sender for each channel.
    ///
    /// # Errors
    /// Fails if a client could not be built. The error says which one.
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

    /// Senders that replace channels in simulations.
    pub fn recorded(senders: impl IntoIterator<Item = (String, Arc<dyn Sender>)>) -> Senders {
        Senders { senders: senders.into_iter().collect(), moved: Arc::default() }
    }

    /// The new ids of Telegram groups.
    pub fn moved(&self) -> &Arc<Moved> {
        &self.moved
    }

    /// Makes one attempt.
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

    /// Whether a channel accepts digests of several late messages. Programs need each message separately.
    pub fn reads_digests(&self, channel: &str) -> bool {
        self.senders.get(channel).is_none_or(|sender| sender.reads_digests())
    }

    /// The channels on which people can acknowledge a message where it reached them.
    pub fn that_answer(&self, now: Time) -> Vec<String> {
        self.named(|sender| sender.answers(&[], now).is_some())
    }

    /// The channels whose service drops an alert that lasts unless it is sent again.
    pub fn that_forget(&self) -> Vec<String> {
        self.named(|sender| sender.forgets())
    }

    fn named(&self, is: impl Fn(&dyn Sender) -> bool) -> Vec<String> {
        let mut names: Vec<String> =
            self.senders.iter().filter(|(_, sender)| is(&***sender)).map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    }

    /// The acknowledgements of these messages through a channel.
    ///
    /// # Errors
    /// Fails if they cannot be read now. The error says why.
    pub async fn answers(&self, channel: &str, waiting: &[Waiting], now: Time) -> Result<Vec<Answer>, String> {
        match self.senders.get(channel).and_then(|sender| sender.answers(waiting, now)) {
            Some(answers) => answers.await,
            None => Ok(Vec::new()),
        }
    }

    /// Edits a sent message to show the current state, if the channel can do that.
    pub async fn amend(&self, channel: &str, remote_id: &str, message: &Message) -> Tried {
        match self.senders.get(channel) {
            Some(sender) => sender.amend(remote_id, message).await,
            None => Tried::Sent(None),
        }
    }
}
