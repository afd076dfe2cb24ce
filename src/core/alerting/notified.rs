//! What people were told about one dependency, kept beside what is believed about it:
//! an alert is due where the two differ.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::core::dependency::incident::Incident;
use crate::core::dependency::shown::Shown;
use crate::core::dependency::state::{Combined, Unseen};
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Proof, Verdict};

/// A loss counts towards a cascade, and keeps watch heightened, for so long.
pub const LOSS_COUNTS: Duration = Duration::from_secs(72 * 3_600);
/// What is said otherwise within this after it was told is another wording of the same.
const SAME_NEWS: Duration = Duration::from_secs(1_800);
/// Turns older than this say nothing about flapping.
const TURNS_KEPT: Duration = Duration::from_secs(6 * 3_600);
/// So many turns are kept at most.
const MOST_TURNS: usize = 24;

/// What people were told, and what that rests on. Part of the store.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notified {
    /// The verdict told last; `None` while people believe that all is well.
    pub verdict: Option<Verdict>,
    /// The reason that went with it.
    pub reason: String,
    /// Whose doing they were told it is.
    pub fault: Option<Fault>,
    /// The number of the incident they were told of, and its public id.
    pub incident: Option<(i64, String)>,
    /// When that began.
    pub began_at: Option<Time>,
    /// Since when it is as it was told last: a warning that became an outage was none before.
    pub so_since: Option<Time>,
    /// When it was first told.
    pub opened_at: Option<Time>,
    /// When the last news of it was told.
    pub news_at: Option<Time>,
    /// When the last of them was.
    pub reminded_at: Option<Time>,
    /// What they know cannot be seen: the checks by group, with the reason they were told.
    pub blind: BTreeMap<String, String>,
    /// Since when that is so.
    pub blind_since: Option<Time>,
    /// An unconfirmed suspicion was told then.
    pub suspected: Option<Time>,
    /// When one was told last, confirmed since or not.
    pub suspected_last: Option<Time>,
    /// Something is due since then, and held back.
    pub held_since: Option<Time>,
    /// It is a consequence of something that is down, and therefore silent.
    pub muted: bool,
    /// Since when that something is up again.
    pub cause_up: Option<Time>,
    /// Whether an incident was open at the last review, and since when it is so.
    pub open: bool,
    /// When it opened or ended last.
    pub turned_at: Option<Time>,
    /// When it opened and ended lately.
    pub turns: Vec<Time>,
    /// It goes up and down since then, and single turns are not told.
    pub flapping: Option<Time>,
    /// What that rested on.
    pub proof: Option<Proof>,
    /// Whether it was dropped at the last review.
    pub dropped: bool,
    /// When it was lost, if it was within the time that counts.
    pub lost_at: Option<Time>,
    /// For which reason it is dropped, as people know; nothing while they know of no drop.
    pub dropped_for: Option<String>,
}

impl Notified {
    /// As a clock that has been set back to `now` has it: nothing was told in the future.
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

    /// What must have been told of an incident that an older version left open.
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

    /// What is left when the incident is no longer watched: that something was lost.
    pub fn forgotten(self) -> Notified {
        Notified { lost_at: self.lost_at, blind: self.blind, ..Notified::default() }
    }

    /// Notes what happened since the last review, told or not.
    ///
    /// What was lost before `excused` was no loss.
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
        // Seen again, but as gone or out, or beside others that are not: that is no good news, and
        // the next time that it cannot be seen is told again.
        // Where that is told, its end tells of both.
        let gone = matches!(state.shown(), Shown::Dropped | Shown::Outage) && self.verdict.is_some();
        if gone || !state.unseen.is_empty() {
            self.blind.retain(|group, _| state.unseen.iter().any(|unseen| unseen.group == *group));
        }
    }

    /// What cannot be seen, is worth an alert, and was not told for this reason. Being blind
    /// for another dull reason is no news.
    pub fn untold<'s>(&self, state: &'s Combined) -> impl Iterator<Item = &'s Unseen> {
        let news = |unseen: &&Unseen| match self.blind.get(&unseen.group) {
            Some(reason) => unseen.urgent && *reason != unseen.held.reason,
            None => unseen.blind,
        };
        state.unseen.iter().filter(news)
    }

    /// It is known now that this cannot be seen, and so is whatever says the same or less.
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
            // Anew for each drop, and not as old as the warning before it.
            self.lost_at = Some(state.held.as_ref().map_or(now, |held| held.since));
        }
        self.dropped = dropped;
        let outage = incident.is_some_and(|incident| incident.verdict == Verdict::Outage);
        if outage && self.proof == Some(Proof::Inferred) && self.verdict == Some(Verdict::Dropped) {
            // Concluded to be dropped, and it was an outage: nothing was lost.
            self.lost_at = None;
        } else if let Some(held) = access {
            self.lost_at.get_or_insert(held.since);
        }
        let still = dropped || access.is_some();
        // A key that was refused and works again was no loss.
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

    /// The reason of a drop that people know of; what is only worded otherwise, or was never kept, is taken over.
    fn follow_reason(&mut self, state: &Combined, incident: Option<&Incident>, now: Time) {
        let dropped = |verdict: Verdict| verdict == Verdict::Dropped;
        let known = self.verdict.is_some_and(dropped) && incident.is_some_and(|incident| dropped(incident.verdict));
        let held = state.held.as_ref().filter(|held| known && dropped(held.verdict));
        match held {
            Some(held) if self.dropped_for.is_none() || !self.is_settled_news(now) => {
                self.dropped_for = Some(held.reason.clone());
            }
            None if !known => self.dropped_for = None,
            _ => {}
        }
    }

    /// What was told last is old enough for something new to be another thing.
    pub fn is_settled_news(&self, now: Time) -> bool {
        self.news_at.is_some_and(|at| now.since(at) >= SAME_NEWS)
    }

    /// Nothing of it is open, waits, or counts for anything else: what happened lately is over.
    pub fn is_at_rest(&self) -> bool {
        let Notified { verdict, incident, news_at, blind, suspected, held_since, muted, cause_up, open, .. } = self;
        let Notified { turns, flapping, dropped, lost_at, .. } = self;
        let notified = verdict.is_some() || incident.is_some() || news_at.is_some() || !blind.is_empty();
        let waits = suspected.is_some() || held_since.is_some() || *muted || cause_up.is_some();
        let counts = *open || !turns.is_empty() || flapping.is_some() || *dropped || lost_at.is_some();
        !(notified || waits || counts)
    }

    /// Turns within `span` before `now`.
    pub fn turns_within(&self, span: Duration, now: Time) -> usize {
        self.turns.iter().filter(|turn| now.since(**turn) <= span).count()
    }

    /// Lost recently enough to count.
    pub fn lost_lately(&self, now: Time) -> bool {
        self.lost_at.is_some_and(|at| now.since(at) <= LOSS_COUNTS)
    }
}
