//! Announced cut-offs. What a letter ends or threatens to end comes first in the report.

use super::When;
use crate::core::dependency::shown::Shown;
use crate::core::dependency::storefronts::is_partly;
use crate::core::people::notice::{Letter, Notice, is_ending, is_undated};
use crate::core::people::wording::{self, Wording};
use crate::core::platform::snapshot::{DependencySnapshot, Snapshot};
use crate::core::time::Time;
use crate::engine::decide::decider::Decider;
use crate::say::tally;

/// After this many days, an announced event that did not happen is no longer reported.
const SPENT_DAYS: i64 = 7;

/// A letter or configured notice in force, with the letters that it replaces.
pub(super) struct Announced<'a> {
    pub(super) notice: &'a Notice,
    /// The letter; `None` if the notice is from the configuration.
    pub(super) letter: Option<&'a Letter>,
    /// Earlier letters that it replaces, oldest first.
    pub(super) older: Vec<&'a Letter>,
    pub(super) wording: Wording,
}

impl Decider {
    /// The letters and notices in force, without those that a newer one replaces.
    pub(super) fn notices_in_force(&self, now: Time) -> Vec<Announced<'_>> {
        let letters = self.people.letters.iter().map(|letter| (&letter.notice, Some(letter)));
        let all: Vec<(&Notice, Option<&Letter>)> =
            self.config.notices.iter().map(|notice| (notice, None)).chain(letters).collect();
        let replaced = |old: &Notice| all.iter().any(|(new, _)| replaces(new, old, now));
        let kept = all.iter().filter(|(notice, _)| notice.received <= now && !notice.left && !replaced(notice));
        kept.map(|(notice, letter)| Announced {
            notice,
            letter: *letter,
            older: self.people.letters.iter().filter(|old| replaces(notice, &old.notice, now)).collect(),
            wording: wording::of(&notice.text),
        })
        .collect()
    }
}

fn replaces(new: &Notice, old: &Notice, now: Time) -> bool {
    old.dependencies.iter().any(|id| new.dependencies.contains(id)) && old.is_superseded(new, now)
}

