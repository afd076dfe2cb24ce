//! plugwatch's own network: it is checked every minute, with one message when it is down and one when it works again.

use std::time::Duration;

use super::decider::Decider;
use super::self_check::{BLIND, USUAL};
use crate::core::dependency::incident::{Level, Reason};
use crate::core::probe::reference_hosts::Sign;
use crate::core::probe::witness::OwnNetwork;
use crate::core::time::{Time, human};

/// How long plugwatch must be blind before a message is sent. Shorter gaps are ignored.
const TELL_AFTER: Duration = Duration::from_secs(60);

impl Decider {
    /// Applies the result of a check of the reference hosts.
    pub(in crate::engine) fn judge_self_check(&mut self, judged: OwnNetwork, sign: Sign, now: Time) {
        let page = judged == OwnNetwork::Sound && self.own.same_page_until > now;
        let (judged, sign) = if page { (OwnNetwork::Blind, Sign::Stranger) } else { (judged, sign) };
        let before = self.own;
        self.own.asking = false;
        self.own.next_at = now.plus(if judged == OwnNetwork::Blind { BLIND } else { USUAL });
        // This also serves as a heartbeat for programs that check the snapshot's age.
        self.changed = true;
        if judged != before.judged {
            self.own.judged = judged;
            self.own.since = now;
            if judged == OwnNetwork::Blind {
                self.own.sign = sign;
                tracing::warn!("blind: plugwatch's own network is down, so it makes no claim about any vendor");
            } else if before.judged == OwnNetwork::Blind {
                tracing::info!("sighted: plugwatch's own network is back");
            }
        }
        if self.own.judged == OwnNetwork::Blind && !self.own.notified && now.since(self.own.since) >= TELL_AFTER {
            (self.own.notified, self.own.sign) = (true, sign);
            let title = format!("⚪ CAN'T CHECK ANYTHING: {}", sign.says());
            let lines = vec![
                if page {
                    format!("Since {} several vendors have answered with the same page.", self.own.since.short())
                } else {
                    format!(
                        "Since {}, most of the hosts that plugwatch uses to test its own network have not answered as they should.",
                        self.own.since.short()
                    )
                },
                "Until this is fixed, plugwatch can't alert you about anything that it monitors.".to_owned(),
                format!("Do now: {}", sign.hint()),
                "Next message when checks work again.".to_owned(),
            ];
            self.tell_note(Reason::Blind, Level::Warning, None, &title, lines, now);
        }
        if judged == OwnNetwork::Sound && before.judged == OwnNetwork::Blind && before.notified {
            self.own.notified = false;
            let lines = vec![format!(
                "plugwatch could not check anything from {} to {} ({}): {}. All checks are running again.",
                before.since.short(),
                now.short(),
                human(now.since(before.since)),
                match before.sign {
                    Sign::Exhausted => "it had no file descriptors left",
                    Sign::Silence => "most of its reference hosts did not answer",
                    Sign::Clock => "its own clock was wrong",
                    Sign::Stranger => "a proxy answered for everyone",
                }
            )];
            self.tell_note(Reason::Sighted, Level::Info, None, "🟢 CHECKING AGAIN: everything", lines, now);
        }
    }
}
