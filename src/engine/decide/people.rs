//! Applies people's actions and vendors' letters to the known state and to what is announced.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::decider::Decider;
use crate::catalog::Demand;
use crate::config::Dependency;
use crate::core::dependency::incident::Incident;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::dependency::state::Combined;
use crate::core::dependency::storefronts::is_partly;
use crate::core::people::action::{ActionKind, OperatorAction, People};
use crate::core::people::advice::Advice;
use crate::core::people::notice::{Around, Letter, Notice};
use crate::core::people::wording::{self, Wording};
use crate::core::time::deadline::names_none;
use crate::core::time::{Time, human};
use crate::core::words::verdict::{Proof, Verdict};

/// How the catalogue refers to a party whose name is unknown.
const UNNAMED: [&str; 3] = ["the ", "your ", "whoever "];

impl Decider {
    /// Applies people's actions and vendors' letters. `drills` are the drills not yet announced.
    pub(in crate::engine) fn apply_people(&mut self, people: People, drills: &[OperatorAction], now: Time) {
        let before = std::mem::replace(&mut self.people, people);
        // A person's word is heard at once.
        self.plan.hurry_dependencies(&self.people.attested_since(&before), now);
        let before = before.letters;
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
        // People's actions are part of what is shown.
        self.show_all();
    }

    /// A letter that changes no verdict is still news, for example if what it threatens is already out.
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
        let lost = |id: &String| {
            let incident = self.known.dependency(id).and_then(|state| state.incident.as_ref());
            incident.is_some_and(|incident| incident.verdict == Verdict::Dropped)
        };
        let quote = letter.notice.text.trim_end_matches('.');
        let text = format!("Letter reported by {}, not confirmed by the vendor: \u{201c}{quote}\u{201d}.", letter.by);
        let (title, lines) = if letter.notice.dependencies.iter().all(lost) {
            let act = "Do now: Keep the letter for your lawyer, and answer its reason in your appeal.";
            // What a letter dates after the loss is the end of something else, such as the data.
            let date = match letter.notice.effective {
                Some(_) => format!("It names a date: {}", letter.read_as),
                None if names_none(&letter.notice.text) => {
                    "Look in it for a deadline to appeal, and for the day on which data is deleted.".to_owned()
                }
                None => "Note the date that it names, and save before then what is still there.".to_owned(),
            };
            ("🔴 LETTER after the loss", vec![text, format!("{act} {date}")])
        } else {
            let hour = letter.notice.effective.map(|_| format!("It takes effect {}", letter.read_as));
            let trouble = "It is in trouble already: see /status.".to_owned();
            ("🔴 CUT-OFF ANNOUNCED", hour.into_iter().chain([text, trouble]).collect())
        };
        let title = format!("{title}: {}", labels.join(", "));
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

    /// All notices: those in the configuration, and those that people entered.
    pub(in crate::engine) fn notices(&self) -> impl Iterator<Item = &Notice> {
        self.config.notices.iter().chain(self.people.letters.iter().map(|letter| &letter.notice))
    }

    /// When a dependency ends, according to the notices received so far; the earliest future time.
    pub(in crate::engine) fn ends_at(&self, id: &str, now: Time) -> Option<Time> {
        let concerns = |notice: &&Notice| notice.received <= now && notice.dependencies.iter().any(|other| other == id);
        let open = self.notices().filter(concerns).filter(|notice| !self.came_true_on_its_day(notice, id, now));
        open.filter_map(|notice| notice.ahead(now)).min()
    }

    /// Whether it is gone in some countries since a letter came whose day this is: the rest of the day brings nothing more.
    fn came_true_on_its_day(&self, notice: &Notice, id: &str, now: Time) -> bool {
        notice.is_last_day(now) && self.is_gone_since(id, notice.received)
    }

    /// Whether it is gone, everywhere or in some countries, since no earlier than `since`.
    fn is_gone_since(&self, id: &str, since: Time) -> bool {
        let held = self.known.dependency(id).and_then(|state| state.combined.held.as_ref());
        held.is_some_and(|held| (held.verdict == Verdict::Dropped || is_partly(&held.reason)) && held.since >= since)
    }

    /// What a letter names together with a dependency, if its hour has come.
    pub(in crate::engine) fn announced_with(&self, id: &str, now: Time) -> Vec<String> {
        let of_it = |notice: &&Notice| notice.has_come(now) && notice.dependencies.iter().any(|other| other == id);
        let others = self.notices().filter(of_it).flat_map(|notice| &notice.dependencies);
        others.filter(|other| *other != id).cloned().collect()
    }

    /// Whether a letter announced the end of this and of something else for now, and that is gone already.
    pub(in crate::engine) fn is_next_to_go(&self, id: &str, now: Time) -> bool {
        let of_it = |notice: &&Notice| notice.has_come(now) && notice.dependencies.iter().any(|other| other == id);
        self.notices().filter(of_it).any(|notice| {
            notice.dependencies.iter().any(|other| other != id && self.is_gone_since(other, notice.received))
        })
    }

    /// When announced maintenance of a dependency ends, according to the configuration or a person.
    pub(in crate::engine) fn maintenance_until(&self, id: &str, now: Time) -> Option<Time> {
        self.config.maintenance_until(id, now).max(self.people.maintenance_until(id, now))
    }

    /// What is in force for a dependency, in a few words each.
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

    /// The number of the newest letter about a dependency, if it concerns dependencies of several companies.
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

