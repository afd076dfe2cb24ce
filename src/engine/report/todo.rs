//! The tasks, the most urgent first, each with its owner and deadline, and with its duration if that is configured.

use std::time::Duration;

use super::ahead::Ahead;
use super::cut_off::Announced;
use super::once::{Line, Said, Subject};
use super::{When, lines};
use crate::config::Dependency;
use crate::core::dependency::shown::Shown;
use crate::core::people::action::{ActionKind, OperatorAction};
use crate::core::people::notice::Letter;
use crate::core::platform::snapshot::{DependencySnapshot, Snapshot};
use crate::core::probe::standing::Held;
use crate::core::time::{Time, human, millis};
use crate::core::words::text::without_fallback;
use crate::core::words::verdict::Criticality;
use crate::engine::decide::decider::Decider;
use crate::say::report::Todo;

/// Dates nearer than this are listed as tasks.
const NEAR: Duration = Duration::from_secs(30 * 86_400);
/// A fallback that has not been drilled for this long may not work.
const DRILL_AFTER: Duration = Duration::from_secs(180 * 86_400);

impl Decider {
    pub(super) fn todo(&self, snapshot: &Snapshot, acts: &[OperatorAction], said: &mut Said, when: When) -> Vec<Todo> {
        let mut all = self.of_letters(snapshot, when);
        all.extend(self.of_leaving(snapshot, when));
        all.extend(lines::unasked(&self.config, snapshot).into_iter().map(|d| self.of_unasked(d)));
        all.extend(self.of_troubles(snapshot, when));
        all.extend(self.of_dates(when));
        all.extend(of_channels(acts, when.now));
        all.extend(self.of_drills(acts, snapshot, when.now));
        let mut todo = said.first(all);
        todo.sort();
        todo
    }

    fn owner(&self, id: &str) -> Option<String> {
        self.dependency(id)?.owner.clone()
    }

    fn of_troubles(&self, snapshot: &Snapshot, when: When) -> Vec<Line<Todo>> {
        let dates = self.dates(when.now);
        let line = |d: &DependencySnapshot| {
            let (rank, what) = self.repair(d, snapshot, when)?;
            let ends = ending(d, &dates);
            let by = ends.map(|date| when.at(date.at));
            let todo = Todo { rank, what, owner: self.owner(&d.id), by, ..Todo::default() };
            let blind = (rank >= BLIND).then(|| Subject::Blind(d.id.clone()));
            let line = Line::new(Subject::Repair(d.id.clone()), todo);
            Some(line.covering(blind.into_iter().chain(ends.map(Ahead::subject))))
        };
        // A dependency that needs something that was dropped cannot be repaired separately.
        let dropped = |id: &String| snapshot.each().any(|d| d.id == *id && d.shown() == Shown::Dropped);
        let follows = |d: &&DependencySnapshot| d.shown() != Shown::Dropped && d.needs.iter().any(dropped);
        snapshot.each().filter(|d| !follows(d)).filter_map(line).collect()
    }

    /// The urgency, and what to do about one dependency.
    fn repair(&self, d: &DependencySnapshot, snapshot: &Snapshot, when: When) -> Option<(u32, String)> {
        let label = &d.label;
        // The same advice as in the alerts.
        let advice = |held: &Held| self.to_do_still(self.dependency(&d.id)?, held, when.now);
        let hint = d.explaining().and_then(advice);
        let hint = hint.as_deref().map(|hint| hint.trim_end_matches('.'));
        let blind = || lines::blind_for(d, when);
        let says = || d.say().trim_end_matches('.').to_owned();
        Some(match (d.shown(), hint) {
            (Shown::Dropped, _) => (0, dropped(d, snapshot, hint)),
            _ if d.state.lost_access().is_some() => {
                let hint = d.state.lost_access().and_then(advice);
                let hint = hint.as_deref().unwrap_or("Check the key and the account");
                (1, format!("{label}: {}", hint.trim_end_matches('.')))
            }
            (Shown::Outage, Some(hint)) => (3, format!("{label}: {hint}")),
            (Shown::Outage, None) => (3, format!("{label}: outage. Check the vendor's status page")),
            (Shown::Degraded, Some(hint)) => (4, format!("{label}: {hint}")),
            (Shown::Degraded, None) => (4, format!("{label}: {}", says())),
            (Shown::NeverSeenLive, _) => {
                (6, format!("{label}: check its id and settings. It was never seen working{}: {}", blind(), says()))
            }
            (Shown::NotVerified, Some(hint)) => {
                (7, format!("{label}: {hint}. It could not be checked{}: {}", blind(), says()))
            }
            (Shown::NeedsKey, _) => (8, format!("{label}: set its key. It is not monitored{}: {}", blind(), says())),
            // There is nothing to do here: it is listed with what could not be checked.
            (Shown::NotMonitored, _)
            | (Shown::NotVerified, None)
            | (Shown::Live | Shown::Checking | Shown::Starting, _) => return None,
        })
    }

