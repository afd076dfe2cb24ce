//! What is true when, drawn from a seed.

use std::time::Duration;

use fastrand::Rng;

use crate::core::time::Time;
use crate::core::words::verdict::Verdict;

const HOUR: u64 = 3_600;

/// Something that goes on with one dependency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Going {
    /// It is dropped.
    Dropped,
    /// It is out.
    Out,
    /// It cannot be read: rate limits, walls, broken pages.
    Weather(u8),
}

/// A span of it.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// From when.
    pub from: Time,
    /// Until when.
    pub to: Time,
    /// What.
    pub going: Going,
}

impl Span {
    /// The verdict that an incident of it should have had at its worst.
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
    /// Spans by dependency, in order, never overlapping.
    pub spans: Vec<Vec<Span>>,
    /// When our own network was dead.
    pub dead: Vec<(Time, Time)>,
}

impl Truth {
    /// Draws a truth for `count` dependencies.
    pub fn draw(rng: &mut Rng, count: usize, from: Time, to: Time) -> Truth {
        // Everything is seen live first, and seen to its end.
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

    /// What goes on with a dependency at an instant.
    pub fn at(&self, dependency: usize, now: Time) -> Option<Going> {
        let spans = &self.spans[dependency];
        let next = spans.partition_point(|span| span.to <= now);
        spans.get(next).filter(|span| span.from <= now).map(|span| span.going)
    }

    /// Whether our own network is dead.
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
        // Long enough to be confirmed whatever our own network does meanwhile.
        let (going, least, most) = match rng.u8(0..10) {
            0 => (Going::Dropped, 8, 60),
            1..5 => (Going::Out, 5, 20),
            _ => (Going::Weather(rng.u8(0..4)), 1, 6),
        };
        let to = at.plus(Duration::from_secs(rng.u64(least * HOUR..most * HOUR)));
        spans.push(Span { from: at, to, going });
        // Far enough apart that one is over before the next begins.
        at = to.plus(Duration::from_secs(rng.u64(8 * HOUR..400 * HOUR)));
    }
    spans
}
