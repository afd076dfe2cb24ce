//! How a situation develops. From the second loss on, or while an announced end is near, one message shows the state
//! of everything. It is edited in place, and sent again instead of reminders for each dependency.

use std::time::Duration;

use super::due::{remind_at, unseen_news};
use super::platform_view::PlatformView;
use super::reminder;
use super::situation::Situation;
use super::subject::Subject;
use crate::core::dependency::incident::Level;
use crate::core::people::action::SeenTo;
use crate::core::time::Time;
use crate::core::words::verdict::Verdict;

/// How long after a change the message is sent again, and the minimum time between sends. The change itself is
/// reported by its own alert; this message collects several.
const GATHERED: Duration = Duration::from_secs(3_600);
/// How long before its latest start a step is reported again: enough time to wake someone. It is reported once more
/// at its latest start, unless plugwatch was not running then and is started more than `START_NOW` later.
const START_NEAR: Duration = Duration::from_secs(3_600);
const START_NOW: Duration = Duration::from_secs(600);
/// An announced end further ahead than this is not a situation yet; the letter itself was reported.
const HOUR_NEAR: Duration = Duration::from_secs(7 * 86_400);
/// The maximum time between two sends, while anything is not acknowledged.
const DAILY: Duration = Duration::from_secs(86_400);
/// A reminder that is due within this time sends the message: it is not sent for less just before.
const REMINDS_SOON: Duration = Duration::from_secs(300);
/// How often the ages of checks are updated, if messages can be edited.
const REFRESH: Duration = Duration::from_secs(900);
/// If the message has more entries than this, it is edited at most once per `CROWDED`. Otherwise, a thousand failures
/// within a minute would rewrite all of it for each one.
const CROWD: usize = 100;
const CROWDED: Duration = Duration::from_secs(10);

/// What happens to the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The message is sent for the first time; silently, if it can be edited later.
    Open,
    /// The message is edited in place.
    Edit,
    /// The message is sent again, at this level.
    Send(Level),
    /// The message is edited for the last time: everything is over.
    Close,
}

/// The effect of a review on the situation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stands {
    /// The situation afterwards, if one is open.
    pub situation: Option<Situation>,
    /// What happens to its message.
    pub change: Option<Change>,
    /// When to review it again.
    pub again: Option<Time>,
}

/// Whether the dependency is lost, people know that, and nobody has settled it.
pub fn is_lost(subject: &Subject<'_>) -> bool {
    let notified = subject.notified;
    let dropped = subject.incident.is_some_and(|incident| incident.verdict == Verdict::Dropped);
    let known = dropped && notified.verdict == Some(Verdict::Dropped);
    // A key that was refused before the letter arrived does not hide an end that is still ahead.
    let access = subject.access_known(notified) && subject.ends.is_none();
    (known || access) && subject.seen_to != Some(SeenTo::Settled)
}

/// Whether an announced end that people know of needs action now: it is at most a week away, or the latest start of a
/// step is at most a day away.
pub fn is_ending(subject: &Subject<'_>, now: Time) -> bool {
    let near = |ends: Time| {
        let start = subject.starts.iter().filter(|start| **start > now).any(|start| start.since(now) <= DAILY);
        start || ends.since(now) <= HOUR_NEAR
    };
    subject.ends.is_some_and(near) && subject.notified.verdict.is_some() && subject.seen_to != Some(SeenTo::Settled)
}

/// The next state of the situation. `reminded` is the level of a reminder that is due now.
pub fn stands(known: Option<&Situation>, platform_view: &PlatformView<'_>, reminded: Option<Level>) -> Stands {
    let now = platform_view.now;
    let content = content(platform_view);
    let Some(known) = known else {
        if !opens(platform_view, false) {
            return Stands { again: begins(platform_view), ..Stands::default() };
        }
        let situation = Situation { opened_at: now, ..said(&Situation::default(), content, now) };
        let change = Some(reminded.map_or(Change::Open, Change::Send));
        return Stands { again: again(&situation, platform_view, None), situation: Some(situation), change };
    };
    if !opens(platform_view, true) {
        return Stands { change: Some(Change::Close), again: begins(platform_view), ..Stands::default() };
    }
    // A change of who is taking care of it is edited in place, without an alert.
    let changed_at = (news(&content) != known.sent).then(|| known.changed_at.unwrap_or(now));
    let known = Situation { changed_at, ..known.clone() };
    let near: Vec<String> = near(platform_view).filter(|start| !known.called.contains(start)).collect();
    let soon = reminds_soon(platform_view);
    let ripe = changed_at.is_some_and(|at| now.since(at.max(known.sent_at)) >= GATHERED);
    let level = match reminded {
        Some(level) => Some(level),
        None if !near.is_empty() => Some(Level::Critical),
        None if soon.is_some() => None,
        None if ripe => Some(Level::Info),
        None if now >= sent_again_at(&known, platform_view) => Some(Level::Warning),
        None => None,
    };
    let stale = platform_view.edits && now.since(known.shown_at) >= REFRESH;
    let pause = if content.len() > CROWD { CROWDED } else { Duration::ZERO };
    let (differs, edit_at) = (content != known.shown, known.shown_at.plus(pause));
    let (situation, change) = match level {
        Some(level) => {
            let called = known.called.iter().cloned().chain(near).collect();
            (Situation { called, ..said(&known, content, now) }, Some(Change::Send(level)))
        }
        None if stale || (differs && edit_at <= now) => {
            (Situation { shown: content, shown_at: now, ..known }, Some(Change::Edit))
        }
        None => (known, None),
    };
    let waits = (change.is_none() && differs).then_some(edit_at);
    let again = waits.into_iter().chain(again(&situation, platform_view, soon)).min();
    Stands { again, situation: Some(situation), change }
}

