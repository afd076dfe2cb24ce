//! Applies people's acts and vendors' letters to what is known and announced.

use std::collections::BTreeSet;

use super::decider::Decider;
use crate::config::Dependency;
use crate::core::dependency::incident::Incident;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::dependency::state::Combined;
use crate::core::people::action::{ActionKind, OperatorAction, People};
use crate::core::people::advice::Advice;
use crate::core::people::notice::{Around, Letter, Notice};
use crate::core::people::wording::{self, Wording};
use crate::core::time::{Time, human};
use crate::core::words::verdict::Proof;

/// How the catalogue speaks of a party that it cannot name.
const UNNAMED: [&str; 3] = ["the ", "your ", "whoever "];

impl Decider {
    /// Applies people's acts and vendors' letters. `drills` are those not yet announced.
    pub(in crate::engine) fn apply_people(&mut self, people: People, drills: &[OperatorAction], now: Time) {
        let before = std::mem::replace(&mut self.people, people).letters;
        for act in drills {
            self.tell_drill(act, now);
        }
        // A withdrawn letter no longer threatens anything.
        let concerned = before.iter().flat_map(|letter| letter.notice.dependencies.iter().cloned());
        for id in concerned.collect::<BTreeSet<_>>() {
            self.correlate(&id, now);
        }
        self.apply_notices(now);
        self.tell_letters(&before, now);
        self.review_due = true;
        // People's acts are part of what is shown.
        self.show_all();
    }

    /// A letter that changes no verdict is still news: what it threatens may be out already.
    fn tell_unshown(&mut self, letter: &Letter, now: Time) {
        let shown = |id: &String| {
            let state = self.known.dependency(id);
            let held = state.and_then(|state| state.combined.held.as_ref());
            held.is_some_and(|held| held.proof == Proof::Told)
        };
        if letter.notice.dependencies.is_empty() || letter.notice.dependencies.iter().any(shown) {
            return;
        }
        let labels: Vec<&str> =
            letter.notice.dependencies.iter().filter_map(|id| Some(self.dependency(id)?.label.as_str())).collect();
        let title = format!("🔴 CUT-OFF ANNOUNCED: {}", labels.join(", "));
        let hour = letter.notice.effective.map(|_| format!("It takes effect {}", letter.read_as));
        let text = format!("Letter reported by {}: {}.", letter.by, letter.notice.text.trim_end_matches('.'));
        let lines = hour.into_iter().chain([text, "It is in trouble already: see /status.".to_owned()]).collect();
        let about = letter.notice.dependencies.first().cloned();
        self.tell_note(Reason::Notice, Level::Critical, about.as_deref(), &title, lines, now);
    }

    /// A changed cut-off time is news for everybody who was notified of the old one.
    fn tell_letters(&mut self, before: &[Letter], now: Time) {
        for letter in self.people.letters.clone() {
            let old = before.iter().find(|old| old.public_id == letter.public_id);
            if old.is_none() {
                self.tell_unshown(&letter, now);
            }
            let moved = old
                .is_some_and(|old| old.notice.effective.is_some() && old.notice.effective != letter.notice.effective);
            let (Some(at), true) = (letter.notice.effective, moved) else { continue };
            let labels: Vec<&str> =
                letter.notice.dependencies.iter().filter_map(|id| Some(self.dependency(id)?.label.as_str())).collect();
            let title = format!("🔴 CUT-OFF MOVED: {}", labels.join(", "));
            let by = letter.confirmed.as_ref().map_or("somebody", |(by, _)| by.as_str());
            let lines = vec![
                format!("It takes effect {}", letter.read_as),
                format!(
                    "Corrected by {by}; {} of notice: {}.",
                    human(at.since(letter.notice.received)),
                    letter.notice.text
                ),
            ];
            let about = letter.notice.dependencies.first().cloned();
            self.tell_note(Reason::Notice, Level::Critical, about.as_deref(), &title, lines, now);
        }
    }

