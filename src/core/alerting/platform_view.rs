//! The whole platform as the core sees it when it decides what to tell.

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
    /// The company behind it; `None` where it is ours.
    pub parent: Option<&'a str>,
    /// All companies that it rides on: losses that share one are one company's.
    pub companies: &'a [String],
    /// The registered domain that it is about.
    pub domain: Option<&'a str>,
    /// Ids of what it cannot work without.
    pub needs: &'a [String],
    /// Ids of the accounts that it may live in, where it is looked at from outside.
    pub accounts: Vec<&'a str>,
    /// How much hangs on it.
    pub criticality: Criticality,
    /// What it comes to.
    pub state: &'a Combined,
    /// Its open incident.
    pub incident: Option<&'a Incident>,
    /// What people were told.
    pub notified: &'a Notified,
    /// Work was announced that lasts until then.
    pub maintenance: Option<Time>,
    /// When all that decides was looked at last.
    pub looked_at: Option<Time>,
    /// Somebody muted it until then.
    pub muted: Option<Time>,
    /// What somebody said about its trouble since the last news of it.
    pub seen_to: Option<SeenTo>,
    /// What was lost before then was no loss, says a person.
    pub excused: Option<Time>,
    /// When it ends, as a notice says.
    pub ends: Option<Time>,
    /// The number of the letter behind it, where that threatens things of several companies: whoever wrote it is
    /// behind all of them.
    pub letter: Option<usize>,
    /// When the steps of leaving it have to begin at the latest, to be done by then.
    pub starts: Vec<Time>,
    /// While a situation is open its message takes the place of reminders: when the newest of all that is
    /// critical and acknowledged by nobody was told.
    pub in_situation: Option<Time>,
}

impl Subject<'_> {
    /// Its open incident says that it is gone or out.
    pub fn is_down(&self) -> bool {
        let down = |incident: &Incident| matches!(incident.verdict, Verdict::Dropped | Verdict::Outage);
        self.incident.is_some_and(down)
    }

    /// Its open incident says that it is gone.
    pub fn is_dropped(&self) -> bool {
        self.incident.is_some_and(|incident| incident.verdict == Verdict::Dropped)
    }

    /// Looks say that it is out, or it is since no longer than `span`.
    pub fn is_out_within(&self, span: std::time::Duration, now: Time) -> bool {
        is_out_within(self.state, self.incident, span, now)
    }

    /// Since when it is in trouble, if it is.
    fn began_at(&self) -> Option<Time> {
        let unseen = self.state.unseen.iter().map(|unseen| unseen.held.since).min();
        let suspected = self.state.suspicion.as_ref().map(|held| held.since);
        self.incident.map(|incident| incident.began_at).or(unseen).or(suspected)
    }

    /// Since when it is gone or out: a warning, or a letter, may have come long before. Else since when it is in
    /// trouble.
    fn fell_at(&self) -> Option<Time> {
        let down = self.state.held.as_ref().filter(|held| self.is_down() && held.verdict.badness() > 2);
        down.map(|held| held.since).or_else(|| self.began_at())
    }

    /// Since when what explains others is so: that it fell, or, where it only warns so far, that it is in doubt.
    fn troubled_at(&self) -> Option<Time> {
        let unseen = self.state.unseen.iter().map(|unseen| unseen.held.since).min();
        let doubt = self.state.suspicion.as_ref().map(|held| held.since).into_iter().chain(unseen).min();
        doubt.filter(|_| !self.is_down()).or_else(|| self.fell_at())
    }

    /// The key worked and is refused now.
    pub fn lost_access(&self) -> bool {
        self.state.lost_access().is_some()
    }

    /// Announced work goes on that explains its trouble: being out, and no refusal by the other side.
    pub fn is_held_by_work(&self) -> bool {
        let out = self.incident.is_some_and(|incident| incident.verdict == Verdict::Outage);
        self.maintenance.is_some() && out && !self.lost_access()
    }

    /// People were told that the key is refused, it still is, and nobody knows worse.
    pub fn access_told(&self, notified: &Notified) -> bool {
        let dropped = self.incident.is_some_and(|incident| incident.verdict == Verdict::Dropped);
        !dropped && self.access_known(notified)
    }

    /// Why it cannot be seen, where people know that and nothing worse is open.
    pub fn unseen_told(&self, notified: &Notified) -> Option<&Held> {
        let told = |unseen: &&Unseen| notified.blind.contains_key(&unseen.group);
        let unseen = self.state.unseen.iter().find(told).filter(|_| self.incident.is_none());
        unseen.map(|unseen| &unseen.held)
    }

    /// The key is refused, and people know it.
    pub fn access_known(&self, notified: &Notified) -> bool {
        self.lost_access() && notified.blind.values().any(|reason| reason == "access_lost")
    }

    /// Looks say that it is gone or out, but it is not confirmed; or it cannot be seen now.
    pub fn is_doubtful(&self) -> bool {
        let worse = |verdict: Verdict| matches!(verdict, Verdict::Dropped | Verdict::Outage);
        let suspected = self.state.suspicion.as_ref().is_some_and(|held| worse(held.verdict));
        let dull = ["needs_key", "never_seen_live", "credential_refused"];
        suspected || self.state.unseen.iter().any(|unseen| !dull.contains(&unseen.held.reason.as_str()))
    }

    /// Checks say that it is gone, unconfirmed or not told yet.
    pub fn is_suspected(&self) -> bool {
        self.state.suspicion.as_ref().is_some_and(|held| held.verdict == Verdict::Dropped)
    }

    /// Looks contradict an incident that is gone or out: it may be on its way back.
    pub fn is_returning(&self) -> bool {
        self.returning_since().is_some()
    }

    /// Since when they do.
    pub fn returning_since(&self) -> Option<Time> {
        let back = self.state.suspicion.as_ref().filter(|held| held.verdict == Verdict::Live && self.is_down());
        back.map(|held| held.since)
    }

    /// Whose event its trouble is: the letter's that announced it, or its company's; `None` where it is one's own.
    pub fn event(&self) -> Option<Event<'_>> {
        self.letter.map(Event::Letter).or(self.parent.or(self.domain).map(Event::Company))
    }

    /// A letter's hour has passed, and what came of it is not known: nothing was checked since.
    pub fn awaits_hour(&self) -> bool {
        let announced = self.incident.is_some_and(|incident| is_ending(&incident.reason));
        announced && self.ends.is_none()
    }

    /// What counts as one company; what is ours counts by itself, or by its domain.
    pub fn company(&self) -> &str {
        self.parent.or(self.domain).unwrap_or(self.id)
    }

    /// Whether one company may have ended both.
    pub fn shares_company(&self, other: &Subject<'_>) -> bool {
        let domain = self.domain.is_some() && self.domain == other.domain;
        self.id == other.id || domain || self.companies.iter().any(|company| other.companies.contains(company))
    }
}

