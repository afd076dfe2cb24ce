//! What a message about several dependencies says of them together.

use std::time::Duration;

use super::decider::Decider;
use super::known::DependencyState;
use super::platform::Seen;
use super::telling::concerned;
use crate::core::alerting::message::{Telling, Together};
use crate::core::dependency::incident::Reason;
use crate::core::people::notice::is_by_letter;
use crate::core::time::{Time, human};
use crate::core::words::verdict::{Fault, Verdict};
use crate::say::about::{About, Group};
use crate::say::status::spoken;

/// The maximum difference between times that one message gives as one: confirming a return takes four minutes, and what
/// stopped together may be checked ten minutes apart.
const ABOUT_THE_SAME: Duration = Duration::from_secs(600);

impl Decider {
    /// What a message about several says of all of them: what stops with each, and no end of one of them as another's.
    pub(super) fn say_of_all(&self, about: &mut About, telling: &Telling) {
        if telling.members.len() < 2 || telling.together == Together::Mass {
            return;
        }
        let members = || telling.members.iter().map(|member| &self.config.dependencies[*member]);
        about.ending_soon.retain(|(label, _)| !members().any(|member| member.label == *label));
        let mut breaks: Vec<&str> = Vec::new();
        for text in members().filter_map(|member| member.breaks.as_deref()) {
            if !breaks.contains(&text) {
                breaks.push(text);
            }
        }
        about.breaks = (!breaks.is_empty()).then(|| breaks.join("; "));
    }

    /// The one among several that explains the others, so its advice replaces theirs: the account that they run in, or of
    /// the same domain the one whose trouble is on the user's own side, such as an unpaid renewal.
    pub(super) fn explains(&self, members: &[usize], seen: &Seen) -> Option<usize> {
        let (account, rest) = members.split_first()?;
        let runs = self.platform.carries(*account);
        if !rest.is_empty() && rest.iter().all(|member| runs.contains(member)) {
            return Some(*account);
        }
        let domain = |member: &usize| self.config.dependencies[*member].domain.as_deref();
        let first = members.first().and_then(domain)?;
        let held = |member: &usize| seen.state(*member).combined.held.as_ref();
        let own = |member: &usize| held(member).is_some_and(|held| held.fault == Fault::Ours && held.hint.is_some());
        let mut causes = members.iter().filter(|member| own(member));
        let one = causes.next().filter(|_| causes.next().is_none())?;
        (members.len() > 1 && members.iter().all(|member| domain(member) == Some(first))).then_some(*one)
    }

    /// Says how long the trouble of several lasted, if that is about the same for all.
    pub(super) fn say_how_long(&self, about: &mut About, telling: &Telling, seen: &Seen) {
        if about.group.is_none() {
            return;
        }
        about.lasted = None;
        if let Some((since, lasted)) = lasted_together(telling, seen) {
            (about.since, about.lasted) = (since, Some(lasted));
        }
    }

    /// What to do about a dependency that is in trouble.
    pub(super) fn to_do_of(&self, position: usize, seen: &Seen, now: Time) -> Option<String> {
        let held = seen.state(position).combined.held.as_ref()?;
        self.to_do_still(&self.config.dependencies[position], held, now)
    }

