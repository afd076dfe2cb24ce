//! The situation message: it is opened, edited in place, sent again and closed.

use std::collections::{BTreeMap, BTreeSet};

use super::decider::Decider;
use super::known::DependencyState;
use crate::config::Dependency;
use crate::core::alerting::due::unseen_news;
use crate::core::alerting::platform_view::PlatformView;
use crate::core::alerting::reminder::turn;
use crate::core::alerting::review::ROUND_WAIT;
use crate::core::alerting::situation::Situation;
use crate::core::alerting::situation_change::{Change, Stands, is_ending, is_lost, sent_again_at};
use crate::core::alerting::subject::Subject;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::people::advice::Advice;
use crate::core::people::notice::{to_do, whose};
use crate::core::people::wording::Wording;
use crate::core::time::{Time, millis};
use crate::say::alert::Body;
use crate::say::situation::{Item, Situation as Said, Step};
use crate::store::{NewAlert, SITUATION, SituationChange};

impl Decider {
    /// Applies what a review decided about the situation.
    pub(in crate::engine) fn follow_situation(&mut self, stands: Stands, now: Time) {
        let Stands { situation, change, again: _ } = stands;
        let Some(change) = change else {
            self.situation = situation;
            return;
        };
        let known = self.situation.clone();
        let public_id = match &known {
            Some(known) => known.public_id.clone(),
            None => self.next_id(),
        };
        // If a situation closes, it was open before.
        let kept = situation.clone().or(known).unwrap_or_default();
        let kept = Situation { public_id: public_id.clone(), ..kept };
        // The statement about the next message applies only while the situation is open.
        self.situation = Some(kept.clone());
        let said = self.view_situation(&kept, change == Change::Close, now);
        let level = match change {
            Change::Send(level) => level,
            Change::Open | Change::Edit | Change::Close => Level::Info,
        };
        let snapshot = self.frozen(Reason::Situation, level, Body::Situation(Box::new(said.clone())), now);
        if matches!(change, Change::Open | Change::Send(_)) {
            self.send_situation(&said, (change, level), &public_id, snapshot.clone(), now);
        }
        let closed_at = (change == Change::Close).then_some(now);
        let edit = matches!(change, Change::Edit | Change::Close);
        self.writes.situation = Some(SituationChange { situation: kept.clone(), snapshot, edit, closed_at, at: now });
        self.situation = situation.map(|_| kept);
    }

    fn send_situation(
        &mut self,
        said: &Said,
        (change, level): (Change, Level),
        public_id: &str,
        snapshot: serde_json::Value,
        now: Time,
    ) {
        let about: Vec<String> = said.lost.iter().chain(&said.ending).map(|item| item.id.clone()).collect();
        // A cut-off time concerns everybody, whoever is on duty.
        let newest = self.newest_unseen(now).filter(|_| level == Level::Critical && said.ending.is_empty());
        let called = self.called(newest.map(|news| turn(news, now)), now);
        let mut to = called.unwrap_or_else(|| self.addressed(Reason::Situation, level, None, &about, now));
        if change == Change::Open {
            // People on the other channels have just read the message that opened the situation.
            let edits = |channel: &str| self.ways.iter().any(|way| way.channel == channel && way.edits);
            to.retain(|address| edits(&address.channel));
        }
        if to.is_empty() {
            return;
        }
        let public = self.next_id();
        self.put(NewAlert {
            public_id: public,
            incident: None,
            dependency: about.into_iter().next(),
            reason: Reason::Situation,
            level,
            at: now,
            snapshot,
            thread: Some(format!("{SITUATION}{public_id}")),
            to,
        });
    }

    /// When the newest critical message was sent that nobody has acknowledged.
    fn newest_unseen(&self, now: Time) -> Option<Time> {
        let seen = self.seen(self.platform.concerned(None));
        self.platform_view(&seen, now).subjects.iter().filter_map(unseen_news).max()
    }

