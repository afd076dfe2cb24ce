//! Compares the messages and the displayed states with the truth.

use super::score::{AFTERWARDS, Finding, Marks};
use std::collections::BTreeMap;
use std::time::Duration;

use super::mailbox::Arrived;
use super::measure;
use super::promise::judge_promises;
use super::scenario::{Is, Scenario, Truth};
use super::score::Shows;
use super::told::Told;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::dependency::shown::Shown;
use crate::core::time::{Time, human};
use crate::core::words::verdict::{Fault, Verdict};

/// Whether a message announces a state, for the first time or again.
fn says(told: &Told) -> bool {
    use Reason::{Cascade, Corrected, Eased, Grew, Opened, Settled, Worsened};
    matches!(told.reason, Opened | Worsened | Grew | Cascade | Settled | Eased | Corrected)
}

/// Whether a message opens a new incident.
fn opens(told: &Told) -> bool {
    matches!(told.reason, Reason::Opened | Reason::Worsened | Reason::Cascade)
}

/// The result of judging a scenario.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub wrong: Vec<Finding>,
    pub marks: Marks,
    /// The number of messages for each event.
    pub messages: Vec<usize>,
}

/// Judges a scenario. `begin` is the time at which it begins.
pub(super) fn judge(scenario: &Scenario, told: &[Told], arrived: &[Arrived], shows: &Shows, begin: Time) -> Judged {
    let (mut wrong, mut marks) = (Vec::new(), Marks::default());
    for truth in &scenario.truths {
        judge_truth(truth, told, &mut wrong, &mut marks, begin);
        judge_messages(truth, told, &mut wrong);
        judge_green(truth, shows, scenario.lasts, &mut wrong);
    }
    judge_false(scenario, told, &mut wrong, &mut marks);
    judge_unfounded(scenario, told, &mut wrong);
    judge_openings(scenario, told, &mut wrong);
    let messages = measure::judge_events(scenario, told, &mut wrong);
    measure::judge_style(told, &mut wrong);
    judge_promises(scenario, told, &mut wrong);
    measure::judge_hours(scenario, told, &mut wrong);
    measure::judge_arrived(scenario, told, arrived, begin, &mut wrong);
    Judged { wrong, marks, messages }
}

fn about<'t>(told: &'t [Told], dependency: &str) -> impl Iterator<Item = &'t Told> {
    told.iter().filter(move |told| told.ids.iter().any(|id| id == dependency))
}

fn judge_truth(truth: &Truth, told: &[Told], wrong: &mut Vec<Finding>, marks: &mut Marks, begin: Time) {
    let after = || about(told, &truth.dependency).filter(|told| told.at >= truth.from);
    match truth.is {
        Is::Undecidable => return judge_undecidable(truth, after(), wrong),
        Is::Unseen => return judge_unseen(truth, told, wrong),
        Is::Ours => return judge_ours(truth, after(), wrong),
        Is::Dropped | Is::Outage | Is::Degraded => {}
    }
    let verdict = verdict_of(truth.is);
    if truth.silent {
        return;
    }
    let first = after().find(|told| says(told) && told.verdict_of(&truth.dependency) == Some(verdict));
    let in_time = first.filter(|told| told.at.saturating_sub(truth.from) <= truth.within);
    if verdict == Verdict::Dropped {
        marks.found += u32::from(in_time.is_some());
        marks.missed += u32::from(in_time.is_none());
        marks.took.extend(first.map(|told| told.at.saturating_sub(truth.from)));
    }
    match (first, in_time) {
        (None, _) => {
            wrong.push(Finding::new("missed", format!("{} is {verdict} and nobody was alerted", truth.dependency)))
        }
        (Some(told), None) => {
            let took = human(told.at.saturating_sub(truth.from));
            wrong.push(Finding::new("late", format!("{} is {verdict}; alerted after {took}", truth.dependency)));
        }
        (Some(told), _) => {
            // The message must not date the event before its beginning.
            if truth.openings > 0 && told.since.is_some_and(|since| since < begin.plus(truth.from)) {
                wrong.push(Finding::new("date", format!("{} is dated before it happened", truth.dependency)));
            }
        }
    }
}

/// Compares the texts of the messages with the expectations.
fn judge_messages(truth: &Truth, told: &[Told], wrong: &mut Vec<Finding>) {
    let within = |told: &&Told| truth.spans(told.at, AFTERWARDS);
    let all: Vec<&Told> = about(told, &truth.dependency).filter(within).collect();
    let tells = |told: &&&Told| match truth.is {
        Is::Dropped | Is::Outage | Is::Degraded => {
            says(told) && told.verdict_of(&truth.dependency) == Some(verdict_of(truth.is))
        }
        Is::Undecidable | Is::Unseen | Is::Ours => says(told) || told.reason == Reason::Blind,
    };
    if let Some(first) = all.iter().find(tells) {
        truth.expect.judge_first(&truth.dependency, first, wrong);
    }
    let ends = about(told, &truth.dependency)
        .any(|told| told.reason == Reason::Recovered && truth.spans(told.at, ENDS_WITHIN));
    truth.expect.judge_all(&truth.dependency, &all, ends, wrong);
}

