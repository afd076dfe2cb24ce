//! The dispatcher leases due messages, renders and sends them, and records the results. Messages are delivered at
//! least once, and in order for each incident and recipient. Each crash or lost answer causes at most one repeat,
//! which is marked as such. Messages that a recipient does not accept are sent to others.

pub(super) mod heartbeat;

mod answers;
mod emergency;
mod failover;
mod message;
mod outcome;
mod own;

pub use emergency::Unsaid;
pub use message::note_message;

use message::Written;
use outcome::{again, came, outcome};

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::Notify;

use super::{EventLog, Windows};
use crate::clock::Clock;
use crate::core::alerting::route::Way;
use crate::core::time::Time;
use crate::ids::Ids;
use crate::notify::{Going, Message, Senders, Tried};
use crate::store::{Amend, Delivery, Outcome, Result, Store};
use crate::supervise::guarded;

/// How long an attempt without a result blocks its recipient. After that, the message is sent again.
const LEASE: Duration = Duration::from_secs(120);
/// The time limit of an attempt. It ends before the lease does, so no message is sent twice at the same time.
const LONGEST_TRY: Duration = Duration::from_secs(100);
/// How many messages are edited at the same time.
const AMENDS: usize = 4;

/// Delivers the outbox.
pub struct Dispatcher {
    store: Arc<Store>,
    /// Replaced as a whole, so that a reload does not wait for messages that are being sent.
    ways: Mutex<Arc<Ways>>,
    clock: Clock,
    ids: Ids,
    /// Messages that were sent from memory while nothing could be written, by alert, channel and recipient.
    said: Mutex<HashMap<Said, FromMemory>>,
    /// When delivery from memory was last attempted.
    said_at: Mutex<Time>,
    /// Results of attempts that could not be written yet.
    unsettled: Mutex<Vec<(Delivery, Tried)>>,
    /// Since when the outbox cannot be written.
    unwritable_since: Mutex<Option<Time>>,
    /// Outbox rows whose messages are being edited.
    amending: Mutex<HashSet<i64>>,
    /// The most recently rendered texts.
    written: Mutex<VecDeque<Written>>,
    /// The event log for the results of deliveries, if there is one.
    events: Option<EventLog>,
}

/// An alert's public id, the channel and the recipient.
type Said = (String, String, String);

/// The result of a message that was sent from memory.
#[derive(Clone, Debug)]
enum FromMemory {
    /// It was delivered. Contains its id in the channel's service.
    Arrived(Option<String>, Time),
    /// It may have been delivered, so it is sent once more, as a repeat.
    Perhaps,
}

/// Work in progress.
enum Work {
    Tell(Box<Delivery>),
    /// An edit of a message, with the new text and when the edit was requested.
    Amend(Box<Amend>, Box<Message>, Time),
}

/// Channels and all recipients.
pub struct Ways {
    /// The senders.
    pub senders: Senders,
    /// Every recipient, with what it should receive.
    pub everybody: Vec<Way>,
    /// Channels that are configured but off. Their messages keep waiting.
    pub off: Vec<String>,
}

impl Dispatcher {
    /// Creates a dispatcher for these channels.
    pub fn new(store: Arc<Store>, ways: Ways, clock: Clock, ids: Ids) -> Dispatcher {
        Dispatcher {
            store,
            ways: Mutex::new(Arc::new(ways)),
            clock,
            ids,
            said: Mutex::default(),
            said_at: Mutex::default(),
            unsettled: Mutex::default(),
            unwritable_since: Mutex::default(),
            amending: Mutex::default(),
            written: Mutex::default(),
            events: None,
        }
    }

    /// Like [`Dispatcher::new`], but the result of each attempt is also written to `log`.
    pub fn logged(self, log: EventLog) -> Dispatcher {
        Dispatcher { events: Some(log), ..self }
    }

    /// Replaces the channels between two rounds.
    pub async fn replace(&self, ways: Ways) {
        *self.ways.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(ways);
        self.readdress().await;
    }

