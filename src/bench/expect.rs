//! What a truth says about the messages themselves: how loud, under which title, whose doing, which words
//! must stand in them and which must not.

use std::collections::BTreeMap;

use crate::core::dependency::incident::{Level, Reason};
use crate::core::words::verdict::Fault;
use crate::read::{At, Table};

use super::score::Finding;
use super::told::Told;

/// What is expected of the message that first tells a truth, and of all that are about it.
#[derive(Clone, Debug, Default)]
pub struct Expect {
    /// How loud the first one is.
    pub level: Option<Level>,
    /// Its title, as a lock screen shows it; `*` stands for anything.
    pub title: Option<String>,
    /// Whose doing it says that it is.
    pub fault: Option<Fault>,
    /// Who is named in it as the one who decides.
    pub culprit: Option<String>,
    /// It is told as a cascade, or is not.
    pub cascade: Option<bool>,
    /// What must stand in the first one.
    pub says: Vec<String>,
    /// What must stand in no message about the dependency.
    pub never_says: Vec<String>,
    /// That it is over is told, or is not.
    pub live_again: Option<bool>,
    /// No more messages are about the dependency while it is true, and a little afterwards.
    pub most_messages: Option<usize>,
    /// Countries that the first one names.
    pub countries: Vec<String>,
    /// What the first one says of the fallback: its name, and how it is.
    pub fallback: Option<String>,
    /// It may be told as a lost access although it cannot be seen.
    pub access_lost: bool,
    /// More than one message for a reason, and why that is right here.
    pub more: More,
}

/// How many messages of each reason an event may bring, where that is more than one.
#[derive(Clone, Debug, Default)]
pub struct More {
    /// By reason.
    pub most: BTreeMap<Reason, usize>,
    /// Why.
    pub because: String,
}

impl Expect {
    /// Reads what a `[[truth]]` says of its messages.
    pub(super) fn read(table: &Table<'_>) -> Expect {
        let texts = |key: &str| -> Vec<String> {
            let list: Option<At<Vec<At<String>>>> = table.strings(key);
            list.map(|list| list.value.into_iter().map(|text| text.value).collect()).unwrap_or_default()
        };
        let levels: Vec<&str> = Level::ALL.iter().map(|level| level.word()).collect();
        let faults: Vec<&str> = Fault::ALL.iter().map(|fault| fault.word()).collect();
        Expect {
            level: table.any("level").and_then(|_| table.word("level", &levels)).map(|level| level.value),
            title: table.string("title").map(|title| title.value),
            fault: table.any("fault").and_then(|_| table.word("fault", &faults)).map(|fault| fault.value),
            culprit: table.string("culprit").map(|culprit| culprit.value),
            cascade: table.flag("cascade").map(|cascade| cascade.value),
            says: texts("says"),
            never_says: texts("never_says"),
            live_again: table.flag("live_again").map(|again| again.value),
            most_messages: table.count("most_messages").map(|most| most.value as usize),
            countries: texts("countries"),
            fallback: table.string("fallback").map(|fallback| fallback.value),
            access_lost: table.flag("access_lost").is_some_and(|may| may.value),
            more: more(table),
        }
    }

