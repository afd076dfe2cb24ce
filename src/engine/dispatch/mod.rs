//! The dispatcher: leases what is due, renders it now, sends it, and writes down what
//! came of it. At least once, in order for each incident and recipient; at most one repeat for
//! each crash or lost answer, and the repeat says so. What a place does not take goes to others.

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

/// A try that nobody settled holds up its place for so long; then the message is sent again.
const LEASE: Duration = Duration::from_secs(120);
/// No try takes longer: it ends before its lease does, so no message is under way twice.
const LONGEST_TRY: Duration = Duration::from_secs(100);
/// So many messages are changed at a time.
const AMENDS: usize = 4;

/// Delivers the outbox.
pub struct Dispatcher {
    store: Arc<Store>,
    /// Taken out whole for each use: a reload waits for no message that is under way.
    ways: Mutex<Arc<Ways>>,
    clock: Clock,
    ids: Ids,
    /// What was said from memory while nothing could be written, by alert, channel and recipient.
    said: Mutex<HashMap<Said, FromMemory>>,
    /// When that was tried last.
    said_at: Mutex<Time>,
    /// What came of tries, as long as it could not be written down.
    unsettled: Mutex<Vec<(Delivery, Tried)>>,
    /// Since when the outbox cannot be written.
    unwritable_since: Mutex<Option<Time>>,
    /// Outbox rows whose messages are being changed.
    amending: Mutex<HashSet<i64>>,
    /// The last texts that were written.
    written: Mutex<VecDeque<Written>>,
    /// Where what came of deliveries is noted, if anywhere.
    events: Option<EventLog>,
}

/// An alert's public id, the channel and the recipient.
type Said = (String, String, String);

/// What came of a message that was sent from memory.
#[derive(Clone, Debug)]
enum FromMemory {
    /// It arrived then; the other side's number for it.
    Arrived(Option<String>, Time),
    /// Perhaps it did: it comes once more, as a repeat.
    Perhaps,
}

/// What is under way.
enum Work {
    Tell(Box<Delivery>),
    /// A message with what it becomes, and when that was asked.
    Amend(Box<Amend>, Box<Message>, Time),
}

/// Channels, and every place that can be told.
pub struct Ways {
    /// Those who send.
    pub senders: Senders,
    /// Every place, with what it wants to hear.
    pub everybody: Vec<Way>,
    /// Channels that are configured and off: what waits for them goes on waiting.
    pub off: Vec<String>,
}

impl Dispatcher {
    /// A dispatcher for these channels.
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

    /// The same; what came of each try is noted in `log`.
    pub fn logged(self, log: EventLog) -> Dispatcher {
        Dispatcher { events: Some(log), ..self }
    }

    /// Takes up changed channels between two rounds.
    pub async fn replace(&self, ways: Ways) {
        *self.ways.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(ways);
        self.readdress().await;
    }

    fn ways(&self) -> Arc<Ways> {
        self.ways.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What waits for a channel that is no longer configured goes to those that are.
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

    /// Delivers until nothing is due at `now`. Returns how many messages were settled.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn deliver(&self, now: Time) -> Result<usize> {
        self.rounds(now, None).await
    }

    /// The same; a bell that rings meanwhile brings what is new to the places that are free. While the
    /// store fails nothing new is taken, but what is under way is waited for: what came of it is kept.
    async fn rounds(&self, now: Time, bell: Option<&Notify>) -> Result<usize> {
        let (mut settled, mut broken) = (0, None);
        // A place that takes its time holds up no other: what is done makes room at once. Only what
        // is under way outside waits there; the database is spoken to here alone.
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

    /// What is to be done now; what earlier tries came to is written down before that.
    async fn take(&self, now: Time, amends: usize) -> Result<Vec<Work>> {
        self.settle_what_waited().await?;
        let ways = self.ways();
        let leased = self.store.lease(now, LEASE, |channel| ways.senders.reads_digests(channel)).await?;
        let mut works: Vec<Work> = leased.into_iter().map(|delivery| Work::Tell(Box::new(delivery))).collect();
        let unwritable = self.unwritable_since.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        // While nothing can be written a message would be changed again and again.
        if works.len() < amends && !unwritable {
            // What is leased goes out, whatever becomes of messages that are to be changed.
            let amends = self.to_amend(now, amends - works.len()).await;
            works.extend(amends.into_iter().map(|(amend, to)| Work::Amend(Box::new(amend), Box::new(to), now)));
        }
        Ok(works)
    }

    /// Writes down what came of one piece of work; what cannot be written is kept and written later.
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

    /// Writes down what came of tries that could not be written before.
    ///
    /// # Errors
    /// The store does not answer; what is not written is kept.
    pub async fn settle_what_waited(&self) -> Result<()> {
        loop {
            let next = self.unsettled.lock().unwrap_or_else(PoisonError::into_inner).first().cloned();
            let Some((delivery, tried)) = next else { break };
            self.note(&delivery, tried).await?;
            self.unsettled.lock().unwrap_or_else(PoisonError::into_inner).remove(0);
        }
        self.settle_said().await
    }

    /// Messages that are to be changed and are not being changed already, with what they become. One
    /// that cannot be read or settled now is left for later.
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
                    // It arrived from memory while this was being leased.
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
        // One message that cannot be made or sent because of a bug holds up no other.
        let tried = tokio::time::timeout(LONGEST_TRY, guarded(sent)).await;
        let tried = came(tried.ok(), out.load(Ordering::SeqCst), LONGEST_TRY);
        (work, tried)
    }

    /// Notes that the tries of a delivery go out.
    fn going(&self, delivery: &Delivery, out: Arc<AtomicBool>) -> Going {
        let attempts: Vec<i64> = delivery.with.iter().chain([delivery]).map(|one| one.attempt).collect();
        let store = self.store.clone();
        Going::new(move || {
            // The parts of a message are one try.
            if !out.swap(true, Ordering::SeqCst) {
                store.going_out(&attempts);
            }
        })
    }

    /// What did not arrive stands in the log: that is where it can still be read.
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

    /// Writes down what came of a try, and sees to what follows.
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

    /// Delivers for ever: when the bell rings, and when something is due. It can be run again after a panic:
    /// what was under way then is leased until its lease ends, and comes as a repeat.
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
                // A disk that takes nothing is not asked all the time.
                _ if self.unwritable(&unsaid).is_some() => now.plus(Duration::from_secs(5)),
                Ok(due) => due.unwrap_or(usual).min(usual),
                Err(_) => now.plus(Duration::from_secs(5)),
            };
            // A due time that has passed while we looked must not spin.
            let due = due.max(now.plus(Duration::from_millis(200)));
            tokio::select! {
                () = rung => {}
                _ = self.clock.sleep_until(due) => {}
            }
        }
    }
}
