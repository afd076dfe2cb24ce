//! What was reported about one dependency, stored together with its state. An alert is due when the two differ.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::core::dependency::incident::Incident;
use crate::core::dependency::shown::Shown;
use crate::core::dependency::state::{Combined, Unseen};
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::text::quoted;
use crate::core::words::verdict::{Fault, Proof, Verdict};

/// How long a loss counts as recent, and how long heightened monitoring lasts after it.
pub const LOSS_COUNTS: Duration = Duration::from_secs(72 * 3_600);
/// Within this time after a report, a different reason counts only as another wording of it.
const SAME_NEWS: Duration = Duration::from_secs(1_800);
/// Changes older than this do not count for flapping.
const TURNS_KEPT: Duration = Duration::from_secs(6 * 3_600);
/// The maximum number of stored changes.
const MOST_TURNS: usize = 24;

/// What was reported about one dependency, and on what basis. Part of the store.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notified {
    /// The last reported verdict; `None` if nothing is reported to be wrong.
    pub verdict: Option<Verdict>,
    /// The reason reported with it.
    pub reason: String,
    /// Who was reported to be responsible.
    pub fault: Option<Fault>,
    /// The number and the public id of the reported incident.
    pub incident: Option<(i64, String)>,
    /// When that incident began.
    pub began_at: Option<Time>,
    /// When the last reported state began. If a warning became an outage, this is when the outage began.
    pub so_since: Option<Time>,
    /// When the trouble was first reported.
    pub opened_at: Option<Time>,
    /// When news about the trouble was last reported.
    pub news_at: Option<Time>,
    /// When the last reminder was sent.
    pub reminded_at: Option<Time>,
    /// Checks that were reported as blind: for each group, the reported reason.
    pub blind: BTreeMap<String, String>,
    /// When they became blind, as reported.
    pub blind_since: Option<Time>,
    /// When the open, unconfirmed suspicion was first reported.
    pub suspected: Option<Time>,
    /// When a suspicion was last reported, whether it has been confirmed since or not.
    pub suspected_last: Option<Time>,
    /// Since when a message has been due but held back.
    pub held_since: Option<Time>,
    /// Whether its alerts are held back because its cause is down.
    pub muted: bool,
    /// When that cause recovered.
    pub cause_up: Option<Time>,
    /// Whether an incident was open at the last review.
    pub open: bool,
    /// When an incident last opened or ended.
    pub turned_at: Option<Time>,
    /// When incidents recently opened and ended.
    pub turns: Vec<Time>,
    /// Since when it has been flapping; single changes are not reported meanwhile.
    pub flapping: Option<Time>,
    /// The kind of evidence that was reported.
    pub proof: Option<Proof>,
    /// Whether the dependency was dropped at the last review.
    pub dropped: bool,
    /// When the dependency was lost, if that is recent enough to count.
    pub lost_at: Option<Time>,
    /// The reason of the drop that people know of; `None` if they know of none.
    pub dropped_for: Option<String>,
    /// The vendor's own word for that drop, as it was reported.
    pub dropped_word: Option<String>,
}

impl Notified {
    /// Nothing was reported.
    pub const NOTHING: Notified = Notified {
        verdict: None,
        reason: String::new(),
        fault: None,
        incident: None,
        began_at: None,
        so_since: None,
        opened_at: None,
        news_at: None,
        reminded_at: None,
        blind: BTreeMap::new(),
        blind_since: None,
        suspected: None,
        suspected_last: None,
        held_since: None,
        muted: false,
        cause_up: None,
        open: false,
        turned_at: None,
        turns: Vec::new(),
        flapping: None,
        proof: None,
        dropped: false,
        lost_at: None,
        dropped_for: None,
        dropped_word: None,
    };

    /// Adjusts all times after the clock was set back to `now`, so that none lies in the future.
    pub fn not_after(&mut self, now: Time) {
        let times = [
            &mut self.began_at,
            &mut self.so_since,
            &mut self.opened_at,
            &mut self.news_at,
            &mut self.reminded_at,
            &mut self.suspected,
            &mut self.suspected_last,
            &mut self.held_since,
            &mut self.cause_up,
            &mut self.turned_at,
            &mut self.flapping,
            &mut self.lost_at,
            &mut self.blind_since,
        ];
        for at in times {
            *at = at.map(|at| at.min(now));
        }
        self.turns.retain(|turn| *turn <= now);
    }

    /// What an older version must have reported about an incident that it left open.
    pub fn of_older(incident: Option<&Incident>, combined: &Combined) -> Notified {
        let blind = combined.unseen.iter().filter(|unseen| unseen.blind);
        let blind = blind.map(|unseen| (unseen.group.clone(), unseen.held.reason.clone())).collect();
        let notified = Notified { blind, ..Notified::default() };
        let Some(incident) = incident else { return notified };
        Notified {
            verdict: Some(incident.verdict),
            reason: incident.reason.clone(),
            fault: Some(incident.fault),
            incident: Some((incident.id, incident.public_id.clone())),
            began_at: Some(incident.began_at),
            opened_at: Some(incident.began_at),
            news_at: Some(incident.began_at),
            open: true,
            proof: Some(incident.proof),
            dropped: incident.verdict == Verdict::Dropped,
            turned_at: Some(incident.began_at),
            lost_at: (incident.worst == Verdict::Dropped).then_some(incident.began_at),
            ..notified
        }
    }

    /// What is kept when the dependency is no longer monitored: the time of its loss.
    pub fn forgotten(self) -> Notified {
        Notified { lost_at: self.lost_at, blind: self.blind, ..Notified::default() }
    }

