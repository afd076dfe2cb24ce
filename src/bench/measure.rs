//! Counts the messages, and checks that they arrived: one for each event and reason, no more in an hour
//! than a person can read, and each of them at some channel.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::mailbox::Arrived;
use super::scenario::{Scenario, Truth};
use super::score::{AFTERWARDS, Finding};
use super::step::{Happens, Takings};
use super::told::Told;
use crate::core::alerting::reminder;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::time::{Time, human};
use crate::core::words::text::sloppy;

/// Nobody reads more messages than this in an hour at night. One event has three or four: the drop,
/// a second drop, a reminder, the end.
const MOST_AN_HOUR: usize = 8;
/// The key for the reminders before an announced end: 24, 12, 6, 3 and 1 hours before it, and one before
/// somebody has acknowledged the letter.
const CALLS: &str = "calls";
const MOST_CALLS: usize = 6;
/// A critical alert must arrive within this time if any channel works.
const CRITICAL_WITHIN: Duration = Duration::from_secs(60);

/// The event that a message belongs to. If the message may be about several events, the latest of them counts. A
/// reminder names everything that is open, and belongs to the dependency that it names first.
fn event_of<'s>(scenario: &'s Scenario, told: &Told) -> Option<&'s str> {
    let ids = if told.reason.reminds() { told.ids.get(..1).unwrap_or_default() } else { &told.ids };
    let fits = |truth: &&Truth| ids.contains(&truth.dependency) && truth.spans(told.at, AFTERWARDS);
    scenario.truths.iter().filter(fits).max_by_key(|truth| truth.from).map(|truth| truth.event.as_str())
}

/// Finds events with more than one message for a reason, unless the file explains them. Returns the number of
/// messages of each event.
pub(super) fn judge_events(scenario: &Scenario, told: &[Told], wrong: &mut Vec<Finding>) -> Vec<usize> {
    let mut events: BTreeMap<&str, Vec<&Told>> =
        scenario.truths.iter().map(|truth| (truth.event.as_str(), Vec::new())).collect();
    for one in told {
        if let Some(event) = event_of(scenario, one) {
            events.entry(event).or_default().push(one);
        }
    }
    for (event, messages) in &events {
        let loud = messages.iter().filter(|one| one.level == Level::Critical && !one.reason.reminds());
        let loud = loud.count();
        let mut reasons: BTreeMap<(Reason, &str), Vec<&str>> = BTreeMap::new();
        for one in messages {
            // If plugwatch cannot check and the reason changes, the reader must act differently.
            let why = match one.reason {
                Reason::Blind => one.why.as_str(),
                // The reminders in the hours before an announced end are counted separately.
                Reason::StillOpen if one.title.starts_with("CUT-OFF in") => CALLS,
                _ => "",
            };
            reasons.entry((one.reason, why)).or_default().push(&one.title);
        }
        for ((reason, why), titles) in reasons {
            let most = if why == CALLS { MOST_CALLS } else { most(scenario, event, reason, loud) };
            if titles.len() > most {
                let what = format!(
                    "{event} causes {} messages ({reason}) instead of {most}: {}",
                    titles.len(),
                    titles.join("; ")
                );
                wrong.push(Finding::new("many", what));
            }
        }
    }
    events.values().map(Vec::len).collect()
}

fn most(scenario: &Scenario, event: &str, reason: Reason, loud: usize) -> usize {
    let truths = || scenario.truths.iter().filter(|truth| truth.event == event);
    // A state that comes and goes opens and ends as many incidents as the file says.
    let turns = matches!(reason, Reason::Opened | Reason::Worsened | Reason::Cascade | Reason::Recovered);
    let openings = truths().map(|truth| truth.openings).max().filter(|_| turns).unwrap_or(1);
    let given = truths().filter_map(|truth| truth.expect.more.most.get(&reason)).max().copied().unwrap_or(1);
    let reminders = match reason {
        Reason::StillOpen => reminders(scenario, event, loud),
        Reason::Situation => reminders(scenario, event, loud) + MOST_CALLS + changes(scenario),
        _ => 1,
    };
    openings.max(given).max(reminders)
}

/// The number of hours in which anything changes: one message about the situation gathers the changes of an hour.
fn changes(scenario: &Scenario) -> usize {
    let hour = |at: Duration| at.as_secs() / 3_600;
    let begins = scenario.truths.iter().map(|truth| hour(truth.from));
    let ends = scenario.truths.iter().filter_map(|truth| truth.to.map(hour));
    begins.chain(ends).collect::<BTreeSet<_>>().len()
}

