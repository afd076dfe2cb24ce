//! The only place that reads a clock. Everybody else is told the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::core::time::Time;

/// Where the time comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A time that stands still until it is moved: tests and the demo.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `at`.
    pub fn manual(at: Time) -> Clock {
        Clock::Manual(Arc::new(AtomicI64::new(at.0)))
    }

    /// The time now.
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else asks")]
    pub fn now(&self) -> Time {
        match self {
            Clock::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
                Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
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
        if let Clock::System = self {
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
