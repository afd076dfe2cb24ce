//! Acknowledgements that people give outside Telegram, in Pushover or by text message.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::acts::{Acts, Known, Person};
use crate::clock::Clock;
use crate::core::time::Time;
use crate::engine::Dispatcher;
use crate::ids::Ids;
use crate::notify::Answer;
use crate::store::Store;

/// The interval at which answers are requested: Pushover allows 5 seconds, and 10 s more make no difference to people.
const EVERY: Duration = Duration::from_secs(15);
/// How often a lasting alert is repeated (prometheus.io/docs/alerting/clients: every 30 seconds to 3
/// minutes).
const AGAIN: Duration = Duration::from_secs(180);

/// Reads acknowledgements that people give in other channels.
#[derive(Clone)]
pub struct Listening {
    /// The dispatcher, which knows what was sent and queries the channels.
    pub dispatcher: Arc<Dispatcher>,
    /// The store in which acknowledgements are recorded.
    pub store: Arc<Store>,
    /// The dependencies that people can refer to.
    pub known: watch::Receiver<Arc<Known>>,
    /// The clock.
    pub clock: Clock,
    /// The source of public ids.
    pub ids: Ids,
}

impl Listening {
    /// Reads answers until the program ends, and repeats lasting alerts to channels that would otherwise
    /// close them.
    pub async fn run(self) {
        let mut done = HashSet::new();
        let mut again = self.clock.now().plus(AGAIN);
        loop {
            let now = self.clock.now();
            self.hear(&mut done, now).await;
            if now >= again {
                again = now.plus(AGAIN);
                if let Err(error) = self.dispatcher.say_again(now).await {
                    tracing::warn!(%error, "open alerts could not be repeated: {error}");
                }
            }
            self.clock.sleep_until(now.plus(EVERY)).await;
        }
    }

    /// Reads answers once. Each acknowledgement counts once; `done` holds those that were counted.
    pub async fn hear(&self, done: &mut HashSet<Answer>, now: Time) {
        let answers = match self.dispatcher.answers(now).await {
            Ok(answers) => answers,
            Err(error) => return tracing::warn!(%error, "acknowledgements by other channels cannot be read: {error}"),
        };
        let acts = Acts::new(self.store.clone(), self.known.borrow().clone(), self.ids.clone());
        for (channel, answer) in answers {
            if !done.insert(answer.clone()) {
                continue;
            }
            for about in &answer.about {
                match acts.ack(&Person::new(&answer.by, &channel), Some(about), now).await {
                    Ok(said) => tracing::info!("{channel}: {said}"),
                    Err(why) => tracing::warn!("{channel}: {} acknowledged {about}: {why}", answer.by),
                }
            }
        }
    }
}
