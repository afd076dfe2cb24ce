//! The whole platform, as the core sees it to decide what to report.

use super::notified::Notified;
use super::situation::Situation;
use crate::core::dependency::incident::Incident;
use crate::core::dependency::state::{Combined, Unseen};
use crate::core::people::action::SeenTo;
use crate::core::people::notice::is_ending;
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::{Criticality, Fault, Verdict};

/// One dependency.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// Its id.
    pub id: &'a str,
    /// The company behind it; `None` for the user's own parts.
    pub parent: Option<&'a str>,
    /// All companies it depends on. Losses that share one count as one company's.
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
    /// What people were told.
    pub notified: &'a Notified,
    /// The end of current announced maintenance.
    pub maintenance: Option<Time>,
    /// When all its deciding checks last ran.
    pub looked_at: Option<Time>,
    /// Until when it is muted.
    pub muted: Option<Time>,
    /// How people have dealt with its trouble since the last news about it.
    pub seen_to: Option<SeenTo>,
    /// Losses before this time do not count, because a person said so.
    pub excused: Option<Time>,
    /// When it ends, according to a letter.
    pub ends: Option<Time>,
    /// The number of the letter that concerns it, if that letter threatens dependencies of several companies: its
    /// sender then counts as the company behind all of them.
    pub letter: Option<usize>,
    /// The latest times to start the steps of moving away, so that they finish before the end.
    pub starts: Vec<Time>,
    /// While a situation is open, when the newest critical event was reported that nobody has acknowledged. The
    /// situation's message then replaces reminders.
    pub in_situation: Option<Time>,
}

impl Subject<'_> {
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

    /// When its trouble began, if there is any.
    fn began_at(&self) -> Option<Time> {
        let unseen = self.state.unseen.iter().map(|unseen| unseen.held.since).min();
        let suspected = self.state.suspicion.as_ref().map(|held| held.since);
        self.incident.map(|incident| incident.began_at).or(unseen).or(suspected)
    }

    /// When the drop or outage began, which may be long after a warning or a letter. Otherwise, when its trouble
    /// began.
    fn fell_at(&self) -> Option<Time> {
        let down = self.state.held.as_ref().filter(|held| self.is_down() && held.verdict.badness() > 2);
        down.map(|held| held.since).or_else(|| self.began_at())
    }

    /// When it may have begun to affect others: when it went down, or, if it only warns so far, when it became
    /// doubtful.
    fn troubled_at(&self) -> Option<Time> {
        let unseen = self.state.unseen.iter().map(|unseen| unseen.held.since).min();
        let doubt = self.state.suspicion.as_ref().map(|held| held.since).into_iter().chain(unseen).min();
        doubt.filter(|_| !self.is_down()).or_else(|| self.fell_at())
    }

    /// Whether a key that used to work is refused.
    pub fn lost_access(&self) -> bool {
        self.state.lost_access().is_some()
    }

    /// Whether announced maintenance explains its outage. A refusal by the vendor is not explained by maintenance.
    pub fn is_held_by_work(&self) -> bool {
        let out = self.incident.is_some_and(|incident| incident.verdict == Verdict::Outage);
        self.maintenance.is_some() && out && !self.lost_access()
    }

    /// Whether people know that the key is refused, it still is, and nothing worse is open.
    pub fn access_told(&self, notified: &Notified) -> bool {
        let dropped = self.incident.is_some_and(|incident| incident.verdict == Verdict::Dropped);
        !dropped && self.access_known(notified)
    }

    /// Why it cannot be checked, if people know that and nothing worse is open.
    pub fn unseen_told(&self, notified: &Notified) -> Option<&Held> {
        let told = |unseen: &&Unseen| notified.blind.contains_key(&unseen.group);
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
        let suspected = self.state.suspicion.as_ref().is_some_and(|held| worse(held.verdict));
        let dull = ["needs_key", "never_seen_live", "credential_refused"];
        suspected || self.state.unseen.iter().any(|unseen| !dull.contains(&unseen.held.reason.as_str()))
    }

    /// Whether checks suspect a drop that is not confirmed yet.
    pub fn is_suspected(&self) -> bool {
        self.state.suspicion.as_ref().is_some_and(|held| held.verdict == Verdict::Dropped)
    }

    /// Whether checks contradict its drop or outage, so that it may be recovering.
    pub fn is_returning(&self) -> bool {
        self.returning_since().is_some()
    }

    /// Since when checks contradict its drop or outage.
    pub fn returning_since(&self) -> Option<Time> {
        let back = self.state.suspicion.as_ref().filter(|held| held.verdict == Verdict::Live && self.is_down());
        back.map(|held| held.since)
    }

    /// What its trouble belongs to: the letter that announced it, or its company; `None` if it is independent.
    pub fn event(&self) -> Option<Event<'_>> {
        self.letter.map(Event::Letter).or(self.parent.or(self.domain).map(Event::Company))
    }

    /// Whether the time announced in a letter has passed, and nothing was checked since.
    pub fn awaits_hour(&self) -> bool {
        let announced = self.incident.is_some_and(|incident| is_ending(&incident.reason));
        announced && self.ends.is_none()
    }

    /// The name of its company; the user's own parts count by themselves or by their domain.
    pub fn company(&self) -> &str {
        self.parent.or(self.domain).unwrap_or(self.id)
    }

    /// Whether the same company may have ended both.
    pub fn shares_company(&self, other: &Subject<'_>) -> bool {
        let domain = self.domain.is_some() && self.domain == other.domain;
        self.id == other.id || domain || self.companies.iter().any(|company| other.companies.contains(company))
    }
}

