//! Flapping: a dependency that keeps failing and recovering is reported once, and once more when it has settled. It
//! starts and ends at different thresholds, so that a single change makes no difference.

use std::time::Duration;

use super::notified::Notified;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;

/// The number of changes, and the time within which they count as flapping: three failures and three recoveries,
/// about half an hour per change.
const ON: (usize, Duration) = (6, Duration::from_secs(3 * 3_600 + 1_800));
/// A dependency has settled if it changed at most this many times within half an hour. If changes are slower, that
/// window is two and a half times the longest interval between them, up to an hour and a half.
const OFF: usize = 1;
const SETTLES: (Duration, Duration) = (Duration::from_secs(1_800), Duration::from_secs(5_400));
/// The number of recent changes that determine the pace.
const PACE: usize = 6;
/// However slow the changes, a state that lasts this long is reported.
const LASTS: Duration = Duration::from_secs(2_700);
/// A drop that lasts this long without interruption is reported despite flapping.
const DROP_LASTS: Duration = Duration::from_secs(600);
/// An outage that lasts this long without interruption is reported despite flapping.
const OUTAGE_LASTS: Duration = Duration::from_secs(1_800);

/// The flapping state of a dependency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flap {
    /// Not flapping.
    Steady,
    /// Flapping has just started.
    Begins,
    /// Still flapping. Review again at this time, if nothing happens before.
    GoesOn(Time),
    /// It has just settled.
    Ends,
}

/// The flapping state of a dependency now.
pub fn flap(notified: &Notified, now: Time) -> Flap {
    match notified.flapping {
        None if notified.turns_within(ON.1, now) >= ON.0 => Flap::Begins,
        None => Flap::Steady,
        Some(_) if notified.turns_within(settles(notified), now) <= OFF => Flap::Ends,
        Some(_) => Flap::GoesOn(settles_at(notified, now)),
    }
}

/// When the window will contain few enough changes, if no more occur.
pub fn settles_at(notified: &Notified, now: Time) -> Time {
    let within = settles(notified);
    let nth = notified.turns.len().checked_sub(OFF + 1).and_then(|n| notified.turns.get(n));
    nth.map_or(now.plus(within), |turn| turn.plus(within + Duration::from_millis(1)))
}

/// The longest interval between recent changes.
fn pace(notified: &Notified) -> Duration {
    let last = &notified.turns[notified.turns.len().saturating_sub(PACE)..];
    last.windows(2).map(|two| two[1].since(two[0])).max().unwrap_or_default()
}

fn settles(notified: &Notified) -> Duration {
    (pace(notified) * 5 / 2).clamp(SETTLES.0, SETTLES.1)
}

/// When a state is reported despite flapping, because it has lasted without interruption.
pub fn lasts_at(notified: &Notified, verdict: Verdict) -> Option<Time> {
    let wait = match verdict {
        Verdict::Dropped => DROP_LASTS,
        Verdict::Outage => OUTAGE_LASTS,
        _ => return None,
    };
    // If changes are slow, every state lasts longer than `wait`. Without this limit, each change would be reported.
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
        // Two and a half times 35 minutes after the second-to-last change.
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
