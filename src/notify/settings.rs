//! The interface of a channel to the rest of plugwatch: its settings and its sender.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::answer::{Answer, Waiting};
use super::message::{Message, Tried};
use super::shared::Shared;
use crate::core::time::Time;
use crate::core::words::question::{Key, Secret};

/// The settings of one channel, from its table in the configuration.
pub trait Settings: Any + Debug + Send + Sync {
    /// Its recipients.
    fn recipients(&self) -> Vec<String>;

    /// Its secrets, each with a description such as "token" or "password".
    fn keys(&self) -> Vec<(&'static str, &Key)> {
        Vec::new()
    }

    /// Why the channel is off, if it is.
    fn off(&self) -> Option<String> {
        unset(&self.keys())
    }

    /// Whether its messages can wake a person.
    fn wakes(&self) -> bool {
        true
    }

    /// Whether its sent messages can be edited.
    fn edits(&self) -> bool {
        false
    }

    /// The company that carries its messages, if it is known. If that company fails, so does the channel.
    fn carrier(&self) -> Option<Carrier> {
        None
    }

    /// Notes about valid settings of a channel with this name that a person should know about before relying on the
    /// channel.
    fn notes(&self, _name: &str) -> Vec<String> {
        Vec::new()
    }

    /// Creates the sender, without connecting yet.
    ///
    /// # Errors
    /// Fails if a client could not be built, or a key is not set.
    fn sender(&self, shared: &Shared) -> Result<Arc<dyn Sender>, String>;
}

/// The result of parsing a table; `None` if there was a problem.
pub type Read = Option<Arc<dyn Settings>>;

/// The company that carries a channel's messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// A company, by its slug in the catalogue.
    Company(&'static str),
    /// The owner of a host.
    Host(String),
}

/// An attempt in progress.
pub type Trying<'m> = BoxFuture<'m, Tried>;

/// A request for acknowledgements in progress.
pub type Answering<'m> = BoxFuture<'m, Result<Vec<Answer>, String>>;

/// Sends messages through one channel.
pub trait Sender: Send + Sync {
    /// Makes one attempt.
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m>;

    /// Edits a sent message to show the current state, if the channel can do that.
    fn amend<'m>(&'m self, _remote_id: &'m str, _message: &'m Message) -> Trying<'m> {
        Box::pin(async { Tried::Sent(None) })
    }

    /// Whether several late messages may be combined into a digest. Programs need each message separately.
    fn reads_digests(&self) -> bool {
        true
    }

    /// Queries which of these messages people acknowledged in the service; `None` if it does not support that.
    fn answers<'m>(&'m self, _waiting: &'m [Waiting], _now: Time) -> Option<Answering<'m>> {
        None
    }

    /// Whether the service drops an alert that lasts unless it is sent again from time to time.
    fn forgets(&self) -> bool {
        false
    }

    /// Whether the sender first waits for a rate limit, and reports itself when sending begins.
    fn takes_turns(&self) -> bool {
        false
    }
}

/// The first key that is not set, as the reason why a channel is off.
pub(super) fn unset(keys: &[(&str, &Key)]) -> Option<String> {
    keys.iter().find_map(|(what, key)| match key {
        Key::Set(_) => None,
        Key::Unset(from) => Some(format!("its {what} is not set ({from})")),
    })
}

/// The secret of an active channel.
///
/// # Errors
/// Fails if the secret is not set.
pub(super) fn opened(key: &Key) -> Result<Secret, String> {
    match key {
        Key::Set(secret) => Ok(secret.clone()),
        Key::Unset(from) => Err(format!("its key is not set ({from})")),
    }
}
