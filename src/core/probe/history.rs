//! Roll-ups: the checks of an hour or a day, counted by result.

use crate::core::time::Time;
use crate::core::words::verdict::Verdict;

/// Milliseconds in an hour.
pub const HOUR: i64 = 3_600_000;
/// Milliseconds in a day.
pub const DAY: i64 = 24 * HOUR;

/// The start of the bucket that contains `at`; `width` is in milliseconds.
pub fn bucket(at: Time, width: i64) -> i64 {
    at.0.div_euclid(width) * width
}

/// Counts of checks in one bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Checks that read `live`.
    pub live: i64,
    /// Checks that read `degraded`.
    pub degraded: i64,
    /// Checks that read `outage`.
    pub outage: i64,
    /// Checks that read `dropped`.
    pub dropped: i64,
    /// Checks that could not be read.
    pub unknown: i64,
    /// Sum of latencies in milliseconds, for the mean.
    pub latency_ms: i64,
}

impl Counts {
    /// Adds one check.
    pub fn add(&mut self, verdict: Verdict, latency_ms: i64) {
        *match verdict {
            Verdict::Live => &mut self.live,
            Verdict::Degraded => &mut self.degraded,
            Verdict::Outage => &mut self.outage,
            Verdict::Dropped => &mut self.dropped,
            Verdict::Unknown => &mut self.unknown,
        } += 1;
        self.latency_ms += latency_ms;
    }

    /// The sum of two buckets.
    pub fn plus(self, more: Counts) -> Counts {
        Counts {
            live: self.live + more.live,
            degraded: self.degraded + more.degraded,
            outage: self.outage + more.outage,
            dropped: self.dropped + more.dropped,
            unknown: self.unknown + more.unknown,
            latency_ms: self.latency_ms + more.latency_ms,
        }
    }

    /// The total number of checks.
    pub fn looks(&self) -> i64 {
        self.readable() + self.unknown
    }

    /// The number of checks that could be read.
    pub fn readable(&self) -> i64 {
        self.live + self.degraded + self.outage + self.dropped
    }

    /// Whether too few checks were readable for their share to mean much.
    pub fn mostly_unread(&self) -> bool {
        self.unknown > self.readable()
    }

    /// The share of readable checks in which the vendor's service worked, 0 to 1; `None` if no check was readable.
    pub fn uptime(&self) -> Option<f64> {
        let readable = self.readable();
        (readable > 0).then(|| (self.live + self.degraded) as f64 / readable as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_never_counts_against_the_vendor() {
        let mut counts = Counts::default();
        for verdict in [Verdict::Live, Verdict::Unknown, Verdict::Unknown, Verdict::Outage] {
            counts.add(verdict, 10);
        }
        assert_eq!(counts.uptime(), Some(0.5));
        assert_eq!(Counts { unknown: 4, ..Counts::default() }.uptime(), None);
    }
}
