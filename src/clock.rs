//! The only place that reads a clock. Everybody else is told the time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::core::time::Time;

/// Where the time comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock, made steady: it never goes back.
    System(Arc<Mutex<Option<Steady>>>),
    /// A time that stands still until it is moved: tests and the demo.
    Manual(Arc<AtomicI64>),
}

/// A point from which steady time is reckoned.
#[derive(Clone, Copy, Debug)]
pub struct Steady {
    /// The time that counted then.
    base: i64,
    /// When that was, whatever any clock says.
    anchor: Instant,
    /// The last time that was given out.
    last: i64,
}

/// Clocks differ by so much all the time; more is a step.
const STEP_MS: i64 = 500;

/// The time that counts, from what the machine's clock says and how much time has really
/// passed. A step forward (a resume, a clock that was corrected) is followed. After a step
/// back time goes on at half its pace until the machine's clock has caught up: nothing that
/// was planned, leased or dated lies in the future for long, and nothing happens twice.
fn steady(base: i64, last: i64, passed: i64, wall: i64) -> (i64, bool) {
    let reckoned = base + passed;
    if wall >= reckoned - STEP_MS {
        return (wall.max(last), true);
    }
    let slow = base + passed / 2;
    // Once the machine's clock is ahead of the slow one, it counts again.
    if wall >= slow { (wall.max(last), true) } else { (slow.max(last), false) }
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Clock {
        Clock::System(Arc::default())
    }

    /// A clock that stands at `at`.
    pub fn manual(at: Time) -> Clock {
        Clock::Manual(Arc::new(AtomicI64::new(at.0)))
    }

    /// The time now.
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else asks")]
    pub fn now(&self) -> Time {
        match self {
            Clock::System(state) => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
                let (wall, instant) = (i64::try_from(since.as_millis()).unwrap_or(i64::MAX), Instant::now());
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                let old = state.get_or_insert(Steady { base: wall, anchor: instant, last: wall });
                let passed = i64::try_from(instant.duration_since(old.anchor).as_millis()).unwrap_or(0);
                let (now, anew) = steady(old.base, old.last, passed, wall);
                *old =
                    if anew { Steady { base: now, anchor: instant, last: now } } else { Steady { last: now, ..*old } };
                Time(now)
            }
            Clock::Manual(at) => Time(at.load(Ordering::SeqCst)),
        }
    }

    /// Whether somebody moves this clock by hand.
    pub fn is_manual(&self) -> bool {
        matches!(self, Clock::Manual(_))
    }

    /// Moves a manual clock forward to `at`; the system's clock goes by itself.
    pub fn move_to(&self, at: Time) {
        if let Clock::Manual(now) = self {
            now.fetch_max(at.0, Ordering::SeqCst);
        }
    }

    /// Waits until `at` and returns the time that then counts. A manual clock does
    /// not wait: whoever moves it has already decided that time passes.
    pub async fn sleep_until(&self, at: Time) -> Time {
        let now = self.now();
        if let Clock::System(_) = self {
            tokio::time::sleep(at.since(now)).await;
            return self.now();
        }
        now.max(at)
    }
}

/// Measures how long something takes, whatever the clock says meanwhile.
#[derive(Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    #[expect(clippy::disallowed_methods, reason = "measures a span, tells no time")]
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// How long it has been.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// How long it has been, in whole milliseconds.
    pub fn ms(&self) -> u32 {
        u32::try_from(self.0.elapsed().as_millis()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays pairs of how much has really passed and what the machine's clock says.
    fn play(seen: &[(i64, i64)]) -> Vec<i64> {
        let (mut base, mut last, mut from) = (seen[0].1, seen[0].1, seen[0].0);
        let mut out = Vec::new();
        for (passed, wall) in seen {
            let (now, anew) = steady(base, last, passed - from, *wall);
            (last, (base, from)) = (now, if anew { (now, *passed) } else { (base, from) });
            out.push(now);
        }
        out
    }

    #[test]
    fn a_step_forward_is_followed_at_once() {
        assert_eq!(play(&[(0, 100_000), (1_000, 101_000), (2_000, 3_702_000)]), [100_000, 101_000, 3_702_000]);
    }

    #[test]
    fn after_a_step_back_time_never_goes_back_and_catches_up_slowly() {
        // Set back by 10 s: it goes at half pace until the machine's clock has caught up.
        let seen = play(&[(0, 100_000), (2_000, 92_000), (12_000, 102_000), (20_000, 110_000), (24_000, 114_000)]);
        assert_eq!(seen, [100_000, 101_000, 106_000, 110_000, 114_000]);
    }

    #[test]
    fn a_few_milliseconds_of_correction_are_nothing() {
        assert_eq!(play(&[(0, 100_000), (1_000, 100_990), (2_000, 101_980)]), [100_000, 100_990, 101_980]);
    }
}
