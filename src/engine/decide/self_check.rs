//! What is known about plugwatch's own network, and when that is checked next.

use std::time::Duration;

use crate::core::probe::reference_hosts::Sign;
use crate::core::probe::witness::OwnNetwork;
use crate::core::time::Time;

/// What is known about plugwatch's own network.
#[derive(Clone, Copy, Debug, Default)]
pub struct SelfCheckState {
    /// What the reference hosts showed last.
    pub judged: OwnNetwork,
    /// Since when that is so.
    pub since: Time,
    /// The errors of the reference hosts that did not answer, at the time people were notified.
    pub(in crate::engine) sign: Sign,
    pub(in crate::engine) notified: bool,
    pub(in crate::engine) next_at: Time,
    pub(in crate::engine) asking: bool,
    /// Until when one page is assumed to be served in place of several companies' pages.
    pub(in crate::engine) same_page_until: Time,
}

impl SelfCheckState {
    /// Nothing is known yet; the reference hosts are due at once.
    pub fn new(now: Time) -> SelfCheckState {
        SelfCheckState { since: now, ..SelfCheckState::default() }
    }

    /// Records that a message said that plugwatch is blind.
    pub fn mark_told(&mut self) {
        self.notified = true;
    }

    /// The clock was set back: no time may lie in the future, and the reference hosts are queried soon.
    pub fn clock_set_back(&mut self, now: Time) {
        (self.since, self.next_at) = (self.since.min(now), self.next_at.min(now.plus(BLIND)));
        self.same_page_until = self.same_page_until.min(now);
    }

    /// The reference hosts must be queried now.
    pub fn ask_at(&mut self, now: Time) {
        self.next_at = self.next_at.min(now);
    }

    /// One page is served in place of several companies' pages: whatever the reference hosts show, plugwatch is blind.
    pub fn same_page(&mut self, now: Time) {
        self.same_page_until = now.plus(SAME_PAGE);
        if self.judged != OwnNetwork::Blind {
            self.ask_at(now);
        }
    }

    /// A target that showed that page shows its own page again.
    pub fn page_is_over(&mut self, now: Time) {
        if self.same_page_until > now {
            self.same_page_until = now;
            self.ask_at(now);
        }
    }

    /// The query in progress was abandoned.
    pub fn forget_asking(&mut self) {
        self.asking = false;
    }

    /// When the reference hosts are due.
    pub fn next_due(&self) -> Option<Time> {
        (!self.asking).then_some(self.next_at)
    }

    /// Whether to query now.
    pub fn take_due(&mut self, now: Time) -> bool {
        let due = !self.asking && self.next_at <= now;
        self.asking |= due;
        due
    }
}

/// How long such a page counts after it was last served.
const SAME_PAGE: Duration = Duration::from_secs(1_200);

/// While blind, the reference hosts are queried more often.
pub(in crate::engine) const BLIND: Duration = Duration::from_secs(15);

pub(in crate::engine) const USUAL: Duration = Duration::from_secs(60);
