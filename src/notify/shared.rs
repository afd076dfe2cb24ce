//! What senders share with each other and with the bot, over reloads too.

use std::sync::Arc;

use super::limiter::Limiter;
use super::moved::Moved;
use crate::clock::Clock;

/// What all who write to Telegram share: its limits are those of the bot, whoever writes as it.
#[derive(Clone)]
pub struct Shared {
    /// Its limits.
    pub limiter: Arc<Limiter>,
    /// Groups that are elsewhere now.
    pub moved: Arc<Moved>,
}

impl Shared {
    /// Nothing was sent yet.
    pub fn new(clock: &Clock) -> Shared {
        Shared { limiter: Arc::new(Limiter::new(clock.clone())), moved: Arc::default() }
    }
}
