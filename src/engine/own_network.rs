//! plugwatch's own network: checked every minute, with one message when it is down and one when it is back.

use std::time::Duration;

use super::decider::Decider;
use crate::core::anchors::Sign;
use crate::core::incident::{Level, Reason};
use crate::core::time::{Time, human};
use crate::core::witness::OwnNetwork;

const USUAL: Duration = Duration::from_secs(60);
/// While blind, sight is looked for more often.
const BLIND: Duration = Duration::from_secs(15);
/// Blind for so long is worth a message; shorter holes are not.
const TELL_AFTER: Duration = Duration::from_secs(60);

/// What is known about plugwatch's own network.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwnState {
    /// What the anchors said last.
    pub judged: OwnNetwork,
    /// Since when it is so.
    pub since: Time,
    /// What those that did not answer showed, when people heard of it.
    sign: Sign,
    told: bool,
    next_at: Time,
    asking: bool,
}

impl OwnState {
    /// Nothing known yet; the anchors are due at once.
    pub fn new(now: Time) -> OwnState {
        OwnState { since: now, ..OwnState::default() }
    }

    /// It has been said that plugwatch is blind.
    pub fn mark_told(&mut self) {
        self.told = true;
    }

    /// The clock was set back: nothing is so since the future, and the anchors are asked soon.
    pub fn clock_set_back(&mut self, now: Time) {
        (self.since, self.next_at) = (self.since.min(now), self.next_at.min(now.plus(BLIND)));
    }

    /// The anchors are to be asked now.
    pub fn ask_at(&mut self, now: Time) {
        self.next_at = self.next_at.min(now);
    }

    /// The question under way was given up.
    pub fn forget_asking(&mut self) {
        self.asking = false;
    }

    /// When the anchors are due.
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

impl Decider {
    /// The anchors have spoken.
    pub(super) fn judge_own_network(&mut self, judged: OwnNetwork, sign: Sign, now: Time) {
        let before = self.own;
        self.own.asking = false;
        self.own.next_at = now.plus(if judged == OwnNetwork::Blind { BLIND } else { USUAL });
        // Also a sign of life for those who look at the board's age.
        self.changed = true;
        if judged != before.judged {
            self.own.judged = judged;
            self.own.since = now;
            if judged == OwnNetwork::Blind {
                tracing::warn!(
                    "blind: plugwatch's own network is down. Most anchors do not answer, so it makes no claim about any vendor"
                );
            } else if before.judged == OwnNetwork::Blind {
                tracing::info!("sighted: plugwatch's own network is back");
            }
        }
        if self.own.judged == OwnNetwork::Blind && !self.own.told && now.since(self.own.since) >= TELL_AFTER {
            (self.own.told, self.own.sign) = (true, sign);
            let title = match sign {
                Sign::Exhausted => "⚪ CAN'T CHECK ANYTHING: plugwatch has no file descriptors left",
                Sign::Silence => "⚪ CAN'T CHECK ANYTHING: plugwatch's own network is down",
                Sign::Clock => "⚪ CAN'T CHECK ANYTHING: plugwatch's own clock seems wrong",
                Sign::Stranger => "⚪ CAN'T CHECK ANYTHING: a proxy answers for everyone",
            };
            let lines = vec![
                format!("Most of plugwatch's test hosts have not answered properly since {}.", self.own.since.short()),
                "Until they do, plugwatch reports nothing about any vendor.".to_owned(),
                format!("Do now: {}", sign.hint()),
            ];
            self.tell_note(Reason::Blind, Level::Warning, None, title, lines, now);
        }
        if judged == OwnNetwork::Sound && before.judged == OwnNetwork::Blind && before.told {
            self.own.told = false;
            let lines = vec![format!(
                "plugwatch could check nothing for {}, since {}: {}. It checks everything again now.",
                human(now.since(before.since)),
                before.since.short(),
                match before.sign {
                    Sign::Exhausted => "it had no file descriptors left",
                    Sign::Silence => "most of its test hosts did not answer",
                    Sign::Clock => "its own clock was wrong",
                    Sign::Stranger => "a proxy answered for everyone",
                }
            )];
            self.tell_note(Reason::Sighted, Level::Info, None, "🟢 CHECKING AGAIN: everything", lines, now);
        }
    }
}