/// Looks say that it is out, or it is since no longer than `span`.
pub fn is_out_within(state: &Combined, incident: Option<&Incident>, span: std::time::Duration, now: Time) -> bool {
    let suspected = state.suspicion.as_ref().is_some_and(|held| held.verdict == Verdict::Outage);
    let lately = |incident: &Incident| incident.verdict == Verdict::Outage && now.since(incident.began_at) <= span;
    suspected || incident.is_some_and(lately)
}

/// The platform at one instant: everything that is in trouble, or lately was, and what that needs. What is at
/// rest has nothing to say and explains nothing, so it may be left out.
#[derive(Clone, Debug)]
pub struct PlatformView<'a> {
    /// In the order of the configuration.
    pub subjects: Vec<Subject<'a>>,
    /// How many companies there are in all; what is one's own counts by itself.
    pub companies: usize,
    /// The time.
    pub now: Time,
    /// What was looked at before that is old: the program was started, or slept.
    pub fresh_since: Time,
    /// Losses that count of what is configured no longer: whoever is left does not forget them.
    pub gone: &'a [(String, Time)],
    /// The situation that is open.
    pub situation: Option<&'a Situation>,
    /// Some channel can change messages that were sent.
    pub edits: bool,
}

/// What several dependencies have in common that stop, or end, together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event<'a> {
    /// The company behind them, or the domain that they are about.
    Company(&'a str),
    /// A letter to all of them, by its number.
    Letter(usize),
}

/// A cause and its consequence begin within this of each other: as far apart as looks are.
const TOGETHER: std::time::Duration = std::time::Duration::from_secs(3_600);

