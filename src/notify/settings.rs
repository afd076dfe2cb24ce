//! What the rest of the program knows of a channel: what its settings say, and what sends through it.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::answer::{Answer, Waiting};
use super::message::{Message, Tried};
use super::shared::Shared;
use crate::core::time::Time;
use crate::core::words::question::{Key, Secret};

/// The settings of one channel, as its table in the configuration gives them.
pub trait Settings: Any + Debug + Send + Sync {
    /// Whom it reaches.
    fn recipients(&self) -> Vec<String>;

    /// Its secrets, each with what it is: a token, a password.
    fn keys(&self) -> Vec<(&'static str, &Key)> {
        Vec::new()
    }

    /// Why it tells nobody, if so.
    fn off(&self) -> Option<String> {
        unset(&self.keys())
    }

    /// Whether a person hears of what is sent there.
    fn wakes(&self) -> bool {
        true
    }

    /// Whether a message that was sent there can be changed.
    fn edits(&self) -> bool {
        false
    }

    /// Who falls silent with whom: the company that carries its messages, as far as it is known.
    fn carrier(&self) -> Option<Carrier> {
        None
    }

    /// A sentence for everything that is allowed in a channel of this name, and that a person wants
    /// to know before relying on it.
    fn notes(&self, _name: &str) -> Vec<String> {
        Vec::new()
    }

    /// What sends there. Nothing is connected yet.
    ///
    /// # Errors
    /// A client could not be built, or a key is not set.
    fn sender(&self, shared: &Shared) -> Result<Arc<dyn Sender>, String>;
}

/// What a reader makes of a table; nothing where it noted a problem.
pub type Read = Option<Arc<dyn Settings>>;

/// Who carries a channel's messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// A company, by its slug in the catalogue.
    Company(&'static str),
    /// Whoever a host belongs to.
    Host(String),
}

/// One try under way.
pub type Trying<'m> = BoxFuture<'m, Tried>;

/// Being asked what people answered there.
pub type Answering<'m> = BoxFuture<'m, Result<Vec<Answer>, String>>;

/// Sends through one channel.
pub trait Sender: Send + Sync {
    /// Tries once.
    fn send<'m>(&'m self, message: &'m Message) -> Trying<'m>;

    /// Changes a message that was sent, where the other side can: to how things stand now.
    fn amend<'m>(&'m self, _remote_id: &'m str, _message: &'m Message) -> Trying<'m> {
        Box::pin(async { Tried::Sent(None) })
    }

    /// Whether many late messages may come there as one: programs want each of them.
    fn reads_digests(&self) -> bool {
        true
    }

    /// Asks the other side which of these messages people acknowledged there; `None` where nobody can.
    fn answers<'m>(&'m self, _waiting: &'m [Waiting], _now: Time) -> Option<Answering<'m>> {
        None
    }

    /// Whether the other side forgets what lasts unless it is sent again from time to time.
    fn forgets(&self) -> bool {
        false
    }

    /// Whether it waits for its turn first, and says itself when a message goes out.
    fn takes_turns(&self) -> bool {
        false
    }
}

/// The first key that is not set, as why a channel is off.
pub(super) fn unset(keys: &[(&str, &Key)]) -> Option<String> {
    keys.iter().find_map(|(what, key)| match key {
        Key::Set(_) => None,
        Key::Unset(from) => Some(format!("its {what} is not set ({from})")),
    })
}

/// The secret of a channel that is on.
///
/// # Errors
/// It is not set.
pub(super) fn opened(key: &Key) -> Result<Secret, String> {
    match key {
        Key::Set(secret) => Ok(secret.clone()),
        Key::Unset(from) => Err(format!("its key is not set ({from})")),
    }
}
