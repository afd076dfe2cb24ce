//! The reasons for a check, and how often each may cause one: the shortest gap between two checks and the maximum per
//! hour. This table limits all checks; a host's own budget applies as well.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::core::time::Time;
use crate::core::words::verdict::words;

words! {
    /// Why a check is made.
    Asking {
        /// It is due by its schedule.
        Routine = "routine",
        /// A suspicion must be confirmed or cleared.
        Confirmation = "confirmation",
        /// A control is needed: something known to exist, or known not to exist, checked over the same path.
        Control = "control",
        /// The same thing is checked over a second path.
        SecondPath = "second_path",
        /// It may be the cause of another dependency's trouble, or fail together with it.
        Cause = "cause",
        /// Something was lost, so everything is checked more closely.
        Heightened = "heightened",
        /// Another storefront of the same listing appears to be gone.
        Storefronts = "storefronts",
    }
}

impl Asking {
    /// Whether a decision waits for the answer. Such a check comes before routine checks in a host's budget and does
    /// not reuse an earlier access token.
    pub fn is_urgent(self) -> bool {
        matches!(self, Asking::Confirmation | Asking::Storefronts)
    }
}

/// How often a reason may cause a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The shortest gap between two checks for this reason.
    pub gap: Duration,
    /// The maximum number of checks within [`WINDOW`].
    pub most: u32,
}

/// The period over which checks are counted.
pub const WINDOW: Duration = Duration::from_secs(3_600);

/// The limits of each reason. Schedules have their own minimum interval of one second. Confirmations may be half a
/// second apart if the user configures that; a suspicion that would need more than two checks a minute for an hour is
/// decided by routine checks. A control or second path checked within the last minute is still fresh. A possible
/// cause is checked every minute for a quarter of an hour. A storefront is checked early once per suspicion, and a
/// suspicion lasts at least an hour.
pub const fn limit(asking: Asking) -> Limit {
    let (gap_ms, most) = match asking {
        Asking::Routine => (1_000, 3_600),
        Asking::Confirmation => (500, 120),
        Asking::Control | Asking::SecondPath => (60_000, 60),
        Asking::Cause => (60_000, 15),
        Asking::Heightened => (60_000, 60),
        Asking::Storefronts => (600_000, 2),
    };
    Limit { gap: Duration::from_millis(gap_ms), most }
}

/// When a probe was checked for each reason, as far back as the limits need.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    at: BTreeMap<Asking, Vec<Time>>,
}

impl Asked {
    /// When `asking` may next cause a check, no earlier than `wish`. `None` if it has reached its limit: the next
    /// routine check then has to be enough.
    pub fn allowed(&self, asking: Asking, wish: Time) -> Option<Time> {
        let limit = limit(asking);
        let Some(times) = self.at.get(&asking) else { return Some(wish) };
        let at = times.last().map_or(wish, |last| last.plus(limit.gap).max(wish));
        let counted = times.iter().filter(|time| at.since(**time) < WINDOW).count();
        (counted < limit.most as usize).then_some(at)
    }

    /// Records a check for this reason now. Recorded times in the future are from before the clock was set back.
    pub fn note(&mut self, asking: Asking, now: Time) {
        // Routine checks follow their schedule, so they are not counted here.
        if asking == Asking::Routine {
            return;
        }
        let times = self.at.entry(asking).or_default();
        times.retain(|time| *time <= now && now.since(*time) < WINDOW);
        times.push(now);
    }

    /// Forgets times in the future, after the clock was set back.
    pub fn forget_after(&mut self, now: Time) {
        for times in self.at.values_mut() {
            times.retain(|time| *time <= now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_asked_every_minute_and_fifteen_times() {
        let mut asked = Asked::default();
        let mut times = Vec::new();
        let mut now = Time(0);
        while let Some(at) = asked.allowed(Asking::Cause, now).filter(|at| *at < Time(3_000_000)) {
            asked.note(Asking::Cause, at);
            times.push(at.0 / 60_000);
            now = at.plus(Duration::from_secs(1));
        }
        assert_eq!(times, (0..15).collect::<Vec<_>>());
        assert_eq!(asked.allowed(Asking::Cause, Time(3_600_000)), Some(Time(3_600_000)));
    }
}
