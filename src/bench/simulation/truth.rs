//! The truth of a simulation, generated from a seed.

use std::time::Duration;

use fastrand::Rng;

use crate::core::time::Time;
use crate::core::words::verdict::Verdict;

const HOUR: u64 = 3_600;

/// The true state of a dependency that is not live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Going {
    /// The vendor dropped it.
    Dropped,
    /// It has an outage.
    Out,
    /// It cannot be checked: rate limits, CAPTCHAs or broken pages, by number.
    Weather(u8),
}

/// A period in such a state.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// When the period begins.
    pub from: Time,
    /// When the period ends.
    pub to: Time,
    /// The dependency's state during the period.
    pub going: Going,
}

impl Span {
    /// The worst verdict that its incident must have; `None` if there must be no incident.
    pub fn verdict(&self) -> Option<Verdict> {
        match self.going {
            Going::Dropped => Some(Verdict::Dropped),
            Going::Out => Some(Verdict::Outage),
            Going::Weather(_) => None,
        }
    }
}

/// The truth of the whole platform.
#[derive(Debug)]
pub struct Truth {
    /// By dependency: its periods, in order and without overlaps.
    pub spans: Vec<Vec<Span>>,
    /// When plugwatch's own network was dead.
    pub dead: Vec<(Time, Time)>,
}

impl Truth {
    /// Generates a truth for `count` dependencies.
    pub fn draw(rng: &mut Rng, count: usize, from: Time, to: Time) -> Truth {
        // Every dependency is first checked while it is live, and every period ends well before the run does.
        let (first, last) = (from.plus(hours(6)), Time(to.0 - crate::core::time::millis(hours(40))));
        let spans = (0..count).map(|_| draw_spans(rng, first, last)).collect();
        let mut dead = Vec::new();
        let mut at = first.plus(hours(rng.u64(12..72)));
        while at < last {
            let until = at.plus(Duration::from_secs(rng.u64(120..3_000)));
            dead.push((at, until));
            at = until.plus(hours(rng.u64(24..200)));
        }
        Truth { spans, dead }
    }

    /// The state of a dependency at `now`; `None` if it is live.
    pub fn at(&self, dependency: usize, now: Time) -> Option<Going> {
        let spans = &self.spans[dependency];
        let next = spans.partition_point(|span| span.to <= now);
        spans.get(next).filter(|span| span.from <= now).map(|span| span.going)
    }

    /// Whether plugwatch's own network is dead.
    pub fn is_dead(&self, now: Time) -> bool {
        let next = self.dead.partition_point(|(_, to)| *to <= now);
        self.dead.get(next).is_some_and(|(from, _)| *from <= now)
    }
}

fn hours(count: u64) -> Duration {
    Duration::from_secs(count * HOUR)
}

fn draw_spans(rng: &mut Rng, first: Time, last: Time) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut at = first.plus(Duration::from_secs(rng.u64(0..240 * HOUR)));
    while at < last {
        // Long enough to be confirmed even if plugwatch's own network fails meanwhile.
        let (going, least, most) = match rng.u8(0..10) {
            0 => (Going::Dropped, 8, 60),
            1..5 => (Going::Out, 5, 20),
            _ => (Going::Weather(rng.u8(0..4)), 1, 6),
        };
        let to = at.plus(Duration::from_secs(rng.u64(least * HOUR..most * HOUR)));
        spans.push(Span { from: at, to, going });
        // Far enough apart that one incident is over before the next begins.
        at = to.plus(Duration::from_secs(rng.u64(8 * HOUR..400 * HOUR)));
    }
    spans
}