    fn of_letters(&self, snapshot: &Snapshot, when: When) -> Vec<Line<Todo>> {
        let line = |one: Announced<'_>| {
            let letter = one.letter.filter(|letter| letter.answered.is_none())?;
            let labels = self.labels(letter).collect::<Vec<_>>().join(", ");
            let what = format!(
                "{}. Received {}: \"{}\". Then run: plugwatch notice answered {}",
                one.task(&labels, when),
                one.received(when),
                one.notice.text.trim_end_matches('.'),
                letter.public_id
            );
            let owner = one.notice.dependencies.first().and_then(|id| self.owner(id));
            let todo = Todo { rank: 2, what, owner, ..Todo::default() };
            let older = one.older.iter().map(|old| Subject::Letter(old.public_id.clone()));
            let line = Line::new(Subject::Letter(letter.public_id.clone()), todo).covering(older);
            Some(line.covering(warned(letter, snapshot)))
        };
        self.notices_in_force(when.now).into_iter().filter_map(line).collect()
    }

    /// The longest exit step for a dependency that a letter ends, with its latest start.
    fn of_leaving(&self, snapshot: &Snapshot, when: When) -> Vec<Line<Todo>> {
        let mut all = Vec::new();
        for one in self.notices_in_force(when.now) {
            let Some(ends) = one.ends(when.now).filter(|_| one.is_cut_off()) else { continue };
            let steps = one.notice.dependencies.iter().filter_map(|id| self.dependency(id));
            let lines = steps.filter_map(|d| leaving(d, ends, when));
            let covers = || one.letter.map(|letter| warned(letter, snapshot)).unwrap_or_default();
            all.extend(lines.map(|line| line.covering(covers())));
        }
        all
    }

    fn of_dates(&self, when: When) -> Vec<Line<Todo>> {
        let near = self.dates(when.now).into_iter().filter(|date| date.at <= when.now.plus(NEAR));
        let line = |date: Ahead| {
            let subject = date.subject();
            if date.is_passed(when.now) {
                let what = format!(
                    "{}: its day, {}, has passed. Find out what became of it, and change or remove its [[date]]",
                    date.what,
                    when.day(date.at)
                );
                return Line::new(subject, Todo { rank: 4, what, owner: date.owner, ..Todo::default() });
            }
            let (by, takes) = (Some(when.day(date.at)), date.minutes.map(|minutes| format!("{minutes} min")));
            Line::new(
                subject,
                Todo { rank: 5, what: renewal(&date.what), owner: date.owner, by, takes, ..Todo::default() },
            )
        };
        near.map(line).collect()
    }

    fn of_unasked(&self, d: &DependencySnapshot) -> Line<Todo> {
        let what = format!("Ask {} whether they still serve you: nobody has reported it in the last 40 days", d.label);
        let todo = Todo { rank: 9, what, owner: self.owner(&d.id), ..Todo::default() };
        Line::new(Subject::Repair(d.id.clone()), todo).covering([Subject::Blind(d.id.clone())])
    }

    /// The first critical dependency whose fallback was not drilled recently. Only one drill is suggested at a time.
    /// A dependency that is actually down needs no drill.
    fn of_drills(&self, acts: &[OperatorAction], snapshot: &Snapshot, now: Time) -> Option<Line<Todo>> {
        let drilled = |id: &str| {
            let own = |act: &&OperatorAction| act.deed == ActionKind::Drill && act.dependency.as_deref() == Some(id);
            acts.iter().filter(own).any(|act| now.since(act.at) < DRILL_AFTER)
        };
        let critical = |d: &&Dependency| d.criticality == Criticality::Critical && d.fallback.is_some();
        let works = |d: &&Dependency| {
            let shown = snapshot.each().find(|other| other.id == d.id).filter(|d| d.state.lost_access().is_none());
            shown.is_some_and(|d| !matches!(d.shown(), Shown::Dropped | Shown::Outage))
        };
        let next = self.config.dependencies.iter().filter(critical).filter(works).find(|d| !drilled(&d.id))?;
        let what = format!("Run a drill for {}: plugwatch drill {}", next.label, next.id);
        let todo = Todo { rank: 11, what, owner: next.owner.clone(), ..Todo::default() };
        // If no drill was ever held, the same line says so.
        let first = !acts.iter().any(|act| act.deed == ActionKind::Drill);
        let subject = if first { Subject::Drill } else { Subject::Leave(format!("drill {}", next.id)) };
        Some(Line::new(subject, todo))
    }

    pub(super) fn labels<'e>(&'e self, letter: &'e Letter) -> impl Iterator<Item = &'e str> {
        // A dependency that is no longer configured is named by its id.
        let label = |id: &'e String| self.dependency(id).map_or(id.as_str(), |dependency| dependency.label.as_str());
        letter.notice.dependencies.iter().map(label)
    }
}

