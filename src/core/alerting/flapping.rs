//! Up and down and up again: said once, then once more when it has settled. Two
//! thresholds over a window, so that one turn more or less changes nothing.

use std::time::Duration;

use super::notified::Notified;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;

/// So many turns within this are flapping.
const ON: (usize, Duration) = (6, Duration::from_secs(3_600));
/// No more than so many within this are settled.
const OFF: (usize, Duration) = (1, Duration::from_secs(1_800));
/// A drop that lasts so long without a break is told in spite of flapping.
const DROP_LASTS: Duration = Duration::from_secs(600);
/// And an outage.
const OUTAGE_LASTS: Duration = Duration::from_secs(1_800);

/// What flapping means now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flap {
    /// It does not flap.
    Steady,
    /// It began just now.
    Begins,
    /// It goes on; if nothing else happens, look again then.
    GoesOn(Time),
    /// It has settled just now.
    Ends,
}

/// What flapping means for a dependency now.
pub fn flap(notified: &Notified, now: Time) -> Flap {
    match notified.flapping {
        None if notified.turns_within(ON.1, now) >= ON.0 => Flap::Begins,
        None => Flap::Steady,
        Some(_) if notified.turns_within(OFF.1, now) <= OFF.0 => Flap::Ends,
        Some(_) => Flap::GoesOn(settles_at(notified, now)),
    }
}

/// When, without further turns, only so few are left within the window.
pub fn settles_at(notified: &Notified, now: Time) -> Time {
    let nth = notified.turns.len().checked_sub(OFF.0 + 1).and_then(|n| notified.turns.get(n));
    nth.map_or(now.plus(OFF.1), |turn| turn.plus(OFF.1 + Duration::from_millis(1)))
}

/// From when on this is told although it flaps: it has lasted without a break.
pub fn lasts_at(notified: &Notified, verdict: Verdict) -> Option<Time> {
    let wait = match verdict {
        Verdict::Dropped => DROP_LASTS,
        Verdict::Outage => OUTAGE_LASTS,
        _ => return None,
    };
    notified.turned_at.map(|at| at.plus(wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(list: &[i64]) -> Notified {
        Notified { turns: list.iter().map(|minute| Time(minute * 60_000)).collect(), ..Notified::default() }
    }

    #[test]
    fn five_turns_in_an_hour_are_no_flapping_and_six_are() {
        assert_eq!(flap(&minutes(&[0, 10, 20, 30, 40]), Time(41 * 60_000)), Flap::Steady);
        assert_eq!(flap(&minutes(&[0, 10, 20, 30, 40, 50]), Time(50 * 60_000)), Flap::Begins);
    }

    #[test]
    fn it_settles_half_an_hour_after_the_last_turn_but_one() {
        let notified = Notified { flapping: Some(Time(0)), ..minutes(&[0, 10, 20, 30, 40, 50]) };
        assert_eq!(flap(&notified, Time(60 * 60_000)), Flap::GoesOn(Time(70 * 60_000 + 1)));
        assert_eq!(flap(&notified, Time(70 * 60_000 + 1)), Flap::Ends);
    }
}
