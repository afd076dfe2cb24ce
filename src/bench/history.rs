//! Compares the messages that plugwatch would have sent in a real case with what the victim knew.

use std::time::Duration;

use super::case::{Assumed, Case, Kind};
use super::play::Played;
use super::scenario::{Is, Scenario, Truth};
use super::score::Finding;
use super::step::Origin;
use super::told::Told;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::human;
use crate::core::words::verdict::Verdict;

/// The result of playing a real case.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// All messages in order, except reminders and updates of the situation.
    pub timeline: Vec<&'a Told>,
    /// The real case.
    pub case: &'a Case,
    /// The first message about any of the case's truths.
    pub first: Option<&'a Told>,
    /// The message about the cut-off itself, or else the first one.
    pub cut: Option<&'a Told>,
    /// The number of messages, without updates of the situation.
    pub messages: usize,
    /// How many times the situation was updated: that is one message, which is edited silently.
    pub updates: usize,
    /// The faults that were found; empty if there are none.
    pub wrong: Vec<Finding>,
}

impl<'a> Outcome<'a> {
    /// The outcome of a scenario; `None` if it has no case.
    pub fn of(scenario: &'a Scenario, played: &'a Played) -> Option<Outcome<'a>> {
        let case = scenario.case.as_ref()?;
        let first = played.told.iter().find(|told| scenario.truths.iter().any(|truth| tells(truth, told)));
        let at_the_cut = |truth: &&Truth| truth.from == case.cut && !truth.silent;
        let cut = scenario.truths.iter().find(at_the_cut);
        let of_cut = |truth: &Truth| {
            let mut said = played.told.iter().filter(|told| tells(truth, told) && is_said(truth.is, told));
            // That its hour has passed is no sight of it.
            said.find(|told| told.why != "ended_unseen")
        };
        let cut = cut.and_then(of_cut).or(first);
        let mut wrong = played.wrong.clone();
        wrong.extend(too_late(case, first));
        let of_it = || played.told.iter().filter(|told| !of_itself(told.reason));
        let updates = of_it().filter(|told| told.reason == Reason::Situation).count();
        let messages = of_it().count() - updates;
        let news = |told: &&Told| !told.reason.reminds() && told.reason != Reason::Situation;
        let timeline = of_it().filter(news).collect();
        Some(Outcome { timeline, scenario, case, first, cut, messages, updates, wrong })
    }

    /// Whether people were alerted before anything stopped. A letter that announces no end does not count.
    pub fn before_the_cut(&self) -> bool {
        self.first.is_some_and(|told| told.at < self.case.cut && told.why != "noticed")
    }

    /// Whether people were alerted before the victim knew, in the real case.
    pub fn before_the_victim(&self) -> bool {
        let told = [self.first, self.cut].into_iter().flatten().map(|told| told.at).min();
        told.zip(self.case.learnt_at).is_some_and(|(told, learnt)| told < learnt)
    }

    /// How long after the cut-off plugwatch announced it; `None` if plugwatch announced it earlier, or never.
    pub fn after_the_cut(&self) -> Option<Duration> {
        self.cut.and_then(|told| told.at.checked_sub(self.case.cut))
    }

    /// Whether plugwatch could not have noticed the cut-off.
    pub fn missed(&self) -> bool {
        self.case.kind == Kind::Miss
    }

    /// Whether any answer is reconstructed.
    pub fn reconstructed(&self) -> bool {
        self.scenario.steps.iter().any(|step| matches!(step.origin, Some(Origin::Reconstructed(_))))
    }

    /// The kind, and what is assumed or reconstructed: `exact; hour assumed`.
    pub fn kind(&self) -> String {
        let mut words = vec![self.case.kind.word()];
        words.extend(self.case.assumed.as_ref().map(Assumed::words));
        // The other kinds say so themselves.
        words
            .extend((self.case.kind == Kind::Exact && self.reconstructed()).then_some("answers reconstructed in part"));
        words.extend(self.case.whose_time.as_ref().map(|_| "two clocks"));
        words.join("; ")
    }

    /// The date and time, in UTC, of a moment since the scenario began: `29 Jan 21:35`.
    pub fn date(&self, at: Duration) -> String {
        self.scenario.begins.plus(at).utc().format("%-d %b %H:%M").to_string()
    }

    /// The day of the cut-off: `29 Jan 2021`, or of the one that was threatened and withdrawn.
    pub fn day(&self) -> String {
        let day = self.scenario.begins.plus(self.case.cut).utc().format("%-d %b %Y").to_string();
        match &self.case.withdrawn {
            Some(on) => format!("threatened for {day}, withdrawn {on}"),
            None => day,
        }
    }

    /// The number of messages as text: `4`, or `4, and 2 updates of the situation`.
    pub fn how_many(&self) -> String {
        match self.updates {
            0 => self.messages.to_string(),
            1 => format!("{}, and an update of the situation", self.messages),
            updates => format!("{}, and {updates} updates of the situation", self.messages),
        }
    }

    /// When the thing that a message is about was cut off, and how that is called: several may go in one case.
    fn own_cut(&self, told: &Told) -> (Duration, &'static str) {
        let ends = |truth: &&Truth| matches!(truth.is, Is::Dropped | Is::Outage | Is::Undecidable);
        let about = |truth: &&Truth| told.ids.contains(&truth.dependency);
        let of_it: Vec<&Truth> = self.scenario.truths.iter().filter(about).collect();
        let later = of_it.iter().copied().filter(ends).find(|truth| truth.from > told.at);
        match later.filter(|_| of_it.iter().all(|truth| truth.from != self.case.cut)) {
            Some(truth) => (truth.from, "its own cut-off"),
            None if self.case.withdrawn.is_some() => (self.case.cut, "the threatened cut-off"),
            None => (self.case.cut, "the cut-off"),
        }
    }

    /// A message's time, level and title.
    pub fn said(&self, told: &Told) -> String {
        let (cut, name) = self.own_cut(told);
        let when = match (told.at.checked_sub(cut), cut.checked_sub(told.at)) {
            (Some(after), _) if after < Duration::from_secs(60) => "at once".to_owned(),
            (Some(after), _) if self.case.assumed.is_some() => format!("{} after the assumed hour", human(after)),
            (Some(after), _) => format!("{} after {name}", human(after)),
            (None, before) => format!("{} before {name}", human(before.unwrap_or_default())),
        };
        format!("{} ({when}), {}: {}", self.date(told.at), loud(told.level), told.title)
    }
}