/// What lives in an account that was closed stops within this of it: keys that are taken out, a site that is
/// turned off.
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

    /// Another check of the same domain that says who took it away, where this one only finds that it is gone.
    fn taken_domain(&self, subject: usize) -> Option<usize> {
        let own = &self.subjects[subject];
        let stated = |held: &&Held| held.verdict == Verdict::Dropped && held.fault == Fault::VendorDecision;
        let states = |other: &Subject<'_>| other.is_dropped() && other.state.held.as_ref().filter(stated).is_some();
        let domain = own.domain.filter(|_| own.is_down() && !states(own))?;
        // Both in one message, where neither was told.
        let told = |other: &Subject<'_>| other.notified.verdict == Some(Verdict::Dropped);
        let of_it = |other: &Subject<'_>| other.domain == Some(domain) && states(other) && told(other) && !told(own);
        self.subjects.iter().position(of_it).filter(|other| {
            let (fell, taken) = (own.fell_at(), self.subjects[*other].fell_at());
            fell.zip(taken).is_none_or(|(fell, taken)| fell >= taken || taken.since(fell) <= TOGETHER)
        })
    }

    /// The domain that `subject` is about or stands on was lost lately, and may be on its way back.
    pub fn lost_domain(&self, subject: usize) -> bool {
        let own = self.said_foundations(subject).into_iter().chain([subject]);
        let domains: Vec<&str> = own.filter_map(|index| self.subjects[index].domain).collect();
        let lost = |other: &Subject<'_>| {
            other.domain.is_some_and(|domain| domains.contains(&domain)) && other.notified.lost_lately(self.now)
        };
        self.subjects.iter().enumerate().any(|(index, other)| index != subject && lost(other))
    }

    /// What `subject` stands on and is in trouble itself, directly or through others.
    pub fn cause(&self, subject: usize) -> Cause {
        let mut doubtful = Cause::None;
        if let Some(taken) = self.taken_domain(subject) {
            return Cause::Down(taken);
        }
        let began = self.subjects[subject].fell_at();
        for index in self.said_foundations(subject) {
            let need = &self.subjects[index];
            // What went on for long while the other was still well did not cause it.
            let near = began.zip(need.troubled_at()).is_none_or(|(a, b)| a.since(b).max(b.since(a)) <= TOGETHER);
            if near && need.is_down() {
                return Cause::Down(index);
            }
            // What was not looked at since the trouble began may be its cause.
            let stale = began.is_some() && need.looked_at < began;
            if (stale || (near && (need.is_doubtful() || need.lost_access()))) && doubtful == Cause::None {
                doubtful = Cause::Doubtful(index);
            }
        }
        doubtful
    }

    /// Everything that `subject` stands on, the nearest first: what it says that it needs, and an account that it
    /// may live in and that is lost.
    pub fn foundations(&self, subject: usize) -> Vec<usize> {
        let mut found = self.said_foundations(subject);
        found.extend(self.lost_account(subject).filter(|account| !found.contains(account)));
        found
    }

    /// An account that `subject` may live in and that was lost about when its own trouble began.
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

    /// Within the time after the loss of something else, of which people know, in which
    /// everything is watched more closely.
    pub fn is_heightened(&self, but: usize) -> bool {
        // One more thing of a company that is lost already belongs to that loss.
        let own = &self.subjects[but];
        let known = |subject: &Subject<'_>| {
            let notified = subject.notified;
            notified.lost_lately(self.now) && notified.held_since.is_none() && !subject.shares_company(own)
        };
        let gone = self.lost_and_gone().next().is_some();
        gone || self.subjects.iter().enumerate().any(|(index, subject)| index != but && known(subject))
    }

    /// What was lost lately and is configured no longer.
    pub fn lost_and_gone(&self) -> impl Iterator<Item = &(String, Time)> {
        self.gone.iter().filter(|(_, at)| self.now.since(*at) <= super::notified::LOSS_COUNTS)
    }

    /// Losses that count, of companies independent of `subject`'s and not explained by needs,
    /// the earliest first.
    pub fn other_losses(&self, subject: usize) -> Vec<usize> {
        let own = &self.subjects[subject];
        let under = self.foundations(subject);
        let independent = |other: &usize| {
            let related = under.contains(other) || self.foundations(*other).contains(&subject);
            *other != subject && !related && !self.subjects[*other].shares_company(own)
        };
        let lost = |other: &usize| self.subjects[*other].notified.lost_lately(self.now);
        // What fell with its foundation is one loss with it.
        let fell = |other: &usize| self.foundations(*other).iter().any(lost);
        let all = (0..self.subjects.len()).filter(lost).filter(independent);
        let mut losses: Vec<usize> = all.filter(|other| !fell(other)).collect();
        losses.sort_by_key(|other| self.subjects[*other].notified.lost_at);
        losses
    }
}
