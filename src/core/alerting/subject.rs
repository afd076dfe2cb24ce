//! One dependency as the core sees it when it decides what to report.

use super::notified::Notified;
use crate::core::dependency::incident::Incident;
use crate::core::dependency::state::{Combined, Unseen};
use crate::core::dependency::takeover::is_taken_over;
use crate::core::people::action::SeenTo;
use crate::core::people::notice::is_ending;
use crate::core::probe::confirm::speaks_at_once;
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::{Criticality, Verdict};

/// One dependency.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// Its id.
    pub id: &'a str,
    /// The company behind it; `None` for one of the user's own parts.
    pub parent: Option<&'a str>,
    /// All companies it depends on. Losses of dependencies that share a company count as one.
    pub companies: &'a [String],
    /// The registered domain that it concerns.
    pub domain: Option<&'a str>,
    /// The ids of what it cannot work without.
    pub needs: &'a [String],
    /// The ids of the accounts that it may belong to, if it is checked from outside.
    pub accounts: Vec<&'a str>,
    /// How critical it is.
    pub criticality: Criticality,
    /// Its combined state.
    pub state: &'a Combined,
    /// Its open incident.
    pub incident: Option<&'a Incident>,
    /// What was reported about it.
    pub notified: &'a Notified,
    /// The end of current announced maintenance.
    pub maintenance: Option<Time>,
    /// When the least recent of its deciding checks ran.
    pub looked_at: Option<Time>,
    /// Until when it is muted.
    pub muted: Option<Time>,
    /// When it was muted.
    pub muted_at: Option<Time>,
    /// How people have dealt with its trouble since the last news about it.
    pub seen_to: Option<SeenTo>,
    /// Losses before this time do not count, because a person said so.
    pub excused: Option<Time>,
    /// When it ends, according to a letter.
    pub ends: Option<Time>,
    /// Whether the letter names only a day: `ends` is then the beginning of that day.
    pub ends_on_a_day: bool,
    /// The number of the letter about it, if that letter threatens dependencies of several companies. Its sender then
    /// counts as the company behind all of them.
    pub letter: Option<usize>,
    /// How many letters have announced the same, and when the newest of them was reported.
    pub letters: (usize, Option<Time>),
    /// The latest times at which the steps of moving away can start, so that they finish before the end.
    pub starts: Vec<Time>,
    /// While a situation is open: when the newest unacknowledged critical event was reported. The situation's message
    /// then replaces reminders.
    pub in_situation: Option<Time>,
    /// How long its slowest check takes to confirm a drop.
    pub confirming: std::time::Duration,
}

impl<'a> Subject<'a> {
    /// Whether its open incident is a drop or an outage.
    pub fn is_down(&self) -> bool {
        let down = |incident: &Incident| matches!(incident.verdict, Verdict::Dropped | Verdict::Outage);
        self.incident.is_some_and(down)
    }

    /// Whether its open incident is a drop.
    pub fn is_dropped(&self) -> bool {
        self.incident.is_some_and(|incident| incident.verdict == Verdict::Dropped)
    }

    /// Whether checks suspect an outage, or it has been out for no longer than `span`.
    pub fn is_out_within(&self, span: std::time::Duration, now: Time) -> bool {
        is_out_within(self.state, self.incident, span, now)
    }

    /// Whether somebody else may control this domain.
    pub fn is_taken_over(&self) -> bool {
        self.incident.is_some_and(|incident| is_taken_over(&incident.reason))
    }

    /// When its trouble began, if there is any.
    pub fn began_at(&self) -> Option<Time> {
        let unseen = self.state.unseen.iter().map(|unseen| unseen.held.since).min();
        let suspected = self.state.suspicion.as_deref().map(|held| held.since);
        self.incident.map(|incident| incident.began_at).or(unseen).or(suspected)
    }

    /// When the drop or outage began, which may be long after a warning or a letter; if there is neither, when the
    /// trouble began.
    pub fn fell_at(&self) -> Option<Time> {
        let down = self.state.held.as_ref().filter(|held| self.is_down() && held.verdict.badness() > 2);
        down.map(|held| held.since).or_else(|| self.began_at())
    }

    /// When it may have begun to affect others: when it went down or, if it is still only a warning, when it became
    /// doubtful.
    pub fn troubled_at(&self) -> Option<Time> {
        let unseen = self.state.unseen.iter().map(|unseen| unseen.held.since).min();
        let doubt = self.state.suspicion.as_deref().map(|held| held.since).into_iter().chain(unseen).min();
        doubt.filter(|_| !self.is_down()).or_else(|| self.fell_at())
    }

