//! Turns the core's decisions on what to report into alerts, one for each message, in the same transaction as the
//! change that they report.

use super::decider::Decider;
use super::known::DependencyState;
use super::platform::Seen;
use super::tell::Concerning;
use crate::config::Dependency;
use crate::core::alerting::due::unseen_news;
use crate::core::alerting::message::{Telling, Together};
use crate::core::alerting::notified::LOSS_COUNTS;
use crate::core::alerting::platform_view::{Cause, PlatformView};
use crate::core::alerting::reminder::turn;
use crate::core::alerting::review::{Review, review};
use crate::core::alerting::subject::Subject;
use crate::core::alerting::subject_index::SubjectIndex;
use crate::core::dependency::incident::{Level, Reason};
use crate::core::dependency::storefronts::{is_at_home, is_mostly, is_partly};
use crate::core::dependency::takeover::is_taken_over;
use crate::core::people::notice::{
    is_by_letter, is_in_force, is_interruption, is_outlived, is_spent, is_terms, is_undated,
};
use crate::core::probe::doubt::is_by_turns;
use crate::core::probe::standing::Held;
use crate::core::time::Time;
use crate::core::words::verdict::{Proof, Verdict};
use crate::say::about::{About, OpenItem};
use crate::say::alert::Body;
use crate::store::DependencyChange;

impl Decider {
    /// Reviews the platform: announces what is due, and records when the next review is due.
    pub(in crate::engine) fn review(&mut self, now: Time) {
        let seen = self.seen(self.platform.concerned(None));
        let Review { tellings, notified, again, stands } = review(&self.platform_view(&seen, now));
        self.review_at = again;
        let gone = self.gone.iter().map(|(_, at)| *at);
        let lost = notified.iter().filter_map(|(_, notified)| notified.lost_at).chain(gone).max();
        self.heightened_until = lost.map_or(Time(0), |at| at.plus(LOSS_COUNTS));
        for (n, notified) in notified {
            let position = seen.position(n);
            let state = seen.state(position);
            if *state.notified != notified {
                let id = self.config.dependencies[position].id.clone();
                self.note_dependency(&id, DependencyState { notified: notified.into(), ..state.clone() }, now);
            }
        }
        for telling in tellings {
            let members = telling.members.iter().map(|n| seen.position(*n)).collect();
            let losses = telling.losses.iter().map(|n| seen.position(*n)).collect();
            self.tell_telling(&Telling { members, losses, ..telling }, &seen, now);
        }
        self.follow_situation(stands, now);
    }

    /// The states of the dependencies at these positions.
    pub(in crate::engine) fn seen(&self, positions: Vec<usize>) -> Seen {
        let dependencies = &self.config.dependencies;
        Seen::of(positions, |position| self.known.shared(&dependencies[position].id))
    }

    /// The platform, in the form that the core uses.
    pub(in crate::engine) fn platform_view<'a>(&'a self, seen: &'a Seen, now: Time) -> PlatformView<'a> {
        let dependencies = &self.config.dependencies;
        let subjects: Vec<Subject<'a>> =
            seen.iter().map(|(position, state)| self.subject(&dependencies[position], state, now)).collect();
        let subjects = in_situation(subjects, self.situation.is_some());
        let edits = self.ways.iter().any(|way| way.edits);
        let (fresh_since, situation) = (self.fresh_since, self.situation.as_ref());
        let companies = self.platform.companies();
        let index = SubjectIndex::of(&subjects);
        PlatformView { subjects, index, companies, now, fresh_since, gone: &self.gone, situation, edits }
    }

    /// Stores a dependency's new state in memory and in the next commit.
    pub(in crate::engine) fn note_dependency(&mut self, id: &str, state: DependencyState, at: Time) {
        let (combined, notified) = (state.combined.clone(), (*state.notified).clone());
        let change = DependencyChange { id: id.to_owned(), state: combined, notified, at };
        self.writes.dependencies.push(change);
        self.platform.note(id, &state);
        self.show(id);
        self.known.set_dependency(id, state);
    }

