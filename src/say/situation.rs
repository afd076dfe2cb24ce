//! The situation message: what is lost, what ends, what works, what to do, and who is taking care of it.

use std::time::Duration;

use chrono_tz::Tz;
use minijinja::{Value, context};
use serde::Serialize;

use super::about::{Working, ago, came, left, with_more};
use super::title::Title;
use crate::core::time::{Time, human};
use crate::core::words::text::capital;

/// The maximum number of steps in the message; the rest are counted.
const MOST_STEPS: usize = 5;

/// The maximum number of names of each kind in the message.
const MOST_NAMES: usize = 12;

/// The maximum number of letters quoted, their maximum length in characters, and the maximum number of actions: the
/// message has to fit a phone's screen.
const MOST_LETTERS: usize = 2;
const QUOTED: usize = 180;
const MOST_ACTS: usize = 2;

/// The maximum length of names in the title, in characters; a lock screen shows 60.
const ROOM: usize = 40;

/// If less time than this is left, the longest copy no longer comes first.
const SOON: Duration = Duration::from_secs(3 * 3_600);

/// A reminder within this time depends on an acknowledgement, which the message then says.
const HOUR: Duration = Duration::from_secs(3_600);

/// The state of everything.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Situation {
    /// The time of this state.
    pub at: Time,
    /// Whether all of it is over.
    pub over: bool,
    /// What is lost, the latest loss last.
    pub lost: Vec<Item>,
    /// What ends at an announced time, the nearest first.
    pub ending: Vec<Item>,
    /// What else is in trouble.
    pub trouble: Vec<Item>,
    /// What works, with the time of the last check.
    pub working: Vec<Working>,
    /// How many more dependencies work.
    pub more_working: usize,
    /// Labels of what cannot be checked or confirmed now.
    pub unsure: Vec<String>,
    /// Labels of what plugwatch does not monitor.
    pub not_monitored: Vec<String>,
    /// Steps that are still possible, earliest start first.
    pub steps: Vec<Step>,
    /// Who is taking care of what: names, each with labels.
    pub on_it: Vec<(String, Vec<String>)>,
    /// Labels of critical dependencies that nobody has acknowledged.
    pub nobody: Vec<String>,
    /// The time by which it is sent again.
    pub next: Option<Time>,
}

/// One dependency in trouble.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Item {
    /// Its id.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Its state, in a word or two.
    pub word: String,
    /// When that state began.
    pub since: Time,
    /// When it ends.
    pub ends: Option<Time>,
    /// The public id of its incident, until someone acknowledges it.
    pub unseen: Option<String>,
    /// What a letter that threatens an end demands, in the letter's own words.
    pub demand: Option<String>,
    /// Whether the letter is about prices or terms only and ends nothing.
    pub terms: bool,
    /// Whether today is the day that the letter names without an hour.
    pub last_day: bool,
    /// The letter with its sender, for the beginning of a sentence: `Twilio's letter`.
    pub letter: Option<String>,
    /// When the letters arrived: the newest one, and before it those that it replaces.
    pub reported: Vec<Time>,
    /// A quotation from the letter; if it threatens an end, this is its demand.
    pub quote: Option<String>,
    /// What to do now.
    pub do_now: Option<String>,
    /// What to do in the last hours.
    pub do_last: Option<String>,
}

/// One step that is still possible.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// What to do.
    pub what: String,
    /// The label of the dependency it is for.
    pub label: String,
    /// How long it takes.
    pub takes: Option<Duration>,
    /// Who does it.
    pub owner: Option<String>,
    /// The latest time to start.
    pub start: Option<Time>,
    /// What to do instead if the step can no longer be finished in time.
    pub late: Option<String>,
}

/// Keys refused so close together have one cause.
const TOGETHER: Duration = Duration::from_secs(300);

/// Whether several keys were refused within minutes.
fn within_minutes(refused: &[&Item]) -> bool {
    let since = || refused.iter().map(|item| item.since);
    refused.len() > 1 && since().max().zip(since().min()).is_some_and(|(last, first)| last.since(first) <= TOGETHER)
}

