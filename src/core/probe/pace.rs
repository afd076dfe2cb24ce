//! Why something is asked, and how often that reason may ask: the least time between two checks, and
//! the most within an hour. Whatever wants a check obeys this table; a host's own budget comes on top.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::core::time::Time;
use crate::core::words::verdict::words;

words! {
    /// Why a check is made now.
    Asking {
        /// Its schedule says so.
        Routine = "routine",
        /// A doubt is to be confirmed or cleared.
        Confirmation = "confirmation",
        /// Something known to be there, or known to be gone, through the same path.
        Control = "control",
        /// The same thing by another way.
        SecondPath = "second_path",
        /// It may be the cause of another one's trouble, or stop with it.
        Cause = "cause",
        /// Something was lost: everything is checked more closely.
        Heightened = "heightened",
        /// Another storefront of the same listing reads gone.
        Storefronts = "storefronts",
    }
}

impl Asking {
    /// Somebody waits for the answer: it goes before routine in a host's budget, and trusts no token
    /// of before.
    pub fn is_urgent(self) -> bool {
        matches!(self, Asking::Confirmation | Asking::Storefronts)
    }
}

/// How often a reason may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// At least so long between two checks for this reason.
    pub gap: Duration,
    /// At most so many within [`WINDOW`].
    pub most: u32,
}

/// Checks are counted over this.
pub const WINDOW: Duration = Duration::from_secs(3_600);

/// The one table. A schedule has its own pace, at least a second. Confirmations may be half a second
/// apart where a user wants it, and a doubt that needs more than two a minute for an hour is decided
/// by the routine. A control or second path that was heard a minute ago is still fresh. A cause is
/// asked every minute for a quarter of an hour. A storefront is pulled along once for each doubt, and
/// a doubt lasts an hour at least.
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

/// When a probe was asked for which reason, as far back as it counts.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    at: BTreeMap<Asking, Vec<Time>>,
}

impl Asked {
    /// When `asking` may ask next, not before `wish`: `None` where it has asked often enough for now,
    /// and whoever wants it has to leave it to the routine.
    pub fn allowed(&self, asking: Asking, wish: Time) -> Option<Time> {
        let limit = limit(asking);
        let Some(times) = self.at.get(&asking) else { return Some(wish) };
        let at = times.last().map_or(wish, |last| last.plus(limit.gap).max(wish));
        let counted = times.iter().filter(|time| at.since(**time) < WINDOW).count();
        (counted < limit.most as usize).then_some(at)
    }

    /// It is asked now. What lies in the future was noted by a clock that has been set back since.
    pub fn note(&mut self, asking: Asking, now: Time) {
        // The routine has its schedule; nothing is counted there.
        if asking == Asking::Routine {
            return;
        }
        let times = self.at.entry(asking).or_default();
        times.retain(|time| *time <= now && now.since(*time) < WINDOW);
        times.push(now);
    }

    /// The clock was set back: what lies in the future is forgotten.
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