    /// All notices: those of the configuration, and those that people reported.
    pub(in crate::engine) fn notices(&self) -> impl Iterator<Item = &Notice> {
        self.config.notices.iter().chain(self.people.letters.iter().map(|letter| &letter.notice))
    }

    /// When a dependency ends, according to notices received so far; the earliest time that lies ahead.
    pub(in crate::engine) fn ends_at(&self, id: &str, now: Time) -> Option<Time> {
        let concerns = |notice: &&Notice| notice.received <= now && notice.dependencies.iter().any(|other| other == id);
        self.notices().filter(concerns).filter_map(|notice| notice.ahead(now)).min()
    }

    /// Until when announced maintenance of a dependency lasts, according to the configuration or a person.
    pub(in crate::engine) fn maintenance_until(&self, id: &str, now: Time) -> Option<Time> {
        self.config.maintenance_until(id, now).max(self.people.maintenance_until(id, now))
    }

    /// What is in force about a dependency, a few words each.
    pub(in crate::engine) fn notes_on(&self, id: &str, now: Time) -> Vec<String> {
        let mut notes = Vec::new();
        let state = self.known.dependency(id);
        if let Some((state, incident)) = state.and_then(|state| Some((state, state.incident.as_ref()?))) {
            match self.people.settled(&incident.public_id) {
                Some(act) if act.deed == ActionKind::Accept => notes.push(format!("accepted by {}", act.by)),
                Some(act) if act.deed == ActionKind::ItWasUs => notes.push(format!("it was us, says {}", act.by)),
                Some(act) => notes.push(format!("a false alarm, says {}", act.by)),
                None => {}
            }
            let ack = self.people.acked(&incident.public_id, state.notified.news_at);
            notes.extend(ack.map(|act| format!("acknowledged by {}", act.by)));
        }
        let muted = self.people.muted(id, now).and_then(|act| Some((act, act.until?)));
        notes.extend(muted.map(|(act, until)| format!("muted by {} until {}", act.by, until.short())));
        notes.extend(self.maintenance_until(id, now).map(|until| format!("work until {}", until.short())));
        notes.extend(self.ends_at(id, now).map(|at| format!("ends {}", at.short())));
        notes
    }

    /// The number of the newest letter about a dependency, if it concerns things of several companies.
    pub(in crate::engine) fn letter_to_several(&self, id: &str, now: Time) -> Option<usize> {
        let concerns = |notice: &Notice| notice.received <= now && notice.dependencies.iter().any(|other| other == id);
        let company = |id: &String| {
            let dependency = &self.config.dependencies[self.platform.position(id)?];
            Some(self.company(dependency))
        };
        let several = |notice: &Notice| {
            let mut companies = notice.dependencies.iter().filter_map(company);
            let first = companies.next();
            companies.any(|company| Some(company) != first)
        };
        let newest = self.notices().enumerate().filter(|(_, notice)| concerns(notice));
        newest.max_by_key(|(_, notice)| notice.received).filter(|(_, notice)| several(notice)).map(|(number, _)| number)
    }

    fn next_turn(&self, now: Time) -> Option<Time> {
        let notices = self.config.notices.iter().filter_map(|notice| notice.turns_at(now)).min();
        [notices, self.people.turns_at(now), self.config.maintenance_turns_at(now)].into_iter().flatten().min()
    }

    /// The combined state, including what vendors and people have said.
    pub(in crate::engine) fn with_notices(
        &self,
        id: &str,
        combined: Combined,
        open: Option<&Incident>,
        at: Time,
    ) -> Combined {
        let concerns = |notice: &&Notice| notice.dependencies.iter().any(|dependency| dependency == id);
        let own: Vec<&Notice> = self.notices().filter(concerns).collect();
        let notices = own.iter().filter(|notice| !own.iter().any(|other| notice.is_superseded(other, at)));
        let sender = self.sender(id);
        let earlier = self.letters_before(id, at);
        let around = Around {
            sender: &sender,
            earlier: &[],
            looked_at: self.looked_at(id, at),
            in_order_at: self.in_order_at(id),
            worked_on: self.maintenance_until(id, at).is_some(),
            advice: self.dependency(id).and_then(|dependency| self.advice(dependency)),
        };
        let newest = own.iter().filter(|notice| notice.received <= at).map(|notice| notice.received).max();
        let around = |notice: &Notice| {
            let earlier: &[Time] = if Some(notice.received) == newest { &earlier } else { &[] };
            Around { earlier, ..around }
        };
        notices.fold(combined, |combined, notice| notice.apply(combined, around(notice), open, at))
    }