/// The verdict that the messages about a truth should have.
fn verdict_of(is: Is) -> Verdict {
    match is {
        Is::Dropped => Verdict::Dropped,
        Is::Outage => Verdict::Outage,
        Is::Degraded => Verdict::Degraded,
        Is::Undecidable | Is::Unseen | Is::Ours => Verdict::Unknown,
    }
}

/// Checks that a fault on your side is announced in time, too, because somebody has to fix it.
fn judge_ours<'t>(truth: &Truth, mut after: impl Iterator<Item = &'t Told>, wrong: &mut Vec<Finding>) {
    let in_time = |told: &Told| told.at.saturating_sub(truth.from) <= truth.within;
    if !truth.silent && !after.any(|told| in_time(told) && (says(told) || told.reason == Reason::Blind)) {
        wrong.push(Finding::new("missed", format!("{} is yours to fix and nobody was alerted", truth.dependency)));
    }
}

fn judge_undecidable<'t>(truth: &Truth, mut after: impl Iterator<Item = &'t Told>, wrong: &mut Vec<Finding>) {
    let named = after.any(|told| {
        matches!(told.reason, Reason::Blind | Reason::Cascade)
            && told.why == "access_lost"
            && told.level == Level::Critical
            && told.at.saturating_sub(truth.from) <= truth.within
    });
    if !named {
        let what = format!("{}: lost access was not announced in time at critical level", truth.dependency);
        wrong.push(Finding::new("ambiguous", what));
    }
}

/// Checks that nothing that is gone is shown as green after the time within which it must be announced.
fn judge_green(truth: &Truth, shows: &Shows, lasts: Duration, wrong: &mut Vec<Finding>) {
    if !matches!(truth.is, Is::Dropped | Is::Undecidable | Is::Outage) {
        return;
    }
    let (from, to) = (truth.from + truth.within, truth.to.unwrap_or(lasts));
    let shown = shows.get(&truth.dependency).map(Vec::as_slice).unwrap_or_default();
    let green = shown.iter().enumerate().any(|(n, (at, shown))| {
        let until = shown_until(shows, &truth.dependency, n, lasts);
        *shown == Shown::Live && *at < to && until > from
    });
    if green {
        wrong.push(Finding::new("green", format!("{} is {} and was shown green", truth.dependency, truth.is)));
    }
}

fn shown_until(shows: &Shows, dependency: &str, n: usize, lasts: Duration) -> Duration {
    shows.get(dependency).and_then(|shown| shown.get(n + 1)).map_or(lasts, |(at, _)| *at)
}

/// Checks that every announced state is true.
fn judge_false(scenario: &Scenario, told: &[Told], wrong: &mut Vec<Finding>, marks: &mut Marks) {
    for told in told.iter().filter(|told| says(told)) {
        let claims = |verdict: &Verdict| !matches!(verdict, Verdict::Live | Verdict::Unknown);
        for id in &told.ids {
            let Some(verdict) = told.verdict_of(id).filter(claims) else { continue };
            let holds = scenario.truths.iter().any(|truth| {
                truth.dependency == *id && truth.spans(told.at, AFTERWARDS) && allows(truth.is, verdict, told)
            });
            if holds {
                continue;
            }
            if verdict == Verdict::Dropped {
                marks.cried += 1;
                wrong.push(Finding::new("false drop", format!("{id} was called dropped after {}", human(told.at))));
            } else {
                wrong.push(Finding::new("false alarm", format!("{id} was called {verdict} after {}", human(told.at))));
            }
        }
    }
}

/// How long after its end a truth may still get messages that it is over: with a check every half hour, certainty
/// takes that long.
const ENDS_WITHIN: Duration = Duration::from_secs(2 * 3_600);

