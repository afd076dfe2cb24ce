//! Request budgets: how often one host may receive a request, regardless of the configuration.

use std::collections::HashMap;
use std::time::Duration;

use super::{Time, millis};

/// The request rate for one host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The minimum time between two requests.
    pub gap: Duration,
}

impl Pace {
    /// At most `count` requests a minute.
    pub fn per_minute(count: u32) -> Pace {
        Pace { gap: Duration::from_millis(60_000 / u64::from(count.max(1))) }
    }
}

/// When each host may next receive a request.
#[derive(Debug, Default)]
pub struct Budget {
    paces: HashMap<String, Pace>,
    next: HashMap<String, Time>,
}

impl Budget {
    /// A budget with a rate for some hosts; the others are not limited.
    pub fn new(paces: HashMap<String, Pace>) -> Budget {
        Budget { paces, next: HashMap::new() }
    }

    /// Replaces the rates. Slots that were already taken stay taken.
    pub fn set_paces(&mut self, paces: HashMap<String, Pace>) {
        self.paces = paces;
    }

    /// When `host` may next receive a request, no earlier than `now`. This takes no slot.
    pub fn free_at(&self, host: &str, now: Time) -> Time {
        self.next.get(host).copied().unwrap_or(now).max(now)
    }

    /// Whether a host has a rate; the others are not limited.
    pub fn has_pace(&self, host: &str) -> bool {
        self.paces.contains_key(host)
    }

    /// Takes the slot at `at`. `jitter`, from 0 to 1, lengthens the gap by up to a fifth, so that the rate is never
    /// exceeded and requests are not strictly periodic.
    pub fn take(&mut self, host: &str, at: Time, jitter: f64) {
        if let Some(pace) = self.paces.get(host) {
            let gap = pace.gap.mul_f64(1.0 + 0.2 * jitter.clamp(0.0, 1.0));
            self.next.insert(host.to_owned(), at.plus(gap));
        }
    }

    /// Adjusts slots after the clock ran ahead by `ahead` and was set back to `now`, so that the remaining waits stay
    /// the same.
    pub fn clock_set_back(&mut self, now: Time, ahead: Duration) {
        for next in self.next.values_mut().filter(|next| **next > now) {
            *next = Time(next.0 - millis(ahead)).max(now);
        }
    }

    /// Blocks a host until this time, because it asked clients to wait.
    pub fn stay_away(&mut self, host: &str, until: Time) {
        let next = self.next.entry(host.to_owned()).or_insert(until);
        *next = (*next).max(until);
    }
}

/// The longest wait that a vendor can ask for; longer waits are capped.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(6 * 3_600);

/// When to send the next request after a `Retry-After`: at least a second and at most [`LONGEST_RETRY_AFTER`] from
/// `now`.
pub fn come_back(now: Time, retry_after: Duration) -> Time {
    let least = Duration::from_secs(1);
    Time(now.0 + millis(retry_after.clamp(least, LONGEST_RETRY_AFTER)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn twenty_a_minute() -> Budget {
        Budget::new(HashMap::from([("itunes.apple.com".to_owned(), Pace::per_minute(20))]))
    }

    #[test]
    fn no_minute_holds_more_questions_than_the_pace_allows() {
        let mut budget = twenty_a_minute();
        let mut asked = Vec::new();
        for n in 0..100 {
            let at = budget.free_at("itunes.apple.com", Time(0));
            budget.take("itunes.apple.com", at, f64::from(n % 7) / 7.0);
            asked.push(at.0);
        }
        for start in &asked {
            let within = asked.iter().filter(|at| (*start..*start + 60_000).contains(at)).count();
            assert!(within <= 20, "{within} questions in the minute from {start} ms");
        }
    }

    #[test]
    fn a_host_without_a_pace_is_free() {
        let mut budget = twenty_a_minute();
        budget.take("example.org", Time(5), 0.5);
        assert_eq!(budget.free_at("example.org", Time(5)), Time(5));
    }

    #[test]
    fn retry_after_keeps_us_away_but_not_for_ever() {
        let mut budget = twenty_a_minute();
        budget.stay_away("itunes.apple.com", come_back(Time(0), Duration::from_secs(999_999)));
        assert_eq!(budget.free_at("itunes.apple.com", Time(0)), Time(millis(LONGEST_RETRY_AFTER)));
    }
}