    fn ways(&self) -> Arc<Ways> {
        self.ways.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Readdresses messages whose channel is no longer configured to the channels that are.
    pub async fn readdress(&self) {
        if let Ok(moved) = self.store.moved_chats().await {
            self.ways().senders.moved().remember(moved);
        }
        let places: Vec<(String, String)> = {
            let ways = self.ways();
            ways.everybody.iter().map(|way| (way.channel.clone(), way.recipient.clone())).collect()
        };
        match self.store.readdress(&places, &self.ways().off).await {
            Ok(0) => {}
            Ok(moved) => {
                tracing::warn!("{moved} messages waited for channels that were removed: sent to all others")
            }
            Err(error) => tracing::error!(%error, "messages to channels that are no longer configured wait: {error}"),
        }
    }

    /// Delivers until nothing is due at `now`. Returns the number of messages settled.
    ///
    /// # Errors
    /// Fails if the store does not answer.
    pub async fn deliver(&self, now: Time) -> Result<usize> {
        self.rounds(now, None).await
    }

    /// Delivers until nothing is due. When the bell rings in the meantime, new messages are sent to recipients that
    /// are free. While the store fails, nothing new is started, but deliveries in progress are awaited and their
    /// results kept.
    async fn rounds(&self, now: Time, bell: Option<&Notify>) -> Result<usize> {
        let (mut settled, mut broken) = (0, None);
        // A slow recipient delays no other, because each finished delivery makes room at once. Only requests to the
        // outside are awaited there; the database is used only here.
        let mut under_way = FuturesUnordered::new();
        loop {
            let now = now.max(self.clock.now());
            if broken.is_none() {
                match self.take(now, AMENDS.saturating_sub(under_way.len())).await {
                    Ok(works) => {
                        settled += works.iter().filter(|work| matches!(work, Work::Tell(_))).count();
                        works.into_iter().for_each(|work| under_way.push(self.try_one(work)));
                    }
                    Err(error) => broken = Some(error),
                }
            }
            let ring = async {
                match bell {
                    Some(bell) => bell.notified().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                done = under_way.next() => match done {
                    Some((work, tried)) => broken = self.put_down(work, tried).await.err().or(broken),
                    None => break,
                },
                () = ring => {}
            }
        }
        drop(under_way);
        if let Some(error) = broken {
            return Err(error);
        }
        self.help_the_held_up(now.max(self.clock.now())).await?;
        for (from, to) in self.ways().senders.moved().take_fresh() {
            self.store.note_moved_chat(from, to).await?;
        }
        Ok(settled)
    }

    /// The work that is due now. Results of earlier attempts are written first.
    async fn take(&self, now: Time, amends: usize) -> Result<Vec<Work>> {
        self.settle_what_waited().await?;
        let ways = self.ways();
        let leased = self.store.lease(now, LEASE, |channel| ways.senders.reads_digests(channel)).await?;
        let mut works: Vec<Work> = leased.into_iter().map(|delivery| Work::Tell(Box::new(delivery))).collect();
        let unwritable = self.unwritable_since.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        // While nothing can be written, the same message would be edited again and again.
        if works.len() < amends && !unwritable {
            // Leased messages are sent, even if the edits fail.
            let amends = self.to_amend(now, amends - works.len()).await;
            works.extend(amends.into_iter().map(|(amend, to)| Work::Amend(Box::new(amend), Box::new(to), now)));
        }
        Ok(works)
    }

    /// Records the result of one piece of work. A result that cannot be written is kept and written later.
    async fn put_down(&self, work: Work, tried: Tried) -> Result<()> {
        match work {
            Work::Tell(delivery) => {
                self.log(&delivery, &tried);
                let noted = self.note(&delivery, tried.clone()).await;
                if noted.is_err() {
                    self.unsettled.lock().unwrap_or_else(PoisonError::into_inner).push((*delivery, tried));
                }
                noted
            }
            Work::Amend(amend, _, asked) => {
                self.amending.lock().unwrap_or_else(PoisonError::into_inner).remove(&amend.id);
                self.store.amended(amend.id, asked, again(&amend, &tried, self.clock.now())).await
            }
        }
    }

    /// Writes the results of attempts that could not be written before.
    ///
    /// # Errors
    /// Fails if the store does not answer; unwritten results are kept.
    pub async fn settle_what_waited(&self) -> Result<()> {
        loop {
            let next = self.unsettled.lock().unwrap_or_else(PoisonError::into_inner).first().cloned();
            let Some((delivery, tried)) = next else { break };
            self.note(&delivery, tried).await?;
            self.unsettled.lock().unwrap_or_else(PoisonError::into_inner).remove(0);
        }
        self.settle_said().await
    }

    /// Messages that must be edited and are not being edited already, with their new text. A message that cannot be
    /// read or settled now is left for later.
    async fn to_amend(&self, now: Time, most: usize) -> Vec<(Amend, Message)> {
        let mut all = Vec::new();
        for amend in self.store.amends(now).await.unwrap_or_default() {
            let fresh = !self.amending.lock().unwrap_or_else(PoisonError::into_inner).contains(&amend.id);
            if !fresh || all.len() >= most {
                continue;
            }
            match self.amended(&amend, now).await {
                Ok(Some(message)) => {
                    self.amending.lock().unwrap_or_else(PoisonError::into_inner).insert(amend.id);
                    all.push((amend, message));
                }
                Ok(None) => drop(self.store.amended(amend.id, now, None).await),
                Err(error) => tracing::debug!(%error, "a message is not updated yet"),
            }
        }
        all
    }

    async fn try_one(&self, work: Work) -> (Work, Tried) {
        let ways = self.ways();
        let out = Arc::new(AtomicBool::new(false));
        let sent = async {
            match &work {
                Work::Tell(delivery) => match self.message(delivery, self.clock.now()) {
                    // The message was delivered from memory while it was being leased.
                    Ok(_) if self.arrived(delivery).is_some() => Tried::Sent(self.arrived(delivery).flatten()),
                    Ok(message) => {
                        let message = self.with_picture(delivery, message).await;
                        let message = Message { going: self.going(delivery, out.clone()), ..message };
                        ways.senders.send(&delivery.channel, &message).await
                    }
                    Err(why) => Tried::Never { why },
                },
                Work::Amend(amend, message, _) => ways.senders.amend(&amend.channel, &amend.remote_id, message).await,
            }
        };
        // A message that cannot be rendered or sent because of a bug must not delay others.
        let tried = tokio::time::timeout(LONGEST_TRY, guarded(sent)).await;
        let tried = came(tried.ok(), out.load(Ordering::SeqCst), LONGEST_TRY);
        (work, tried)
    }

    /// Returns what records that sending has begun for the attempts of a delivery.
    fn going(&self, delivery: &Delivery, out: Arc<AtomicBool>) -> Going {
        let attempts: Vec<i64> = delivery.with.iter().chain([delivery]).map(|one| one.attempt).collect();
        let store = self.store.clone();
        Going::new(move || {
            // The parts of a message count as one attempt.
            if !out.swap(true, Ordering::SeqCst) {
                store.going_out(&attempts);
            }
        })
    }

    /// Writes the text of an undelivered message to the log, where people can still read it.
    fn log(&self, delivery: &Delivery, tried: &Tried) {
        let (channel, recipient) = (&delivery.channel, &delivery.recipient);
        let text = || self.message(delivery, self.clock.now()).map(|message| message.plain).unwrap_or_default();
        match tried {
            Tried::Never { why } => {
                tracing::error!(channel, why, "{channel} to {recipient}: {why}; what did not arrive:\n{}", text());
            }
            Tried::Refused { why } => {
                tracing::error!(channel, why, "{channel} to {recipient}: {why}; what waits for it:\n{}", text());
            }
            Tried::Retry { why, .. } | Tried::Unsure { why } => {
                tracing::warn!(channel, why, "{channel} to {recipient}: {why}; will be tried again");
            }
            Tried::Sent(_) => {}
        }
    }

    /// Records the result of an attempt, and handles its consequences.
    async fn note(&self, delivery: &Delivery, tried: Tried) -> Result<()> {
        let now = self.clock.now();
        let outcome = outcome(delivery, tried, now);
        if let Some(events) = &self.events {
            events.note_delivery(delivery, &format!("{outcome:?}"), now);
        }
        let others = match &outcome {
            Outcome::Dead(why) | Outcome::Refused(_, why) => self.instead(delivery, why, now),
            _ => Vec::new(),
        };
        let (before, after) = self.store.settle(delivery, &outcome, &others, now).await?;
        self.see_to(delivery, &outcome, (&before, &after), now).await
    }

    /// Delivers until the program ends: when the bell rings, and when something is due. It can be restarted after a
    /// panic. A message that was being sent then stays leased until its lease ends, and is sent again as a repeat.
    pub async fn run(&self, windows: Windows) {
        self.amending.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.readdress().await;
        loop {
            let rung = windows.bell.notified();
            let now = self.clock.now();
            let failed = self.rounds(now, Some(&windows.bell)).await.err();
            self.note_writable(failed, self.clock.now());
            let unsaid = windows.unsaid.borrow().clone();
            self.say_from_memory(&unsaid, self.clock.now()).await;
            let usual = now.plus(Duration::from_secs(60));
            let due = match self.store.next_delivery().await {
                // Avoids querying a failing disk in a loop.
                _ if self.unwritable(&unsaid).is_some() => now.plus(Duration::from_secs(5)),
                Ok(due) => due.unwrap_or(usual).min(usual),
                Err(_) => now.plus(Duration::from_secs(5)),
            };
            // A due time that has passed in the meantime must not cause a busy loop.
            let due = due.max(now.plus(Duration::from_millis(200)));
            tokio::select! {
                () = rung => {}
                _ = self.clock.sleep_until(due) => {}
            }
        }
    }
}
