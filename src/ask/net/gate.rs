//! The rate limiter of each host: limits requests to the host's budget, and lets confirming checks go first.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::core::time::Time;
use crate::core::time::budget::{Budget, Pace};
use crate::core::time::schedule::stable;

/// The longest time that a request waits for a host.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// The queues of all hosts.
#[derive(Debug)]
struct Inner {
    budget: Budget,
    /// Waiting requests, by host.
    waiting: HashMap<String, Queue>,
    last: u64,
}

/// The requests that wait for one host.
#[derive(Debug, Default)]
struct Queue {
    /// The tickets of the waiting requests; lower ones go first. Urgent tickets are `(0, n)`.
    tickets: BTreeSet<(u8, u64)>,
    /// Notified when a ticket of this host leaves, so that requests for other hosts are not woken.
    moved: Arc<Notify>,
}

/// The rate limiters of all hosts.
#[derive(Debug)]
pub struct Gate {
    inner: Mutex<Inner>,
    clock: Clock,
}

impl Gate {
    /// Creates rate limiters with this budget.
    pub fn new(budget: Budget, clock: Clock) -> Gate {
        let inner = Inner { budget, waiting: HashMap::new(), last: 0 };
        Gate { inner: Mutex::new(inner), clock }
    }

    /// Changes the paces; slots that were taken stay taken.
    pub fn set_paces(&self, paces: HashMap<String, Pace>) {
        self.lock().budget.set_paces(paces);
    }

    /// Waits until `host` may be asked, and takes the slot. Returns `false` if that would take longer than the limit,
    /// so that no check hangs unnoticed.
    pub async fn pass(&self, host: &str, urgent: bool) -> bool {
        self.pass_at(host, urgent).await.is_some()
    }

    /// The same, and returns when the request was let through.
    pub(in crate::ask) async fn pass_at(&self, host: &str, urgent: bool) -> Option<Time> {
        let mut now = self.clock.now();
        if self.passes_at_once(host, urgent, now) {
            return Some(now);
        }
        let ticket = self.queue(host, urgent);
        let mut patience = now.plus(LONGEST_WAIT);
        loop {
            // After the clock was set back, nobody waits until the old time.
            patience = patience.min(now.plus(LONGEST_WAIT));
            if now >= patience {
                return None;
            }
            let moved = ticket.moved.notified();
            match self.turn(host, ticket.number, now) {
                Turn::Passed => return Some(now),
                Turn::At(at) if at > patience => return None,
                Turn::At(at) => tokio::select! {
                    later = self.clock.sleep_until(at) => now = later,
                    () = moved => now = self.clock.now(),
                },
                Turn::Behind => tokio::select! {
                    () = moved => now = self.clock.now(),
                    later = self.clock.sleep_until(patience), if !self.clock.is_manual() => now = later,
                },
            }
        }
    }

    /// The clock of the rate limiters.
    pub(in crate::ask) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Records that the host asked clients to wait until then (rate limit).
    pub fn stay_away(&self, host: &str, until: Time) {
        self.lock().budget.stay_away(host, until);
    }

    /// Lets a request through if nobody waits and the host is free, which is the usual case.
    fn passes_at_once(&self, host: &str, urgent: bool, now: Time) -> bool {
        let mut inner = self.lock();
        let free = !inner.waiting.contains_key(host) && inner.budget.free_at(host, now) <= now;
        if free {
            inner.last += 1;
            let number = (u8::from(!urgent), inner.last);
            inner.take(host, number, now);
        }
        free
    }

    fn queue(&self, host: &str, urgent: bool) -> Ticket<'_> {
        let mut inner = self.lock();
        inner.last += 1;
        let number = (u8::from(!urgent), inner.last);
        let queue = inner.waiting.entry(host.to_owned()).or_default();
        queue.tickets.insert(number);
        Ticket { gate: self, host: host.to_owned(), number, moved: queue.moved.clone() }
    }

    fn turn(&self, host: &str, number: (u8, u64), now: Time) -> Turn {
        let mut inner = self.lock();
        if inner.waiting.get(host).and_then(|queue| queue.tickets.first()) != Some(&number) {
            return Turn::Behind;
        }
        let at = inner.budget.free_at(host, now);
        if at > now {
            return Turn::At(at);
        }
        inner.take(host, number, now);
        Turn::Passed
    }

    /// Handles a clock that was set back: shortens waits that are now more than `ahead` in the future.
    pub fn clock_set_back(&self, now: Time, ahead: Duration) {
        let mut inner = self.lock();
        inner.budget.clock_set_back(now, ahead);
        inner.waiting.values().for_each(|queue| queue.moved.notify_waiters());
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing panics while holding the lock, and the state stays consistent if something did.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn take(&mut self, host: &str, (_, number): (u8, u64), now: Time) {
        if self.budget.has_pace(host) {
            let jitter = (stable(&format!("{host}{number}")) % 1_000) as f64 / 1_000.0;
            self.budget.take(host, now, jitter);
        }
    }
}

enum Turn {
    Passed,
    At(Time),
    Behind,
}

/// A place in the queue; given back on drop, also if the request was cancelled.
struct Ticket<'g> {
    gate: &'g Gate,
    host: String,
    number: (u8, u64),
    moved: Arc<Notify>,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut inner = self.gate.lock();
        if let Some(queue) = inner.waiting.get_mut(&self.host) {
            queue.tickets.remove(&self.number);
            if queue.tickets.is_empty() {
                inner.waiting.remove(&self.host);
            }
        }
        drop(inner);
        self.moved.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn gate() -> Arc<Gate> {
        let paces = HashMap::from([("store".to_owned(), Pace::per_minute(60))]);
        Arc::new(Gate::new(Budget::new(paces), Clock::manual(Time(0))))
    }

    #[tokio::test]
    async fn an_urgent_question_passes_before_those_that_wait() {
        let gate = gate();
        let (routine, urgent) = (gate.queue("store", false), gate.queue("store", true));
        assert!(matches!(gate.turn("store", routine.number, Time(0)), Turn::Behind));
        assert!(matches!(gate.turn("store", urgent.number, Time(0)), Turn::Passed));
        drop(urgent);
        assert!(matches!(gate.turn("store", routine.number, Time(0)), Turn::At(_)));
        assert!(matches!(gate.turn("store", routine.number, Time(1_500)), Turn::Passed));
    }

    #[tokio::test]
    async fn a_host_that_wants_to_be_left_alone_for_hours_is_not_waited_for() {
        let gate = gate();
        gate.stay_away("store", Time(6 * 3_600_000));
        assert!(!gate.pass("store", true).await);
        assert!(gate.pass("elsewhere", false).await);
    }

    #[tokio::test]
    async fn many_askers_all_pass_in_the_end() {
        let gate = gate();
        let askers: Vec<_> = (0..20)
            .map(|_| {
                let gate = gate.clone();
                tokio::spawn(async move { assert!(gate.pass("store", false).await) })
            })
            .collect();
        for asker in askers {
            asker.await.unwrap();
        }
        assert!(gate.lock().waiting.is_empty());
    }
}