    /// The other dependencies in the same message, and what they have in common.
    pub(super) fn group(&self, telling: &Telling, seen: &Seen) -> Option<Group> {
        let dependencies = &self.config.dependencies;
        let mass = telling.together == Together::Mass;
        if telling.together == Together::Alone {
            return None;
        }
        let lead = &dependencies[telling.members[0]];
        let led = telling.wanted.held.hint.as_deref();
        let explained = self.explains(&telling.members, seen).is_some();
        let line = |member: &usize| {
            let combined = &seen.state(*member).combined;
            // The line of what cannot be checked says why.
            let unseen = combined.unverified().filter(|_| telling.reason == Reason::Blind);
            let Some(held) = unseen.or(combined.held.as_ref()) else { return String::new() };
            // The first dependency's advice is given below the list; the others' advice is on their own lines.
            if mass {
                // The likely causes of the individual failures would distract from a problem on the user's side.
                return format!(" ({})", held.verdict);
            }
            let hint = held.hint.as_deref().filter(|hint| Some(*hint) != led && !explained);
            let hint = hint.map_or_else(String::new, |hint| format!(". To do: {}", hint.trim_end_matches('.')));
            if let Some((verdict, began, end)) =
                ended(seen.state(*member)).filter(|_| telling.reason == Reason::Recovered)
            {
                let was = if verdict == Verdict::Dropped { "dropped for" } else { "in trouble for" };
                return format!(" ({was} {}): {}{hint}", human(end.since(began)), held.say);
            }
            match is_by_letter(&held.reason) || unseen.is_some() {
                true => format!(": {}{hint}", held.say),
                false => format!(" ({}): {}{hint}", spoken(held.verdict), held.say),
            }
        };
        let of = match self.parent(lead) {
            Some(parent) if !mass => self.platform.siblings(parent).len(),
            _ => dependencies.iter().filter(|dependency| dependency.not_monitored.is_none()).count(),
        };
        let name = self.parent(lead).map(|parent| self.config.catalog.company(parent)).unwrap_or_default();
        let parent = |member: &usize| self.parent(&dependencies[*member]);
        // A letter may concern dependencies of several companies.
        let one = telling.members.iter().all(|member| parent(member) == self.parent(lead));
        let name = if one { name } else { String::new() };
        let ids = telling.members.iter().map(|member| dependencies[*member].id.clone()).collect();
        // The number of failures at the same time matters, so failures that were already announced are included.
        let out = |member: &usize| {
            let incident = seen.state(*member).incident.as_ref();
            mass && !telling.members.contains(member)
                && incident.is_some_and(|incident| incident.verdict == Verdict::Outage)
        };
        let others: Vec<usize> = seen.iter().map(|(position, _)| position).filter(out).collect();
        let all = || telling.members.iter().chain(&others);
        let labels = all().map(|member| dependencies[*member].label.clone()).collect();
        let lines = together(all().map(|member| (dependencies[*member].label.as_str(), line(member))));
        let incidents = telling.members.iter().filter_map(|member| concerned(seen.state(*member))).map(|(_, id)| id);
        let holds = |member: &usize| seen.state(*member).combined.held.as_ref().map(|held| held.verdict);
        let verdicts = telling.members.iter().map(|member| holds(member).unwrap_or(Verdict::Unknown)).collect();
        Some(Group { name, of, mass, ids, incidents: incidents.collect(), labels, lines, verdicts })
    }
}

/// When the trouble of several that are back began, and how long it lasted, if that is about the same for all.
fn lasted_together(telling: &Telling, seen: &Seen) -> Option<(Time, Duration)> {
    let back = telling.reason == Reason::Recovered;
    let spans = telling.members.iter().map(|member| ended(seen.state(*member)));
    let spans: Vec<(Verdict, Time, Time)> = spans.collect::<Option<_>>().filter(|_| back)?;
    let near = |times: &dyn Fn(&(Verdict, Time, Time)) -> Time| {
        let (first, last) = (spans.iter().map(times).min()?, spans.iter().map(times).max()?);
        (last.since(first) <= ABOUT_THE_SAME).then_some((first, last))
    };
    let ((began, _), (_, end)) = (near(&|span| span.1)?, near(&|span| span.2)?);
    let alike = spans.iter().all(|span| span.0 == spans[0].0);
    alike.then(|| (began, end.since(began)))
}

/// What was reported about a dependency that is back, when that began, and when it ended.
fn ended(state: &DependencyState) -> Option<(Verdict, Time, Time)> {
    let (notified, held) = (&state.notified, state.combined.held.as_ref()?);
    let began = notified.so_since.or(notified.began_at)?;
    Some((notified.verdict?, began, held.since.max(began)))
}

/// One line for each dependency; those with the same text share a line.
fn together<'l>(all: impl Iterator<Item = (&'l str, String)>) -> Vec<String> {
    let mut lines: Vec<(Vec<&str>, String)> = Vec::new();
    for (label, said) in all {
        match lines.iter_mut().find(|(_, other)| *other == said) {
            Some((labels, _)) => labels.push(label),
            None => lines.push((vec![label], said)),
        }
    }
    lines.into_iter().map(|(labels, said)| format!("{}{said}", labels.join(", "))).collect()
}