    /// Who sends letters about it, by name; empty if no name is known.
    pub(in crate::engine) fn sender(&self, id: &str) -> String {
        let named = |decider: &String| !UNNAMED.iter().any(|word| decider.starts_with(word));
        self.dependency(id).map(|dependency| self.decider(dependency)).filter(named).unwrap_or_default()
    }

    /// When the letters came that its newest one stands in for, the oldest first.
    fn letters_before(&self, id: &str, at: Time) -> Vec<Time> {
        let mut all = self.letters_about(id, at);
        all.pop();
        all
    }

    /// When its newest letter came, and before it those that it stands in for.
    pub(in crate::engine) fn letters_about(&self, id: &str, at: Time) -> Vec<Time> {
        let concerns = |notice: &&Notice| notice.received <= at && notice.dependencies.iter().any(|other| other == id);
        let Some(newest) = self.notices().filter(concerns).max_by_key(|notice| notice.received) else {
            return Vec::new();
        };
        let older = self.notices().filter(concerns).filter(|notice| notice.is_superseded(newest, at));
        let mut all: Vec<Time> = older.chain([newest]).map(|notice| notice.received).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What to do about a thing of this kind.
    pub(in crate::engine) fn advice(&self, dependency: &Dependency) -> Option<&Advice> {
        self.config.catalog.advice(&dependency.kind)
    }

    /// The wording of the letter that ends it next, or of one without a date: what the letter asks for, and whether it
    /// concerns terms only.
    pub(in crate::engine) fn letter_of(&self, id: &str, now: Time) -> Wording {
        self.open_letter(id, now).map(|notice| wording::of(&notice.text)).unwrap_or_default()
    }

    /// The letter that ends it next, or one without a date.
    pub(in crate::engine) fn open_letter(&self, id: &str, now: Time) -> Option<&Notice> {
        let open =
            |notice: &&Notice| notice.received <= now && (notice.effective.is_none() || notice.ahead(now).is_some());
        let own = self.notices().filter(open).filter(|notice| notice.dependencies.iter().any(|other| other == id));
        own.min_by_key(|notice| notice.ahead(now).unwrap_or(Time(i64::MAX)))
    }

    /// By when people have to be done: its end by the earliest reading of the letter.
    pub(in crate::engine) fn act_by(&self, id: &str, now: Time) -> Option<Time> {
        self.open_letter(id, now).and_then(|notice| notice.effective)
    }

    /// Whether it is the day on which a letter ends it, by the letter's day without an hour.
    pub(in crate::engine) fn is_last_day(&self, id: &str, now: Time) -> bool {
        self.open_letter(id, now).is_some_and(|notice| notice.is_last_day(now))
    }

    /// When a letter takes effect, everything it threatens is checked now.
    pub(in crate::engine) fn hour_has_come(&self, since: Time, now: Time) -> Vec<String> {
        let within = |at: Time| at >= since && at <= now;
        let due = |notice: &&Notice| notice.effective.is_some_and(within) || notice.passes().is_some_and(within);
        self.notices().filter(due).flat_map(|notice| notice.dependencies.iter().cloned()).collect()
    }

    /// Notices that begin or take effect change the state of their dependencies.
    pub(in crate::engine) fn apply_notices(&mut self, now: Time) {
        let concerned: BTreeSet<String> =
            self.notices().flat_map(|notice| notice.dependencies.iter().cloned()).collect();
        for id in concerned {
            self.correlate(&id, now);
            self.show(&id);
        }
        self.notice_at = self.next_turn(now);
    }
}
