//! What is known about plugwatch's own network, and when that is checked next.

use std::time::Duration;

use crate::core::probe::reference_hosts::Sign;
use crate::core::probe::witness::OwnNetwork;
use crate::core::time::Time;

/// What is known about plugwatch's own network.
#[derive(Clone, Copy, Debug, Default)]
pub struct SelfCheckState {
    /// What the reference hosts said last.
    pub judged: OwnNetwork,
    /// Since when it is so.
    pub since: Time,
    /// What those that did not answer showed, when people heard of it.
    pub(in crate::engine) sign: Sign,
    pub(in crate::engine) notified: bool,
    pub(in crate::engine) next_at: Time,
    pub(in crate::engine) asking: bool,
    /// One page comes in several companies' places, until then at least.
    pub(in crate::engine) same_page_until: Time,
}

impl SelfCheckState {
    /// Nothing known yet; the reference hosts are due at once.
    pub fn new(now: Time) -> SelfCheckState {
        SelfCheckState { since: now, ..SelfCheckState::default() }
    }

    /// It has been said that plugwatch is blind.
    pub fn mark_told(&mut self) {
        self.notified = true;
    }

    /// The clock was set back: nothing is so since the future, and the reference hosts are asked soon.
    pub fn clock_set_back(&mut self, now: Time) {
        (self.since, self.next_at) = (self.since.min(now), self.next_at.min(now.plus(BLIND)));
        self.same_page_until = self.same_page_until.min(now);
    }

    /// The reference hosts are to be asked now.
    pub fn ask_at(&mut self, now: Time) {
        self.next_at = self.next_at.min(now);
    }

    /// One page comes in several companies' places: whatever the reference hosts say, plugwatch sees nothing.
    pub fn same_page(&mut self, now: Time) {
        self.same_page_until = now.plus(SAME_PAGE);
        if self.judged != OwnNetwork::Blind {
            self.ask_at(now);
        }
    }

    /// What showed that page shows its own again.
    pub fn page_is_over(&mut self, now: Time) {
        if self.same_page_until > now {
            self.same_page_until = now;
            self.ask_at(now);
        }
    }

    /// The question under way was given up.
    pub fn forget_asking(&mut self) {
        self.asking = false;
    }

    /// When the reference hosts are due.
    pub fn next_due(&self) -> Option<Time> {
        (!self.asking).then_some(self.next_at)
    }

    /// Whether to ask now.
    pub fn take_due(&mut self, now: Time) -> bool {
        let due = !self.asking && self.next_at <= now;
        self.asking |= due;
        due
    }
}

/// A page that came in several places counts so long after it came last.
const SAME_PAGE: Duration = Duration::from_secs(1_200);

/// While blind, sight is looked for more often.
pub(in crate::engine) const BLIND: Duration = Duration::from_secs(15);

pub(in crate::engine) const USUAL: Duration = Duration::from_secs(60);
