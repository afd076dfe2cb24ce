//! What is known about plugwatch's own network, and when it is checked next.

use std::time::Duration;

use crate::core::probe::reference_hosts::Sign;
use crate::core::probe::witness::OwnNetwork;
use crate::core::time::Time;

/// What is known about plugwatch's own network.
#[derive(Clone, Copy, Debug, Default)]
pub struct SelfCheckState {
    /// What the last check of the reference hosts showed.
    pub judged: OwnNetwork,
    /// When that state began.
    pub since: Time,
    /// What the failures of the reference hosts had in common when people were notified.
    pub(in crate::engine) sign: Sign,
    pub(in crate::engine) notified: bool,
    pub(in crate::engine) next_at: Time,
    pub(in crate::engine) asking: bool,
    /// Until when a single page is assumed to be served in place of several companies' pages.
    pub(in crate::engine) same_page_until: Time,
}

impl SelfCheckState {
    /// The initial state: nothing is known, and the check of the reference hosts is due at once.
    pub fn new(now: Time) -> SelfCheckState {
        SelfCheckState { since: now, ..SelfCheckState::default() }
    }

    /// Records that a message reported that plugwatch is blind.
    pub fn mark_told(&mut self) {
        self.notified = true;
    }

    /// Handles a clock that was set back: no time may lie in the future, and the reference hosts are checked soon.
    pub fn clock_set_back(&mut self, now: Time) {
        (self.since, self.next_at) = (self.since.min(now), self.next_at.min(now.plus(BLIND)));
        self.same_page_until = self.same_page_until.min(now);
    }

    /// Makes a check of the reference hosts due now.
    pub fn ask_at(&mut self, now: Time) {
        self.next_at = self.next_at.min(now);
    }

    /// Records that one page is served in place of several companies' pages. plugwatch is then blind, whatever the
    /// reference hosts show.
    pub fn same_page(&mut self, now: Time) {
        self.same_page_until = now.plus(SAME_PAGE);
        if self.judged != OwnNetwork::Blind {
            self.ask_at(now);
        }
    }

    /// Records that a site whose page was replaced shows its own page again.
    pub fn page_is_over(&mut self, now: Time) {
        if self.same_page_until > now {
            self.same_page_until = now;
            self.ask_at(now);
        }
    }

    /// Records that the query in progress was abandoned.
    pub fn forget_asking(&mut self) {
        self.asking = false;
    }

    /// When the next check of the reference hosts is due.
    pub fn next_due(&self) -> Option<Time> {
        (!self.asking).then_some(self.next_at)
    }

    /// Whether to query the reference hosts now.
    pub fn take_due(&mut self, now: Time) -> bool {
        let due = !self.asking && self.next_at <= now;
        self.asking |= due;
        due
    }
}

/// How long such a page counts after it was last served.
const SAME_PAGE: Duration = Duration::from_secs(1_200);

/// The interval between checks of the reference hosts while plugwatch is blind.
pub(in crate::engine) const BLIND: Duration = Duration::from_secs(15);

pub(in crate::engine) const USUAL: Duration = Duration::from_secs(60);