/// The correct number of reminders of an event: those until somebody acknowledges, for each of `loud` critical
/// messages, and those afterwards.
fn reminders(scenario: &Scenario, event: &str, loud: usize) -> usize {
    let truths = || scenario.truths.iter().filter(|truth| truth.event == event);
    let from = truths().map(|truth| truth.from).min().unwrap_or_default();
    let to = truths().map(|truth| truth.to.unwrap_or(scenario.lasts)).max().unwrap_or_default() + AFTERWARDS;
    let lasts = Time(0).plus(to.saturating_sub(from));
    let after = scenario.acknowledged.as_ref().map_or(lasts, |(_, after)| Time(0).plus(*after));
    let count = |due: &dyn Fn(Time) -> Time, spoken: Time, until: Time| {
        let next = |spoken: &Time| Some(due(*spoken));
        std::iter::successors(Some(due(spoken)), next).take_while(|at| *at < until).count()
    };
    let before = count(&|spoken| reminder::unseen(Time(0), spoken), Time(0), after.min(lasts));
    before * loud.max(1) + count(&|spoken| reminder::acknowledged(after, spoken), after, lasts)
}

/// The maximum number of lines of an alert: a phone shows that many without scrolling.
const MOST_LINES: usize = 9;

/// Finds badly composed messages, and alerts that are longer than a phone's screen.
pub(super) fn judge_style(told: &[Told], wrong: &mut Vec<Finding>) {
    for one in told {
        let lines = one.text.lines().filter(|line| !line.is_empty()).count();
        if one.verdict.is_some() && lines > MOST_LINES {
            wrong.push(Finding::new(
                "message",
                format!("{lines} lines, but at most {MOST_LINES} are read: {}", one.title),
            ));
        }
        for line in one.text.lines() {
            if let Some(what) = sloppy(line) {
                wrong.push(Finding::new("message", format!("{what}: {line}")));
            }
        }
    }
}

/// Finds an hour with more messages than a person can read.
pub(super) fn judge_hours(scenario: &Scenario, told: &[Told], wrong: &mut Vec<Finding>) {
    let most = scenario.most_an_hour.as_ref().map_or(MOST_AN_HOUR, |(most, _)| *most);
    let counts = |told: &&Told| !matches!(told.reason, Reason::Started | Reason::Report);
    let at: Vec<Duration> = told.iter().filter(counts).map(|told| told.at).collect();
    let hour = Duration::from_secs(3_600);
    let busiest =
        at.iter().map(|from| (at.iter().filter(|at| **at >= *from && **at < *from + hour).count(), from)).max();
    if let Some((count, from)) = busiest.filter(|(count, _)| *count > most) {
        let what = format!("{count} messages within the hour after {}, instead of {most} at most", human(*from));
        wrong.push(Finding::new("many", what));
    }
}

/// Finds alerts that arrived nowhere, and critical ones that took longer than a minute although every channel worked.
pub(super) fn judge_arrived(
    scenario: &Scenario,
    told: &[Told],
    arrived: &[Arrived],
    begin: Time,
    wrong: &mut Vec<Finding>,
) {
    let mut first: BTreeMap<&str, Time> = BTreeMap::new();
    for one in arrived {
        first.entry(one.alert.trim_end_matches("-digest")).or_insert(one.at);
    }
    let troubled = scenario.steps.iter().flat_map(|step| &step.happens).any(|happens| {
        matches!(happens, Happens::Channel(_, takings) if *takings != Takings::Works)
            || matches!(happens, Happens::ClockAhead(_) | Happens::ClockBack(_))
    });
    let mut missing = BTreeSet::new();
    for one in told {
        let at = first.get(one.id.as_str());
        // Messages of the last minute may still be in transit.
        let ends = scenario.lasts.saturating_sub(CRITICAL_WITHIN);
        if at.is_none() && one.at < ends && missing.insert(&one.title) {
            wrong.push(Finding::new("undelivered", format!("nobody got \u{201c}{}\u{201d}", one.title)));
        }
        let late = at.map(|at| at.since(begin).saturating_sub(one.at)).filter(|late| *late > CRITICAL_WITHIN);
        if let Some(late) = late.filter(|_| one.level == Level::Critical && !troubled) {
            wrong.push(Finding::new("undelivered", format!("\u{201c}{}\u{201d} came {} late", one.title, human(late))));
        }
    }
}