    /// Whether a key that used to work is refused.
    pub fn lost_access(&self) -> bool {
        self.state.lost_access().is_some()
    }

    /// Whether a loss was reported after the dependency was muted, and nobody has acknowledged it. The mute was set
    /// for another reason, so reminders of the loss are sent as usual.
    pub fn is_lost_since_mute(&self, notified: &Notified) -> bool {
        let lost = notified.verdict == Some(Verdict::Dropped) || self.access_told(notified);
        lost && self.seen_to.is_none() && notified.news_at > self.muted_at
    }

    /// Whether announced maintenance explains its outage. A refusal by the vendor is not explained by maintenance.
    pub fn is_held_by_work(&self) -> bool {
        let out = self.incident.is_some_and(|incident| incident.verdict == Verdict::Outage);
        self.maintenance.is_some() && out && !self.lost_access()
    }

    /// Whether people know that the key is refused, it is still refused, and nothing worse is open.
    pub fn access_told(&self, notified: &Notified) -> bool {
        let dropped = self.incident.is_some_and(|incident| incident.verdict == Verdict::Dropped);
        !dropped && self.access_known(notified)
    }

    /// Why it cannot be checked, if people know that and nothing worse is open.
    pub fn unseen_told(&self, notified: &Notified) -> Option<&Held> {
        // A more serious reason gets its own message before anyone is reminded of it.
        let told = |unseen: &&Unseen| {
            let known = notified.blind.get(&unseen.group);
            known.is_some_and(|known| *known == unseen.held.reason || !speaks_at_once(&unseen.held.reason))
        };
        let unseen = self.state.unseen.iter().find(told).filter(|_| self.incident.is_none());
        unseen.map(|unseen| &unseen.held)
    }

    /// Whether the key is refused and people know it.
    pub fn access_known(&self, notified: &Notified) -> bool {
        self.lost_access() && notified.blind.values().any(|reason| reason == "access_lost")
    }

    /// Whether checks suspect a drop or an outage, or it cannot be checked now.
    pub fn is_doubtful(&self) -> bool {
        let worse = |verdict: Verdict| matches!(verdict, Verdict::Dropped | Verdict::Outage);
        let suspected = self.state.suspicion.as_deref().is_some_and(|held| worse(held.verdict));
        let dull = ["needs_key", "never_seen_live", "credential_refused"];
        suspected || self.state.unseen.iter().any(|unseen| !dull.contains(&unseen.held.reason.as_str()))
    }

    /// Whether checks suspect a drop that is not confirmed yet.
    pub fn is_suspected(&self) -> bool {
        self.state.is_possibly_dropped()
    }

    /// Whether checks contradict its drop or outage, so that it may be recovering.
    pub fn is_returning(&self) -> bool {
        self.returning_since().is_some()
    }

    /// Since when checks contradict its drop or outage.
    pub fn returning_since(&self) -> Option<Time> {
        let back = self.state.suspicion.as_deref().filter(|held| held.verdict == Verdict::Live && self.is_down());
        back.map(|held| held.since)
    }

    /// The event that its trouble belongs to: the letter that announced it, or its company; `None` if it is
    /// independent.
    pub fn event(&self) -> Option<Event<'a>> {
        self.letter.map(Event::Letter).or(self.parent.or(self.domain).map(Event::Company))
    }

    /// Whether the time announced in a letter has passed and no check was made since.
    pub fn awaits_hour(&self) -> bool {
        let announced = self.incident.is_some_and(|incident| is_ending(&incident.reason));
        announced && self.ends.is_none()
    }

    /// The name of its company; the user's own parts count by themselves or by their domain.
    pub fn company(&self) -> &str {
        self.parent.or(self.domain).unwrap_or(self.id)
    }

    /// Whether both could have been ended by the same company.
    pub fn shares_company(&self, other: &Subject<'_>) -> bool {
        let domain = self.domain.is_some() && self.domain == other.domain;
        self.id == other.id || domain || self.companies.iter().any(|company| other.companies.contains(company))
    }
}

/// Whether checks suspect an outage, or it has been out for no longer than `span`.
pub fn is_out_within(state: &Combined, incident: Option<&Incident>, span: std::time::Duration, now: Time) -> bool {
    let suspected = state.suspicion.as_deref().is_some_and(|held| held.verdict == Verdict::Outage);
    let lately = |incident: &Incident| incident.verdict == Verdict::Outage && now.since(incident.began_at) <= span;
    suspected || incident.is_some_and(lately)
}

/// What several dependencies that stop or end together have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event<'a> {
    /// The company behind them, or the domain that they concern.
    Company(&'a str),
    /// A letter about all of them, by its number.
    Letter(usize),
}
