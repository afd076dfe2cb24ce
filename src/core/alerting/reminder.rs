//! When people are reminded of what is open: soon and often while nobody has acknowledged something critical, rarely
//! afterwards. The times depend only on earlier times, so a restart changes nothing.

use std::time::Duration;

use crate::core::time::Time;

/// Minutes after the first message at which reminders are sent while nobody has acknowledged something critical; then
/// every 4 h. If an alert wakes nobody, the next one follows before a person would try to call someone else.
const UNSEEN: [u64; 11] = [5, 15, 30, 60, 120, 180, 240, 300, 360, 420, 480];
const UNSEEN_THEN: u64 = 240;
/// Minutes after an acknowledgement; then weekly. The person who acknowledged it may have fallen asleep; after a day it is
/// known, and whatever changes is a message of its own.
const ACKNOWLEDGED: [u64; 5] = [240, 720, 1_440, 4_320, 10_080];
const ACKNOWLEDGED_THEN: u64 = 10_080;
/// Minutes after the first message about something that is not critical; then weekly.
const QUIET: [u64; 3] = [1_440, 4_320, 10_080];
const QUIET_THEN: u64 = 10_080;

/// Trouble that another message mentioned within this time is not repeated yet.
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
    apart(at, &ACKNOWLEDGED, ACKNOWLEDGED_THEN, spoken)
}

/// When to remind of something that is not critical.
pub fn quiet(news: Time, spoken: Time) -> Time {
    apart(news, &QUIET, QUIET_THEN, spoken)
}

/// Like [`next`]. But what a reminder of something else mentioned in the last three quarters of the time before it is
/// not repeated yet: one reminder carries all that is open, and counts for each.
fn apart(from: Time, minutes: &[u64], then: u64, spoken: Time) -> Time {
    let due = next(from, minutes, then, spoken);
    let before = |due: Time| {
        let slots = minutes.iter().map(|minutes| from.plus(Duration::from_secs(minutes * 60)));
        let listed = slots.take_while(|slot| *slot < due).last().unwrap_or(from);
        listed.max(Time(due.0 - crate::core::time::millis(Duration::from_secs(then * 60))))
    };
    let carried = spoken > from && due.since(spoken) < due.since(before(due)) * 3 / 4;
    if carried { next(from, minutes, then, due) } else { due }
}

/// When to remind of a warning whose end is near and which was last mentioned at `spoken`: every twelve hours in the
/// last three days, and an hour before the end. `None` if the end is further ahead.
pub fn before(until: Time, spoken: Time) -> Option<Time> {
    let last = Time(until.0 - 3_600_000);
    let near = until.since(spoken) <= Duration::from_secs(3 * 86_400) && last > spoken;
    near.then(|| spoken.plus(Duration::from_secs(12 * 3_600)).min(last))
}

/// The first of these times, in minutes after `from`, that is later than `spoken`; after the last one, every `then`
/// minutes.
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

    /// Test helper: the minutes at which reminders are sent, if each is sent when it is due.
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
    fn what_was_acknowledged_comes_after_four_twelve_and_24_hours_three_days_and_then_weekly() {
        let due = |spoken| acknowledged(Time(0), spoken);
        assert_eq!(minutes(due, 0, 7), [240, 720, 1_440, 4_320, 10_080, 20_160, 30_240]);
    }

    #[test]
    fn what_was_mentioned_with_something_else_an_hour_before_is_not_repeated() {
        let due = |spoken: i64| acknowledged(Time(0), Time(spoken * 60_000)).0 / 60_000;
        assert_eq!([200, 650, 1_400, 10_020, 20_000].map(due), [720, 1_440, 4_320, 20_160, 30_240]);
    }

    #[test]
    fn what_another_reminder_mentioned_is_not_repeated_soon_after() {
        let due = |spoken: i64| acknowledged(Time(0), Time(spoken * 60_000)).0 / 60_000;
        // Mentioned an hour and ten minutes before its turn, then with the other's next reminder, and so on.
        assert_eq!([due(170), due(650), due(1_300)], [720, 1_440, 4_320]);
        // Mentioned just after somebody took it on, or late: that is no reminder for the hours ahead.
        assert_eq!([due(5), due(245), due(735)], [240, 720, 1_440]);
    }

    #[test]
    fn what_fell_due_while_nobody_watched_is_one_reminder() {
        assert_eq!(minutes(|spoken| unseen(Time(0), spoken), 1_000, 2), [1_200, 1_440]);
    }
}