/// A level as a word.
fn loud(level: Level) -> &'static str {
    level.word()
}

/// Whether a message is about no event: a start of the program, a report, or a person's test.
pub(super) fn of_itself(reason: Reason) -> bool {
    matches!(reason, Reason::Started | Reason::Report | Reason::Drill | Reason::Test)
}

/// Whether a message is about a truth, while that holds.
fn tells(truth: &Truth, told: &Told) -> bool {
    let about = told.ids.contains(&truth.dependency) && !of_itself(told.reason) && !told.reason.reminds();
    about && told.at >= truth.from && truth.to.is_none_or(|to| told.at <= to)
}

/// Whether a message announces the final state, and not an intermediate one.
fn is_said(is: Is, told: &Told) -> bool {
    match is {
        Is::Dropped => told.verdict == Some(Verdict::Dropped) && told.reason != Reason::Suspected,
        Is::Outage => told.verdict == Some(Verdict::Outage),
        _ => true,
    }
}

/// The finding that nobody was alerted in time, although the cut-off was announced.
fn too_late(case: &Case, first: Option<&Told>) -> Option<Finding> {
    let announced = matches!(case.kind, Kind::Letter | Kind::Date);
    let late = first.is_none_or(|told| told.at >= case.cut);
    (announced && late).then(|| Finding::new("late", "it was announced, and nobody was alerted before the cut-off"))
}

/// All cases together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// The number of cases.
    pub cases: usize,
    /// Cases in which people were alerted before anything stopped.
    pub before_the_cut: usize,
    /// Cases in which people were alerted before the victim knew, if that time is known.
    pub before_the_victim: usize,
    /// Cases for which the time is known at which the victim noticed.
    pub learnt_known: usize,
    /// Cases that plugwatch announced after the cut-off, within the check's confirmation time.
    pub after_the_cut: usize,
    /// The cases that plugwatch announced after the cut-off: the number before the time at which the victim is known
    /// to have noticed, and the number after it.
    pub beside_the_victim: (usize, usize),
    /// The median and the maximum time from the cut-off to the announcement, for the cases announced after it.
    pub took: Option<(Duration, Duration)>,
    /// Cases that would have been missed.
    pub missed: usize,
    /// Cases whose hour, or day and hour, no source gives.
    pub assumed: usize,
}

impl Totals {
    /// Counts the outcomes of all cases.
    pub fn of(outcomes: &[Outcome<'_>]) -> Totals {
        let count = |which: &dyn Fn(&Outcome<'_>) -> bool| outcomes.iter().filter(|one| which(one)).count();
        let played: Vec<&Outcome<'_>> = outcomes.iter().filter(|one| !one.missed()).collect();
        let later = played.iter().filter(|one| !one.before_the_cut());
        let known = later.clone().filter(|one| one.case.learnt_at.is_some());
        let first = known.clone().filter(|one| one.before_the_victim()).count();
        let mut took: Vec<Duration> = later.filter_map(|one| one.after_the_cut()).collect();
        took.sort_unstable();
        Totals {
            cases: outcomes.len(),
            before_the_cut: played.iter().filter(|one| one.before_the_cut()).count(),
            before_the_victim: played.iter().filter(|one| one.before_the_victim()).count(),
            learnt_known: played.iter().filter(|one| one.case.learnt_at.is_some()).count(),
            after_the_cut: took.len(),
            beside_the_victim: (first, known.count() - first),
            took: took.get(took.len() / 2).copied().zip(took.last().copied()),
            missed: count(&|one| one.missed()),
            assumed: count(&|one| one.case.assumed.is_some()),
        }
    }

    /// The totals as sentences.
    pub fn sentence(&self) -> String {
        let took = self.took.map_or_else(String::new, |(middle, longest)| {
            format!(" (median {} after it, at most {})", human(middle), human(longest))
        });
        format!(
            "Of {} real drops of 2021 to 2026, plugwatch would have alerted before the cut-off in {} (a letter or a date that a person gave it, or the vendor's own warning), within the check's confirmation time in {}{took}: in {} of these before the victim is known to have noticed, in {} afterwards. It would have missed {}. In {} cases, no source gives the hour, and it is assumed.",
            self.cases,
            self.before_the_cut,
            self.after_the_cut,
            self.beside_the_victim.0,
            self.beside_the_victim.1,
            self.missed,
            self.assumed
        )
    }
}
