//! Measures how late checks run against their schedule.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::time::Duration;

use super::configuration::{Place, number};
use super::server::Noted;
use crate::config::Config;
use crate::core::time::schedule::{Schedule, stable};
use crate::core::time::{Time, millis};

/// The maximum difference between two readings of the clock, in milliseconds.
const EARLY: i64 = 5;

/// How late checks began, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Late {
    /// The median lateness.
    pub median: i64,
    /// The 99th percentile of the lateness.
    pub p99: i64,
    /// The maximum lateness.
    pub most: i64,
}

impl Late {
    fn of(mut late: Vec<i64>) -> Late {
        late.sort_unstable();
        Late { median: share(&late, 50), p99: share(&late, 99), most: late.last().copied().unwrap_or(0) }
    }
}

/// How late the checks of the measured time began. Checks that ever got a wrong answer are left out, because
/// confirming checks run on demand, not on schedule.
///
/// # Errors
/// Fails if the configuration cannot be read, which is a bug.
pub fn of(place: &Place, noted: &Noted, measured: Range<usize>) -> Result<Late, String> {
    let config = Config::load(&place.config).map_err(|problems| problems.to_string())?;
    let phases: HashMap<u32, (Duration, u64)> = config
        .probes()
        .filter_map(|(dependency, probe)| {
            let Schedule::Every(every) = &probe.schedule else { return None };
            Some((number(&dependency.id)?, (*every, stable(&probe.identity))))
        })
        .collect();
    let arrivals = noted.arrivals.get(measured).unwrap_or_default();
    let span = arrivals.first().zip(arrivals.last()).map(|((_, first), (_, last))| *first..*last);
    let mut all: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
    arrivals.iter().for_each(|(number, at)| all.entry(*number).or_default().push(*at));
    let right = |number: &u32| noted.answers.get(*number as usize).is_some_and(|answered| answered.wrong == 0);
    let late = phases.iter().filter(|(number, _)| right(number)).flat_map(|(number, phase)| {
        let came = all.get(number).map_or(&[][..], Vec::as_slice);
        behind(*phase, came, span.clone().unwrap_or_default())
    });
    Ok(Late::of(late.collect()))
}

/// How late a check was for each of its due times within `span`, in milliseconds. Additional checks are ignored.
/// A check that is some milliseconds early is on time, because the machine's clock may be adjusted meanwhile.
fn behind((every, phase): (Duration, u64), came: &[i64], span: Range<i64>) -> Vec<i64> {
    let schedule = Schedule::Every(every);
    let mut late = Vec::new();
    let mut due = schedule.next(Time(span.start + EARLY), phase);
    while due.0 <= span.end {
        let (from, to) = (due.0 - EARLY, due.0 + millis(every) - EARLY);
        match came.iter().find(|at| (from..to).contains(*at)) {
            Some(at) => late.push((at - due.0).max(0)),
            None if to <= span.end => late.push(millis(every)),
            // The check may still run.
            None => {}
        }
        due = schedule.next(due, phase);
    }
    late
}

/// A percentile of sorted values.
pub fn share(sorted: &[i64], percent: usize) -> i64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((sorted.len() * percent / 100).min(last)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(20);

    #[test]
    fn a_check_is_as_late_as_its_phase_says_and_a_turn_without_one_is_late_by_a_whole_interval() {
        let due = Schedule::Every(EVERY).next(Time(1_000_000_000), 700).0;
        let late = |came: &[i64]| behind((EVERY, 700), came, due - 1_000..due + 41_000);
        assert_eq!(late(&[due, due + 20_037, due + 39_999]), [0, 37, 0]);
        // An additional check does not make another one late.
        assert_eq!(late(&[due + 2, due + 9_000, due + 20_003, due + 40_000]), [2, 3, 0]);
        assert_eq!(late(&[due, due + 40_000]), [0, 20_000, 0]);
    }

    #[test]
    fn shares_are_read_from_sorted_values() {
        let sorted: Vec<i64> = (0..200).collect();
        assert_eq!((share(&sorted, 50), share(&sorted, 99), share(&[], 99)), (100, 198, 0));
        assert_eq!(Late::of(vec![3, 1, 2]), Late { median: 2, p99: 3, most: 3 });
    }
}