impl Announced<'_> {
    /// Whether something ends or may end. Changes of prices or terms end nothing.
    pub(super) fn is_cut_off(&self) -> bool {
        let Wording { demand, terms, ends, may_stop, .. } = &self.wording;
        !terms && (self.notice.effective.is_some() || demand.is_some() || *ends || *may_stop)
    }

    /// When it ends, if that is in the future.
    pub(super) fn ends(&self, now: Time) -> Option<Time> {
        self.notice.ahead(now)
    }

    /// Whether a cut-off is ahead, has no date or has just passed, and something that it threatens is not lost yet.
    pub(super) fn is_news(&self, snapshot: &Snapshot, now: Time) -> bool {
        let recent = |at: Time| at.plus(std::time::Duration::from_secs(SPENT_DAYS.unsigned_abs() * 86_400)) > now;
        self.is_cut_off() && self.notice.effective.is_none_or(recent) && self.ahead_of(snapshot, now).next().is_some()
    }

    /// Those that it threatens and that it has not ended yet, nor removed in some countries.
    fn ahead_of<'s>(&'s self, snapshot: &'s Snapshot, now: Time) -> impl Iterator<Item = &'s DependencySnapshot> {
        let come = self.notice.effective.is_some_and(|at| at <= now);
        let ended = move |d: &DependencySnapshot| d.shown() == Shown::Dropped || (come && d.partly_gone().is_some());
        self.concerned(snapshot).filter(move |d| !ended(d))
    }

    fn concerned<'s>(&'s self, snapshot: &'s Snapshot) -> impl Iterator<Item = &'s DependencySnapshot> {
        snapshot.each().filter(|d| self.notice.dependencies.contains(&d.id))
    }

    /// The company that sent it, as slug and name.
    pub(super) fn company<'s>(&self, snapshot: &'s Snapshot) -> Option<&'s (String, String)> {
        let first = self.notice.dependencies.first()?;
        snapshot.each().find(|d| d.id == *first)?.companies.first()
    }

    /// When it arrived, such as `received Sat 7 Mar 14:00 UTC`; all times if it arrived more than once.
    pub(super) fn received(&self, when: When) -> String {
        let all = self.older.iter().map(|old| old.notice.received).chain([self.notice.received]);
        all.map(|at| when.at(at)).collect::<Vec<_>>().join(" and ")
    }

    /// What to do about it, such as `Cloud hosting: ends Thu 12 Mar 16:00 UTC. Answer the letter today, and move
    /// before then`.
    pub(super) fn task(&self, labels: &str, when: When) -> String {
        let threat = self.wording.demand.is_some();
        match self.notice.effective.map(|at| (self.notice.ahead(when.now).is_some(), when.at(at))) {
            Some((false, at)) if self.wording.law => {
                format!("{labels}: have your lawyer answer the letter. Its date ({at}) has passed")
            }
            Some((false, at)) => format!("{labels}: settle the letter with the vendor. Its date ({at}) has passed"),
            Some((true, at)) if self.wording.terms => {
                format!("{labels}: new terms apply from {at}. Before then, decide to pay, cut your use, or move")
            }
            Some((true, _)) if self.notice.is_last_day(when.now) => {
                let by = self.notice.ahead(when.now).map_or_else(String::new, |by| when.at(by));
                let act = if threat { "Do what the letter asks now, and keep proof" } else { "Save what you can now" };
                format!("{labels}: last day, ends by {by} at the latest. {act}")
            }
            Some((true, at)) if threat => {
                format!("{labels}: ends {at} unless you do what the letter asks. Do it today, and keep proof")
            }
            Some((true, at)) => {
                format!("{labels}: ends {at}. Settle the letter with the vendor today, and move before then")
            }
            None if threat => format!("{labels}: do what the letter asks today, and keep proof. It names no date"),
            None if self.is_cut_off() => format!("{labels}: ask the vendor today when the cut-off is"),
            None => format!("Settle the letter about {labels} with the vendor"),
        }
    }

    /// The report's line, such as `Cloud hosting: DigitalOcean announced a cut-off for Thu 12 Mar 16:00 UTC, in 3 d 7
    /// h (letter received ...)`.
    fn line(&self, snapshot: &Snapshot, when: When) -> String {
        let labels: Vec<&str> = self.ahead_of(snapshot, when.now).map(|d| d.label.as_str()).collect();
        let company = self.company(snapshot).map_or("the vendor", |(_, name)| name.as_str());
        let threat = self.wording.demand.is_some();
        let says = match (self.notice.effective, threat) {
            (Some(at), _) if at <= when.now && self.notice.ahead(when.now).is_some() => {
                let by = self.notice.ahead(when.now).unwrap_or(at);
                format!("last day: the cut-off that {company} announced comes by {} at the latest", when.at(by))
            }
            (Some(at), _) if at <= when.now => {
                format!(
                    "the cut-off that {company} announced for {} has passed. It can stop at any moment",
                    when.at(at)
                )
            }
            (Some(at), true) => format!(
                "{company} threatens a cut-off for {}, in {}, unless you do what its letter asks",
                when.at(at),
                when.until(at)
            ),
            (Some(at), false) => {
                format!("{company} announced a cut-off for {}, in {}", when.at(at), when.until(at))
            }
            (None, true) => {
                format!("{company} threatens a cut-off unless you do what its letter asks; no date is known")
            }
            (None, false) if self.wording.may_stop => {
                format!("{company} writes that it may be interrupted; no date is known")
            }
            (None, false) => format!("{company} writes of a cut-off; no date is known"),
        };
        let lost = self.lost(snapshot).join(", ");
        let letters = if self.older.is_empty() { "letter" } else { "letters" };
        let source = format!("{letters} received {}; reported by a person", self.received(when));
        format!("{}: {says} ({source}). You would lose: {lost}", labels.join(", "))
    }

    /// What would stop: what the letter names, and what needs that.
    fn lost(&self, snapshot: &Snapshot) -> Vec<String> {
        let mut lost: Vec<&str> = self.notice.dependencies.iter().map(String::as_str).collect();
        loop {
            let needs = |d: &&DependencySnapshot| {
                !lost.contains(&d.id.as_str()) && d.needs.iter().any(|id| lost.contains(&id.as_str()))
            };
            let Some(next) = snapshot.each().find(needs) else { break };
            lost.push(&next.id);
        }
        lost.iter().filter_map(|id| stopping(snapshot, id)).collect()
    }
}

/// The announced cut-offs that are ahead or have just passed, the nearest first.
pub(super) fn cut_offs(announced: &[Announced<'_>], snapshot: &Snapshot, when: When) -> Vec<String> {
    let mut all: Vec<&Announced<'_>> = announced.iter().filter(|one| one.is_news(snapshot, when.now)).collect();
    all.sort_by_key(|one| one.notice.effective.unwrap_or(Time(i64::MAX)));
    all.iter().map(|one| one.line(snapshot, when)).collect()
}

/// The word under which a dependency is counted. An announced cut-off is more than a warning.
pub(super) fn spoken(d: &DependencySnapshot) -> &'static str {
    let ends = |reason: &str| is_ending(reason) || is_undated(reason);
    if d.shown() == Shown::NotVerified && d.state.lost_access().is_some() {
        return "key refused";
    }
    match d.explaining().filter(|_| d.shown() == Shown::Degraded) {
        Some(held) if is_partly(&held.reason) => "removed in some countries",
        Some(held) if ends(&held.reason) => "cut-off announced",
        _ => tally::spoken(d.shown()),
    }
}

/// A dependency with what breaks without it, such as `Cloud hosting (everything)`.
pub(super) fn stopping(snapshot: &Snapshot, id: &str) -> Option<String> {
    let dependency: &DependencySnapshot = snapshot.each().find(|d| d.id == id)?;
    let breaks = dependency.breaks.as_ref().map_or_else(String::new, |breaks| format!(" ({breaks})"));
    Some(format!("{}{breaks}", dependency.label))
}