/// Checks that no message is about a dependency that works.
fn judge_unfounded(scenario: &Scenario, told: &[Told], wrong: &mut Vec<Finding>) {
    let claims = |told: &&Told| !told.verdict.is_none_or(|verdict| matches!(verdict, Verdict::Live | Verdict::Unknown));
    // Messages that claim a verdict are compared with the truth elsewhere, and people may request messages at any time.
    let own = |told: &&Told| matches!(told.reason, Reason::Started | Reason::Report | Reason::Drill | Reason::Retired);
    for told in told.iter().filter(|told| !(own(told) || (says(told) && claims(told)))) {
        let ends = matches!(told.reason, Reason::Recovered | Reason::Sighted | Reason::Cleared | Reason::Settled);
        let afterwards = if ends { ENDS_WITHIN } else { AFTERWARDS };
        for id in &told.ids {
            let spans = |truth: &Truth| truth.dependency == *id && truth.spans(told.at, afterwards);
            let holds = scenario.truths.iter().any(spans);
            if !holds {
                let what = format!("{id} was announced ({}) after {}: {}", told.reason, human(told.at), told.title);
                wrong.push(Finding::new("false alarm", what));
            }
        }
    }
}

/// Checks that a dependency that cannot be checked for long is announced as such, and as "lost access" only if the
/// file allows it.
fn judge_unseen(truth: &Truth, told: &[Told], wrong: &mut Vec<Finding>) {
    let within = |told: &&Told| truth.spans(told.at, AFTERWARDS);
    // A message that plugwatch's own network is down covers every dependency.
    let about = |told: &&Told| told.ids.is_empty() || told.ids.contains(&truth.dependency);
    // So does the message about a start during that time.
    let starts = |told: &Told| told.reason == Reason::Started && told.text.contains("Can't check anything");
    let says_so = |told: &&Told| told.reason == Reason::Blind || starts(told);
    let blind: Vec<&Told> = told.iter().filter(says_so).filter(within).filter(about).collect();
    if !truth.expect.access_lost && blind.iter().any(|told| told.why == "access_lost") {
        wrong.push(Finding::new("false alarm", format!("{} was announced as lost access", truth.dependency)));
    }
    let lasts = truth.to.is_none_or(|to| to.saturating_sub(truth.from) > truth.within);
    let in_time = |told: &&Told| told.at.saturating_sub(truth.from) <= truth.within;
    // If something else is down, it is enough that the message names the dependency as not confirmed.
    let doubted = |told: &&Told| {
        let line = |line: &&str| line.contains("Not confirmed");
        told.text.lines().filter(line).any(|line| line.contains(truth.dependency.as_str()))
    };
    let named = told.iter().filter(within).filter(in_time).any(|told| doubted(&told));
    let told_so = named || blind.iter().any(in_time);
    if lasts && !truth.silent && !told_so {
        let what = format!("{} cannot be checked and nobody was alerted", truth.dependency);
        wrong.push(Finding::new("missed", what));
    }
}

/// Whether a message may claim a verdict while a truth holds. A drop may first look like an outage
/// or a warning.
fn allows(is: Is, verdict: Verdict, told: &Told) -> bool {
    match is {
        Is::Dropped => true,
        Is::Outage => matches!(verdict, Verdict::Outage | Verdict::Degraded),
        Is::Degraded => verdict == Verdict::Degraded,
        Is::Ours => verdict != Verdict::Dropped && matches!(told.fault, Some(Fault::Ours | Fault::Unclear)),
        Is::Undecidable | Is::Unseen => false,
    }
}

/// Checks that each event opens one incident, and that consequences and announced maintenance open none.
fn judge_openings(scenario: &Scenario, told: &[Told], wrong: &mut Vec<Finding>) {
    let mut events: BTreeMap<&str, Vec<&Truth>> = BTreeMap::new();
    for truth in scenario.truths.iter().filter(|truth| matches!(truth.is, Is::Dropped | Is::Outage | Is::Degraded)) {
        events.entry(&truth.event).or_default().push(truth);
    }
    for (event, truths) in events {
        let within = |told: &&Told| {
            truths.iter().any(|truth| truth.spans(told.at, AFTERWARDS) && told.ids.contains(&truth.dependency))
        };
        let fits = |told: &&Told| {
            let says = |truth: &Truth| told.verdict_of(&truth.dependency) == Some(verdict_of(truth.is));
            truths.iter().any(|truth| told.ids.contains(&truth.dependency) && says(truth))
        };
        let count = told.iter().filter(|told| opens(told)).filter(within).filter(fits).count();
        let wanted = truths.iter().map(|truth| truth.openings).max().unwrap_or(0);
        // One message may open an incident for several of them.
        let of = |told: &Told| truths.iter().filter(|truth| told.ids.contains(&truth.dependency)).count();
        let gathered: usize = told.iter().filter(|told| opens(told)).filter(within).filter(fits).map(of).sum();
        if count != wanted && !(count > 0 && count < wanted && gathered >= wanted) {
            let ids: Vec<&str> = truths.iter().map(|truth| truth.dependency.as_str()).collect();
            let what = format!("{event} ({}) has {count} openings instead of {wanted}", ids.join(", "));
            wrong.push(Finding::new(if count > wanted { "twice" } else { "missed" }, what));
        }
    }
}