    /// The state of everything, for the message.
    fn view_situation(&self, situation: &Situation, over: bool, now: Time) -> Said {
        let seen = self.seen(self.platform.concerned(None));
        let platform_view = self.platform_view(&seen, now);
        let mut said = Said { at: now, over, next: self.next_situation(situation, &platform_view), ..Said::default() };
        let mut on_it: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut named: BTreeSet<usize> = BTreeSet::new();
        for ((position, state), subject) in seen.iter().zip(&platform_view.subjects) {
            let dependency = &self.config.dependencies[position];
            let (lost, ends) = (is_lost(subject), subject.ends.filter(|_| is_ending(subject, now)));
            if over || (!lost && ends.is_none()) {
                // Other unacknowledged critical messages also cause the message to be sent again.
                said.nobody.extend(unseen_news(subject).filter(|_| !over).map(|_| dependency.label.clone()));
                continue;
            }
            named.insert(position);
            let by = self.taken_on(state, subject);
            let item = self.item(dependency, state, by.is_none());
            match by {
                Some(by) => on_it.entry(by).or_default().push(dependency.label.clone()),
                None => said.nobody.push(dependency.label.clone()),
            }
            match ends.filter(|_| !lost) {
                Some(ends) => {
                    said.steps.extend(self.steps_of(dependency, self.act_by(&dependency.id, now)));
                    said.ending.push(self.ending(dependency, doubted(item, state), ends, now));
                }
                None => {
                    let held = state.combined.held.as_ref().filter(|_| lost);
                    let do_now = held.and_then(|held| self.to_do_still(dependency, held, now));
                    said.lost.push(Item { do_now, ..item });
                }
            }
        }
        self.view_others(&named, over, &mut said, now);
        said.lost.sort_by_key(|item| item.since);
        said.ending.sort_by_key(|item| item.ends);
        // Steps with a deadline come first while one is ahead; otherwise the longest steps come first.
        if said.ending.is_empty() {
            said.steps.sort_by_key(|step| std::cmp::Reverse(step.takes));
        } else {
            // First come the steps for announced ends, by their latest start, and then the steps at other
            // dependencies, the longest first.
            said.steps.sort_by_key(|step| (step.start.is_none(), step.start, std::cmp::Reverse(step.takes)));
        }
        said.on_it = on_it.into_iter().collect();
        said
    }

    /// The time by which the message is sent again, if known.
    fn next_situation(&self, situation: &Situation, platform_view: &PlatformView<'_>) -> Option<Time> {
        let remind = |subject: &Subject<'_>| crate::core::alerting::due::remind_at(subject, subject.notified);
        let reminders = platform_view.subjects.iter().filter_map(remind).filter(|at| *at > platform_view.now);
        // It closes without a word once everything that ends has ended and nothing is lost.
        let again = Some(sent_again_at(situation, platform_view)).filter(|at| {
            platform_view.subjects.iter().any(|subject| is_lost(subject) || subject.ends.is_some_and(|ends| ends > *at))
        });
        // The outcome of an announced cut-off is reported after its time, unless the dependency was lost before.
        let waits = platform_view.subjects.iter().filter(|subject| !is_lost(subject));
        let hours = waits.filter_map(|subject| subject.ends).filter(|at| *at > platform_view.now);
        reminders.chain(again).chain(hours.map(|at| at.plus(ROUND_WAIT))).min()
    }

    /// Who said that they are taking care of it.
    fn taken_on(&self, state: &DependencyState, subject: &Subject<'_>) -> Option<String> {
        subject.seen_to?;
        self.acknowledged_by(subject.id, state)
    }

    /// Who acknowledged the last message about a dependency.
    pub(super) fn acknowledged_by(&self, id: &str, state: &DependencyState) -> Option<String> {
        let incident = state.incident.as_ref().map(|incident| incident.public_id.as_str());
        let by = incident.and_then(|id| self.people.acked(id, state.notified.news_at)).map(|act| act.by.clone());
        let access = self.people.seen_to_access(id, state.notified.news_at);
        by.or_else(|| access.and(self.people.acked_access(id)).map(|act| act.by.clone()))
    }