    fn tell_telling(&mut self, telling: &Telling, seen: &Seen, now: Time) {
        let lead = telling.members[0];
        let dependency = &self.config.dependencies[lead];
        let before = seen.state(lead);
        let concerned = concerned(before);
        let body = match telling.together {
            Together::Digest => self.still_open(telling, seen, now),
            _ => {
                let began = match telling.reason {
                    Reason::Sighted => before.notified.blind_since,
                    Reason::Settled => before.notified.turns.first().copied().or(before.notified.flapping),
                    _ => before.notified.so_since.or(before.notified.began_at),
                };
                let mut about = self.about(dependency, telling, began, now);
                about.incident = concerned.as_ref().map(|(_, public_id)| public_id.clone());
                if telling.reason == Reason::Flapping {
                    about.since = before.notified.turns.first().copied().unwrap_or(about.since);
                }
                let refused = before.notified.blind.values().any(|reason| reason == "access_lost");
                if telling.reason == Reason::Sighted && refused {
                    "access_again".clone_into(&mut about.why);
                }
                about.group = self.group(telling, seen);
                // What returns together has advice of its own.
                let explained = self.explains(&telling.members, seen).filter(|_| telling.reason != Reason::Recovered);
                if let Some(cause) = explained {
                    about.hint = self.to_do_of(cause, seen, now);
                }
                self.say_of_all(&mut about, telling);
                if matches!(about.verdict, Verdict::Dropped | Verdict::Outage) && telling.reason != Reason::Suspected {
                    about.without_fallback = self.without_fallback(&telling.members);
                }
                if telling.together == Together::Mass {
                    // One vendor's advice or status page would distract from a problem on the user's side.
                    (about.hint, about.status_page) = (None, None);
                }
                self.say_losses(&mut about, telling, seen, now);
                let same = telling.reason == Reason::Grew && before.notified.reason == telling.wanted.held.reason;
                about.repeated = same && is_by_letter(&about.why);
                if telling.reason == Reason::Recovered {
                    self.say_of_end(&mut about, dependency, began, &before.notified.reason);
                }
                self.say_how_long(&mut about, telling, seen);
                about.steps =
                    if self.is_one_of_several(&about, seen, now) { self.steps_left(seen, now) } else { Vec::new() };
                Body::Dependency(Box::new(about))
            }
        };
        let about = telling.members.iter().map(|member| self.config.dependencies[*member].id.clone()).collect();
        // Each unacknowledged reminder notifies the next person on duty. A cut-off time concerns everybody.
        let hour = self.ends_at(&dependency.id, now).is_some();
        let unseen = telling.reason == Reason::StillOpen && telling.level == Level::Critical && !hour;
        let turn = before.notified.news_at.filter(|_| unseen).map(|news| turn(news, now));
        let concerning = Concerning { incident: concerned, about, verdict: Some(telling.wanted.held.verdict), turn };
        self.tell(telling.reason, telling.level, concerning, body, now);
    }

    /// Adds what is known after the end of trouble that `began` then and was reported for a reason.
    fn say_of_end(&self, about: &mut About, dependency: &Dependency, began: Option<Time>, told: &str) {
        told.clone_into(&mut about.warned);
        let lifted = self.advice(dependency).map(|advice| advice.lifted.as_str());
        if let Some(lifted) = lifted.filter(|text| about.before == Some(Verdict::Dropped) && !text.is_empty()) {
            about.say = format!("{}; {lifted}", about.say);
        }
        say_of_letter(about, told);
        self.say_where_back(about, dependency, began, told);
    }

    /// What is still open, for a reminder.
    fn still_open(&self, telling: &Telling, seen: &Seen, now: Time) -> Body {
        let platform_view = self.platform_view(seen, now);
        let down = |member: usize| {
            let Cause::Down(cause) = platform_view.cause(seen.iter().position(|(other, _)| other == member)?) else {
                return None;
            };
            Some(self.config.dependencies[seen.position(cause)].label.clone())
        };
        let fell = self.fell_with(seen, &platform_view);
        let explained = self.explains(&telling.members, seen).and_then(|cause| self.to_do_of(cause, seen, now));
        let item = |member: &usize| {
            let dependency = &self.config.dependencies[*member];
            let state = seen.state(*member);
            let dropped = state.incident.as_ref().is_some_and(|incident| incident.verdict == Verdict::Dropped);
            let access = state.combined.lost_access().filter(|_| !dropped);
            let unseen = state.combined.unverified().filter(|_| state.incident.is_none());
            let held = access.or(unseen).or(state.combined.held.as_ref())?;
            let fallback = self.fallback_now(dependency);
            let appeal = self.appeal_now(dependency, held);
            // The advice is given with the cause.
            let cause = down(*member);
            let trouble = state.incident.as_ref().map(|incident| incident.began_at).filter(|began| *began < held.since);
            let flaps = state.notified.flapping.is_some();
            let word = self.word_as_warned(word_of(held, state, access.is_some()), dependency, held, now);
            let reported = self.letters_behind(dependency, held, now);
            Some(OpenItem {
                id: dependency.id.clone(),
                label: dependency.label.clone(),
                vendor: self.behind(dependency, &held.by),
                state: word.to_owned(),
                since: since_of(word, state, &reported, held),
                trouble_since: trouble.filter(|_| !flaps),
                ends: self.ends_at(&dependency.id, now),
                say: self.said_still(dependency, held, word, cause.as_deref()),
                fallback: dependency.fallback.clone(),
                fallback_works: fallback.as_ref().and_then(|(_, works)| *works),
                fallback_checked: fallback.map(|(on, _)| on.checked),
                fallback_ends: self.fallback_ends(dependency, now),
                fallback_warns: self.fallback_warns(dependency),
                incident: concerned(state).map(|(_, public_id)| public_id),
                hint: explained
                    .clone()
                    .or_else(|| self.to_do_or_wait(dependency, held, now))
                    .filter(|_| cause.is_none()),
                fell_too: fell.get(member).cloned().unwrap_or_default(),
                appeal: appeal.map(|appeal| appeal.url.clone()),
                appeal_behind_login: appeal.is_some_and(|appeal| appeal.behind_login),
                sign_in_closed: held.proof == Proof::Stated,
                why: matches!(held.verdict, Verdict::Dropped | Verdict::Degraded).then(|| held.reason.clone()),
                until: held.until,
                demand: self.letter_of(&dependency.id, now).demand,
                terms: self.letter_of(&dependency.id, now).terms,
                reported,
                owner: dependency.owner.clone(),
                on_it: self.acknowledged_by(&dependency.id, state),
            })
        };
        Body::Open { items: telling.members.iter().filter_map(item).collect(), next: telling.next }
    }
}