impl Situation {
    /// The data for the template.
    pub(super) fn context(&self, now: Time, zone: Tz, edits: bool) -> Value {
        let working: Vec<String> =
            self.working.iter().map(|one| format!("{} ({})", one.label, ago(one, now))).collect();
        let working = with_more(working, self.more_working);
        let dated = |item: &Item| format!("{} ({})", item.label, near(item.since, now, zone));
        let (lost, refused): (Vec<&Item>, Vec<&Item>) = self.lost.iter().partition(|item| item.word.is_empty());
        let trouble = self.trouble.iter().map(|item| format!("{} ({})", item.label, item.word));
        let on_it = self.on_it.iter().map(|(who, what)| format!("{who} ({})", few(what.iter().cloned()).join(", ")));
        let (dated_steps, elsewhere): (Vec<&Step>, Vec<&Step>) =
            self.steps.iter().take(MOST_STEPS).partition(|step| step.start.is_some());
        let lines = |steps: Vec<&Step>| steps.iter().map(|step| step.line(now, zone)).collect::<Vec<_>>();
        context! {
            over => self.over,
            edits,
            at => self.at.local(zone, now),
            refused_together => within_minutes(&refused),
            lost => few(lost.into_iter().map(dated)),
            refused => few(refused.into_iter().map(dated)),
            hours => self.hours(now, zone, false),
            terms => self.hours(now, zone, true),
            trouble => few(trouble),
            working,
            unsure => self.unsure,
            not_monitored => self.not_monitored,
            steps => lines(dated_steps),
            elsewhere => lines(elsewhere),
            more_steps => self.steps.len().saturating_sub(MOST_STEPS),
            letters => self.letters(now, zone),
            do_now => self.do_now(now),
            on_it => on_it.collect::<Vec<_>>(),
            nobody => few(self.nobody.iter().cloned()),
            next => self.next.filter(|next| *next > now).map(|next| next.local(zone, now)),
            next_soon => self.next.is_some_and(|next| next.since(now) <= HOUR),
        }
    }

    /// One line for each letter: its sender, when it arrived and what it says.
    fn letters(&self, now: Time, zone: Tz) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for item in &self.ending {
            let Some((letter, quote)) = item.letter.as_ref().zip(item.quote.as_ref()) else { continue };
            let reported = came(&item.reported, now, zone);
            let quote = super::cut(quote, QUOTED);
            let letter = capital(letter);
            let line = format!(
                "{letter}, reported {reported} by a person, not confirmed by the vendor: \u{201c}{quote}\u{201d}"
            );
            all.extend((!all.contains(&line)).then_some(line));
        }
        all.truncate(MOST_LETTERS);
        all
    }

    /// What to do about announced ends, the nearest first, and about losses, the latest first. The same advice for
    /// several dependencies is given once.
    fn do_now(&self, now: Time) -> Vec<(String, String)> {
        let ending = self.ending.iter().map(|item| {
            let soon = item.ends.is_some_and(|ends| ends.since(now) <= SOON);
            (item, if soon { item.do_last.as_ref().or(item.do_now.as_ref()) } else { item.do_now.as_ref() })
        });
        let lost = self.lost.iter().rev().map(|item| (item, item.do_now.as_ref()));
        let mut all: Vec<(String, String)> = Vec::new();
        for (item, said) in ending.chain(lost) {
            let Some(said) = said else { continue };
            match all.iter_mut().find(|(_, line)| line == said) {
                Some((labels, _)) => *labels = format!("{labels}, {}", item.label),
                None => all.push((item.label.clone(), said.clone())),
            }
        }
        // The advice needs no label if nothing else is lost or ends.
        if let [(label, _)] = all.as_mut_slice()
            && self.ending.len() + self.lost.len() == 1
        {
            label.clear();
        }
        all.truncate(MOST_ACTS);
        all
    }

    /// One line for each announced time, with the time left and what ends then; with `terms`, whose new terms apply
    /// then.
    fn hours(&self, now: Time, zone: Tz, terms: bool) -> Vec<String> {
        let mut hours: Vec<((Time, bool), Vec<String>)> = Vec::new();
        for item in self.ending.iter().filter(|item| item.terms == terms) {
            let Some(ends) = item.ends.filter(|ends| *ends > now) else { continue };
            let label = match item.word.as_str() {
                "" => item.label.clone(),
                word => format!("{} ({word})", item.label),
            };
            match hours.last_mut().filter(|(hour, _)| *hour == (ends, item.last_day)) {
                Some((_, labels)) => labels.push(label),
                None => hours.push(((ends, item.last_day), vec![label])),
            }
        }
        let line = |((ends, last_day), labels): ((Time, bool), Vec<String>)| match last_day {
            true => format!("today, by {} at the latest: {}", ends.local(zone, now), labels.join(", ")),
            false => format!("in {} ({}): {}", left(ends, now), ends.day(zone, now), labels.join(", ")),
        };
        hours.into_iter().map(line).collect()
    }

    /// The title, such as `SITUATION: 2 lost, Cloud hosting ends in 15 h` or `CUT-OFF in 15 h: Cloud hosting`.
    pub(super) fn title(&self, at: Time, zone: Tz) -> Title {
        if let Some(title) = self.steps.iter().filter(|_| !self.over).find_map(|step| step.title(at, zone)) {
            return title;
        }
        if self.over {
            // Good news requires that everything is checked and works.
            return match self.trouble.len() + self.unsure.len() {
                0 => Title::marked("🟢", "SITUATION OVER", "everything monitored works"),
                1 => Title::marked("🟡", "SITUATION CLOSED", "1 problem is left"),
                several => Title::marked("🟡", "SITUATION CLOSED", &format!("{several} problems are left")),
            };
        }
        let ending = self.ending.iter().filter_map(|item| Some((item, item.ends.filter(|ends| *ends > at)?)));
        let ending: Vec<(&Item, Time)> = ending.collect();
        let (lost, refused): (Vec<&Item>, Vec<&Item>) = self.lost.iter().partition(|item| item.word.is_empty());
        let lost = match lost.as_slice() {
            [] => None,
            [only] => Some(format!("{} lost", only.label)),
            several => {
                let names = several.iter().map(|item| item.label.as_str()).collect::<Vec<_>>().join(", ");
                // Together with deadlines and refused keys, names would push these off a lock screen.
                let alone = refused.is_empty() && ending.is_empty() && names.chars().count() <= ROOM;
                Some(if alone { format!("{names} lost") } else { format!("{} lost", several.len()) })
            }
        };
        let refused = match refused.len() {
            0 => None,
            1 => Some("1 key refused".to_owned()),
            several => Some(format!("{several} keys refused")),
        };
        let ends = match ending.as_slice() {
            [] => None,
            // Together with other news, a name would push the deadline off a lock screen.
            [(_, ends)] if lost.is_some() && refused.is_some() => Some(format!("1 ends in {}", left(*ends, at))),
            [(only, ends)] => Some(format!("{} ends in {}", only.label, left(*ends, at))),
            [(_, first), ..] => Some(format!("{} end in {}", ending.len(), left(*first, at))),
        };
        if let (None, None, [(_, first), ..]) = (&lost, &refused, ending.as_slice()) {
            let names: Vec<&str> = ending.iter().map(|(item, _)| item.label.as_str()).collect();
            let terms = ending.iter().all(|(item, _)| item.terms);
            let (mark, what) = if terms { ("🟡", "NEW TERMS") } else { ("🔴", "CUT-OFF") };
            if ending.iter().all(|(item, _)| item.last_day) {
                return Title::marked(mark, "LAST DAY", &names.join(", "));
            }
            return Title::marked(mark, &format!("{what} in {}", left(*first, at)), &names.join(", "));
        }
        // In the last hours before an end, the rest can still be saved, as in a message about that end alone.
        let last = ending.iter().any(|(item, ends)| !item.terms && ends.since(at) <= SOON);
        let parts: Vec<String> = [lost, refused, ends].into_iter().flatten().collect();
        Title::marked(if last { "🔴" } else { "🟠" }, "SITUATION", &parts.join(", "))
    }
}

