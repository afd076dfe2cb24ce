//! The only module that reads a clock. All others get the time from it.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::core::time::Time;

/// The source of the time.
#[derive(Clone, Debug)]
pub struct Clock {
    source: Source,
    /// How often the clock was set back so far that plugwatch followed.
    set_back: Arc<AtomicU64>,
}

#[derive(Clone, Debug)]
enum Source {
    /// The machine's clock, smoothed: small steps back are not followed.
    System(Arc<Mutex<Option<Steady>>>),
    /// A time that changes only when it is moved, for tests and the demo.
    Manual(Arc<AtomicI64>),
}

/// A reference point for the smoothed time.
#[derive(Clone, Copy, Debug)]
struct Steady {
    /// The smoothed time at this point, in milliseconds.
    base: i64,
    /// The same point on the monotonic clock.
    anchor: Instant,
    /// The last time that was returned, in milliseconds.
    last: i64,
}

/// Smaller differences between clocks are normal; a larger one is a step.
const STEP_MS: i64 = 500;
/// A step back of at least this size is followed. People's actions at a terminal are dated by the machine's
/// clock; otherwise they would seem to precede what they are about.
const FOLLOWED_MS: i64 = 600_000;
/// 2026-01-01: a clock that shows less has lost its time, and is not followed.
const EARLIEST_MS: i64 = 1_767_225_600_000;

/// How the smoothed time continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goes {
    /// With the machine's clock.
    Along,
    /// At half speed, until the machine's clock has caught up.
    Slowly,
    /// Back, because the machine's clock was far ahead.
    Back,
}

/// The smoothed time, from the machine's clock and the time elapsed. A step forward (a resume, a corrected
/// clock) is followed, and so is a large step back. After a small step back, time continues at half speed
/// until the machine's clock has caught up, so nothing happens twice.
fn steady(base: i64, last: i64, passed: i64, wall: i64) -> (i64, Goes) {
    let reckoned = base + passed;
    if wall < reckoned - FOLLOWED_MS && wall >= EARLIEST_MS {
        return (wall, Goes::Back);
    }
    if wall >= reckoned - STEP_MS {
        return (wall.max(last), Goes::Along);
    }
    let slow = base + passed / 2;
    // Once the machine's clock is ahead of the slow time, it is used again.
    if wall >= slow { (wall.max(last), Goes::Along) } else { (slow.max(last), Goes::Slowly) }
}

impl Clock {
    fn of(source: Source) -> Clock {
        Clock { source, set_back: Arc::default() }
    }

    /// The machine's clock.
    pub fn system() -> Clock {
        Clock::of(Source::System(Arc::default()))
    }

    /// A clock that is set to `at`.
    pub fn manual(at: Time) -> Clock {
        Clock::of(Source::Manual(Arc::new(AtomicI64::new(at.0))))
    }

    /// The time now.
    #[expect(clippy::disallowed_methods, reason = "this is the only place that reads the clock")]
    pub fn now(&self) -> Time {
        match &self.source {
            Source::System(state) => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
                let (wall, instant) = (i64::try_from(since.as_millis()).unwrap_or(i64::MAX), Instant::now());
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                let old = state.get_or_insert(Steady { base: wall, anchor: instant, last: wall });
                let passed = i64::try_from(instant.duration_since(old.anchor).as_millis()).unwrap_or(0);
                let (now, goes) = steady(old.base, old.last, passed, wall);
                *old = match goes {
                    Goes::Slowly => Steady { last: now, ..*old },
                    Goes::Along | Goes::Back => Steady { base: now, anchor: instant, last: now },
                };
                if goes == Goes::Back {
                    self.set_back.fetch_add(1, Ordering::SeqCst);
                }
                Time(now)
            }
            Source::Manual(at) => Time(at.load(Ordering::SeqCst)),
        }
    }

    /// How often the clock was set back so far that plugwatch followed. A scheduler whose count has changed
    /// must plan again.
    pub fn times_set_back(&self) -> u64 {
        self.set_back.load(Ordering::SeqCst)
    }

    /// Whether this clock is moved by hand.
    pub fn is_manual(&self) -> bool {
        matches!(self.source, Source::Manual(_))
    }

    /// Moves a manual clock forward to `at`; has no effect on the system's clock.
    pub fn move_to(&self, at: Time) {
        if let Source::Manual(now) = &self.source {
            now.fetch_max(at.0, Ordering::SeqCst);
        }
    }

    /// Sets a manual clock back to `at`, to simulate a change of the machine's clock.
    pub fn set_back_to(&self, at: Time) {
        if let Source::Manual(now) = &self.source {
            now.store(at.0, Ordering::SeqCst);
            self.set_back.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Waits until `at`, and returns the time then. A manual clock does not wait, because its owner moves the
    /// time.
    pub async fn sleep_until(&self, at: Time) -> Time {
        let now = self.now();
        if let Source::System(_) = self.source {
            tokio::time::sleep(at.since(now)).await;
            return self.now();
        }
        now.max(at)
    }
}

/// Measures elapsed time, independent of changes of the clock.
#[derive(Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    #[expect(clippy::disallowed_methods, reason = "measures elapsed time only")]
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// The elapsed time.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// The elapsed time, in whole milliseconds.
    pub fn ms(&self) -> u32 {
        u32::try_from(self.0.elapsed().as_millis()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs pairs of elapsed time and the machine's clock.
    fn play(seen: &[(i64, i64)]) -> Vec<i64> {
        let (mut base, mut last, mut from) = (seen[0].1, seen[0].1, seen[0].0);
        let mut out = Vec::new();
        for (passed, wall) in seen {
            let (now, goes) = steady(base, last, passed - from, *wall);
            (last, (base, from)) = (now, if goes == Goes::Slowly { (base, from) } else { (now, *passed) });
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
        // Set back by 10 s: time runs at half speed until the machine's clock has caught up.
        let seen = play(&[(0, 100_000), (2_000, 92_000), (12_000, 102_000), (20_000, 110_000), (24_000, 114_000)]);
        assert_eq!(seen, [100_000, 101_000, 106_000, 110_000, 114_000]);
    }

    #[test]
    fn a_clock_that_ran_far_ahead_is_followed_back() {
        let (day, now) = (86_400_000, EARLIEST_MS);
        let seen = play(&[(0, now), (1_000, now + 1_000 + day), (2_000, now + 2_000), (3_000, now + 3_000)]);
        assert_eq!(seen, [now, now + 1_000 + day, now + 2_000, now + 3_000]);
        // A clock that has lost its time is not followed to 1970.
        assert_eq!(play(&[(0, now), (1_000, 1_000), (3_000, 3_000)]), [now, now + 500, now + 1_500]);
    }

    #[test]
    fn a_few_milliseconds_of_correction_are_nothing() {
        assert_eq!(play(&[(0, 100_000), (1_000, 100_990), (2_000, 101_980)]), [100_000, 100_990, 101_980]);
    }
}