/// The sentence if nobody has reported what became of a letter, which does not mean that the danger is over.
const NOT_WITHDRAWN: &str = "Nobody has reported that the letter was withdrawn. Ask for a withdrawal in writing, and stay ready to move until you have one. plugwatch still alerts you if the service is dropped";
const STILL_HEARD: &str = "plugwatch closes the incident, and still alerts you if the service is dropped";

/// Adds what became of the letter that had announced the end of something that is live again.
fn say_of_letter(about: &mut About, told: &str) {
    // An active account does not prove that the vendor has withdrawn its letter.
    if is_spent(told) {
        about.why = "notice_spent".to_owned();
        about.say = format!("{}. {NOT_WITHDRAWN}", about.say);
    } else if is_in_force(told) {
        about.why = "terms_spent".to_owned();
        about.say = format!("nobody has checked since whether it works under the new terms. {STILL_HEARD}");
    } else if is_terms(told) && about.ends.is_none() {
        about.say = format!("the new terms are in force. {}", crate::core::words::text::capital(&about.say));
    } else if is_by_letter(told) {
        about.say = format!(
            "a person reported that the letter was withdrawn. {}",
            crate::core::words::text::capital(&about.say)
        );
    }
}

/// Sets when the newest unacknowledged news was reported, because one message reminds of all of it.
fn in_situation(mut subjects: Vec<Subject<'_>>, open: bool) -> Vec<Subject<'_>> {
    let newest = subjects.iter().filter_map(unseen_news).max().unwrap_or(Time(0));
    subjects.iter_mut().for_each(|subject| subject.in_situation = open.then_some(newest));
    subjects
}

/// Since when a reminder says that it is open. The first letter warned of it, not the one that repeats it.
fn since_of(word: &str, state: &DependencyState, reported: &[Time], held: &Held) -> Time {
    let flaps = state.notified.flapping.filter(|_| word == "flapping");
    flaps.or(reported.first().copied()).unwrap_or(held.since)
}

/// The state of an open dependency, as the word that a reminder uses.
fn word_of(held: &Held, state: &DependencyState, refused: bool) -> &'static str {
    let flaps = state.notified.flapping.is_some();
    match held.verdict {
        _ if refused => "access_lost",
        Verdict::Unknown if held.reason == "wrong_page" => "wrong_page",
        Verdict::Unknown if held.reason == "probably_removed" => "probably_removed",
        Verdict::Unknown => "unseen",
        // A drop that was announced is still called a drop, even if its answers alternate.
        verdict if flaps && verdict != Verdict::Dropped => "flapping",
        Verdict::Degraded if is_taken_over(&held.reason) => "taken_over",
        Verdict::Degraded if is_by_turns(&held.reason) => "by_turns",
        Verdict::Degraded if is_at_home(&held.reason) => "gone_at_home",
        Verdict::Degraded if is_mostly(&held.reason) => "mostly_gone",
        Verdict::Degraded if is_partly(&held.reason) => "partly",
        // A dependency in doubt is not described as working.
        Verdict::Degraded if is_outlived(&held.reason) && !state.combined.is_in_doubt() => "outlived",
        Verdict::Degraded if is_spent(&held.reason) && !is_outlived(&held.reason) => "ended_unseen",
        Verdict::Degraded if is_interruption(&held.reason) => "interruption",
        Verdict::Degraded if is_undated(&held.reason) => "undated",
        Verdict::Outage if held.reason == "mostly_refused" => "refused",
        verdict => verdict.word(),
    }
}

/// The incident that a message is about: the open one, or the one that has just ended.
pub(super) fn concerned(state: &DependencyState) -> Option<(i64, String)> {
    let open = state.incident.as_ref().map(|incident| (incident.id, incident.public_id.clone()));
    let unjudged = || state.unjudged.as_ref().map(|open| (open.id, open.public_id.clone()));
    open.or_else(|| state.notified.incident.clone()).or_else(unjudged)
}