/// Whether checks suspect an outage, or it has been out for no longer than `span`.
pub fn is_out_within(state: &Combined, incident: Option<&Incident>, span: std::time::Duration, now: Time) -> bool {
    let suspected = state.suspicion.as_ref().is_some_and(|held| held.verdict == Verdict::Outage);
    let lately = |incident: &Incident| incident.verdict == Verdict::Outage && now.since(incident.began_at) <= span;
    suspected || incident.is_some_and(lately)
}

/// The platform at one instant: everything that is or recently was in trouble, and what that needs. A dependency at
/// rest causes no message and explains nothing, so it may be left out.
#[derive(Clone, Debug)]
pub struct PlatformView<'a> {
    /// The dependencies, in the order of the configuration.
    pub subjects: Vec<Subject<'a>>,
    /// The total number of companies; each of the user's own parts counts as one.
    pub companies: usize,
    /// The current time.
    pub now: Time,
    /// Checks before this time are outdated, because the program was started or suspended since.
    pub fresh_since: Time,
    /// Recent losses of dependencies that are no longer configured. They still count.
    pub gone: &'a [(String, Time)],
    /// The open situation, if there is one.
    pub situation: Option<&'a Situation>,
    /// Whether any channel can change messages after sending.
    pub edits: bool,
}

/// What several dependencies that stop or end together have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event<'a> {
    /// The company behind them, or the domain that they concern.
    Company(&'a str),
    /// A letter about all of them, by its number.
    Letter(usize),
}

/// The maximum time between the start of a cause and of its consequence: the time between checks.
const TOGETHER: std::time::Duration = std::time::Duration::from_secs(3_600);

/// After an account is closed, what belongs to it stops within this time: keys are revoked, sites are turned off.
const CARRIED: std::time::Duration = std::time::Duration::from_secs(24 * 3_600);

/// What may explain a dependency's trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Nothing it needs is in trouble.
    None,
    /// Something it needs is down.
    Down(usize),
    /// Something it needs may be down.
    Doubtful(usize),
}

impl<'a> PlatformView<'a> {
    fn find(&self, id: &str) -> Option<usize> {
        self.subjects.iter().position(|subject| subject.id == id)
    }

    /// Another check of the same domain that says who took it away, if this one only finds it gone.
    fn taken_domain(&self, subject: usize) -> Option<usize> {
        let own = &self.subjects[subject];
        let stated = |held: &&Held| held.verdict == Verdict::Dropped && held.fault == Fault::VendorDecision;
        let states = |other: &Subject<'_>| other.is_dropped() && other.state.held.as_ref().filter(stated).is_some();
        let domain = own.domain.filter(|_| own.is_down() && !states(own))?;
        // If neither was reported, both go in one message.
        let told = |other: &Subject<'_>| other.notified.verdict == Some(Verdict::Dropped);
        let of_it = |other: &Subject<'_>| other.domain == Some(domain) && states(other) && told(other) && !told(own);
        self.subjects.iter().position(of_it).filter(|other| {
            let (fell, taken) = (own.fell_at(), self.subjects[*other].fell_at());
            fell.zip(taken).is_none_or(|(fell, taken)| fell >= taken || taken.since(fell) <= TOGETHER)
        })
    }