/// The situation after its message was sent to everybody.
fn said(known: &Situation, content: Vec<String>, now: Time) -> Situation {
    Situation { sent_at: now, sent: news(&content), shown_at: now, shown: content, changed_at: None, ..known.clone() }
}

/// The part of the content that justifies a new message.
fn news(content: &[String]) -> Vec<String> {
    content.iter().filter(|line| !line.starts_with("on ")).cloned().collect()
}

/// Whether a situation is open: two companies are lost or an announced end is near. One that has begun stays open
/// while anything is lost.
fn opens(platform_view: &PlatformView<'_>, begun: bool) -> bool {
    let subjects = &platform_view.subjects;
    let lost: Vec<usize> = (0..subjects.len()).filter(|index| is_lost(&subjects[*index])).collect();
    // A loss together with the account that it belongs to is one.
    let carried = |one: usize, other: usize| platform_view.lost_account(one) == Some(other);
    let apart = |one: usize, other: usize| {
        !subjects[one].shares_company(&subjects[other]) && !carried(one, other) && !carried(other, one)
    };
    let second = || lost.iter().skip(1).any(|other| apart(lost[0], *other));
    subjects.iter().any(|subject| is_ending(subject, platform_view.now))
        || (begun && !lost.is_empty())
        || (!lost.is_empty() && second())
}

/// The content of the message, without ages.
fn content(platform_view: &PlatformView<'_>) -> Vec<String> {
    let mut content = Vec::new();
    for subject in &platform_view.subjects {
        let id = subject.id;
        let down = subject.incident.filter(|incident| subject.notified.verdict == Some(incident.verdict));
        if is_lost(subject) {
            content.push(format!("lost {id}"));
        } else if let Some(incident) = down {
            content.push(format!("{} {id}", incident.verdict));
        }
        // The announced end of something already lost is not news.
        let ending = !is_lost(subject) && is_ending(subject, platform_view.now);
        content.extend(subject.ends.filter(|_| ending).map(|ends| format!("ends {id} {}", ends.0)));
        let blind = !subject.notified.blind.is_empty() && !is_lost(subject);
        content.extend(blind.then(|| format!("blind {id}")));
        let trouble = is_lost(subject) || down.is_some();
        let on_it = trouble && matches!(subject.seen_to, Some(SeenTo::Acknowledged(_)));
        content.extend(on_it.then(|| format!("on {id}")));
    }
    content
}

/// Latest start times that are near, and those that have just passed.
fn near(platform_view: &PlatformView<'_>) -> impl Iterator<Item = String> {
    let now = platform_view.now;
    let called = move |id: &str, start: Time| match start > now {
        true => (start.since(now) <= START_NEAR).then(|| format!("{id} {}", start.0)),
        false => (now.since(start) < START_NOW).then(|| format!("{id} {} now", start.0)),
    };
    let named = move |subject: &Subject<'_>| {
        // A step whose latest start is the end itself has no start of its own.
        let starts = subject.starts.iter().filter(|start| Some(**start) != subject.ends);
        starts.filter_map(|start| called(subject.id, *start)).collect::<Vec<_>>()
    };
    platform_view
        .subjects
        .iter()
        .filter(|subject| is_ending(subject, now))
        .flat_map(named)
        .collect::<Vec<_>>()
        .into_iter()
}

/// When a reminder that is about to be due will send the message.
fn reminds_soon(platform_view: &PlatformView<'_>) -> Option<Time> {
    let due = platform_view.subjects.iter().filter_map(|subject| remind_at(subject, subject.notified));
    due.filter(|at| *at > platform_view.now && at.since(platform_view.now) <= REMINDS_SOON).min()
}

fn again(situation: &Situation, platform_view: &PlatformView<'_>, soon: Option<Time>) -> Option<Time> {
    let ripe = situation.changed_at.map(|at| at.max(situation.sent_at).plus(GATHERED));
    let refresh = platform_view.edits.then(|| situation.shown_at.plus(REFRESH));
    let again = Some(sent_again_at(situation, platform_view));
    // What waits for a reminder is reviewed with it.
    let sends = ripe.min(again).or(again).map(|at| soon.map_or(at, |soon| at.max(soon)));
    [sends, begins(platform_view), refresh].into_iter().flatten().min()
}

/// When the message is sent again if nothing changes: daily, or more and more rarely while somebody is on all of it.
pub fn sent_again_at(situation: &Situation, platform_view: &PlatformView<'_>) -> Time {
    let daily = situation.sent_at.plus(DAILY);
    if platform_view.subjects.iter().any(|subject| unseen_news(subject).is_some()) {
        return daily;
    }
    reminder::quiet(situation.opened_at, situation.sent_at).max(daily)
}

/// When an announced end or a latest start next becomes near.
fn begins(platform_view: &PlatformView<'_>) -> Option<Time> {
    let known = platform_view.subjects.iter().filter(|subject| subject.notified.verdict.is_some());
    let before = |at: Time, span: Duration| Time(at.0 - crate::core::time::millis(span));
    let turns = known.flat_map(|subject| {
        let hours = subject.ends.map(|ends| before(ends, HOUR_NEAR));
        let starts =
            subject.starts.iter().flat_map(move |start| [before(*start, DAILY), before(*start, START_NEAR), *start]);
        hours.into_iter().chain(starts)
    });
    turns.filter(|at| *at > platform_view.now).min()
}