    fn item(&self, dependency: &Dependency, state: &DependencyState, unseen: bool) -> Item {
        let access = state.combined.lost_access().filter(|_| state.incident.is_none());
        let held = access.or(state.combined.held.as_ref());
        let word = if access.is_some() { "key refused or account suspended" } else { "" };
        let incident = state.incident.as_ref();
        Item {
            id: dependency.id.clone(),
            label: dependency.label.clone(),
            word: word.to_owned(),
            since: held.map_or(self.started_at, |held| held.since),
            ends: None,
            unseen: incident.map(|incident| incident.public_id.clone()).filter(|_| unseen),
            ..Item::default()
        }
    }

    /// Adds to an item that ends at `ends` what its letter demands, and what to do.
    fn ending(&self, dependency: &Dependency, item: Item, ends: Time, now: Time) -> Item {
        let wording = self.letter_of(&dependency.id, now);
        let letter = self.open_letter(&dependency.id, now).map_or("", |letter| letter.text.as_str());
        let advice = self.advice_on(dependency, letter).unwrap_or_default();
        let advised = |say: fn(&Wording, &Advice) -> String| self.advised(&say(&wording, &advice), dependency);
        let text = self.open_letter(&dependency.id, now).map(|letter| letter.text.trim_end_matches('.').to_owned());
        Item {
            ends: Some(ends),
            do_now: advised(to_do::later),
            do_last: advised(to_do::in_the_last_hours),
            last_day: self.is_last_day(&dependency.id, now),
            letter: Some(whose(&self.sender(&dependency.id))),
            reported: self.letters_about(&dependency.id, now),
            quote: wording.demand.clone().or(text),
            terms: wording.terms,
            demand: wording.demand,
            ..item
        }
    }

    /// Adds the dependencies that are neither lost nor about to end.
    fn view_others(&self, named: &BTreeSet<usize>, over: bool, said: &mut Said, now: Time) {
        let others = self.others(named);
        for (position, shown) in &others.down {
            let dependency = &self.config.dependencies[*position];
            let state = self.known.dependency(&dependency.id);
            let since = state.and_then(|state| state.combined.held.as_ref()).map_or(now, |held| held.since);
            let word = self.word(*position, *shown);
            let (id, label) = (dependency.id.clone(), dependency.label.clone());
            said.trouble.push(Item { id, label, word, since, ..Item::default() });
        }
        (said.working, said.more_working) = (self.working(&others), others.more_working);
        said.unsure = self.unsure(&others, false);
        let label = |position: &usize| self.config.dependencies[*position].label.clone();
        said.not_monitored = others.not_monitored.iter().map(label).collect();
        // While a cut-off is ahead and nothing is lost yet, only the steps for what ends matter.
        if (said.ending.is_empty() || !said.lost.is_empty()) && !over {
            let all = self.config.dependencies.iter().enumerate();
            let all = all.filter(|(position, _)| !named.contains(position));
            said.steps.extend(all.flat_map(|(_, dependency)| self.steps_of(dependency, None)));
        }
    }

    /// Exit steps that are still possible.
    fn steps_of<'e>(&'e self, dependency: &'e Dependency, ends: Option<Time>) -> impl Iterator<Item = Step> + 'e {
        dependency.leave.iter().map(move |step| Step {
            what: step.step.clone(),
            label: dependency.label.clone(),
            takes: step.takes,
            owner: step.who.clone(),
            start: ends.zip(step.takes).map(|(ends, takes)| Time(ends.0 - millis(takes))).or(ends),
            late: self.advice(dependency).map(|advice| advice.late.clone()).filter(|late| !late.is_empty()),
        })
    }

    /// The latest times at which the exit steps can begin.
    pub(in crate::engine) fn latest_starts(&self, dependency: &Dependency, ends: Option<Time>) -> Vec<Time> {
        self.steps_of(dependency, ends).filter_map(|step| step.start).collect()
    }
}

/// What is checked because it seems to be gone is not said to last until its announced end.
fn doubted(item: Item, state: &DependencyState) -> Item {
    if state.combined.is_possibly_dropped() {
        Item { word: "possibly dropped already, confirming".to_owned(), ..item }
    } else {
        item
    }
}
