//! When people are reminded of what is open: soon and often while nobody has acknowledged something critical, rarely
//! afterwards. The times depend only on earlier times, so a restart changes nothing.

use std::time::Duration;

use crate::core::time::Time;

/// Minutes after the first message, until someone acknowledges something critical; then every 4 h. An alert that woke
/// nobody is sent again before a person would think of calling someone else.
const UNSEEN: [u64; 11] = [5, 15, 30, 60, 120, 180, 240, 300, 360, 420, 480];
const UNSEEN_THEN: u64 = 240;
/// Minutes after an acknowledgement; then daily. The person who acknowledged it may have fallen asleep.
const ACKNOWLEDGED: [u64; 3] = [240, 720, 1_440];
const ACKNOWLEDGED_THEN: u64 = 1_440;
/// Minutes after the first message about something that is not critical; then weekly.
const QUIET: [u64; 3] = [1_440, 4_320, 10_080];
const QUIET_THEN: u64 = 10_080;

/// Something that was mentioned within this time, with something else, is not repeated yet.
const SPOKEN_OF: Duration = Duration::from_secs(180);

/// When to remind of something critical that nobody has acknowledged. It was first reported at `news` and last
/// mentioned at `spoken`.
pub fn unseen(news: Time, spoken: Time) -> Time {
    let lately = if spoken > news { spoken.plus(SPOKEN_OF) } else { spoken };
    next(news, &UNSEEN, UNSEEN_THEN, lately)
}

/// The number of the reminder sent at `now`, counted from zero, for something first reported at `news`.
pub fn turn(news: Time, now: Time) -> usize {
    let minutes = now.since(news).as_secs() / 60;
    let last = UNSEEN.last().copied().unwrap_or(0);
    let passed = UNSEEN.iter().filter(|at| **at <= minutes).count();
    let beyond = usize::try_from(minutes.saturating_sub(last) / UNSEEN_THEN).unwrap_or(0);
    (passed + beyond).saturating_sub(1)
}

/// When to remind of something acknowledged at `at`.
pub fn acknowledged(at: Time, spoken: Time) -> Time {
    next(at, &ACKNOWLEDGED, ACKNOWLEDGED_THEN, spoken)
}

/// When to remind of something that is not critical.
pub fn quiet(news: Time, spoken: Time) -> Time {
    next(news, &QUIET, QUIET_THEN, spoken)
}

/// When to remind of a warning whose end is near, last mentioned at `spoken`: every twelve hours in the last three
/// days, and an hour before the end. `None` if the end is further ahead.
pub fn before(until: Time, spoken: Time) -> Option<Time> {
    let last = Time(until.0 - 3_600_000);
    let near = until.since(spoken) <= Duration::from_secs(3 * 86_400) && last > spoken;
    near.then(|| spoken.plus(Duration::from_secs(12 * 3_600)).min(last))
}

/// The first of these minutes after `from` that is later than `spoken`.
fn next(from: Time, minutes: &[u64], then: u64, spoken: Time) -> Time {
    let at = |minutes: u64| from.plus(Duration::from_secs(minutes * 60));
    if let Some(due) = minutes.iter().map(|minutes| at(*minutes)).find(|due| *due > spoken) {
        return due;
    }
    let last = minutes.last().copied().unwrap_or(0);
    let beyond = spoken.since(at(last)).as_secs() / (then * 60) + 1;
    at(last + beyond * then)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The minutes at which reminders are sent, each when it is due.
    fn minutes(due: impl Fn(Time) -> Time, from: i64, count: usize) -> Vec<i64> {
        let mut spoken = Time(from * 60_000);
        let next = |_| {
            spoken = due(spoken);
            spoken.0 / 60_000
        };
        (0..count).map(next).collect()
    }

    #[test]
    fn what_is_critical_and_unseen_comes_after_minutes_then_hourly_then_every_four_hours() {
        let due = |spoken| unseen(Time(0), spoken);
        assert_eq!(minutes(due, 0, 13), [5, 15, 30, 60, 120, 180, 240, 300, 360, 420, 480, 720, 960]);
    }

    #[test]
    fn a_certificate_that_ends_tomorrow_comes_before_it_ends_and_one_of_next_month_does_not() {
        let due = |hours: i64, spoken: i64| before(Time(hours * 3_600_000), Time(spoken * 3_600_000));
        let hours = |at: Option<Time>| at.map(|at| at.0 / 3_600_000);
        assert_eq!(
            [due(24, 0), due(24, 12), due(24, 23), due(5, 0), due(720, 0)].map(hours),
            [Some(12), Some(23), None, Some(4), None]
        );
    }

    #[test]
    fn each_reminder_has_the_next_number() {
        let at = |minutes: i64| turn(Time(0), Time(minutes * 60_000));
        assert_eq!([5, 15, 16, 30, 60, 480, 720, 960].map(at), [0, 1, 1, 2, 3, 10, 11, 12]);
    }

    #[test]
    fn what_was_acknowledged_comes_after_four_twelve_and_24_hours_and_then_daily() {
        assert_eq!(minutes(|spoken| acknowledged(Time(0), spoken), 0, 5), [240, 720, 1_440, 2_880, 4_320]);
    }

    #[test]
    fn what_fell_due_while_nobody_watched_is_one_reminder() {
        assert_eq!(minutes(|spoken| unseen(Time(0), spoken), 1_000, 2), [1_200, 1_440]);
    }
}