    /// Holds the message that first told a truth against what is expected of it.
    pub(super) fn judge_first(&self, dependency: &str, first: &Told, wrong: &mut Vec<Finding>) {
        let mut find = |what: String| wrong.push(Finding::new("message", format!("{dependency}: {what}")));
        if let Some(level) = self.level.filter(|level| *level != first.level) {
            find(format!("alerted at level {}, not {level}", first.level));
        }
        if let Some(title) = self.title.as_ref().filter(|title| !fits(title, &first.title)) {
            find(format!("the title is \u{201c}{}\u{201d}, not \u{201c}{title}\u{201d}", first.title));
        }
        if let Some(fault) = self.fault.filter(|fault| Some(*fault) != first.fault) {
            find(format!("the fault is {:?}, not {fault}", first.fault.map(Fault::word)));
        }
        if let Some(culprit) = self.culprit.as_ref().filter(|culprit| **culprit != first.decider) {
            find(format!("the one who decides is \u{201c}{}\u{201d}, not \u{201c}{culprit}\u{201d}", first.decider));
        }
        let cascade = first.reason == Reason::Cascade;
        if self.cascade.is_some_and(|wanted| wanted != cascade) {
            find(if cascade { "alerted as a cascade".to_owned() } else { "not alerted as a cascade".to_owned() });
        }
        for country in self.countries.iter().filter(|country| !names_country(&first.text, country)) {
            find(format!("the message does not name {country}: {}", first.text.replace('\n', " / ")));
        }
        if let Some(fallback) = self.fallback.as_ref().filter(|fallback| !names_fallback(&first.text, fallback)) {
            find(format!("the fallback is not \u{201c}{fallback}\u{201d}: {}", first.text.replace('\n', " / ")));
        }
        for words in self.says.iter().filter(|words| !first.text.contains(words.as_str())) {
            find(format!("the message does not say \u{201c}{words}\u{201d}: {}", first.text.replace('\n', " / ")));
        }
    }

    /// Holds all messages about a dependency, while a truth holds and a little afterwards, against it, and
    /// whether its end was told.
    pub(super) fn judge_all(&self, dependency: &str, all: &[&Told], again: bool, wrong: &mut Vec<Finding>) {
        let mut find = |what: String| wrong.push(Finding::new("message", format!("{dependency}: {what}")));
        for told in all {
            for words in self.never_says.iter().filter(|words| told.text.contains(words.as_str())) {
                find(format!("a message says \u{201c}{words}\u{201d}: {}", told.text.replace('\n', " / ")));
            }
        }
        if self.live_again.is_some_and(|wanted| wanted != again) {
            find(if again { "its end is announced".to_owned() } else { "its end is not announced".to_owned() });
        }
        if let Some(most) = self.most_messages.filter(|most| all.len() > *most) {
            let titles: Vec<&str> = all.iter().map(|told| told.title.as_str()).collect();
            find(format!("{} messages instead of {most} at most: {}", all.len(), titles.join("; ")));
        }
    }
}

/// Reads how many messages of a reason are right; more than one needs a reason of its own.
fn more(table: &Table<'_>) -> More {
    let Some(given) = table.table("more") else { return More::default() };
    let mut more =
        More { because: given.string("because").map(|why| why.value).unwrap_or_default(), ..More::default() };
    if more.because.is_empty() {
        given.missing("because", "\"it lasts for three days\"");
    }
    for key in given.keys().into_iter().filter(|key| key.value != "because") {
        match key.value.parse::<Reason>() {
            Ok(reason) => {
                let most = given.count(&key.value).map_or(1, |most| most.value as usize);
                more.most.insert(reason, most);
            }
            Err(_) => {
                given.problem(key.span, format!("`{}` is not a reason of a message", key.value), "such as still_open")
            }
        }
    }
    given.finish();
    more
}

/// A country stands in a text as a word of its own.
fn names_country(text: &str, country: &str) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    let mut found = text.match_indices(country);
    found.any(|(at, _)| edge(text[..at].chars().next_back()) && edge(text[at + country.len()..].chars().next()))
}

/// What stands in the line about the fallback.
fn names_fallback(text: &str, fallback: &str) -> bool {
    // Files of before name how it is in the words that messages had then.
    let before = |line: &str| line.replace("Fallback not working: ", "Fallback: does not work: ");
    let line = |line: &&str| ["Fallback:", "Fallback not working:", "Switch to:"].iter().any(|at| line.starts_with(at));
    text.lines().filter(line).any(|line| line.contains(fallback) || before(line).contains(fallback))
}

/// Whether a text fits a pattern in which `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(fits("DROPPED: *", "DROPPED: iOS app") && fits("*iOS*", "DROPPED: iOS app") && fits("a", "a"));
        assert!(!fits("DROPPED: *", "OUTAGE: iOS app") && !fits("a", "ab") && !fits("a*c", "ab"));
    }
}