    /// Whether the domain that `subject` concerns or depends on was lost recently, and may be recovering.
    pub fn lost_domain(&self, subject: usize) -> bool {
        let own = self.said_foundations(subject).into_iter().chain([subject]);
        let domains: Vec<&str> = own.filter_map(|index| self.subjects[index].domain).collect();
        let lost = |other: &Subject<'_>| {
            other.domain.is_some_and(|domain| domains.contains(&domain)) && other.notified.lost_lately(self.now)
        };
        self.subjects.iter().enumerate().any(|(index, other)| index != subject && lost(other))
    }

    /// Something that `subject` depends on, directly or indirectly, that is in trouble itself.
    pub fn cause(&self, subject: usize) -> Cause {
        let mut doubtful = Cause::None;
        if let Some(taken) = self.taken_domain(subject) {
            return Cause::Down(taken);
        }
        let began = self.subjects[subject].fell_at();
        for index in self.said_foundations(subject) {
            let need = &self.subjects[index];
            // Trouble that began long before or after is not the cause.
            let near = began.zip(need.troubled_at()).is_none_or(|(a, b)| a.since(b).max(b.since(a)) <= TOGETHER);
            if near && need.is_down() {
                return Cause::Down(index);
            }
            // A dependency that was not checked since the trouble began may be its cause.
            let stale = began.is_some() && need.looked_at < began;
            if (stale || (near && (need.is_doubtful() || need.lost_access()))) && doubtful == Cause::None {
                doubtful = Cause::Doubtful(index);
            }
        }
        doubtful
    }

    /// Everything that `subject` depends on, nearest first: its configured needs, and a lost account that it may
    /// belong to.
    pub fn foundations(&self, subject: usize) -> Vec<usize> {
        let mut found = self.said_foundations(subject);
        found.extend(self.lost_account(subject).filter(|account| !found.contains(account)));
        found
    }

    /// A lost account that `subject` may belong to, if both losses began at about the same time.
    pub fn lost_account(&self, subject: usize) -> Option<usize> {
        let own = &self.subjects[subject];
        let lost = |account: &&Subject<'_>| {
            let near =
                own.began_at().zip(account.began_at()).is_none_or(|(a, b)| a.since(b).max(b.since(a)) <= CARRIED);
            near && (account.is_dropped() || account.is_suspected() || account.lost_access())
        };
        let accounts = own.accounts.iter().filter_map(|id| self.find(id));
        accounts.clone().find(|index| lost(&&self.subjects[*index])).filter(|index| *index != subject)
    }

    fn said_foundations(&self, subject: usize) -> Vec<usize> {
        let (mut found, mut next) = (Vec::new(), 0);
        let mut names: Vec<&str> = self.subjects[subject].needs.iter().map(String::as_str).collect();
        while let Some(name) = names.get(next).copied() {
            next += 1;
            let Some(index) = self.find(name).filter(|index| *index != subject && !found.contains(index)) else {
                continue;
            };
            found.push(index);
            names.extend(self.subjects[index].needs.iter().map(String::as_str));
        }
        found
    }

    /// Whether another dependency was lost recently, as people know, so that everything is monitored more closely.
    pub fn is_heightened(&self, but: usize) -> bool {
        // Another loss at a company that is already lost belongs to that loss.
        let own = &self.subjects[but];
        let known = |subject: &Subject<'_>| {
            let notified = subject.notified;
            notified.lost_lately(self.now) && notified.held_since.is_none() && !subject.shares_company(own)
        };
        let gone = self.lost_and_gone().next().is_some();
        gone || self.subjects.iter().enumerate().any(|(index, subject)| index != but && known(subject))
    }

    /// Recent losses of dependencies that are no longer configured.
    pub fn lost_and_gone(&self) -> impl Iterator<Item = &(String, Time)> {
        self.gone.iter().filter(|(_, at)| self.now.since(*at) <= super::notified::LOSS_COUNTS)
    }

    /// Recent losses, earliest first, at companies independent of `subject`'s and not explained by what it needs.
    pub fn other_losses(&self, subject: usize) -> Vec<usize> {
        let own = &self.subjects[subject];
        let under = self.foundations(subject);
        let independent = |other: &usize| {
            let related = under.contains(other) || self.foundations(*other).contains(&subject);
            *other != subject && !related && !self.subjects[*other].shares_company(own)
        };
        let lost = |other: &usize| self.subjects[*other].notified.lost_lately(self.now);
        // A loss together with something it depends on counts as one.
        let fell = |other: &usize| self.foundations(*other).iter().any(lost);
        let all = (0..self.subjects.len()).filter(lost).filter(independent);
        let mut losses: Vec<usize> = all.filter(|other| !fell(other)).collect();
        losses.sort_by_key(|other| self.subjects[*other].notified.lost_at);
        losses
    }
}