    /// The combined state, including letters and people's reports.
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
            answered: false,
            advice: None,
        };
        let newest = own.iter().filter(|notice| notice.received <= at).map(|notice| notice.received).max();
        let around = |notice: &Notice| {
            let earlier: &[Time] = if Some(notice.received) == newest { &earlier } else { &[] };
            Around { earlier, answered: self.is_answered(notice), ..around }
        };
        let dependency = self.dependency(id);
        notices.fold(combined, |combined, notice| {
            let advice = dependency.and_then(|dependency| self.advice_on(dependency, &notice.text));
            notice.apply(combined, Around { advice: advice.as_deref(), ..around(notice) }, open, at)
        })
    }

    /// Whether a person said that the letter was answered.
    fn is_answered(&self, notice: &Notice) -> bool {
        self.people.letters.iter().any(|letter| letter.notice == *notice && letter.answered.is_some())
    }

    /// The name of the company that sends letters about a dependency; empty if unknown.
    pub(in crate::engine) fn sender(&self, id: &str) -> String {
        let named = |decider: &String| !UNNAMED.iter().any(|word| decider.starts_with(word));
        let Some(dependency) = self.dependency(id) else { return String::new() };
        let known = Some(self.decider(dependency)).filter(named);
        known.or_else(|| self.only_company(dependency)).unwrap_or_default()
    }

    /// The name of the only company that a dependency relies on, if a generic check, such as that of a zone, names
    /// none.
    pub(in crate::engine) fn only_company(&self, dependency: &Dependency) -> Option<String> {
        match dependency.companies.as_slice() {
            [only] => Some(self.config.catalog.company(only)),
            _ => None,
        }
    }

    /// When the letters arrived that the newest one replaces, oldest first.
    fn letters_before(&self, id: &str, at: Time) -> Vec<Time> {
        let mut all = self.letters_about(id, at);
        all.pop();
        all
    }

    /// When the letters arrived: the newest one, and before it those that it replaces.
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

    /// How many letters have announced the same, and when a person reported the newest of them.
    pub(in crate::engine) fn letters_of(&self, id: &str, now: Time) -> (usize, Option<Time>) {
        let received = self.letters_about(id, now);
        let concerns = |letter: &&Letter| letter.notice.dependencies.iter().any(|other| other == id);
        let newest = received.last();
        let letters = self.people.letters.iter().filter(concerns);
        let newest = letters.filter(|letter| Some(&letter.notice.received) == newest).map(|letter| letter.added_at);
        (received.len(), newest.max())
    }

    /// The advice about a letter. If the vendor's file knows what the letter demands, it says how to meet it.
    pub(in crate::engine) fn advice_on(&self, dependency: &Dependency, letter: &str) -> Option<Cow<'_, Advice>> {
        let advice = self.advice(dependency)?;
        let vendor = dependency.vendors.first().and_then(|id| self.config.catalog.vendors.get(id));
        let letter = letter.to_lowercase();
        let known = vendor.and_then(|vendor| vendor.demands.iter().find(|demand| letter.contains(&demand.words)));
        Some(match known {
            Some(Demand { hint, .. }) => {
                Cow::Owned(Advice { ends: hint.clone(), soon: hint.clone(), ..advice.clone() })
            }
            None => Cow::Borrowed(advice),
        })
    }

    /// The advice for this kind of dependency.
    pub(in crate::engine) fn advice(&self, dependency: &Dependency) -> Option<&Advice> {
        self.config.catalog.advice(&dependency.kind)
    }

    /// The wording of the letter that announces the next end, or of a letter without a date: its demand, and whether
    /// it concerns terms only.
    pub(in crate::engine) fn letter_of(&self, id: &str, now: Time) -> Wording {
        self.open_letter(id, now).map(|notice| wording::of(&notice.text)).unwrap_or_default()
    }

    /// The letter that announces the next end, or a letter without a date.
    pub(in crate::engine) fn open_letter(&self, id: &str, now: Time) -> Option<&Notice> {
        let open =
            |notice: &&Notice| notice.received <= now && (notice.effective.is_none() || notice.ahead(now).is_some());
        let own = self.notices().filter(open).filter(|notice| notice.dependencies.iter().any(|other| other == id));
        // Of several that name the same time, the newest says how it stands.
        let nearest = |notice: &&Notice| notice.ahead(now).unwrap_or(Time(i64::MAX));
        own.min_by_key(|notice| (nearest(notice), std::cmp::Reverse(notice.received)))
    }

    /// By when people must have acted: the earliest time that the letter may mean.
    pub(in crate::engine) fn act_by(&self, id: &str, now: Time) -> Option<Time> {
        self.open_letter(id, now).and_then(|notice| notice.effective)
    }

    /// Whether a letter ends the dependency today, on a day that the letter names without an hour.
    pub(in crate::engine) fn is_last_day(&self, id: &str, now: Time) -> bool {
        self.open_letter(id, now).is_some_and(|notice| notice.is_last_day(now))
    }

    /// The dependencies whose letters have taken effect since `since`. They are checked now.
    pub(in crate::engine) fn hour_has_come(&self, since: Time, now: Time) -> Vec<String> {
        let within = |at: Time| at >= since && at <= now;
        let due = |notice: &&Notice| notice.effective.is_some_and(within) || notice.passes().is_some_and(within);
        self.notices().filter(due).flat_map(|notice| notice.dependencies.iter().cloned()).collect()
    }

    /// Updates dependencies whose notices begin or take effect.
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
