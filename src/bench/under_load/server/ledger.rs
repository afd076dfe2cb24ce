//! What the servers answered: to which check, when, and whether it was wrong. A share of answers, drawn by a
//! seed, is wrong; some checks can be made to fail altogether.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::clock::{Clock, Stopwatch};

/// What one check was answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// All answers.
    pub all: u64,
    /// Those that were wrong.
    pub wrong: u64,
}

/// A call of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// When its first byte came, in µs since the servers' start.
    pub at: u64,
    /// Its path.
    pub path: String,
    /// Why it came.
    pub reason: String,
    /// When it was decided, in milliseconds of the wall clock.
    pub decided_at: i64,
    /// Ids of the dependencies that it is about.
    pub about: Vec<String>,
}

/// Everything that was noted since the last reset.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Noted {
    /// By the check's number.
    pub answers: Vec<Answered>,
    /// When checks came, as milliseconds of the wall clock, with their numbers.
    pub arrivals: Vec<(u32, i64)>,
    /// When the last byte of each wrong answer had gone, in µs since the servers' start, with the check's number.
    pub wrong: Vec<(u32, u64)>,
    /// Calls of webhooks.
    pub calls: Vec<Call>,
    /// The servers' start, as milliseconds of the wall clock.
    pub began_ms: i64,
}

/// How much there was since the last reset, in short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// Answers.
    pub answers: u64,
    /// Checks that were answered at least once.
    pub checks: u64,
    /// Connections that were accepted.
    pub connections: u64,
    /// Bytes that came in over TCP and UDP, with TLS around them.
    pub received: u64,
    /// Bytes that went out.
    pub sent: u64,
    /// Questions that came.
    pub arrivals: usize,
    /// Calls of webhooks.
    pub calls: usize,
}

/// Which answers are wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrong {
    /// So many of a thousand, drawn by `seed`.
    pub per_mille: u64,
    /// Draws them.
    pub seed: u64,
    /// All answers to these checks.
    pub all_of: Range<u32>,
}

#[derive(Default)]
struct Inner {
    wrong: Wrong,
    noted: Noted,
}

/// The servers' notes.
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
    /// An empty one.
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

    /// Microseconds since the start.
    pub fn now(&self) -> u64 {
        u64::try_from(self.watch.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// A question of a check came; whether its answer is to be wrong. While the servers are held it waits.
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

    /// The answer of a check has gone.
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

    /// A webhook was called.
    pub fn called(&self, call: Call) {
        self.lock().noted.calls.push(call);
    }

    /// A connection was accepted.
    pub fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    /// So many bytes came.
    pub fn received(&self, bytes: usize) {
        self.received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// So many went.
    pub fn sent(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Questions wait from now on, or are answered again.
    pub fn freeze(&self, frozen: bool) {
        self.frozen.send_replace(frozen);
    }

    /// What is wrong from now on.
    pub fn set_wrong(&self, wrong: Wrong) {
        self.lock().wrong = wrong;
    }

    /// Everything that was noted.
    pub fn noted(&self) -> Noted {
        Noted { began_ms: self.began_ms, ..self.lock().noted.clone() }
    }

    /// Forgets everything that was noted.
    pub fn reset(&self) {
        self.lock().noted = Noted::default();
        for count in [&self.answers, &self.checks, &self.connections, &self.received, &self.sent] {
            count.store(0, Ordering::Relaxed);
        }
    }

    /// How much there was.
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
        // Nothing panics while holding it.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A number that looks random and is the same each time (SplitMix64).
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
