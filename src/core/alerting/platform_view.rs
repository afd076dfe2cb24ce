//! The whole platform, as the core sees it to decide what to report.

use super::situation::Situation;
use super::subject::Subject;
use super::subject_index::SubjectIndex;
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::{Fault, Verdict};

/// The platform at one instant: every dependency that is or recently was in trouble, and what those depend on. Other
/// dependencies cause no message and explain nothing, so they may be left out.
#[derive(Clone, Debug)]
pub struct PlatformView<'a> {
    /// The dependencies, in the order of the configuration.
    pub subjects: Vec<Subject<'a>>,
    /// An index of the dependencies that belong together.
    pub index: SubjectIndex<'a>,
    /// The total number of companies; each of the user's own parts counts as one.
    pub companies: usize,
    /// The current time.
    pub now: Time,
    /// Checks before this time are outdated, because plugwatch was started or resumed since.
    pub fresh_since: Time,
    /// Recent losses of dependencies that are no longer configured. They still count.
    pub gone: &'a [(String, Time)],
    /// The open situation, if there is one.
    pub situation: Option<&'a Situation>,
    /// Whether any channel can edit sent messages.
    pub edits: bool,
}

/// The maximum time between the start of a cause and the start of its consequence: one check interval.
const TOGETHER: std::time::Duration = std::time::Duration::from_secs(3_600);

/// After an account is closed, everything that belongs to it stops within this time: keys are revoked and sites are
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
        self.index.position(id)
    }

    /// The positions of the dependencies that were lost recently enough to count.
    pub fn lost_lately(&self) -> impl Iterator<Item = usize> {
        self.index.lost().iter().copied().filter(|index| self.subjects[*index].notified.lost_lately(self.now))
    }

    /// Another check of the same domain that states who took the domain away, if `subject` only shows that it is
    /// gone.
    fn taken_domain(&self, subject: usize) -> Option<usize> {
        let own = &self.subjects[subject];
        let stated = |held: &&Held| held.verdict == Verdict::Dropped && held.fault == Fault::VendorDecision;
        let states = |other: &Subject<'_>| other.is_dropped() && other.state.held.as_ref().filter(stated).is_some();
        let domain = own.domain.filter(|_| own.is_down() && !states(own))?;
        // If neither was reported, one message covers both.
        let told = |other: &Subject<'_>| other.notified.verdict == Some(Verdict::Dropped);
        let of_it = |other: &Subject<'_>| states(other) && told(other) && !told(own);
        self.index.about(domain).iter().copied().find(|index| of_it(&self.subjects[*index])).filter(|other| {
            let (fell, taken) = (own.fell_at(), self.subjects[*other].fell_at());
            // A loss that follows hours later is news: people were told that it works.
            fell.zip(taken).is_none_or(|(fell, taken)| fell.since(taken).max(taken.since(fell)) <= TOGETHER)
        })
    }

    /// Whether the domain that `subject` concerns or depends on was lost recently, and may be recovering.
    pub fn lost_domain(&self, subject: usize) -> bool {
        let own = self.said_foundations(subject).into_iter().chain([subject]);
        let domains: Vec<&str> = own.filter_map(|index| self.subjects[index].domain).collect();
        let of_it = |other: usize| self.subjects[other].domain.is_some_and(|domain| domains.contains(&domain));
        self.lost_lately().any(|index| index != subject && of_it(index))
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
            // Trouble that began much earlier or much later is not the cause.
            let near = began.zip(need.troubled_at()).is_none_or(|(a, b)| a.since(b).max(b.since(a)) <= TOGETHER);
            if near && (need.is_down() || need.is_taken_over()) {
                return Cause::Down(index);
            }
            // A dependency that was not checked since the trouble began may be the cause.
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
        self.accounts(subject).find(|index| lost(&&self.subjects[*index]))
    }

    /// The accounts that `subject` may belong to.
    pub fn accounts(&self, subject: usize) -> impl Iterator<Item = usize> {
        let accounts = self.subjects[subject].accounts.iter().filter_map(|id| self.find(id));
        accounts.filter(move |account| *account != subject)
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

    /// Whether another dependency was lost recently and people know it, so that everything is monitored more closely.
    pub fn is_heightened(&self, but: usize) -> bool {
        // Another loss at a company that was already lost belongs to the earlier one.
        let own = &self.subjects[but];
        let known = |subject: &Subject<'_>| subject.notified.held_since.is_none() && !subject.shares_company(own);
        let gone = self.lost_and_gone().next().is_some();
        gone || self.lost_lately().any(|index| index != but && known(&self.subjects[index]))
    }

    /// Recent losses of dependencies that are no longer configured.
    pub fn lost_and_gone(&self) -> impl Iterator<Item = &(String, Time)> {
        self.gone.iter().filter(|(_, at)| self.now.since(*at) <= super::notified::LOSS_COUNTS)
    }

    /// Recent losses, earliest first, at companies independent of `subject`'s, if no loss of something they need
    /// explains them.
    pub fn other_losses(&self, subject: usize) -> Vec<usize> {
        let own = &self.subjects[subject];
        let under = self.foundations(subject);
        let independent = |other: &usize| {
            let related = under.contains(other) || self.foundations(*other).contains(&subject);
            *other != subject && !related && !self.subjects[*other].shares_company(own)
        };
        let lost = |other: &usize| self.subjects[*other].notified.lost_lately(self.now);
        // A loss counts as one together with the loss of something it depends on.
        let fell = |other: &usize| self.foundations(*other).iter().any(lost);
        let all = self.lost_lately().filter(independent);
        let mut losses: Vec<usize> = all.filter(|other| !fell(other)).collect();
        losses.sort_by_key(|other| self.subjects[*other].notified.lost_at);
        losses
    }
}