/// The first of many names, and how many more there are.
fn few(mut all: impl ExactSizeIterator<Item = String>) -> Vec<String> {
    let more = all.len().saturating_sub(MOST_NAMES);
    with_more(all.by_ref().take(MOST_NAMES).collect(), more)
}

/// The time with the weekday, if the day needs it; the zone is at the top of the message.
fn near(at: Time, now: Time, zone: Tz) -> String {
    let days = at.since(now).max(now.since(at)).as_secs() / 86_400;
    let format = if days < 6 { "%a %H:%M" } else { "%-d %b %H:%M" };
    at.utc().with_timezone(&zone).format(format).to_string()
}

/// How long before its latest start a step is named in the title, and how long after it. Later, the step can no
/// longer be finished in time.
const START_NEAR: Duration = Duration::from_secs(3_600);
const START_NOW: Duration = Duration::from_secs(600);

impl Step {
    fn line(&self, now: Time, zone: Tz) -> String {
        let takes = self.takes.map(|takes| format!("takes {}", human(takes)));
        let owner = self.owner.clone().unwrap_or_else(|| "nobody assigned".to_owned());
        let passed = self.start.is_some_and(|start| start.plus(START_NOW) <= now);
        // The advice that still helps comes last. plugwatch cannot see whether the step was started.
        if let Some(late) = self.late.as_ref().filter(|_| passed) {
            let takes = takes.map_or_else(String::new, |takes| format!(", {takes}"));
            let (label, what) = (&self.label, &self.what);
            return format!("{label}: not reported as started: {what} ({owner}{takes}). If it does not run, {late}");
        }
        let start = self.start.map(|start| match passed {
            false if start > now => format!("start by {} at the latest", near(start, now, zone)),
            false => "if it does not run, start now: later it will not be done in time".to_owned(),
            true => "not reported as started; it fits only if it runs: else save what matters most".to_owned(),
        });
        let about: Vec<String> = [takes, start, Some(owner)].into_iter().flatten().collect();
        format!("{}: {} ({})", self.label, self.what, about.join(", "))
    }

    /// The title near the latest start of the step: `START BY Sun 22:59 UTC: copy the data out (takes 9 h)`.
    fn title(&self, at: Time, zone: Tz) -> Option<Title> {
        let (start, takes) = (self.start?, self.takes?);
        let near = start.since(at) <= START_NEAR && at.since(start) < START_NOW;
        let what =
            if start > at { format!("START BY {}", start.weekday(zone)) } else { "LAST MOMENT TO START".to_owned() };
        near.then(|| Title::lasting("🔴", &what, &self.what, format!("takes {}", human(takes))))
    }
}
