//! The expectations of a truth for its messages: their level, title and fault, and the words that they must or must not
//! contain.

use std::collections::BTreeMap;

use crate::core::dependency::incident::{Level, Reason};
use crate::core::words::verdict::Fault;
use crate::read::{At, Table};

use super::score::Finding;
use super::told::Told;

/// The expectations for the message that first announces a truth, and for all messages about it.
#[derive(Clone, Debug, Default)]
pub struct Expect {
    /// The level of the first message.
    pub level: Option<Level>,
    /// The title of the first message, as a lock screen shows it; `*` matches anything.
    pub title: Option<String>,
    /// The fault that the first message states.
    pub fault: Option<Fault>,
    /// The name of the company whose decision it was, as in the first message.
    pub culprit: Option<String>,
    /// Whether the first message announces a cascade.
    pub cascade: Option<bool>,
    /// Texts that the first message must contain.
    pub says: Vec<String>,
    /// Texts that no message about the dependency may contain.
    pub never_says: Vec<String>,
    /// Whether the end of the truth must be announced, or must not.
    pub live_again: Option<bool>,
    /// The maximum number of messages about the dependency while the truth holds and shortly afterwards.
    pub most_messages: Option<usize>,
    /// Countries that the first message must name.
    pub countries: Vec<String>,
    /// The text about the fallback that the first message must contain: its name or its state.
    pub fallback: Option<String>,
    /// For `unseen`: whether the message may announce it as "lost access".
    pub access_lost: bool,
    /// The reasons for which several messages are correct here, and why.
    pub more: More,
}

/// The maximum number of messages of an event for each reason, if that is more than one.
#[derive(Clone, Debug, Default)]
pub struct More {
    /// The maximum number of messages, by reason.
    pub most: BTreeMap<Reason, usize>,
    /// Why several messages for a reason are correct.
    pub because: String,
}

impl Expect {
    /// Reads what a `[[truth]]` expects of its messages.
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

    /// Compares the message that first announced a truth with the expectations.
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
            find(format!("the decider is \u{201c}{}\u{201d}, not \u{201c}{culprit}\u{201d}", first.decider));
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

    /// Compares all messages about a dependency, while a truth holds and shortly afterwards, with the expectations.
    /// `again` says whether the end was announced.
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

/// Reads `more`: how many messages of a reason are correct, with the required explanation.
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

/// Whether `text` contains `country` as a separate word.
fn names_country(text: &str, country: &str) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    let mut found = text.match_indices(country);
    found.any(|(at, _)| edge(text[..at].chars().next_back()) && edge(text[at + country.len()..].chars().next()))
}

/// Whether the line about the fallback contains `fallback`.
fn names_fallback(text: &str, fallback: &str) -> bool {
    // Older scenario files use the earlier wording of this line.
    let before = |line: &str| line.replace("Fallback not working: ", "Fallback: does not work: ");
    let line = |line: &&str| ["Fallback:", "Fallback not working:", "Switch to:"].iter().any(|at| line.starts_with(at));
    text.lines().filter(line).any(|line| line.contains(fallback) || before(line).contains(fallback))
}

/// Whether `text` matches `pattern`, in which `*` matches anything.
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