/// From this rank on, the problem is that something cannot be checked.
const BLIND: u32 = 6;

/// The task for a dropped dependency: first the fallback with its state, then the check's advice.
fn dropped(d: &DependencySnapshot, snapshot: &Snapshot, hint: Option<&str>) -> String {
    let on = d.fallback_on.as_ref().and_then(|id| snapshot.each().find(|other| other.id == *id));
    let fails = on.is_some_and(|on| on.shown() != Shown::Live);
    let advice = hint.map_or_else(String::new, |hint| format!(". {hint}"));
    match &d.fallback {
        Some(to) if fails => format!("{}: the fallback ({to}) does not work now{advice}", d.label),
        Some(to) => format!("{}: switch to {to}{advice}", d.label),
        None => {
            let advice = hint.and_then(without_fallback).map_or_else(String::new, |hint| format!(". {hint}"));
            // The advice may say it itself, with what to do instead.
            let advice = advice.trim_end_matches('.').trim_start_matches(". No fallback is configured");
            format!("{}: no fallback is configured{advice}", d.label)
        }
    }
}

/// The measured date behind a warning, such as a certificate's expiry.
fn ending<'a>(d: &DependencySnapshot, dates: &'a [Ahead]) -> Option<&'a Ahead> {
    let held = d.explaining().filter(|_| d.shown() == Shown::Degraded)?;
    let warns = held.reason.split(['+', '_']).any(|word| matches!(word, "ends" | "expires"));
    dates.iter().find(|date| warns && date.is_measured_by(&d.id, &held.by))
}

/// The dependencies that show a warning only because of this letter, whose line covers them.
fn warned(letter: &Letter, snapshot: &Snapshot) -> Vec<Subject> {
    let own = snapshot.each().filter(|d| letter.notice.dependencies.contains(&d.id));
    let only = |d: &&DependencySnapshot| {
        d.shown() == Shown::Degraded
            && d.explaining().is_some_and(|held| crate::core::people::notice::is_by_letter(&held.reason))
    };
    own.filter(only).map(|d| Subject::Repair(d.id.clone())).collect()
}

fn leaving(d: &Dependency, ends: Time, when: When) -> Option<Line<Todo>> {
    let (step, takes) = d.leave.iter().filter_map(|step| Some((step, step.takes?))).max_by_key(|(_, takes)| *takes)?;
    let begin = Time(ends.0 - millis(takes));
    let start = match begin > when.now {
        true => format!("It takes {}: start by {} at the latest, better today", human(takes), when.at(begin)),
        false => {
            format!("It takes {}, and {} is left: start now with what you need most", human(takes), when.until(ends))
        }
    };
    let what = format!("{}, before it ends: {}. {start}", d.label, step.step);
    let todo = Todo { rank: 2, what, owner: d.owner.clone(), ..Todo::default() };
    Some(Line::new(Subject::Leave(d.id.clone()), todo))
}

/// The task for a date: for `Apple Developer Program: membership ends`, it says to renew the membership.
fn renewal(what: &str) -> String {
    let (of, event) = what.rsplit_once(": ").map_or(("", what), |(of, event)| (of, event));
    let ended = [" ends", " expires", " runs out"].into_iter().find_map(|ends| event.strip_suffix(ends));
    match (of, ended) {
        (_, None) => what.to_owned(),
        ("", Some(thing)) => format!("Renew before it ends: {thing}"),
        (of, Some(thing)) => format!("{of}: renew the {}", thing.trim_start_matches("the ").trim_start_matches("The ")),
    }
}

fn of_channels(acts: &[OperatorAction], now: Time) -> Option<Line<Todo>> {
    let last = acts.iter().rfind(|act| act.deed == ActionKind::Test);
    let what = match last {
        Some(act) if now.since(act.at) < NEAR => return None,
        Some(act) => format!("Test the notification channels; the last test was {} ago", human(now.since(act.at))),
        None => "Test the notification channels; nobody has tested them yet".to_owned(),
    };
    let todo = Todo { rank: 10, what: format!("{what}: `plugwatch notify test`"), ..Todo::default() };
    Some(Line::new(Subject::ChannelTest, todo))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_that_ends_something_asks_to_renew_it() {
        assert_eq!(
            renewal("Apple Developer Program: membership ends"),
            "Apple Developer Program: renew the membership"
        );
        assert_eq!(renewal("Trademark expires"), "Renew before it ends: Trademark");
        assert_eq!(renewal("Send the tax form"), "Send the tax form");
    }
}
