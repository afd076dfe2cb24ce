//! The first message after a start: what is monitored, its state, and what happened while plugwatch was not running.

use std::time::Duration;

use super::decider::Decider;
use super::known::DependencyState;
use super::tell::Concerning;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::dependency::shown::Shown::NeedsKey;
use crate::core::dependency::state::Unseen;
use crate::core::probe::witness::OwnNetwork;
use crate::core::time::{Time, human};
use crate::say::about::Started;
use crate::say::alert::Body;
use crate::say::{status, tally};

/// The maximum time that the first message waits for the first checks.
const START_WAIT: Duration = Duration::from_secs(120);

impl Decider {
    /// Sends one message to each channel, once everything has been checked or `START_WAIT` is over.
    pub(in crate::engine) fn tell_start_if_ready(&mut self, now: Time) {
        if self.start_told {
            return;
        }
        if !self.unchecked.is_empty() && now.since(self.started_at) < START_WAIT {
            return;
        }
        self.start_told = true;
        if self.own.judged == OwnNetwork::Blind {
            // The first message mentions it, so another message would add nothing.
            self.own.mark_told();
        }
        let body = Body::Started(self.view_started(now));
        self.tell(Reason::Started, Level::Info, Concerning::default(), body, now);
        if self.own.judged != OwnNetwork::Blind {
            self.mark_listed(now);
        }
    }

    /// Marks what the first message lists as never seen, so that it is not announced again a minute later.
    fn mark_listed(&mut self, now: Time) {
        const LISTED: [&str; 3] = ["never_seen_live", "credential_refused", "wrong_page"];
        let ids: Vec<String> = self.config.dependencies.iter().map(|dependency| dependency.id.clone()).collect();
        for id in ids {
            let state = self.known.dependency_or_rest(&id);
            // Something that worked before plugwatch stopped is news, and is announced separately.
            let proven = self.plan.of(&id).any(|spec| self.standing(spec.id).proven());
            let listed = |unseen: &&Unseen| !proven && LISTED.contains(&unseen.held.reason.as_str());
            let unseen = state.combined.unseen.iter().filter(listed);
            let listed: Vec<_> = unseen.map(|unseen| (unseen.group.clone(), unseen.held.reason.clone())).collect();
            if !listed.is_empty() {
                let mut notified = (*state.notified).clone();
                notified.blind.extend(listed);
                self.note_dependency(&id, DependencyState { notified: notified.into(), ..state }, now);
            }
        }
    }

    fn view_started(&self, now: Time) -> Started {
        let snapshot = self.view_snapshot(now);
        let blind = self.own.judged == OwnNetwork::Blind;
        let mut lines = Vec::new();
        if blind {
            lines.push(format!(
                "Can't check anything: {}. Until this is fixed, plugwatch can't alert you about any vendor. Do now: {}",
                self.own.sign.says(),
                self.own.sign.hint()
            ));
        } else {
            let worst_first = snapshot.worst_first();
            lines.extend(
                worst_first.iter().flat_map(|dependency| status::first_lines(dependency, self.config.time_zone, now)),
            );
        }
        // Dependencies that only lack a key are listed in a separate line above.
        let unmonitored: Vec<_> = snapshot.each().filter(|d| !d.is_monitored() && d.shown() != NeedsKey).collect();
        let named: Vec<_> = unmonitored.iter().map(|d| (d.label.as_str(), d.blind_reason())).collect();
        lines.extend(tally::not_monitored(&named).map(|named| format!("Not monitored: {named}.")));
        let gap = self.gap.map(|(from, to)| {
            format!(
                "Not monitored from {} to {} ({}).",
                from.local(self.config.time_zone, now),
                to.local(self.config.time_zone, now),
                human(to.since(from))
            )
        });
        let next = self.report_at.utc().with_timezone(&self.config.time_zone);
        Started {
            watched: snapshot.dependencies.len() - unmonitored.len(),
            counts: tally::counts(&snapshot, tally::spoken),
            lines,
            next_report: Some(next.format("%A %-H:%M %Z").to_string()),
            gap,
        }
    }
}
