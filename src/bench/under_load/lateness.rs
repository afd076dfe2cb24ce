//! How late checks come, against the phase that each keeps.

use std::collections::HashMap;
use std::ops::Range;

use super::configuration::{Place, number};
use super::server::Noted;
use crate::config::Config;
use crate::core::time::schedule::{Schedule, stable};
use crate::core::time::{Time, millis};

/// Two readings of the clock differ by no more, in milliseconds.
const EARLY: i64 = 5;

/// The median and the worst of a hundred, in milliseconds, of what came while it was measured. Checks that ever got
/// a wrong answer are left out: what confirms it comes when it is wanted, and not by schedule.
///
/// # Errors
/// The configuration cannot be read: a bug.
pub fn of(place: &Place, noted: &Noted, measured: Range<usize>) -> Result<(i64, i64), String> {
    let config = Config::load(&place.config).map_err(|problems| problems.to_string())?;
    let phases: HashMap<u32, (&Schedule, u64)> = config
        .probes()
        .filter_map(|(dependency, probe)| Some((number(&dependency.id)?, (&probe.schedule, stable(&probe.identity)))))
        .collect();
    let right = |number: &u32| noted.answers.get(*number as usize).is_some_and(|answered| answered.wrong == 0);
    let arrivals = noted.arrivals.get(measured).unwrap_or_default().iter().filter(|(number, _)| right(number));
    let late = arrivals.filter_map(|(number, at)| Some(behind(phases.get(number)?, *at)));
    let mut late: Vec<i64> = late.collect();
    late.sort_unstable();
    Ok((share(&late, 50), share(&late, 99)))
}

/// By how much a check that came at `at` is behind the last time at which it was due. The program reckons its time from
/// one moment on, and the machine's clock is adjusted meanwhile: what comes some milliseconds early is on time.
fn behind((schedule, phase): &(&Schedule, u64), at: i64) -> i64 {
    let Schedule::Every(every) = schedule else { return 0 };
    let due = schedule.next(Time(at + EARLY - millis(*every)), *phase);
    (at - due.0).max(0)
}

/// The value below which so many of a hundred lie.
pub fn share(sorted: &[i64], percent: usize) -> i64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((sorted.len() * percent / 100).min(last)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_check_is_as_late_as_its_phase_says() {
        let schedule = Schedule::Every(Duration::from_secs(20));
        let due = schedule.next(Time(1_000_000_000), 700).0;
        assert_eq!(behind(&(&schedule, 700), due), 0);
        assert_eq!(behind(&(&schedule, 700), due + 37), 37);
        assert_eq!(behind(&(&schedule, 700), due - 1), 0);
        assert_eq!(behind(&(&schedule, 700), due + 20_003), 3);
    }

    #[test]
    fn shares_are_read_from_sorted_values() {
        let sorted: Vec<i64> = (0..200).collect();
        assert_eq!((share(&sorted, 50), share(&sorted, 99), share(&[], 99)), (100, 198, 0));
    }
}
