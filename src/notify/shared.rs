//! State that senders share with each other and with the bot, and keep across reloads.

use std::sync::Arc;

use super::limiter::Limiter;
use super::moved::Moved;
use crate::clock::Clock;

/// State shared by everything that sends to Telegram, because the limits apply to the bot as a whole.
#[derive(Clone)]
pub struct Shared {
    /// The rate limits.
    pub limiter: Arc<Limiter>,
    /// The new ids of groups.
    pub moved: Arc<Moved>,
}

impl Shared {
    /// Creates the state of a bot that has sent nothing yet.
    pub fn new(clock: &Clock) -> Shared {
        Shared { limiter: Arc::new(Limiter::new(clock.clone())), moved: Arc::default() }
    }
}
