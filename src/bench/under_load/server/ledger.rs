//! Records the servers' answers: to which check, when, and whether the answer was wrong. A share of the answers,
//! selected by a seed, is wrong; some checks can be made to fail always.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::clock::{Clock, Stopwatch};

/// The numbers of answers to one check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// All answers.
    pub all: u64,
    /// Wrong answers.
    pub wrong: u64,
}

/// A webhook call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// When its first byte arrived, in µs since the servers' start.
    pub at: u64,
    /// Its path.
    pub path: String,
    /// The reason for the message.
    pub reason: String,
    /// When the message was decided, in Unix milliseconds.
    pub decided_at: i64,
    /// The ids of the dependencies that it is about.
    pub about: Vec<String>,
}

/// All records since the last reset.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Noted {
    /// The answers, by the check's number.
    pub answers: Vec<Answered>,
    /// The number of each check that arrived, and when, in Unix milliseconds.
    pub arrivals: Vec<(u32, i64)>,
    /// For each wrong answer: the check's number, and when the last byte had been sent, in µs since the servers' start.
    pub wrong: Vec<(u32, u64)>,
    /// The webhook calls.
    pub calls: Vec<Call>,
    /// The servers' start, in Unix milliseconds.
    pub began_ms: i64,
}

/// The counts since the last reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Answers that were sent.
    pub answers: u64,
    /// Checks that were answered at least once.
    pub checks: u64,
    /// Connections that were accepted.
    pub connections: u64,
    /// Bytes that were received over TCP and UDP, including TLS.
    pub received: u64,
    /// Bytes that were sent.
    pub sent: u64,
    /// Questions that arrived.
    pub arrivals: usize,
    /// Webhook calls.
    pub calls: usize,
}

/// Which answers are wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrong {
    /// The number of wrong answers per thousand, selected by `seed`.
    pub per_mille: u64,
    /// The seed that selects the wrong answers.
    pub seed: u64,
    /// The checks to which all answers are wrong.
    pub all_of: Range<u32>,
}

#[derive(Default)]
struct Inner {
    wrong: Wrong,
    noted: Noted,
}

/// The servers' records.
pub struct Ledger {
    inner: Mutex<Inner>,
    answers: AtomicU64,
    checks: AtomicU64,
    connections: AtomicU64,
    received: AtomicU64,
    sent: AtomicU64,
    frozen: watch::Sender<bool>,
    watch: Stopwatch,
    began_ms: i64,
}

impl Ledger {
    /// An empty ledger.
    pub fn new() -> Ledger {
        Ledger {
            inner: Mutex::default(),
            answers: AtomicU64::default(),
            checks: AtomicU64::default(),
            connections: AtomicU64::default(),
            received: AtomicU64::default(),
            sent: AtomicU64::default(),
            frozen: watch::Sender::new(false),
            watch: Stopwatch::start(),
            began_ms: Clock::system().now().0,
        }
    }

    /// Microseconds since the servers' start.
    pub fn now(&self) -> u64 {
        u64::try_from(self.watch.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Records the question of a check, and returns whether its answer must be wrong. Waits while the servers are
    /// frozen.
    pub async fn asked(&self, number: u32) -> bool {
        let at = self.began_ms + i64::try_from(self.now() / 1_000).unwrap_or(i64::MAX);
        // The channel lives as long as the ledger.
        _ = self.frozen.subscribe().wait_for(|frozen| !frozen).await;
        let mut inner = self.lock();
        inner.noted.arrivals.push((number, at));
        let before = inner.noted.answers.get(number as usize).map_or(0, |answered| answered.all);
        let Wrong { per_mille, seed, all_of } = &inner.wrong;
        all_of.contains(&number) || drawn(*seed, number, before) % 1_000 < *per_mille
    }

    /// Records that the answer to a check was sent.
    pub fn answered(&self, number: u32, wrong: bool) {
        let at = self.now();
        let mut inner = self.lock();
        let answers = &mut inner.noted.answers;
        if answers.len() <= number as usize {
            answers.resize(number as usize + 1, Answered::default());
        }
        let answered = &mut answers[number as usize];
        if answered.all == 0 {
            self.checks.fetch_add(1, Ordering::Relaxed);
        }
        answered.all += 1;
        if wrong {
            answered.wrong += 1;
            inner.noted.wrong.push((number, at));
        }
        self.answers.fetch_add(1, Ordering::Relaxed);
    }

    /// Records a webhook call.
    pub fn called(&self, call: Call) {
        self.lock().noted.calls.push(call);
    }

    /// Counts an accepted connection.
    pub fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts received bytes.
    pub fn received(&self, bytes: usize) {
        self.received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Counts sent bytes.
    pub fn sent(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Holds all questions (`true`), or answers them again (`false`).
    pub fn freeze(&self, frozen: bool) {
        self.frozen.send_replace(frozen);
    }

    /// Sets which answers are wrong from now on.
    pub fn set_wrong(&self, wrong: Wrong) {
        self.lock().wrong = wrong;
    }

    /// The records since the last reset.
    pub fn noted(&self) -> Noted {
        Noted { began_ms: self.began_ms, ..self.lock().noted.clone() }
    }

    /// Clears all records and counts.
    pub fn reset(&self) {
        self.lock().noted = Noted::default();
        for count in [&self.answers, &self.checks, &self.connections, &self.received, &self.sent] {
            count.store(0, Ordering::Relaxed);
        }
    }

    /// The counts since the last reset.
    pub fn count(&self) -> Count {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let (arrivals, calls) = {
            let noted = &self.lock().noted;
            (noted.arrivals.len(), noted.calls.len())
        };
        Count {
            answers: of(&self.answers),
            checks: of(&self.checks),
            connections: of(&self.connections),
            received: of(&self.received),
            sent: of(&self.sent),
            arrivals,
            calls,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing panics while it holds the lock.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A pseudo-random number that is the same each time (SplitMix64).
fn drawn(seed: u64, number: u32, turn: u64) -> u64 {
    let mut mixed = seed ^ (u64::from(number) << 32) ^ turn.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = mixed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_share_of_wrong_answers_is_the_one_that_was_asked_for_and_the_same_each_time() {
        let mut drawn_twice = Vec::new();
        for _ in 0..2 {
            let ledger = Ledger::new();
            ledger.set_wrong(Wrong { per_mille: 10, seed: 7, all_of: 0..0 });
            for turn in 0..20_000 {
                let number = turn % 500;
                let wrong = ledger.asked(number).await;
                ledger.answered(number, wrong);
            }
            let answers = ledger.noted().answers;
            assert_eq!(answers.iter().map(|answered| answered.all).sum::<u64>(), 20_000);
            drawn_twice.push(answers.iter().map(|answered| answered.wrong).collect::<Vec<_>>());
        }
        assert_eq!(drawn_twice[0], drawn_twice[1]);
        let wrong: u64 = drawn_twice[0].iter().sum();
        assert!((100..300).contains(&wrong), "{wrong} of 20,000");
    }

    #[tokio::test]
    async fn some_checks_can_fail_altogether() {
        let ledger = Ledger::new();
        ledger.set_wrong(Wrong { per_mille: 0, seed: 1, all_of: 2..4 });
        let mut wrong = Vec::new();
        for number in 0..5 {
            wrong.push(ledger.asked(number).await);
        }
        assert_eq!(wrong, [false, false, true, true, false]);
    }
}