    /// Records what happened since the last review, reported or not.
    ///
    /// Losses before `excused` do not count.
    pub fn follow(&mut self, state: &Combined, incident: Option<&Incident>, excused: Option<Time>, now: Time) {
        if self.open != incident.is_some() {
            self.open = incident.is_some();
            self.turned_at = Some(now);
            self.turns.push(now);
        }
        self.turns.retain(|turn| now.since(*turn) <= TURNS_KEPT);
        let over = self.turns.len().saturating_sub(MOST_TURNS);
        self.turns.drain(..over);
        self.follow_loss(state, incident, now);
        self.follow_reason(state, incident, now);
        self.lost_at = self.lost_at.filter(|at| excused.is_none_or(|excused| *at > excused));
        // Some of it can be checked again, but it is gone or out, or other checks are still blind. That is not good
        // news, and the next blindness is reported again. If the trouble was reported, its end covers both.
        let gone = matches!(state.shown(), Shown::Dropped | Shown::Outage) && self.verdict.is_some();
        if gone || !state.unseen.is_empty() {
            self.blind.retain(|group, _| state.unseen.iter().any(|unseen| unseen.group == *group));
        }
    }

    /// Blind checks that are worth an alert and were not reported with this reason. A different reason that is not
    /// urgent is not news.
    pub fn untold<'s>(&self, state: &'s Combined) -> impl Iterator<Item = &'s Unseen> {
        let news = |unseen: &&Unseen| match self.blind.get(&unseen.group) {
            Some(reason) => unseen.urgent && *reason != unseen.held.reason,
            None => unseen.blind,
        };
        state.unseen.iter().filter(news)
    }

    /// Records that this blindness was reported, and with it all blind checks with the same or a less urgent reason.
    pub fn know_unseen(&mut self, state: &Combined, said: &Held) {
        let same = |unseen: &&Unseen| unseen.blind && (!unseen.urgent || unseen.held.reason == said.reason);
        let known = state.unseen.iter().filter(same);
        self.blind_since = self.blind_since.or(Some(said.since));
        self.blind.extend(known.map(|unseen| (unseen.group.clone(), unseen.held.reason.clone())));
    }

    fn follow_loss(&mut self, state: &Combined, incident: Option<&Incident>, now: Time) {
        let access = state.lost_access();
        let dropped = incident.is_some_and(|incident| incident.verdict == Verdict::Dropped);
        if dropped && !self.dropped {
            // Each drop gets its own date, not the date of the warning before it.
            self.lost_at = Some(state.held.as_ref().map_or(now, |held| held.since));
        }
        self.dropped = dropped;
        let outage = incident.is_some_and(|incident| incident.verdict == Verdict::Outage);
        if outage && self.proof == Some(Proof::Inferred) && self.verdict == Some(Verdict::Dropped) {
            // plugwatch inferred a drop, but it was an outage, so nothing was lost.
            self.lost_at = None;
        } else if let Some(held) = access {
            self.lost_at.get_or_insert(held.since);
        }
        let still = dropped || access.is_some();
        // A key that was refused and works again was not a loss.
        let known = self.verdict == Some(Verdict::Dropped) || self.dropped_for.is_some();
        let since_then = self.lost_at.is_some() && self.lost_at >= self.blind_since;
        let only_refused = since_then && !known && self.knows_refusal();
        if !still && only_refused && matches!(state.shown(), Shown::Live | Shown::Degraded) {
            self.lost_at = None;
        }
        self.lost_at = self.lost_at.filter(|at| still || now.since(*at) <= LOSS_COUNTS);
    }

    fn knows_refusal(&self) -> bool {
        self.blind.values().any(|reason| reason == "access_lost")
    }

    /// Updates the reason of the reported drop if the new one is only a different wording, or if none was stored.
    fn follow_reason(&mut self, state: &Combined, incident: Option<&Incident>, now: Time) {
        let dropped = |verdict: Verdict| verdict == Verdict::Dropped;
        let known = self.verdict.is_some_and(dropped) && incident.is_some_and(|incident| dropped(incident.verdict));
        let held = state.held.as_ref().filter(|held| known && dropped(held.verdict));
        match held {
            Some(held) if self.dropped_for.is_none() || !self.is_settled_news(now) => {
                self.dropped_for = Some(held.reason.clone());
                self.dropped_word = quoted(&held.say);
            }
            // An older version did not store the word.
            Some(held) if self.dropped_word.is_none() => self.dropped_word = quoted(&held.say),
            None if !known => (self.dropped_for, self.dropped_word) = (None, None),
            _ => {}
        }
    }

    /// Whether the last report is old enough for a new reason to be a new event.
    pub fn is_settled_news(&self, now: Time) -> bool {
        self.news_at.is_some_and(|at| now.since(at) >= SAME_NEWS)
    }

    /// Whether nothing is open, due or still counted.
    pub fn is_at_rest(&self) -> bool {
        let Notified { verdict, incident, news_at, blind, suspected, held_since, muted, cause_up, open, .. } = self;
        let Notified { turns, flapping, dropped, lost_at, .. } = self;
        let notified = verdict.is_some() || incident.is_some() || news_at.is_some() || !blind.is_empty();
        let waits = suspected.is_some() || held_since.is_some() || *muted || cause_up.is_some();
        let counts = *open || !turns.is_empty() || flapping.is_some() || *dropped || lost_at.is_some();
        !(notified || waits || counts)
    }

    /// The number of changes in the last `span` before `now`.
    pub fn turns_within(&self, span: Duration, now: Time) -> usize {
        self.turns.iter().filter(|turn| now.since(**turn) <= span).count()
    }

    /// Whether the dependency was lost recently enough to count.
    pub fn lost_lately(&self, now: Time) -> bool {
        self.lost_at.is_some_and(|at| now.since(at) <= LOSS_COUNTS)
    }
}
