//! Acknowledgements that people give where a message reached them: on the phone that rings, by a text message.

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

/// People are asked for that often: Pushover allows 5 seconds, and nobody notices ten more.
const EVERY: Duration = Duration::from_secs(15);
/// What lasts is said again this often (prometheus.io/docs/alerting/clients: 30 seconds to 3 minutes).
const AGAIN: Duration = Duration::from_secs(180);

/// Hears what people answer elsewhere.
#[derive(Clone)]
pub struct Listening {
    /// Who knows what was sent, and asks the channels.
    pub dispatcher: Arc<Dispatcher>,
    /// Where an acknowledgement is written down.
    pub store: Arc<Store>,
    /// What people can talk about.
    pub known: watch::Receiver<Arc<Known>>,
    /// The time.
    pub clock: Clock,
    /// Where public ids come from.
    pub ids: Ids,
}

impl Listening {
    /// Asks for ever, and says again what lasts where it would be forgotten.
    pub async fn run(self) {
        let mut done = HashSet::new();
        let mut again = self.clock.now().plus(AGAIN);
        loop {
            let now = self.clock.now();
            self.hear(&mut done, now).await;
            if now >= again {
                again = now.plus(AGAIN);
                if let Err(error) = self.dispatcher.say_again(now).await {
                    tracing::warn!(%error, "what lasts could not be said again: {error}");
                }
            }
            self.clock.sleep_until(now.plus(EVERY)).await;
        }
    }

    /// Asks once. Each acknowledgement counts once: `done` are those that did.
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
