//! Up and down and up again: said once, then once more when it has settled. Two
//! thresholds over a window, so that one turn more or less changes nothing.

use std::time::Duration;

use super::notified::Notified;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;

/// So many turns within this are flapping: three times up and down at the pace of half an hour each.
const ON: (usize, Duration) = (6, Duration::from_secs(3 * 3_600 + 1_800));
/// No more than so many within half an hour are settled; where the turns come more slowly, within twice and a half
/// of the longest of them, up to an hour and a half.
const OFF: usize = 1;
const SETTLES: (Duration, Duration) = (Duration::from_secs(1_800), Duration::from_secs(5_400));
/// So many turns tell its pace.
const PACE: usize = 6;
/// However slow its pace, what lasts so long is told.
const LASTS: Duration = Duration::from_secs(2_700);
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
        Some(_) if notified.turns_within(settles(notified), now) <= OFF => Flap::Ends,
        Some(_) => Flap::GoesOn(settles_at(notified, now)),
    }
}

/// When, without further turns, only so few are left within the window.
pub fn settles_at(notified: &Notified, now: Time) -> Time {
    let within = settles(notified);
    let nth = notified.turns.len().checked_sub(OFF + 1).and_then(|n| notified.turns.get(n));
    nth.map_or(now.plus(within), |turn| turn.plus(within + Duration::from_millis(1)))
}

/// The longest of its last turns.
fn pace(notified: &Notified) -> Duration {
    let last = &notified.turns[notified.turns.len().saturating_sub(PACE)..];
    last.windows(2).map(|two| two[1].since(two[0])).max().unwrap_or_default()
}

fn settles(notified: &Notified) -> Duration {
    (pace(notified) * 5 / 2).clamp(SETTLES.0, SETTLES.1)
}

/// From when on this is told although it flaps: it has lasted without a break.
pub fn lasts_at(notified: &Notified, verdict: Verdict) -> Option<Time> {
    let wait = match verdict {
        Verdict::Dropped => DROP_LASTS,
        Verdict::Outage => OUTAGE_LASTS,
        _ => return None,
    };
    // Of turns that last longer than that by themselves each one would be told.
    let wait = wait.max((pace(notified) * 3 / 2).min(LASTS));
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
    fn slow_turns_are_flapping_too_and_settle_at_their_own_pace() {
        let slow = [0, 25, 60, 85, 120, 145];
        assert_eq!(flap(&minutes(&slow), Time(145 * 60_000)), Flap::Begins);
        let notified = Notified { flapping: Some(Time(0)), turned_at: Some(Time(145 * 60_000)), ..minutes(&slow) };
        // Two and a half times thirty-five minutes after the last turn but one.
        assert_eq!(flap(&notified, Time(200 * 60_000)), Flap::GoesOn(Time(207 * 60_000 + 30_001)));
        assert_eq!(
            lasts_at(&notified, Verdict::Dropped),
            Some(Time(190 * 60_000)),
            "a suspension of 25 minutes is not"
        );
    }

    #[test]
    fn it_settles_half_an_hour_after_the_last_turn_but_one() {
        let notified = Notified { flapping: Some(Time(0)), ..minutes(&[0, 10, 20, 30, 40, 50]) };
        assert_eq!(flap(&notified, Time(60 * 60_000)), Flap::GoesOn(Time(70 * 60_000 + 1)));
        assert_eq!(flap(&notified, Time(70 * 60_000 + 1)), Flap::Ends);
    }
}
